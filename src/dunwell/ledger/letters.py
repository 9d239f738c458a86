"""Letters as they stand in the books, for those who look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.cases import COUNTED
from dunwell.ledger.journal import Pen
from dunwell.ledger.outbox import Settled, settle
from dunwell.ledger.tables import LOOK_NOW, AccountRow, InvoiceRow, LetterLineRow, LetterRow, TouchRow

_SHOWN = {"reserved": "in_doubt"}


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
    for letter_id, number in work.session.execute(lines.order_by(col(InvoiceRow.due), col(InvoiceRow.number))).tuples():
        numbers.setdefault(letter_id, []).append(number)
    return [
        LetterRecord(
            account,
            row.name,
            row.stage,
            row.language,
            tuple(numbers.get(row.id or 0, ())),
            row.to_email,
            row.message_id,
            _SHOWN.get(row.state, row.state),
            row.on,
            row.reason,
            row.subject,
        )
        for row, account in work.session.execute(query).tuples()
    ]


def thread(work: Work, invoice_ids: list[int]) -> list[str]:
    """The Message-IDs of the letters that these cases got, oldest first: what a new one refers to."""
    query = (
        select(col(LetterRow.message_id))
        .join(LetterLineRow, col(LetterLineRow.letter_id) == col(LetterRow.id))
        .where(col(LetterLineRow.invoice_id).in_(invoice_ids), col(LetterRow.state).in_(COUNTED))
        .group_by(col(LetterRow.id), col(LetterRow.message_id))
        .order_by(col(LetterRow.id))
    )
    return list(work.session.execute(query).scalars())


def earlier_days(work: Work, invoice_ids: list[int], most: int = 3) -> tuple[date, ...]:
    """The days of the last overdue letters about these cases, newest first."""
    query = (
        select(col(TouchRow.on))
        .where(
            col(TouchRow.invoice_id).in_(invoice_ids),
            col(TouchRow.channel) == "email",
            col(TouchRow.state).in_(COUNTED),
            col(TouchRow.stage).not_in(("issued", "upcoming")),
        )
        .distinct()
        .order_by(col(TouchRow.on).desc())
        .limit(most)
    )
    return tuple(day for day in work.session.execute(query).scalars() if day is not None)


def settle_in_doubt(work: Work, message_id: str, went: bool, pen: Pen, why: str) -> bool:
    """A person says what became of a letter in doubt. Returns False where no letter of this Message-ID is in doubt.

    One that did not go frees its account's day, and its touches are due again.
    """
    query = select(LetterRow).where(
        col(LetterRow.message_id) == message_id, col(LetterRow.state).in_(("in_doubt", "reserved"))
    )
    row = work.session.execute(query).scalars().first()
    if row is None or row.id is None:
        return False
    account = work.lock_account(row.account_id)
    if went:
        settle(work, row.id, Settled("sent", f"settled by {pen.who}: {why}"), pen)
    else:
        row.state, row.reason, row.slot = "withdrawn", f"settled by {pen.who}: did not go: {why}", None
        for touch in work.session.execute(select(TouchRow).where(col(TouchRow.letter_id) == row.id)).scalars():
            touch.state, touch.on, touch.letter_id = "waiting", None, None
        _look_again(work, row.id)
        journal.write(work, account, pen, "letter_withdrawn", why=row.reason, message_id=message_id)
    tasks.settle(work, f"in_doubt:{message_id}")
    return True


def _look_again(work: Work, letter_id: int) -> None:
    covered = select(col(LetterLineRow.invoice_id)).where(col(LetterLineRow.letter_id) == letter_id)
    for invoice in work.session.execute(select(InvoiceRow).where(col(InvoiceRow.id).in_(covered))).scalars():
        invoice.next_on = LOOK_NOW
