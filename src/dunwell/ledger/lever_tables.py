"""The tables of what people decide about cases: overrides, and instalment plans with their parts. Money is in minor
units."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class OverrideRow(SQLModel, table=True):
    """A person's word that wins over the policy, for an invoice or, without one, for the account.

    It holds from the day `since` up to and with `until` (null: until ended). `touches` is how many letters the case had
    had, so that what is said of the next letter is over when that has gone. `stage` is the stage set or kept.
    """

    __tablename__ = "override"
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    action: str
    stage: str | None = None
    since: date
    until: date | None = None
    ended_on: date | None = Field(default=None, index=True)
    touches: int = 0
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))


class PlanRow(SQLModel, table=True):
    """An instalment plan over some invoices of an account, in one currency.

    States: offered (until `answer_by`), lapsed, agreed, kept, missed, void (ended by a person).
    """

    __tablename__ = "plan"
    __table_args__ = (Index("ix_plan_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    reply_id: int | None = Field(default=None, foreign_key="reply.id", index=True)
    state: str
    offered_on: date
    answer_by: date | None = None
    agreed_on: date | None = None
    ended_on: date | None = None
    total: int = Field(sa_column=Column(BigInteger, nullable=False))
    received: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    currency: str
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))


class PlanLineRow(SQLModel, table=True):
    """An invoice of a plan, and what was open on it when the plan was agreed (until then: offered)."""

    __tablename__ = "plan_line"
    plan_id: int = Field(primary_key=True, foreign_key="plan.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id", index=True)
    open_then: int = Field(sa_column=Column(BigInteger, nullable=False))


class PartRow(SQLModel, table=True):
    """One part of a plan. States: open, paid, missed."""

    __tablename__ = "part"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id")
    number: int
    due: date
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: str = "open"
