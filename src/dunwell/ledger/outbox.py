"""The outbox: a letter is reserved and committed before it leaves, and settled with what the server said.

A letter found reserved is one whose fate nobody knows: it is in doubt, counts as sent, and is never sent again by
itself. `slot` holds invariant 2: one letter of the cycle an account and day, whoever runs beside.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import (
    LOOK_NOW,
    AccountRow,
    ContactRow,
    InvoiceRow,
    LetterBodyRow,
    LetterLineRow,
    LetterRow,
    TouchRow,
)
from dunwell.terms.decision import Send


@dataclass(frozen=True, slots=True)
class Cover:
    """A touch that a letter settles: the case's invoice, its own stage and round, and what is asked for it."""

    invoice_id: int
    number: str
    touch: Send
    asked: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter ready to be reserved."""

    account_id: int
    on: date
    name: str
    stage: str | None
    language: str
    to_email: str
    subject: str
    message_id: str
    raw: bytes
    covers: tuple[Cover, ...]
    deadline: date | None
    rehearsal: bool


def slot_of(account_number: str, on: date) -> str:
    """What makes a letter of the daily cycle unique: its account and day."""
    return f"cycle:{account_number}:{on.isoformat()}"


def slot_taken(work: Work, account_number: str, on: date) -> bool:
    """Whether the account's letter of that day is taken already, however it ended.

    Asked under the account's lock, so that of two runs side by side one sees the other's letter.
    """
    query = select(col(LetterRow.state)).where(col(LetterRow.slot) == slot_of(account_number, on))
    state = work.session.execute(query).scalars().first()
    return state is not None and state != "waiting"


def waiting_letter(work: Work, account_id: int) -> int | None:
    """The account's letter that the server put off and that is to be tried again, if there is one."""
    query = select(col(LetterRow.id)).where(col(LetterRow.account_id) == account_id, col(LetterRow.state) == "waiting")
    return work.session.execute(query).scalars().first()


def withdraw(work: Work, letter_id: int, why: str) -> None:
    """A letter that never left is not needed any more."""
    row = work.session.get_one(LetterRow, letter_id)
    row.state, row.reason, row.slot = "withdrawn", why, None


def reserve(work: Work, draft: Draft, pen: Pen, worker: str, waiting: int | None) -> int:
    """Take the letter for sending; returns its id. The account is locked and its day's slot was found free.

    A letter put off earlier (`waiting`) is taken up again under its new day and text.
    """
    session = work.session
    account = session.get_one(AccountRow, draft.account_id)
    row = session.get_one(LetterRow, waiting) if waiting else LetterRow(account_id=draft.account_id, state="")  # type: ignore[call-arg]
    row.slot = None if draft.rehearsal else slot_of(account.number, draft.on)
    row.on, row.name, row.stage, row.language = draft.on, draft.name, draft.stage, draft.language
    row.to_email, row.subject, row.message_id, row.deadline = (
        draft.to_email,
        draft.subject,
        draft.message_id,
        draft.deadline,
    )
    row.state, row.reason, row.worker = "reserved", "handed to the mail server; no answer on record", worker
    row.reserved_at, row.settled_at, row.kind = pen.now.isoformat(timespec="seconds"), None, "cycle"
    session.add(row)
    session.flush()
    _write_content(work, row, draft, fresh=waiting is None)
    journal.write(
        work,
        account,
        pen,
        "letter_reserved",
        why=f"letter '{draft.name}' to one contact",
        letter=draft.name,
        message_id=draft.message_id,
        invoices=[cover.number for cover in draft.covers],
        rehearsal=draft.rehearsal,
    )
    return row.id or 0


