"""The timeline of an account: its journal, letters, replies and payments in one list, the newest first."""

from __future__ import annotations

import heapq
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.mail_tables import ReplyRow
from dunwell.ledger.tables import AccountRow, InvoiceRow, JournalRow, LetterBodyRow, LetterRow, PaymentRow
from dunwell.terms.money import Money

_TOLD_BY_ITSELF = (
    "letter_sent", "letter_failed", "letter_in_doubt", "letter_waiting", "letter_rehearsed", "payment",
)  # fmt: skip
"""Journal entries whose letter or payment is in the list itself."""
_TOLD_WITH_IT = ("until", "by", "stage", "code", "deadline", "again_on", "outcome", "disposition")
"""What of an entry's data is told in words; amounts are not, which stand there in minor units."""
_SHOWN = {"handed": "in_doubt", "reserved": "waiting"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `source` is journal, letter, reply or payment, `id` the letter's or reply's.

    `what` is its name there, `state` what became of a letter or reply; `data` are the journal's figures, in words.
    """

    on: date
    order: str
    source: str
    what: str
    who: str = ""
    words: str = ""
    invoice: str | None = None
    state: str = ""
    id: int | None = None
    data: str = ""


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter as it left: to whom, what became of it, and its raw message."""

    account: str
    name: str
    on: date
    to: str
    subject: str
    state: str
    reason: str
    message_id: str
    raw: bytes


def events(work: Work, account_id: int, limit: int, skip: int = 0) -> list[Event]:
    """A page of what happened on the account, the newest first."""
    most = limit + skip
    sources = (_journal(work, account_id, most), _letters(work, account_id, most), _replies(work, account_id, most),
               _payments(work, account_id, most))  # fmt: skip
    return heapq.nlargest(most, (one for source in sources for one in source), key=lambda one: (one.on, one.order))[
        skip:
    ]


def _journal(work: Work, account_id: int, most: int) -> Iterator[Event]:
    query = (
        select(JournalRow)
        .where(col(JournalRow.account_id) == account_id, col(JournalRow.what).not_in(_TOLD_BY_ITSELF))
        .order_by(col(JournalRow.seq).desc())
        .limit(most)
    )
    for row in work.session.execute(query).scalars():
        yield Event(
            row.on, f"{row.at}{row.seq:09}", "journal", row.what, row.who, row.why, row.invoice, data=_data(row.data)
        )


def _data(text: str) -> str:
    told = {name: value for name, value in json.loads(text).items() if name in _TOLD_WITH_IT and isinstance(value, str)}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told.items())


def _letters(work: Work, account_id: int, most: int) -> Iterator[Event]:
    query = (
        select(LetterRow)
        .where(col(LetterRow.account_id) == account_id)
        .order_by(col(LetterRow.on).desc(), col(LetterRow.id).desc())
        .limit(most)
    )
    for row in work.session.execute(query).scalars():
        state = _SHOWN.get(row.state, row.state)
        yield Event(row.on, row.reserved_at, "letter", row.name, row.to_email, row.subject, None, state, row.id)


def _replies(work: Work, account_id: int, most: int) -> Iterator[Event]:
    query = select(ReplyRow).where(col(ReplyRow.account_id) == account_id).order_by(col(ReplyRow.id).desc()).limit(most)
    for row in work.session.execute(query).scalars():
        said = row.corrected or row.intent
        yield Event(row.on, f"{row.on}T", "reply", said, row.sender, row.effect or row.subject, None, row.state, row.id)


def _payments(work: Work, account_id: int, most: int) -> Iterator[Event]:
    query = (
        select(PaymentRow, col(InvoiceRow.number))
        .outerjoin(InvoiceRow, col(InvoiceRow.id) == col(PaymentRow.invoice_id))
        .where(col(PaymentRow.account_id) == account_id)
        .order_by(col(PaymentRow.on).desc(), col(PaymentRow.id).desc())
        .limit(most)
    )
    for row, number in work.session.execute(query):
        amount = str(Money(row.amount, row.currency))
        yield Event(row.on, row.booked_at or f"{row.on}T", "payment", row.kind, amount, row.reference, number)


def letter(work: Work, letter_id: int) -> SentLetter | None:
    """A letter as it left; None where there is none, or nothing was written."""
    query = (
        select(LetterRow, col(LetterBodyRow.raw), col(AccountRow.number))
        .join(LetterBodyRow, col(LetterBodyRow.letter_id) == col(LetterRow.id))
        .join(AccountRow, col(AccountRow.id) == col(LetterRow.account_id))
        .where(col(LetterRow.id) == letter_id)
    )
    found = work.session.execute(query).one_or_none()
    if found is None:
        return None
    row, raw, account = found
    state = _SHOWN.get(row.state, row.state)
    return SentLetter(
        account, row.name, row.on, row.to_email, row.subject, state, row.reason, row.message_id, zlib.decompress(raw)
    )
