"""Sending one letter that is reserved: hand it over, send it, write down what the server said."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.desk.office import Office
from dunwell.desk.writing import Written
from dunwell.ledger import outbox, settling
from dunwell.ledger.cycles import worker_name
from dunwell.ledger.journal import Pen
from dunwell.ledger.outbox import Draft
from dunwell.ledger.settling import Settled
from dunwell.mailroom.sender import Accepted, Answer, InDoubt, PutOff, Refused, Sender
from dunwell.terms.moment import Moment


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one account's letter: `state` is a letter's, or 'window' or 'unsound' for one not written."""

    account: str
    letter: str
    stage: str | None
    language: str
    invoices: tuple[str, ...]
    to: str
    state: str
    reason: str


def send_one(
    office: Office, letter_id: int, account: str, written: Written, moment: Moment, sender: Sender
) -> Sent | None:
    """Hand a reserved letter over and send it; None where it changed before its turn, and is to be sent anew."""
    pen = Pen(moment.now, moment.on)
    draft = written.draft
    with office.books.write() as work:
        if not outbox.hand_over(work, letter_id, worker_name()):
            outbox.release(work, letter_id, pen, "the account changed before it was its turn")
            return None
    answer = sender.send(office.creditor.email or "", draft.to_email, draft.raw, draft.copies)
    settled = settled_by(answer, rehearsal=draft.rehearsal)
    with office.books.write() as work:
        settling.settle(work, letter_id, settled, pen)
    return told(account, draft, settled)


def told(account: str, draft: Draft, settled: Settled) -> Sent:
    """What became of a letter that was written."""
    numbers = tuple(cover.number for cover in draft.covers)
    return Sent(
        account, draft.name, draft.stage, draft.language, numbers, draft.to_email, settled.state, settled.reason
    )


def settled_by(answer: Answer, *, rehearsal: bool) -> Settled:
    """What became of a letter, by what the server answered."""
    match answer:
        case Accepted(said, left_out):
            return Settled("rehearsed" if rehearsal else "sent", said, left_out=left_out)
        case PutOff(said):
            return Settled("waiting", said)
        case Refused(said, bad_address):
            return Settled("failed", said, bad_address and not rehearsal)
        case InDoubt(said):
            return Settled("rehearsed" if rehearsal else "in_doubt", said)


def outcome_without_names(sent: Sent) -> str:
    """What became of a letter, in words that may stand in logs and in Prefect: no address, nobody's words."""
    reason = "see the task for the operator" if sent.state == "unsound" else settling.without_names(sent.reason)
    return f"{sent.letter or 'no letter'}: {reason}"
