"""The tables of the litigation queue."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class ReferralRow(SQLModel, table=True):
    """An account in the litigation queue with all its eligible cases.

    States: queued (a person is to decide), decided, closed (decided to go on without the queue), recalled (paid after
    all). `disposition` is what was decided, `digest` that of the dossier made last.
    """

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    since: date
    state: str = "queued"
    disposition: str | None = None
    decided_on: date | None = None
    decided_by: str | None = None
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    digest: str | None = None


class ReferralLineRow(SQLModel, table=True):
    """A case of a referral: each case is referred at most once."""

    __tablename__ = "referral_line"
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id")
    referral_id: int = Field(foreign_key="referral.id", index=True)
    on: date