def _write_content(work: Work, row: LetterRow, draft: Draft, *, fresh: bool) -> None:
    session, letter_id = work.session, row.id or 0
    if not fresh:
        for old in session.execute(select(LetterLineRow).where(col(LetterLineRow.letter_id) == letter_id)).scalars():
            session.delete(old)
        session.delete(session.get_one(LetterBodyRow, letter_id))
        session.flush()
    session.add(LetterBodyRow(letter_id=letter_id, raw=zlib.compress(draft.raw, 6)))
    state = "rehearsed" if draft.rehearsal else "reserved"
    by_invoice = {cover.invoice_id: cover for cover in draft.covers}
    query = select(TouchRow).where(
        col(TouchRow.invoice_id).in_(list(by_invoice)),
        col(TouchRow.channel) == "email",
        col(TouchRow.state) == "proposed",
    )
    for touch in session.execute(query).scalars():
        touch.state, touch.letter_id, touch.on, touch.deadline = state, letter_id, draft.on, draft.deadline
        touch.reason = f"covered by letter '{draft.name}'"
    session.add_all(
        LetterLineRow(letter_id=letter_id, invoice_id=cover.invoice_id, asked=cover.asked) for cover in draft.covers
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a letter: its state and the reason; `bad_address` says that the server knows no such address."""

    state: str
    reason: str
    bad_address: bool = False


def settle(work: Work, letter_id: int, settled: Settled, pen: Pen) -> tuple[int, ...]:
    """Write down what the server answered; returns the ids of the invoices that the letter covers.

    Settling again what is settled changes nothing.
    """
    row = work.session.get_one(LetterRow, letter_id, with_for_update=work.postgres)
    account = work.lock_account(row.account_id)
    lines = select(col(LetterLineRow.invoice_id)).where(col(LetterLineRow.letter_id) == letter_id)
    covered = tuple(work.session.execute(lines).scalars())
    if row.state not in ("reserved", "in_doubt"):
        return covered
    row.state, row.reason = settled.state, settled.reason
    row.settled_at = pen.now.isoformat(timespec="seconds")
    _settle_touches(work, row, settled.state)
    if settled.state == "failed":
        _failed(work, row, account, settled, pen)
    journal.write(
        work, account, pen, f"letter_{settled.state}", why=settled.reason, letter=row.name, message_id=row.message_id
    )
    return covered


def _settle_touches(work: Work, row: LetterRow, state: str) -> None:
    back = {"waiting": "proposed", "failed": "failed"}.get(state, state)
    for touch in work.session.execute(select(TouchRow).where(col(TouchRow.letter_id) == row.id)).scalars():
        if touch.state in ("reserved", "in_doubt") or (touch.state == "rehearsed" and back != "rehearsed"):
            touch.state = back
            if back in ("proposed", "failed"):
                touch.on = None


def _failed(work: Work, row: LetterRow, account: AccountRow, settled: Settled, pen: Pen) -> None:
    """A letter that the server refused for good: a task, and the address is bad where it said so."""
    if settled.bad_address:
        query = select(ContactRow).where(
            col(ContactRow.account_id) == row.account_id, col(ContactRow.email) == row.to_email
        )
        for contact in work.session.execute(query).scalars():
            contact.bad_since = pen.on
        invoices = select(InvoiceRow).where(
            col(InvoiceRow.account_id) == row.account_id, col(InvoiceRow.state) == "open"
        )
        for invoice in work.session.execute(invoices).scalars():
            invoice.next_on = LOOK_NOW
    text = f"letter '{row.name}' of {row.on} was refused: {settled.reason}"
    tasks.make(
        work,
        f"letter_failed:{row.message_id}",
        "bad_address" if settled.bad_address else "letter_failed",
        text,
        made_on=pen.on,
        account_id=row.account_id,
        role="collector" if settled.bad_address else "operator",
    )


def sweep(work: Work, older_than: datetime, gone: Callable[[str], bool], pen: Pen) -> int:
    """Letters reserved by a worker that is `gone`, or before `older_than`, and never settled are in doubt.

    Returns how many are so now for the first time. After a day in doubt a person is asked.
    """
    query = select(LetterRow).where(col(LetterRow.state) == "reserved")
    limit = older_than.isoformat(timespec="seconds")
    rows = work.session.execute(query).scalars()
    found = [row for row in rows if row.reserved_at < limit or gone(row.worker)]
    for row in found:
        # A rehearsal (it has no slot) is over whatever became of it: no customer was to get it.
        row.state = "in_doubt" if row.slot else "rehearsed"
        row.reason = "no answer from the mail server is on record: it may or may not have gone"
        _settle_touches(work, row, row.state)
        account = work.lock_account(row.account_id)
        journal.write(
            work, account, pen, f"letter_{row.state}", why=row.reason, letter=row.name, message_id=row.message_id
        )
    _withdraw_the_needless(work, pen)
    yesterday = (pen.now - timedelta(days=1)).isoformat(timespec="seconds")
    old = select(LetterRow).where(col(LetterRow.state) == "in_doubt", col(LetterRow.reserved_at) < yesterday)
    for row in work.session.execute(old).scalars():
        text = (
            f"letter '{row.name}' of {row.on} is in doubt: look for {row.message_id} in the sent mail, then settle it"
        )
        tasks.make(
            work,
            f"in_doubt:{row.message_id}",
            "in_doubt",
            text,
            made_on=pen.on,
            role="operator",
            account_id=row.account_id,
        )
    return len(found)


def _withdraw_the_needless(work: Work, pen: Pen) -> None:
    """A letter put off whose touches are not due any more (paid, superseded) does not stay in the queue for ever."""
    needed = select(col(TouchRow.letter_id)).where(
        col(TouchRow.state).in_(("proposed", "waiting")), col(TouchRow.letter_id).is_not(None)
    )
    query = select(LetterRow).where(col(LetterRow.state) == "waiting", col(LetterRow.id).not_in(needed))
    for row in work.session.execute(query).scalars():
        account = work.lock_account(row.account_id)
        withdraw(work, row.id or 0, "not due any more when it was to be tried again")
        journal.write(work, account, pen, "letter_withdrawn", why=row.reason, message_id=row.message_id)
