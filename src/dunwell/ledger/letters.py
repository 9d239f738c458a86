"""Letters as they stand in the books, for those who look."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import journal, news, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.cases import COUNTED
from dunwell.ledger.journal import Pen
from dunwell.ledger.settling import Settled, settle
from dunwell.ledger.tables import (
    LOOK_NOW,
    AccountRow,
    InvoiceRow,
    LetterBodyRow,
    LetterLineRow,
    LetterRow,
    TouchRow,
)

_SHOWN = {"handed": "in_doubt", "reserved": "waiting"}


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """One letter: to whom, about which invoices, and what became of it."""

    account: str
    letter: str
    stage: str | None
    language: str
    invoices: tuple[str, ...]
    to: str
    message_id: str
    state: str
    on: date
    reason: str
    subject: str
    carrier: str = "email"
    id: int = 0


def letters(work: Work, on: date | None = None) -> list[LetterRecord]:
    """The letters of one day, or all; in order of sending. A letter reserved and not settled shows as in doubt."""
    query = (
        select(LetterRow, col(AccountRow.number))
        .join(AccountRow, col(LetterRow.account_id) == col(AccountRow.id))
        .where(col(LetterRow.state) != "withdrawn")
        .order_by(col(LetterRow.on), col(LetterRow.id))
    )
    lines = select(col(LetterLineRow.letter_id), col(InvoiceRow.number)).join(
        InvoiceRow, col(LetterLineRow.invoice_id) == col(InvoiceRow.id)
    )
    if on is not None:
        query = query.where(col(LetterRow.on) == on)
        lines = lines.join(LetterRow, col(LetterLineRow.letter_id) == col(LetterRow.id)).where(col(LetterRow.on) == on)
    numbers: dict[int, list[str]] = {}
    for letter_id, number in work.session.execute(lines.order_by(col(InvoiceRow.due), col(InvoiceRow.number))):
        numbers.setdefault(letter_id, []).append(number)
    return [_record(row, account, tuple(numbers.get(row.id or 0, ()))) for row, account in work.session.execute(query)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A letter as it left, with what the mail server answered and when (ISO 8601, UTC)."""

    record: LetterRecord
    raw: bytes
    settled_at: str | None
    deadline: date | None


def evidence(work: Work, account_id: int) -> list[Evidence]:
    """All letters to an account as they left, in order of sending; rehearsals are none."""
    query = (
        select(LetterRow, col(LetterBodyRow.raw), col(AccountRow.number))
        .join(LetterBodyRow, col(LetterBodyRow.letter_id) == col(LetterRow.id))
        .join(AccountRow, col(AccountRow.id) == col(LetterRow.account_id))
        .where(
            col(LetterRow.account_id) == account_id,
            col(LetterRow.kind) != "rehearsal",
            col(LetterRow.state).in_(("sent", "in_doubt", "failed")),
        )
        .order_by(col(LetterRow.on), col(LetterRow.id))
    )
    rows = work.session.execute(query).all()
    lines = select(col(LetterLineRow.letter_id), col(InvoiceRow.number)).join(
        InvoiceRow, col(InvoiceRow.id) == col(LetterLineRow.invoice_id)
    )
    numbers: dict[int, list[str]] = {}
    wanted = [row.id for row, _, _ in rows]
    for letter_id, number in work.session.execute(lines.where(col(LetterLineRow.letter_id).in_(wanted))):
        numbers.setdefault(letter_id, []).append(number)
    return [
        Evidence(
            _record(row, account, tuple(sorted(numbers.get(row.id or 0, ())))),
            zlib.decompress(raw),
            row.settled_at,
            row.deadline,
        )
        for row, raw, account in rows
    ]


def _record(row: LetterRow, account: str, invoices: tuple[str, ...]) -> LetterRecord:
    return LetterRecord(
        account,
        row.name,
        row.stage,
        row.language,
        invoices,
        row.to_email,
        row.message_id,
        _SHOWN.get(row.state, row.state),
        row.on,
        row.reason,
        row.subject,
        row.carrier,
        row.id or 0,
    )


@dataclass(frozen=True, slots=True)
class Past:
    """What went before about some cases: Message-IDs, oldest first, and days of overdue letters, newest first."""

    thread: tuple[str, ...] = ()
    days: tuple[date, ...] = ()


Before = tuple[str, date, str | None]
"""A letter that went before: its Message-ID, day and stage."""


