"""Settling a letter: what the mail server answered, written down once, with all that follows from it.

These run once a letter while the mail server waits for the next: each statement is put together once, and no row goes
through the object mapper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from dunwell.ledger import answers, journal, news, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import (
    LOOK_NOW,
    AccountRow,
    ContactRow,
    InvoiceRow,
    LetterLineRow,
    LetterRow,
    TouchRow,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a letter: its state and the reason; `bad_address` says that the server knows no such address.

    `left_out` are copies that did not go: the address, the answer, and whether the address is bad.
    """

    state: str
    reason: str
    bad_address: bool = False
    left_out: tuple[tuple[str, str, bool], ...] = ()


@dataclass(slots=True)
class _Chain:
    """The end of an account's journal, as `journal.write` takes it."""

    id: int | None
    seq: int
    head: str


_LETTER = (
    select(
        col(LetterRow.account_id),
        col(LetterRow.state),
        col(LetterRow.kind),
        col(LetterRow.name),
        col(LetterRow.on),
        col(LetterRow.message_id),
        col(LetterRow.to_email),
        col(LetterRow.carrier),
        col(AccountRow.seq),
        col(AccountRow.head),
    )
    .join(AccountRow, col(LetterRow.account_id) == col(AccountRow.id))
    .where(col(LetterRow.id) == bindparam("key"))
)
_LOCKED = _LETTER.with_for_update()
_LINES = (
    select(col(InvoiceRow.number))
    .join(LetterLineRow, col(LetterLineRow.invoice_id) == col(InvoiceRow.id))
    .where(col(LetterLineRow.letter_id) == bindparam("key"))
    .order_by(col(InvoiceRow.number))
)
_SETTLE = (
    update(LetterRow)
    .where(col(LetterRow.id) == bindparam("key"))
    .values(state=bindparam("new_state"), reason=bindparam("new_reason"), settled_at=bindparam("new_at"))
)
_HEAD = (
    update(AccountRow)
    .where(col(AccountRow.id) == bindparam("key"))
    .values(seq=bindparam("new_seq"), head=bindparam("new_head"))
)
_TOUCHES = update(TouchRow).where(
    col(TouchRow.letter_id) == bindparam("key"), col(TouchRow.state).in_(("reserved", "in_doubt", "printed"))
)
_GIVEN = _TOUCHES.values(state=bindparam("new_state"))
_TOUCH_AFTER = {"waiting": "proposed", "withdrawn": "proposed", "failed": "failed"}


def settle(work: Work, letter_id: int, settled: Settled, pen: Pen) -> bool:
    """Write down what the server answered; False where the letter was settled before, which changes nothing."""
    work.session.flush()
    run = work.session.connection()
    row = run.execute(_LOCKED if work.postgres else _LETTER, {"key": letter_id}).one()
    if row.state not in ("reserved", "handed", "in_doubt", "printed"):
        return False
    values = {"new_state": settled.state, "new_reason": settled.reason, "new_at": pen.at}
    run.execute(_SETTLE, {"key": letter_id, **values})
    _settle_touches(work, letter_id, settled, rehearsal=row.kind == "rehearsal")
    news.settle(work, letter_id, settled.state, try_again=settled.bad_address, rehearsal=row.kind == "rehearsal")
    if row.kind in ("answer", "rehearsal"):
        answers.settle(work, letter_id, settled.state)
    if settled.state == "failed":
        _failed(work, row, settled, pen)
    elif settled.state == "sent" and row.carrier == "email":
        # What was posted says nothing about an address that takes no mail.
        tasks.settle_kinds(work, ("letter_failed", "letter_unsound", "bad_address"), account_id=row.account_id)
    for email, answer, bad in settled.left_out:
        _copy_left_out(work, row, email, answer, bad=bad, pen=pen)
    chain = _Chain(row.account_id, row.seq, row.head)
    numbers: list[str | None] = list(run.execute(_LINES, {"key": letter_id}).scalars())
    for number in numbers or [None]:
        # An entry for each invoice that the letter is about: each case's own history is whole.
        why = without_names(settled.reason)
        what = f"letter_{settled.state}"
        data = {"letter": row.name, "message_id": row.message_id}
        data |= {"bad_address": True} if settled.bad_address else {}
        journal.write(work, chain, pen, what, invoice=number, why=why, **data)
    run.execute(_HEAD, {"key": row.account_id, "new_seq": chain.seq, "new_head": chain.head})
    return True


_CODES = re.compile(r"^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?(?=[ -]|$)")


def without_names(answer: str) -> str:
    """A mail server's answer as its codes alone: the words quote addresses, and journal and Prefect hold none."""
    codes = _CODES.match(answer)
    return f"the mail server answered {codes[0]}" if codes else answer


def _settle_touches(work: Work, letter_id: int, settled: Settled, *, rehearsal: bool) -> None:
    state = _TOUCH_AFTER.get(settled.state, settled.state)
    run = work.session.connection()
    if state not in ("proposed", "failed"):
        run.execute(_GIVEN, {"key": letter_id, "new_state": state})
        return
    values: dict[str, Any] = {"state": state}
    if state == "proposed" or settled.bad_address:
        values["on"] = None
    if state == "failed":
        # What the redirect address would not take says nothing about the customer's.
        values["reason"] = "refused" if not (settled.bad_address or rehearsal) else "not_taken"
    run.execute(_TOUCHES.values(**values), {"key": letter_id})


def _failed(work: Work, row: Any, settled: Settled, pen: Pen) -> None:
    """A letter that the server refused for good: a task, and the address is bad where it said so."""
    if settled.bad_address:
        mark_bad(work, row.account_id, row.to_email, pen)
    tasks.make(
        work,
        f"letter_failed:{row.message_id}",
        "bad_address" if settled.bad_address else "letter_failed",
        f"letter '{row.name}' of {row.on} was refused: {settled.reason}",
        made_on=pen.on,
        account_id=row.account_id,
        role="collector" if settled.bad_address else "operator",
    )


def _copy_left_out(work: Work, row: Any, email: str, answer: str, *, bad: bool, pen: Pen) -> None:
    """A copy that the server would not take: the letter went all the same, and a person hears of it."""
    if bad:
        mark_bad(work, row.account_id, email, pen)
    tasks.make(
        work,
        f"copy:{row.message_id}:{email}",
        "bad_copy",
        f"the copy of letter '{row.name}' of {row.on} to {email} did not go: {answer}",
        made_on=pen.on,
        account_id=row.account_id,
    )


def mark_bad(work: Work, account_id: int, email: str, pen: Pen) -> None:
    """The address does not work: the account's open cases are looked at again, with whatever address is left."""
    theirs = update(ContactRow).where(col(ContactRow.account_id) == account_id, col(ContactRow.email) == email)
    work.session.execute(theirs.values(bad_since=pen.on))
    open_ones = update(InvoiceRow).where(
        col(InvoiceRow.account_id) == account_id, col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice"
    )
    work.session.execute(open_ones.values(next_on=LOOK_NOW))
