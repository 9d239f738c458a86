"""Letters as they stand in the books, for those who look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

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
        select(LetterRow, AccountRow.number)
        .join(AccountRow, LetterRow.account_id == AccountRow.id)
        .where(LetterRow.state != "withdrawn")
        .order_by(LetterRow.on, LetterRow.id)
    )
    lines = select(LetterLineRow.letter_id, InvoiceRow.number).join(InvoiceRow, LetterLineRow.invoice_id == InvoiceRow.id)
    if on is not None:
        query = query.where(LetterRow.on == on)
        lines = lines.join(LetterRow, LetterLineRow.letter_id == LetterRow.id).where(LetterRow.on == on)
    numbers: dict[int, list[str]] = {}
    for letter_id, number in work.session.execute(lines.order_by(InvoiceRow.due, InvoiceRow.number)).tuples():
        numbers.setdefault(letter_id, []).append(number)
    return [
        LetterRecord(
            account, row.name, row.stage, row.language, tuple(numbers.get(row.id or 0, ())), row.to_email,
            row.message_id, _SHOWN.get(row.state, row.state), row.on, row.reason, row.subject,
        )
        for row, account in work.session.execute(query).tuples()
    ]  # fmt: skip


def thread(work: Work, invoice_ids: list[int]) -> list[str]:
    """The Message-IDs of the letters that these cases got, oldest first: what a new one refers to."""
    query = (
        select(LetterRow.message_id)
        .join(LetterLineRow, LetterLineRow.letter_id == LetterRow.id)
        .where(LetterLineRow.invoice_id.in_(invoice_ids), LetterRow.state.in_(COUNTED))
        .group_by(LetterRow.id, LetterRow.message_id)
        .order_by(LetterRow.id)
    )
    return list(work.session.execute(query).scalars())


def earlier_days(work: Work, invoice_ids: list[int], most: int = 3) -> tuple[date, ...]:
    """The days of the last overdue letters about these cases, newest first."""
    query = (
        select(TouchRow.on)
        .where(
            TouchRow.invoice_id.in_(invoice_ids), TouchRow.channel == "email", TouchRow.state.in_(COUNTED),
            TouchRow.stage.not_in(("issued", "upcoming")),
        )
        .distinct()
        .order_by(TouchRow.on.desc())
        .limit(most)
    )  # fmt: skip
    return tuple(day for day in work.session.execute(query).scalars() if day is not None)


def settle_in_doubt(work: Work, message_id: str, went: bool, pen: Pen, why: str) -> bool:
    """A person says what became of a letter in doubt. Returns False where no letter of this Message-ID is in doubt.

    One that did not go frees its account's day, and its touches are due again.
    """
    query = select(LetterRow).where(LetterRow.message_id == message_id, LetterRow.state.in_(("in_doubt", "reserved")))
    row = work.session.execute(query).scalars().first()
    if row is None or row.id is None:
        return False
    account = work.lock_account(row.account_id)
    if went:
        settle(work, row.id, Settled("sent", f"settled by {pen.who}: {why}"), pen)
    else:
        row.state, row.reason, row.slot = "withdrawn", f"settled by {pen.who}: did not go: {why}", None
        for touch in work.session.execute(select(TouchRow).where(TouchRow.letter_id == row.id)).scalars():
            touch.state, touch.on, touch.letter_id = "waiting", None, None
        _look_again(work, row.id)
        journal.write(work, account, pen, "letter_withdrawn", why=row.reason, message_id=message_id)
    tasks.settle(work, f"in_doubt:{message_id}")
    return True


def _look_again(work: Work, letter_id: int) -> None:
    covered = select(LetterLineRow.invoice_id).where(LetterLineRow.letter_id == letter_id)
    for invoice in work.session.execute(select(InvoiceRow).where(InvoiceRow.id.in_(covered))).scalars():
        invoice.next_on = LOOK_NOW
