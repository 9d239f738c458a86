"""The tables of the correspondence: mail as it came, what was read from it, and the answers to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class MailRow(SQLModel, table=True):
    """A mail that came in: one row for the same Message-ID with the same SHA-256, wherever it lies.

    `complete` is false where the mail is larger than what is fetched. `state`: filed (nothing read from it yet), read.
    `erased_on`: the day on which its body gave way to its digest.
    """

    __tablename__ = "mail"
    __table_args__ = (UniqueConstraint("message_id", "sha256"), Index("ix_mail_state", "state"))
    id: int | None = Field(default=None, primary_key=True)
    message_id: str
    sha256: str
    received_at: str | None = None
    filed_at: str
    size: int
    complete: bool = True
    state: str = "filed"
    erased_on: date | None = None


class MailBodyRow(SQLModel, table=True):
    """The mail as it came, zlib-compressed."""

    __tablename__ = "mail_body"
    mail_id: int = Field(primary_key=True, foreign_key="mail.id")
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class MailPlaceRow(SQLModel, table=True):
    """Where a mail lies: mailbox, folder, UIDVALIDITY and UID. `marked`: the server has been told that it is filed."""

    __tablename__ = "mail_place"
    mailbox: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    uid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    mail_id: int = Field(foreign_key="mail.id", index=True)
    marked: bool = False


class ReplyRow(SQLModel, table=True):
    """What a mail means and what was done about it. `reading` is JSON: the whole reading, as it was read.

    States: acted, ignored, review (waits for a person), reviewed. `effect` says in words what happened; `file` names
    the mail for people. `trusted`: the machine may act on it, and `trust` why, or why not.
    """

    __tablename__ = "reply"
    __table_args__ = (Index("ix_reply_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(unique=True, foreign_key="mail.id")
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    sender: str
    subject: str = Field(default="", sa_column=Column(Text, nullable=False))
    on: date
    intent: str
    action: str
    trusted: bool
    trust: str
    state: str
    effect: str = Field(default="", sa_column=Column(Text, nullable=False))
    reasons: str = Field(default="[]", sa_column=Column(Text, nullable=False))
    reading: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    reviewed_by: str | None = None
    reviewed_on: date | None = None
    corrected: str | None = None


class ReplyLineRow(SQLModel, table=True):
    """An invoice that a reply is about."""

    __tablename__ = "reply_line"
    reply_id: int = Field(primary_key=True, foreign_key="reply.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id", index=True)


class AnswerRow(SQLModel, table=True):
    """The letter that answers a reply: one a reply. States: proposed, reserved, then its letter's.

    `about` is the id of the promise, claim or dispute that the letter speaks of; `to_email` a contact of the account.
    """

    __tablename__ = "answer"
    __table_args__ = (Index("ix_answer_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    reply_id: int | None = Field(default=None, unique=True, foreign_key="reply.id")
    key: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    letter: str
    about: int | None = None
    to_email: str | None = None
    on: date
    state: str = "proposed"
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)


class AnswerLineRow(SQLModel, table=True):
    """An invoice that an answer is about."""

    __tablename__ = "answer_line"
    answer_id: int = Field(primary_key=True, foreign_key="answer.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id", index=True)