def past(work: Work, invoice_ids: Sequence[int]) -> dict[int, list[Before]]:
    """The letters that these invoices got: Message-ID, day and stage, oldest first, by invoice."""
    query = (
        select(col(LetterLineRow.invoice_id), col(LetterRow.message_id), col(LetterRow.on), col(LetterRow.stage))
        .join(LetterRow, col(LetterLineRow.letter_id) == col(LetterRow.id))
        .where(
            col(LetterLineRow.invoice_id).in_(invoice_ids),
            col(LetterRow.state).in_(COUNTED),
            col(LetterRow.kind) != "rehearsal",
        )
        .order_by(col(LetterRow.id))
    )
    found: dict[int, list[Before]] = {}
    for invoice_id, message_id, on, stage in work.session.execute(query):
        found.setdefault(invoice_id, []).append((message_id, on, stage))
    return found


def past_of(letters_by_invoice: Mapping[int, list[Before]], invoice_ids: Iterable[int]) -> Past:
    """What went before about these cases together."""
    went = dict.fromkeys(one for invoice_id in invoice_ids for one in letters_by_invoice.get(invoice_id, ()))
    in_order = sorted(went, key=lambda one: one[1])
    days = {on for _, on, stage in in_order if stage not in ("issued", "upcoming", None)}
    return Past(tuple(message_id for message_id, _, _ in in_order), tuple(sorted(days, reverse=True)[:3]))


def last_thread(work: Work, account_ids: Sequence[int]) -> dict[int, str]:
    """The Message-ID of each account's last letter: news stand in its thread."""
    if not account_ids:
        return {}
    newest = (
        select(func.max(col(LetterRow.id)))
        .where(
            col(LetterRow.account_id).in_(account_ids),
            col(LetterRow.state).in_(COUNTED),
            col(LetterRow.kind) != "rehearsal",
        )
        .group_by(col(LetterRow.account_id))
    )
    query = select(col(LetterRow.account_id), col(LetterRow.message_id)).where(col(LetterRow.id).in_(newest))
    return {row[0]: row[1] for row in work.session.execute(query)}


def settle_in_doubt(work: Work, message_id: str, went: bool, pen: Pen, why: str) -> bool:
    """A person says what became of a letter in doubt. Returns False where no letter of this Message-ID is in doubt.

    One that did not go frees its account's day, and its touches are due again.
    """
    query = select(LetterRow).where(col(LetterRow.message_id) == message_id, col(LetterRow.state) == "in_doubt")
    row = work.session.execute(query).scalars().first()
    if row is None or row.id is None:
        return False
    account = work.lock_account(row.account_id)
    if went:
        settle(work, row.id, Settled("sent", f"settled by {pen.who}: {why}"), pen)
    else:
        withdraw(work, row, account, f"settled by {pen.who}: did not go: {why}", pen)
    tasks.settle(work, f"in_doubt:{message_id}")
    return True


def withdraw(work: Work, row: LetterRow, account: AccountRow, reason: str, pen: Pen) -> None:
    """A letter that has not gone: its account's day is free, and its touches are due again. The account is locked."""
    row.state, row.reason, row.slot = "withdrawn", reason, None
    for touch in work.session.execute(select(TouchRow).where(col(TouchRow.letter_id) == row.id)).scalars():
        touch.state, touch.on, touch.letter_id = "waiting", None, None
    news.settle(work, row.id or 0, "withdrawn")
    _look_again(work, row.id or 0)
    _tell_withdrawn(work, account, row, pen)


def _tell_withdrawn(work: Work, account: AccountRow, row: LetterRow, pen: Pen) -> None:
    lines = select(col(InvoiceRow.number)).join(LetterLineRow, col(LetterLineRow.invoice_id) == col(InvoiceRow.id))
    for number in work.session.execute(lines.where(col(LetterLineRow.letter_id) == row.id)).scalars().all():
        journal.write(work, account, pen, "letter_withdrawn", invoice=number, why=row.reason, message_id=row.message_id)


def _look_again(work: Work, letter_id: int) -> None:
    covered = select(col(LetterLineRow.invoice_id)).where(col(LetterLineRow.letter_id) == letter_id)
    for invoice in work.session.execute(select(InvoiceRow).where(col(InvoiceRow.id).in_(covered))).scalars():
        invoice.next_on = LOOK_NOW
