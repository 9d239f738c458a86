"""Letters and mails whose period is over: found, and their bodies replaced by their digests.

What an open case or a standing referral rests on is held. Of a letter stay its day, kind, stage, invoices, Message-ID
and the codes of the server's answer; of a mail its day, meaning and what followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlmodel import SQLModel, col

from dunwell.ledger import erased
from dunwell.ledger.agreement_tables import ClaimRow, DisputeRow, PauseRow, PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.erased import MARK
from dunwell.ledger.lever_tables import PlanRow
from dunwell.ledger.mail_tables import AnswerRow, MailBodyRow, MailRow, ReplyLineRow, ReplyRow
from dunwell.ledger.referral_tables import STANDING, ReferralLineRow, ReferralRow
from dunwell.ledger.settling import without_names
from dunwell.ledger.tables import InvoiceRow, LetterBodyRow, LetterLineRow, LetterRow
from dunwell.rules.retention import Piece

_UNDER_WAY = ("reserved", "handed", "in_doubt", "printed")
_QUOTING: tuple[type[SQLModel], ...] = (PromiseRow, ClaimRow, DisputeRow, PauseRow, PlanRow)
"""Tables whose `why` quotes the reply that `reply_id` names."""
_CHUNK = 200


def letters(
    work: Work, *, to: date | None = None, account_id: int | None = None, email: str | None = None
) -> list[Piece]:
    """The letters that have their bodies yet: up to a day, of an account, to an address. Those under way are held."""
    held = or_(col(LetterRow.state).in_(_UNDER_WAY), _rests_on(LetterLineRow, LetterLineRow.letter_id, LetterRow.id))
    query = select(col(LetterRow.id), col(LetterRow.on), held).where(col(LetterRow.erased_on).is_(None))
    asked = (
        None if to is None else col(LetterRow.on) <= to,
        None if account_id is None else col(LetterRow.account_id) == account_id,
        None if email is None else func.lower(col(LetterRow.to_email)) == email.lower(),
    )
    rows = work.session.execute(query.where(*(one for one in asked if one is not None)).order_by(col(LetterRow.id)))
    return [Piece(key, on, bool(is_held)) for key, on, is_held in rows]


def mails(work: Work, account_id: int | None, *, to: date | None = None, email: str | None = None) -> list[Piece]:
    """The replies of an account (None: of no account), each by its mail's id: up to a day, from an address.

    One that waits for a person is held; one that was ignored is no proof of anything.
    """
    held = or_(col(ReplyRow.state) == "review", _rests_on(ReplyLineRow, ReplyLineRow.reply_id, ReplyRow.id))
    query = (
        select(col(MailRow.id), col(ReplyRow.on), held, col(ReplyRow.state))
        .join(ReplyRow, col(ReplyRow.mail_id) == col(MailRow.id))
        .where(
            col(MailRow.erased_on).is_(None),
            col(ReplyRow.account_id).is_(None) if account_id is None else col(ReplyRow.account_id) == account_id,
        )
    )
    if to is not None:
        query = query.where(col(ReplyRow.on) <= to)
    if email is not None:
        query = query.where(func.lower(col(ReplyRow.sender)) == email.lower())
    rows = work.session.execute(query.order_by(col(MailRow.id)))
    return [Piece(key, on, bool(is_held), state != "ignored") for key, on, is_held, state in rows]


def accounts_past(work: Work, to: date) -> list[int | None]:
    """The accounts that may have letters or mails up to this day with their bodies; None for mails of no account."""
    lettered = select(col(LetterRow.account_id)).where(col(LetterRow.erased_on).is_(None), col(LetterRow.on) <= to)
    mailed = (
        select(col(ReplyRow.account_id))
        .join(MailRow, col(MailRow.id) == col(ReplyRow.mail_id))
        .where(col(MailRow.erased_on).is_(None), col(ReplyRow.on) <= to)
    )
    found = {*work.session.execute(lettered.distinct()).scalars(), *work.session.execute(mailed.distinct()).scalars()}
    return sorted(found, key=lambda key: key or 0)


def _rests_on(lines: type[SQLModel], owner: Any, own: Any) -> ColumnElement[bool]:
    """Whether an invoice of the letter or reply is open, or in a referral that stands."""
    invoice_id: Any = vars(lines)["invoice_id"]
    is_open = (
        exists()
        .where(col(owner) == col(own), col(InvoiceRow.id) == invoice_id, col(InvoiceRow.state) == "open")
        .correlate_except(lines, InvoiceRow)
    )
    is_referred = (
        exists()
        .where(
            col(owner) == col(own),
            col(ReferralLineRow.invoice_id) == invoice_id,
            col(ReferralRow.id) == col(ReferralLineRow.referral_id),
            col(ReferralRow.state).in_(STANDING),
        )
        .correlate_except(lines, ReferralLineRow, ReferralRow)
    )
    return or_(is_open, is_referred)


def erase_letters(work: Work, ids: Sequence[int], on: date, why: str) -> None:
    """Replace the bodies of these letters by their digests, and their addresses and subjects by a mark."""
    for some in _chunks(ids):
        bodies = select(LetterBodyRow).where(col(LetterBodyRow.letter_id).in_(some))
        for body in work.session.execute(bodies).scalars():
            body.raw = erased.body(body.raw, on, why)
        for row in work.session.execute(select(LetterRow).where(col(LetterRow.id).in_(some))).scalars():
            row.reason = erased.without(without_names(row.reason), [row.to_email])
            row.to_email, row.subject, row.erased_on = MARK, MARK, on
        answers = update(AnswerRow).where(col(AnswerRow.letter_id).in_(some))
        work.session.execute(answers.values(to_email=None))
        work.session.flush()


def erase_mails(work: Work, ids: Sequence[int], on: date, why: str) -> None:
    """Replace the bodies of these mails by their digests, and what was read from them and quoted by a mark."""
    for some in _chunks(ids):
        bodies = select(MailBodyRow).where(col(MailBodyRow.mail_id).in_(some))
        for body in work.session.execute(bodies).scalars():
            body.raw = erased.body(body.raw, on, why)
        work.session.execute(update(MailRow).where(col(MailRow.id).in_(some)).values(erased_on=on))
        replies = list(work.session.execute(select(col(ReplyRow.id)).where(col(ReplyRow.mail_id).in_(some))).scalars())
        blank = {"sender": MARK, "subject": MARK, "effect": MARK, "reasons": "[]", "reading": "{}"}
        work.session.execute(update(ReplyRow).where(col(ReplyRow.id).in_(replies)).values(**blank))
        for table in _QUOTING:
            columns: Any = vars(table)
            work.session.execute(update(table).where(columns["reply_id"].in_(replies)).values(why=MARK))
        work.session.flush()


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = list(ids)
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
