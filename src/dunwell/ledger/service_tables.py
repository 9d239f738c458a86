"""The tables of what goes to our own people and systems: notices to service delivery, mails to staff, forewarnings."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Column, Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel


class NoticeRow(SQLModel, table=True):
    """Word to service delivery about an account. `key` is the event, the account and its how-manieth.

    States: proposed (to be sent), sent (by mail or as a task), confirmed (its host took it), reported (a person said
    that it is done), failed, withdrawn. `next_try` is the moment from which it may be tried; `mailed` says that the
    mail about it has gone.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    event: str
    on: date
    by: date
    state: str = "proposed"
    attempts: int = 0
    next_try: str | None = None
    mailed: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    settled_at: str | None = None
    reported_on: date | None = None
    who: str | None = None


class NoticeLineRow(SQLModel, table=True):
    """An invoice that a notice is about."""

    __tablename__ = "notice_line"
    notice_id: int = Field(primary_key=True, foreign_key="notice.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id", index=True)


class StaffMailRow(SQLModel, table=True):
    """A mail to a member of staff. `slot` makes it unique: a role's list of a day, the mail about a notice.

    States as a letter's: reserved, handed, sent, failed, waiting, in_doubt.
    """

    __tablename__ = "staff_mail"
    id: int | None = Field(default=None, primary_key=True)
    slot: str = Field(unique=True)
    on: date
    to_email: str
    message_id: str
    state: str
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    reserved_at: str
    settled_at: str | None = None


class ForewarnedRow(SQLModel, table=True):
    """A letter that the collector was forewarned of: to an account, with the cycle of the day `on`.

    `held_on` and `held_by` say when and by whom it was held back: its link works once.
    """

    __tablename__ = "forewarned"
    __table_args__ = (UniqueConstraint("on", "account_id"),)
    id: int | None = Field(default=None, primary_key=True)
    on: date
    account_id: int = Field(foreign_key="account.id", index=True)
    letter: str
    stage: str
    invoices: str = Field(default="", sa_column=Column(Text, nullable=False))
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    told_on: date
    held_on: date | None = None
    held_by: str | None = None
