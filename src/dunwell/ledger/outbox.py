"""The outbox: reserve, hand over, settle. Each step is committed before the next begins.

A letter is *reserved* under its account's lock, with everything it covers; *handed* right before the first byte goes
to the mail server, by one process only; then settled with what the server said. What a dead process had reserved has
not left and is due again; what it had handed over is in doubt: nobody knows, it counts as sent, and it is never sent
again by itself. `slot` holds invariant 2: one letter of the cycle an account and day, whoever runs beside.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, insert, or_, select, update
from sqlmodel import col

from dunwell.ledger import answers, news, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.settling import Settled, settle
from dunwell.ledger.tables import (
    LOOK_NOW,
    InvoiceRow,
    LetterBodyRow,
    LetterLineRow,
    LetterRow,
    NewsRow,
    TouchRow,
)
from dunwell.terms.decision import Send
from dunwell.terms.letter import Carrier

TAKEN = "taken for sending; not handed to the mail server yet"
PRINTED = "printed: to be posted by a person"
HANDED = "handed to the mail server; no answer on record"
_OTHERWISE = (
    select(col(LetterLineRow.letter_id))
    .join(InvoiceRow, col(InvoiceRow.id) == col(LetterLineRow.invoice_id))
    .where(
        col(LetterLineRow.letter_id) == bindparam("key"),
        or_(
            col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open)
            != col(LetterLineRow.asked) + col(LetterLineRow.held_back),
            # Something was said about it since: a promise, a dispute, a pause. An answer asks for nothing anew.
            (col(InvoiceRow.next_on) == LOOK_NOW) & (col(LetterRow.kind) == "cycle"),
        ),
    )
)
_HAND_OVER = (
    update(LetterRow)
    .where(
        col(LetterRow.id) == bindparam("key"),
        col(LetterRow.state) == "reserved",
        col(LetterRow.worker) == bindparam("me"),
        ~exists(_OTHERWISE),
    )
    .values(state="handed", reason=HANDED)
)
_COVER = (
    update(TouchRow)
    .where(
        col(TouchRow.invoice_id) == bindparam("invoice_key"),
        col(TouchRow.channel) == "email",
        col(TouchRow.stage) == bindparam("in_stage"),
        col(TouchRow.round) == bindparam("in_round"),
    )
    .values(
        state=bindparam("new_state"),
        letter_id=bindparam("letter_key"),
        on=bindparam("new_on"),
        deadline=bindparam("new_deadline"),
        reason=bindparam("new_reason"),
    )
)


@dataclass(frozen=True, slots=True)
class Cover:
    """A touch that a letter settles: the case's invoice, its own stage and round, what is asked for it, and what is
    open and not asked for (minor units). An answer settles none."""

    invoice_id: int
    number: str
    touch: Send | None
    asked: int
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter ready to be reserved. `copies` are further addresses of the account, `news` what it tells beside;
    `answer_to` is the key of the answer that it is, None for a letter of the daily cycle."""

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
    copies: tuple[str, ...] = ()
    news: tuple[int, ...] = ()
    statement: bool = False
    answer_to: str | None = None
    carrier: Carrier = Carrier.EMAIL

    @property
    def first_state(self) -> str:
        """Its state when it is reserved: a letter on paper leaves only by a person's hand."""
        return "printed" if self.carrier is Carrier.LETTER else "reserved"


def slot_of(account_number: str, on: date) -> str:
    """What makes a letter of the daily cycle unique: its account and day."""
    return f"cycle:{account_number}:{on.isoformat()}"


def answer_slot(key: str) -> str:
    """What makes an answer unique: the reply that it answers."""
    return f"answer:{key}"


def _kind(draft: Draft) -> str:
    if draft.answer_to:
        return "answer"
    # What only brings news waits for no interval and counts for none.
    return "cycle" if draft.covers else "news"


def taken_slots(work: Work, account_numbers: Iterable[str], on: date) -> set[str]:
    """Whose letter of that day is taken already, however it ended, by slot.

    Asked under the accounts' locks, so that of two runs side by side one sees the other's letters.
    """
    slots = [slot_of(number, on) for number in account_numbers]
    query = select(col(LetterRow.slot)).where(col(LetterRow.slot).in_(slots), col(LetterRow.state) != "waiting")
    return {slot for slot in work.session.execute(query).scalars() if slot is not None}


def withdraw_waiting(work: Work, account_ids: Iterable[int], why: str) -> None:
    """Letters that the server put off and that never left give way to what is sent, or not sent, now."""
    query = update(LetterRow).where(col(LetterRow.account_id).in_(list(account_ids)), col(LetterRow.state) == "waiting")
    work.session.execute(query.values(state="withdrawn", reason=why, slot=None))


def withdraw_needless(work: Work) -> None:
    """Letters that the server put off reach their end when nothing is due any more to their accounts."""
    wanted = (
        select(col(InvoiceRow.account_id))
        .join(TouchRow, col(TouchRow.invoice_id) == col(InvoiceRow.id))
        .where(col(TouchRow.state) == "proposed", col(TouchRow.channel) == "email")
    )
    told = select(col(NewsRow.account_id)).where(col(NewsRow.state) == "proposed")
    query = update(LetterRow).where(
        col(LetterRow.state) == "waiting",
        col(LetterRow.account_id).not_in(wanted),
        col(LetterRow.account_id).not_in(told),
    )
    work.session.execute(query.values(state="withdrawn", reason="not due any more", slot=None))


