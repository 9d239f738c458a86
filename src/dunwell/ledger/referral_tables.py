"""The tables of the litigation queue: referrals, who approved what, and their hand-over."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

STANDING = ("queued", "decided")
"""States in which the referral's cases are not chased."""


class ReferralRow(SQLModel, table=True):
    """An account in the litigation queue with all its eligible cases.

    States: queued (a person is to decide), decided, closed (decided to go on without the queue), recalled (paid after
    all). `disposition` is what was decided, `digest` that of the dossier made last. Until `wait_until` nobody is asked;
    `reminded_on` is when the owner was reminded last.
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
    wait_until: date | None = None
    reminded_on: date | None = None


class ReferralLineRow(SQLModel, table=True):
    """A case of a referral: each case is referred at most once."""

    __tablename__ = "referral_line"
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id")
    referral_id: int = Field(foreign_key="referral.id", index=True)
    on: date


class ApprovalRow(SQLModel, table=True):
    """One of two people has approved a disposition; with the second one's it is decided."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("referral_id", "who"),)
    id: int | None = Field(default=None, primary_key=True)
    referral_id: int = Field(foreign_key="referral.id")
    disposition: str
    on: date
    who: str
    why: str = Field(default="", sa_column=Column(Text, nullable=False))


class HandoverRow(SQLModel, table=True):
    """Word to counsel, an agency or a buyer about a referral: `kind` is hand_over or recall, each once a referral.

    States: proposed (to be sent, or tried again from `next_try` on), handed (a mail is on its way, by the process
    `worker`), sent (mailed, or given to people as a task), in_doubt (nobody knows whether the mail went), confirmed
    (its host took it, or a person says that they have it), failed, withdrawn. `way` is mail, webhook or task.
    """

    __tablename__ = "handover"
    __table_args__ = (UniqueConstraint("referral_id", "kind"), Index("ix_handover_state", "state"))
    id: int | None = Field(default=None, primary_key=True)
    referral_id: int = Field(foreign_key="referral.id")
    kind: str
    recipient: str
    on: date
    state: str = "proposed"
    way: str | None = None
    attempts: int = 0
    next_try: str | None = None
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    message_id: str | None = None
    seal: str | None = None
    worker: str = ""
    settled_at: str | None = None
    who: str | None = None
