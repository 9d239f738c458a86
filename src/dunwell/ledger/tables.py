"""The tables. Money is in minor units; days are the creditor's; moments are ISO 8601 texts in UTC.

The constraints hold the invariants: a touch is unique by case, channel, stage and round; a letter of the daily cycle
by account and day, an answer by the reply that it answers (both through `letter.slot`); a payment and a task by key.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

LOOK_NOW = date(1970, 1, 1)
"""An invoice's `next_on` when news about it has come in: before any day."""


class AccountRow(SQLModel, table=True):
    """A customer's account. `seq` and `head` are the last journal entry's number and hash.

    `pressed_since`: since when it has been chased past `late`; `hold_since`: since when it has been on hold.
    """

    __tablename__ = "account"
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    name: str
    country: str
    language: str
    timezone: str | None = None
    kind: str = "business"
    payment_method: str = "transfer"
    phone: str | None = None
    address: str | None = None
    vat_id: str | None = None
    register_no: str | None = None
    credit_limit: str | None = None
    terms: str | None = None
    late_fee_percent: str | None = None
    source: str = "default"
    imported_on: date
    pressed_since: date | None = Field(default=None, index=True)
    hold_since: date | None = Field(default=None, index=True)
    seq: int = 0
    head: str = ""


class ContactRow(SQLModel, table=True):
    """A person or desk at an account. `bad_since`: since when the address is known not to work; `left_on`: the day from
    which they are no contact any more, by a person's word. `erase_asked_on`: the day on which somebody asked that it be
    erased; `erased_on`: the day on which it was, since when `email` is a stand-in."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("account_id", "email"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    name: str
    email: str
    role: str
    language: str | None = None
    phone: str | None = None
    bad_since: date | None = None
    left_on: date | None = None
    erase_asked_on: date | None = None
    erased_on: date | None = None


class InvoiceRow(SQLModel, table=True):
    """An invoice or credit note and where its case stands.

    `principal_open` and `charges_open` follow from amount, charges and allocations and are kept beside them, in minor
    units. For a credit note `principal_open` is what is still to be set off. `next_on` is the day of the next look.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        Index("ix_invoice_next", "next_on", "id"),
        Index("ix_invoice_account_state", "account_id", "state"),
        Index("ix_invoice_source", "source", "list_no"),
        # What the front desk sums up of all that is open is answered from these alone.
        Index("ix_invoice_ageing", "state", "kind", "currency", "due", "account_id", "principal_open", "charges_open"),
        Index("ix_invoice_issued", "issued", "kind", "currency", "amount"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    number: str = Field(unique=True)
    kind: str = "invoice"
    issued: date
    due: date | None = None
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str
    principal_open: int = Field(sa_column=Column(BigInteger, nullable=False))
    charges_open: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    document: str | None = None
    discount_percent: str | None = None
    discount_until: date | None = None
    purchase_order: str | None = None
    reference: str | None = None
    contract: str | None = None
    sent_on: date | None = None
    not_sent: bool = False
    imported_on: date
    booked_at: str | None = None
    source: str = "default"
    list_no: int | None = None
    state: str = "open"
    stage: str | None = None
    reason: str | None = None
    why: str | None = Field(default=None, sa_column=Column(Text))
    next_on: date | None = Field(default=LOOK_NOW, sa_column=Column(Date))
    next_what: str | None = None
    decided_on: date | None = None


class PaymentRow(SQLModel, table=True):
    """Money that came in, or an adjustment that the ledger's own list asked for (negative when it takes back).

    `on` is its value date, `booked_at` the moment at which the books first had it (empty for older books).
    """

    __tablename__ = "payment"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    on: date = Field(index=True)
    booked_at: str | None = None
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str
    reference: str = ""
    kind: str = "payment"
    source: str = "default"


class AllocationRow(SQLModel, table=True):
    """What part of a payment or credit note reduces which invoice. `automatic`: set off by us."""

    __tablename__ = "allocation"
    id: int | None = Field(default=None, primary_key=True)
    payment_id: int | None = Field(default=None, foreign_key="payment.id", index=True)
    credit_note_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    part: str = "principal"
    automatic: bool = False


class ChargeRow(SQLModel, table=True):
    """A late fee, interest or fixed sum on an invoice, of the day `on`. `key` says what for: it is charged once.

    `booked_at` and `waived_at` are the moments at which the books had it (empty for older books).
    """

    __tablename__ = "charge"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    kind: str
    on: date
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    waived_on: date | None = None
    waived_why: str | None = None
    waived_by: str | None = None
    booked_at: str | None = None
    waived_at: str | None = None


class LetterRow(SQLModel, table=True):
    """One message to an account. `slot` is what makes it unique; null where nothing went to the customer. `carrier` is
    email or letter: a letter on paper is `printed` until a person has posted it. `erased_on`: the day on which its body
    gave way to its digest."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_account_on", "account_id", "on"), Index("ix_letter_state", "state"))
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    slot: str | None = Field(default=None, unique=True)
    kind: str = "cycle"
    on: date = Field(index=True)
    name: str
    stage: str | None = None
    language: str
    to_email: str
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    subject: str = Field(sa_column=Column(Text, nullable=False))
    message_id: str = Field(index=True)
    state: str
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    deadline: date | None = None
    statement: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    carrier: str = Field(default="email", sa_column=Column(String, nullable=False, server_default="email"))
    worker: str = ""
    reserved_at: str
    settled_at: str | None = None
    erased_on: date | None = None


class NewsRow(SQLModel, table=True):
    """Good news for an account that the daily letter carries, or a letter of its own: a payment that ended the chase,
    a hold that ended. `since`: payments booked from that moment on are the ones thanked for."""

    __tablename__ = "news"
    __table_args__ = (UniqueConstraint("account_id", "kind", "on"), Index("ix_news_state", "state"))
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    kind: str
    on: date
    since: str
    state: str
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)


class LetterBodyRow(SQLModel, table=True):
    """The letter as it left, zlib-compressed."""

    __tablename__ = "letter_body"
    letter_id: int = Field(primary_key=True, foreign_key="letter.id")
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LetterLineRow(SQLModel, table=True):
    """An invoice whose money a letter asks for, and how much in minor units; `held_back` is open and not asked for."""

    __tablename__ = "letter_line"
    letter_id: int = Field(primary_key=True, foreign_key="letter.id")
    invoice_id: int = Field(primary_key=True, foreign_key="invoice.id", index=True)
    asked: int = Field(sa_column=Column(BigInteger, nullable=False))
    held_back: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class TouchRow(SQLModel, table=True):
    """A touch that came due, and what became of it."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("invoice_id", "channel", "stage", "round"),
        Index("ix_touch_state", "state"),
    )
    id: int | None = Field(default=None, primary_key=True)
    invoice_id: int = Field(foreign_key="invoice.id")
    channel: str = "email"
    stage: str
    round: int
    letter: str | None = None
    due_on: date
    state: str
    reason: str = ""
    on: date | None = None
    deadline: date | None = None
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)


