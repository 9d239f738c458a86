"""The tables of what was said about cases: promises, claims, disputes, pauses. Money is in minor units."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel


class PromiseRow(SQLModel, table=True):
    """A promise to pay by the day `by`. `amount` is all that was promised; null for all that was open. `needed` is what
    must have come in since for it to be kept: with its amount those that the same reply promised for earlier days.

    `stops`: its cases wait for it. `received` is what came in on its cases, written when it is judged. `reply_id` is
    the reply that made it; null where a person recorded it.
    """

    __tablename__ = "promise"
    __table_args__ = (Index("ix_promise_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    reply_id: int | None = Field(default=None, foreign_key="reply.id", index=True)
    made_on: date
    by: date = Field(index=True)
    amount: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    needed: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    currency: str | None = None
    stops: bool = True
    state: str = "open"
    received: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    ended_on: date | None = None
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))


class PromiseLineRow(SQLModel, table=True):
    """An invoice that a promise is about: what was open on it then, and its part of the promise; null for all of it."""

    __tablename__ = "promise_line"
    promise_id: int = Field(primary_key=True, foreign_key="promise.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id", index=True)
    open_then: int = Field(sa_column=Column(BigInteger, nullable=False))
    share: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class ClaimRow(SQLModel, table=True):
    """The customer says that it was paid. States: open, found (the money came), closed (by a person)."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    reply_id: int | None = Field(default=None, foreign_key="reply.id", index=True)
    made_on: date
    wait_until: date
    paid_on: date | None = None
    amount: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    currency: str | None = None
    reference: str | None = None
    state: str = "open"
    ended_on: date | None = None
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))


class ClaimLineRow(SQLModel, table=True):
    """An invoice that is said to be paid."""

    __tablename__ = "claim_line"
    claim_id: int = Field(primary_key=True, foreign_key="claim.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id", index=True)


class DisputeRow(SQLModel, table=True):
    """A dispute about an invoice, or about `amount` of it. States: open, credited, rejected, partly.

    `owner` settles it. `credited` is what we are to credit; until the books show it (`credit`: awaited, shown, or
    missing when it took too long) it is not asked for.
    """

    __tablename__ = "dispute"
    __table_args__ = (Index("ix_dispute_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    reply_id: int | None = Field(default=None, foreign_key="reply.id", index=True)
    opened_on: date
    code: str = "other"
    amount: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    currency: str
    state: str = "open"
    ended_on: date | None = None
    owner: str | None = None
    credited: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    credit: str | None = Field(default=None, index=True)
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))


class PauseRow(SQLModel, table=True):
    """Chasing waits up to `until` (null: until ended), for an invoice or, without one, for the account.

    Kinds: person, review (an unclear reply waits for a person; `reply_id` says which), stopped (insolvency).
    `touches` is how many letters the case had had, so that a review holds a touch up once.
    """

    __tablename__ = "pause"
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    reply_id: int | None = Field(default=None, foreign_key="reply.id", index=True)
    kind: str
    since: date
    until: date | None = None
    ended_on: date | None = Field(default=None, index=True)
    touches: int = 0
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
