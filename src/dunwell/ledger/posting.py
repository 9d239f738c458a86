"""Letters on paper in the books: printed, then posted by a person, or withdrawn because they say what is true no more.

The books hold the letter with its enclosures as one message; the print folder only shows what they hold.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select, update
from sqlmodel import col

from dunwell.ledger import journal, letters, settling, tasks
from dunwell.ledger.agreeing import look_again
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.settling import Settled
from dunwell.ledger.tables import AccountRow, InvoiceRow, LetterBodyRow, LetterLineRow, LetterRow, TouchRow
from dunwell.terms.calendar import working_day_from
from dunwell.terms.decision import Reason

_HELD = (
    Reason.STOPPED,
    Reason.PAUSED,
    Reason.DISPUTED,
    Reason.CREDIT_AWAITED,
    Reason.CLAIMED,
    Reason.PROMISED,
    Reason.IN_PLAN,
    Reason.EXCLUDED,
)
"""Reasons that came up since the letter was printed, and for which it would not be written now."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter on paper that waits to be posted. `raw` is the message that holds its pages and enclosures."""

    id: int
    account: str
    name: str
    address: str
    letter: str
    stage: str | None
    language: str
    invoices: tuple[str, ...]
    on: date
    deadline: date | None
    message_id: str
    raw: bytes


def task_key(letter_id: int) -> str:
    """The key of the task that asks for a letter to be posted."""
    return f"post:{letter_id}"


def by_task(key: str) -> int | None:
    """The letter that a task asks to be posted, by the task's key."""
    kind, _, number = key.partition(":")
    return int(number) if kind == "post" and number.isdecimal() else None


def ask(work: Work, letter_id: int, account: AccountRow, letter: str, numbers: Sequence[str], pen: Pen) -> None:
    """Write down that a letter was printed, and ask for it to be posted. The account is locked."""
    text = (
        f"post letter {letter_id} ('{letter}') to {account.name}: it is in the print folder. "
        f"Then: dunwell letters posted {letter_id} --by NAME"
    )
    tasks.make(work, task_key(letter_id), "post_letter", text, made_on=pen.on, account_id=account.id)
    for number in numbers:
        why = "no address takes mail, or the policy says paper"
        journal.write(work, account, pen, "letter_printed", invoice=number, why=why, letter=letter)


def any_printed(work: Work) -> bool:
    """Whether any letter waits to be posted."""
    query = select(col(LetterRow.id)).where(col(LetterRow.state) == "printed").limit(1)
    return work.session.execute(query).first() is not None


def waiting(work: Work) -> list[Printed]:
    """The letters that wait to be posted, oldest first."""
    query = (
        select(LetterRow, AccountRow, col(LetterBodyRow.raw))
        .join(AccountRow, col(AccountRow.id) == col(LetterRow.account_id))
        .join(LetterBodyRow, col(LetterBodyRow.letter_id) == col(LetterRow.id))
        .where(col(LetterRow.state) == "printed")
        .order_by(col(LetterRow.id))
    )
    lines = (
        select(col(LetterLineRow.letter_id), col(InvoiceRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(LetterLineRow.invoice_id))
        .join(LetterRow, col(LetterRow.id) == col(LetterLineRow.letter_id))
        .where(col(LetterRow.state) == "printed")
        .order_by(col(InvoiceRow.number))
    )
    numbers: dict[int, list[str]] = {}
    for key, number in work.session.execute(lines):
        numbers.setdefault(key, []).append(number)
    return [
        Printed(
            id=row.id or 0,
            account=account.number,
            name=account.name,
            address=account.address or "",
            letter=row.name,
            stage=row.stage,
            language=row.language,
            invoices=tuple(numbers.get(row.id or 0, ())),
            on=row.on,
            deadline=row.deadline,
            message_id=row.message_id,
            raw=zlib.decompress(raw),
        )
        for row, account, raw in work.session.execute(query)
    ]


def withdraw_outdated(work: Work, pen: Pen) -> int:
    """Letters that ask for what is open no more, or that a word since holds back, are not to be posted; returns how
    many."""
    changed = (
        select(col(LetterLineRow.letter_id))
        .join(InvoiceRow, col(InvoiceRow.id) == col(LetterLineRow.invoice_id))
        .where(
            col(LetterLineRow.letter_id) == col(LetterRow.id),
            (
                col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open)
                != col(LetterLineRow.asked) + col(LetterLineRow.held_back)
            )
            | col(InvoiceRow.reason).in_([reason.value for reason in _HELD]),
        )
    )
    query = select(col(LetterRow.id)).where(col(LetterRow.state) == "printed", exists(changed))
    ids = [key for key in work.session.execute(query).scalars() if key is not None]
    for key in ids:
        _withdraw(work, key, "it changed before it was posted", pen)
    return len(ids)


def spoil(work: Work, letter_id: int, pen: Pen, why: str) -> str | None:
    """A person says that a letter was not posted and will not be: it is due again. Why not, where it cannot be."""
    if found := _not_printed(work, letter_id):
        return found
    _withdraw(work, letter_id, f"not posted, says {pen.who}: {why}", pen)
    return None


def _withdraw(work: Work, letter_id: int, reason: str, pen: Pen) -> None:
    row = work.session.get_one(LetterRow, letter_id)
    account = work.lock_account(row.account_id)
    work.session.refresh(row)
    if row.state == "printed":
        letters.withdraw(work, row, account, reason, pen)
        tasks.settle(work, task_key(letter_id))


def _not_printed(work: Work, letter_id: int) -> str | None:
    row = work.session.get(LetterRow, letter_id)
    if row is None or row.carrier != "letter":
        return f"there is no printed letter {letter_id}: see `dunwell letters print`"
    work.lock_account(row.account_id)
    work.session.refresh(row)
    return None if row.state == "printed" else f"letter {letter_id} is {row.state} already"


def posted(work: Work, letter_id: int, on: date, pen: Pen) -> str | None:
    """A person says that a letter was posted on a day: it counts from that day, and a deadline in it moves by as many
    days as it lay. Why not, where it cannot be."""
    if found := _not_printed(work, letter_id):
        return found
    row = work.session.get_one(LetterRow, letter_id)
    if not row.on <= on <= pen.on:
        return f"letter {letter_id} was printed on {row.on}: it cannot have been posted on {on}"
    account = work.session.get_one(AccountRow, row.account_id)
    settling.settle(work, letter_id, Settled("sent", f"posted on {on}, says {pen.who}"), pen)
    work.session.refresh(account)
    deadline = None if row.deadline is None else working_day_from(row.deadline + (on - row.on), account.country)
    mine = update(TouchRow).where(col(TouchRow.letter_id) == letter_id)
    work.session.execute(mine.values(on=on, deadline=deadline))
    lines = select(col(LetterLineRow.invoice_id)).where(col(LetterLineRow.letter_id) == letter_id)
    look_again(work, list(work.session.execute(lines).scalars()))
    tasks.settle(work, task_key(letter_id))
    return None