class TaskRow(SQLModel, table=True):
    """Work for a person. `key` says what it is about, so that it is made once.

    `outcome`, `ended_on`, `who` and `why` are what a person said came of it, the last time.
    """

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_open", "state", "due_on"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    role: str
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id")
    made_on: date
    due_on: date = Field(index=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(default="open", index=True)
    outcome: str | None = None
    ended_on: date | None = None
    who: str | None = None
    why: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class JournalRow(SQLModel, table=True):
    """An entry of an account's journal: append-only, each hash over the entry and the hash before it."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("account_id", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    seq: int
    at: str
    on: date
    who: str
    what: str
    invoice: str | None = Field(default=None, index=True)
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    data: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    prev: str
    hash: str


class CycleRow(SQLModel, table=True):
    """A daily cycle. `digest` seals the journal: it is over every account's head when the cycle ended.

    `cleared`: payments and volume were looked at, and the day's letters may go.
    """

    __tablename__ = "cycle"
    id: int | None = Field(default=None, primary_key=True)
    on: date = Field(unique=True)
    state: str
    started_at: str
    finished_at: str | None = None
    looked_at: int = 0
    expected: int = 0
    sent: int = 0
    failed: int = 0
    in_doubt: int = 0
    waiting: int = 0
    rehearsed: int = 0
    cleared: bool = False
    digest: str = ""


class FeedRow(SQLModel, table=True):
    """Of which day the newest file of a source and kind is, and how many open-items lists of it were read."""

    __tablename__ = "feed"
    source: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    as_of: date
    list_no: int = 0


class NoteRow(SQLModel, table=True):
    """What the books remember about themselves: the policy's digest, the key of the reply addresses."""

    __tablename__ = "note"
    name: str = Field(primary_key=True)
    value: str
