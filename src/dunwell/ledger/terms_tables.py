"""The table of new terms: what was agreed with an account for what it orders from a day on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel


class NewTermsRow(SQLModel, table=True):
    """New terms. `advance` is percent, `credit_limit` minor units of `currency`. They hold until the day before
    `ended_on`; what ended them is in the journal."""

    __tablename__ = "new_terms"
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    agreed_on: date
    advance: str | None = None
    days: int | None = None
    credit_limit: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    currency: str | None = None
    ended_on: date | None = None
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
