"""Answers in the books: to a reply, one each, or by a person's word; sent through the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from dunwell.ledger.agreement_tables import ClaimRow, DisputeRow, PromiseLineRow, PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.mail_tables import AnswerLineRow, AnswerRow, MailRow, ReplyRow
from dunwell.ledger.tables import InvoiceRow, LetterRow

_OF_PROMISES = ("promise_thanked", "promise_due")
_OF_DISPUTES = ("dispute_acknowledged", "dispute_closed")
_AFTER = {"waiting": "proposed", "withdrawn": "proposed"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to be sent: its letter, whom it answers, its invoices' keys, and what it speaks of.

    `key` makes it unique; `thread` are the Message-IDs that it answers, oldest first. `received` is what has come in
    towards the promise that it reminds of, in minor units.
    """

    id: int
    key: str
    account_id: int
    letter: str
    to_email: str | None
    on: date
    invoice_ids: tuple[int, ...]
    thread: tuple[str, ...]
    promises: tuple[PromiseRow, ...] = ()
    claim: ClaimRow | None = None
    dispute: DisputeRow | None = None
    about: int | None = None
    received: int = 0


def propose(
    work: Work,
    key: str,
    account_id: int,
    letter: str,
    invoice_ids: Sequence[int],
    on: date,
    *,
    reply_id: int | None = None,
    to_email: str | None = None,
    about: int | None = None,
) -> bool:
    """Have an answer sent; False where its key is known already: it goes once."""
    if work.session.execute(select(col(AnswerRow.id)).where(col(AnswerRow.key) == key)).first() is not None:
        return False
    row = AnswerRow(
        reply_id=reply_id, key=key, account_id=account_id, letter=letter, to_email=to_email, about=about, on=on
    )
    work.session.add(row)
    work.session.flush()
    for invoice_id in invoice_ids:
        work.session.add(AnswerLineRow(answer_id=row.id or 0, invoice_id=invoice_id))
    return True


def proposed(work: Work) -> list[tuple[int, int, str]]:
    """The answers to be sent: their ids, each with its account's and its letter's name."""
    query = (
        select(col(AnswerRow.id), col(AnswerRow.account_id), col(AnswerRow.letter))
        .where(col(AnswerRow.state) == "proposed")
        .order_by(col(AnswerRow.id))
    )
    return [(key or 0, account_id, letter) for key, account_id, letter in work.session.execute(query)]


def load(work: Work, answer_id: int) -> Answer | None:
    """An answer that is still to be sent; the account is locked by this work."""
    row = work.session.get_one(AnswerRow, answer_id, populate_existing=True)
    if row.state != "proposed":
        return None
    lines = select(col(AnswerLineRow.invoice_id)).where(col(AnswerLineRow.answer_id) == answer_id)
    promises: Sequence[PromiseRow] = ()
    if row.letter in _OF_PROMISES:
        of_reply = col(PromiseRow.reply_id) == row.reply_id if row.reply_id else col(PromiseRow.id) == row.about
        promises = work.session.execute(select(PromiseRow).where(of_reply).order_by(col(PromiseRow.by))).scalars().all()
    return Answer(
        id=answer_id,
        key=row.key,
        account_id=row.account_id,
        letter=row.letter,
        to_email=row.to_email,
        on=row.on,
        invoice_ids=tuple(work.session.execute(lines.order_by(col(AnswerLineRow.invoice_id))).scalars()),
        thread=_thread(work, row),
        promises=tuple(promises),
        claim=work.session.get(ClaimRow, row.about) if row.letter == "claim_acknowledged" else None,
        dispute=work.session.get(DisputeRow, row.about) if row.letter in _OF_DISPUTES else None,
        about=row.about,
        received=_received(work, row.about) if row.letter == "promise_due" and row.about else 0,
    )


def _received(work: Work, promise_id: int) -> int:
    now = col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open)
    query = (
        select(col(PromiseLineRow.open_then), now)
        .join(InvoiceRow, col(InvoiceRow.id) == col(PromiseLineRow.invoice_id))
        .where(col(PromiseLineRow.promise_id) == promise_id)
    )
    return sum(max(0, then - still) for then, still in work.session.execute(query))


def _thread(work: Work, row: AnswerRow) -> tuple[str, ...]:
    query = (
        select(col(MailRow.message_id))
        .join(ReplyRow, col(ReplyRow.mail_id) == col(MailRow.id))
        .where(col(ReplyRow.id) == row.reply_id)
    )
    found = work.session.execute(query).scalar_one_or_none()
    return (found,) if found and found.startswith("<") else ()


def free(work: Work, slot: str) -> None:
    """A letter that the server put off gives way to the answer as it is written now."""
    query = update(LetterRow).where(col(LetterRow.slot) == slot, col(LetterRow.state) == "waiting")
    work.session.execute(
        query.values(state="withdrawn", reason="written anew when it was to be tried again", slot=None)
    )


def take(work: Work, answer_id: int, letter_id: int) -> None:
    """The answer goes with this letter."""
    query = update(AnswerRow).where(col(AnswerRow.id) == answer_id)
    work.session.execute(query.values(state="reserved", letter_id=letter_id))


def fail(work: Work, answer_id: int, why: str) -> None:
    """The answer cannot be written: it ends, with the reason."""
    query = update(AnswerRow).where(col(AnswerRow.id) == answer_id)
    work.session.execute(query.values(state="failed", why=why))


_SETTLE = (
    update(AnswerRow)
    .where(col(AnswerRow.letter_id) == bindparam("of_letter"), col(AnswerRow.state).in_(("reserved", "in_doubt")))
    .values(state=bindparam("new_state"))
)


def settle(work: Work, letter_id: int, state: str) -> None:
    """What became of the answer with this letter: to be sent still where it has not left."""
    work.session.connection().execute(_SETTLE, {"of_letter": letter_id, "new_state": _AFTER.get(state, state)})
