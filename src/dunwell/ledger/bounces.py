"""Letters that came back: what was accepted did not arrive after all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.agreeing import look_again
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.settling import mark_bad
from dunwell.ledger.tables import ContactRow, InvoiceRow, LetterLineRow, LetterRow, TouchRow

_WENT = ("sent", "in_doubt", "handed")


@dataclass(frozen=True, slots=True)
class Returned:
    """A letter that came back: `recipient` as the report names it, `hard` where its address is gone for good."""

    message_id: str
    recipient: str | None
    hard: bool
    status: str | None


def came_back(work: Work, returned: Returned, pen: Pen) -> str | None:
    """Write down that a letter came back; None where it is none of ours, else in words what follows.

    Hard: the address is bad, and the touch is due again for another one. Soft: it is tried again. A report about a
    copy changes nothing but the copy's address.
    """
    query = select(LetterRow).where(
        col(LetterRow.message_id) == returned.message_id, col(LetterRow.state) != "withdrawn"
    )
    letter = work.session.execute(query.order_by(col(LetterRow.id).desc())).scalars().first()
    if letter is None or letter.id is None:
        return None
    account = work.lock_account(letter.account_id)
    email = _address(work, letter, returned.recipient)
    if email is None:
        return "names an address that is no contact of the account"
    main = email.lower() == letter.to_email.lower()
    if letter.kind == "rehearsal":
        return "a rehearsal came back from the redirect address"
    if returned.hard:
        mark_bad(work, letter.account_id, email, pen)
        text = f"letter '{letter.name}' of {letter.on} came back ({returned.status or 'no code'}): find another address"
        tasks.make(
            work,
            f"bad_address:{account.number}:{email.lower()}",
            "bad_address",
            f"{text} and call: {email} does not take mail",
            made_on=pen.on,
            account_id=letter.account_id,
        )
    if not main or letter.state not in _WENT:
        return "the address of a copy is marked bad" if returned.hard else "a copy came back for now"
    _undo(work, letter, returned, pen)
    for number in _numbers(work, letter.id) or [None]:
        what = "letter_bounced" if returned.hard else "letter_came_back"
        journal.write(work, account, pen, what, invoice=number, why=returned.status or "", message_id=letter.message_id)
    return "the address is marked bad" if returned.hard else "it is tried again"


def _address(work: Work, letter: LetterRow, recipient: str | None) -> str | None:
    """The contact's address that the report is about: the letter's own where it names none."""
    if recipient is None or recipient.lower() == letter.to_email.lower():
        return letter.to_email
    query = select(col(ContactRow.email)).where(
        col(ContactRow.account_id) == letter.account_id, func.lower(col(ContactRow.email)) == recipient.lower()
    )
    return work.session.execute(query).scalar_one_or_none()


def _undo(work: Work, letter: LetterRow, returned: Returned, pen: Pen) -> None:
    """The letter counts as failed, and what it covered as not given."""
    letter.state, letter.settled_at = "failed", pen.at
    letter.reason = f"came back: {returned.status or 'no code'}"
    covered = update(TouchRow).where(col(TouchRow.letter_id) == letter.id, col(TouchRow.state).in_(_WENT))
    if returned.hard:
        work.session.execute(covered.values(state="failed", reason="not_taken", on=None))
    else:
        work.session.execute(covered.values(state="failed", reason="refused"))
    lines = select(col(LetterLineRow.invoice_id)).where(col(LetterLineRow.letter_id) == letter.id)
    look_again(work, list(work.session.execute(lines).scalars()))


def _numbers(work: Work, letter_id: int) -> list[str | None]:
    query = select(col(InvoiceRow.number)).join(LetterLineRow, col(LetterLineRow.invoice_id) == col(InvoiceRow.id))
    return list(work.session.execute(query.where(col(LetterLineRow.letter_id) == letter_id)).scalars())