def reserve(work: Work, drafts: Sequence[tuple[str, Draft]], pen: Pen, worker: str) -> list[int]:
    """Take letters for sending, each with its account's number; returns their ids, in the same order.

    The accounts are locked and their slots of the day were found free.
    """
    if not drafts:
        return []
    rows = [_row(number, draft, pen, worker) for number, draft in drafts]
    made = work.session.execute(
        insert(LetterRow).returning(col(LetterRow.id), col(LetterRow.account_id), sort_by_parameter_order=True), rows
    )
    ids = [int(key or 0) for key, _ in made]
    for letter_id, (_, draft) in zip(ids, drafts, strict=True):
        work.insert(LetterBodyRow, {"letter_id": letter_id, "raw": zlib.compress(draft.raw, 6)})
        for cover in draft.covers:
            sums = {"asked": cover.asked, "held_back": cover.held_back}
            work.insert(LetterLineRow, {"letter_id": letter_id, "invoice_id": cover.invoice_id, **sums})
    work.flush()
    covers = [
        _covered(letter_id, draft, cover, cover.touch)
        for letter_id, (_, d) in zip(ids, drafts, strict=True)
        for draft in [d]
        for cover in draft.covers
        if cover.touch is not None
    ]
    if covers:
        work.session.connection().execute(_COVER, covers)
    for letter_id, (_, draft) in zip(ids, drafts, strict=True):
        news.take(work, letter_id, draft.news)
    return ids


def _row(number: str, draft: Draft, pen: Pen, worker: str) -> dict[str, Any]:
    slot = answer_slot(draft.answer_to) if draft.answer_to else slot_of(number, draft.on)
    return {
        "account_id": draft.account_id,
        "slot": None if draft.rehearsal else slot,
        "kind": "rehearsal" if draft.rehearsal else _kind(draft),
        "on": draft.on,
        "name": draft.name,
        "stage": draft.stage,
        "language": draft.language,
        "to_email": draft.to_email,
        "contact_id": None,
        "subject": draft.subject,
        "message_id": draft.message_id,
        "state": draft.first_state,
        "reason": PRINTED if draft.carrier is Carrier.LETTER else TAKEN,
        "carrier": draft.carrier.value,
        "deadline": draft.deadline,
        "statement": draft.statement,
        "worker": worker,
        "reserved_at": pen.at,
        "settled_at": None,
    }


def _covered(letter_id: int, draft: Draft, cover: Cover, touch: Send) -> dict[str, Any]:
    return {
        "invoice_key": cover.invoice_id,
        "in_stage": touch.stage,
        "in_round": touch.round,
        "new_state": draft.first_state,
        "letter_key": letter_id,
        "new_on": draft.on,
        "new_deadline": draft.deadline,
        "new_reason": f"covered by letter '{draft.name}'",
    }


def hand_over(work: Work, letter_id: int, worker: str) -> bool:
    """Mark the letter as being handed to the mail server.

    False where it is not ours to hand over any more, or where what it asks for is not what is open any more.
    """
    done = work.session.connection().execute(_HAND_OVER, {"key": letter_id, "me": worker})
    return bool(done.rowcount == 1)


def release(work: Work, letter_id: int, pen: Pen, why: str) -> None:
    """A letter that was reserved and never handed over: it has not left, and what it covered is due again."""
    row = work.session.get_one(LetterRow, letter_id, with_for_update=work.postgres, populate_existing=True)
    if row.state != "reserved":
        return
    row.state, row.reason, row.slot = "withdrawn", why, None
    query = update(TouchRow).where(col(TouchRow.letter_id) == letter_id, col(TouchRow.state) == "reserved")
    work.session.execute(query.values(state="proposed", on=None, letter_id=None))
    news.settle(work, letter_id, "withdrawn")
    answers.settle(work, letter_id, "withdrawn")


def sweep(work: Work, older_than: datetime, gone: Callable[[str], bool], pen: Pen) -> int:
    """Settle what processes left that are `gone`, or that reserved before `older_than`: due again, or in doubt.

    Returns how many letters are in doubt now for the first time. After a day in doubt a person is asked.
    """
    limit = older_than.isoformat(timespec="seconds")
    query = select(LetterRow).where(col(LetterRow.state).in_(("reserved", "handed")))
    left = [row for row in work.session.execute(query).scalars() if row.reserved_at < limit or gone(row.worker)]
    doubtful = [row for row in left if row.state == "handed"]
    for row in left:
        if row.state == "reserved" and row.id is not None:
            release(work, row.id, pen, "its process ended before it was handed over")
    for row in doubtful:
        reason = "no answer from the mail server is on record: it may or may not have gone"
        state = "rehearsed" if row.kind == "rehearsal" else "in_doubt"
        settle(work, row.id or 0, Settled(state, reason), pen)
    work.flush()
    _ask_about_old(work, pen)
    return len(doubtful)


def _ask_about_old(work: Work, pen: Pen) -> None:
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
