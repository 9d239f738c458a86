"""Letters: send what is proposed, one letter an account a day. Decide again, reserve, commit, send, settle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from dunwell.desk.office import Office
from dunwell.desk.writing import Due, Written, write_letter
from dunwell.ledger import cases, outbox, tasks, touches
from dunwell.ledger.books import Work
from dunwell.ledger.cycles import worker_name
from dunwell.ledger.journal import Pen
from dunwell.ledger.outbox import Settled
from dunwell.ledger.touches import Proposal
from dunwell.letters.facts import LetterError
from dunwell.mailroom.sender import (
    Accepted,
    Answer,
    InDoubt,
    MailServerAway,
    MailServerRefuses,
    PutOff,
    Refused,
    Sender,
)
from dunwell.rules.decide import decide
from dunwell.terms.decision import Send
from dunwell.terms.moment import Moment

RETRY_AFTER = timedelta(days=7)
"""When a letter that was refused for good is tried again, if no news about the account comes first."""


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


@dataclass
class Post:
    """What became of all proposed letters of a run. `away` says why the mail server stopped it, if it did."""

    letters: list[Sent] = field(default_factory=list)
    away: str | None = None

    def count(self, *states: str) -> int:
        """How many letters ended in one of `states`."""
        return sum(letter.state in states for letter in self.letters)


def proposed(office: Office) -> list[Proposal]:
    """The accounts with letters proposed."""
    with office.books.read() as work:
        return touches.proposals(work)


def send_proposed(office: Office, moment: Moment) -> Iterator[Sent]:
    """Send every proposed letter whose hour it is, one after another over one connection; tells of each as it ends.

    Raises MailServerAway when the server cannot be reached: what has not gone stays proposed.
    """
    with Sender(office.route) as sender:
        for proposal in proposed(office):
            told = send_one(office, proposal, moment, sender)
            if told is not None:
                yield told


def send_one(office: Office, proposal: Proposal, moment: Moment, sender: Sender) -> Sent | None:
    """The letter of one account, if it is still due and its hour has come; None where nothing is due any more."""
    if moment.keeps_hours:
        zone = proposal.timezone or office.creditor.timezone
        if not office.policy.window.contains(moment.now, zone, proposal.country):
            return Sent(proposal.number, "", None, "", (), "", "window", f"waits for its hours in {zone}")
    sender.connect()
    try:
        taken = _reserve(office, proposal, moment)
    except LetterError as error:
        return _unsound(office, proposal, moment, str(error))
    if taken is None:
        return None
    letter_id, written = taken
    answer = sender.send(office.creditor.email or "", written.draft.to_email, written.draft.raw)
    settled = _settled(answer, rehearsal=written.draft.rehearsal)
    _settle(office, letter_id, settled, moment)
    return Sent(
        account=proposal.number,
        letter=written.draft.name,
        stage=written.draft.stage,
        language=written.draft.language,
        invoices=tuple(cover.number for cover in written.draft.covers),
        to=written.draft.to_email,
        state=settled.state,
        reason=settled.reason,
    )


def _reserve(office: Office, proposal: Proposal, moment: Moment) -> tuple[int, Written] | None:
    """Decide again under the account's lock, write the letter, and take it for sending."""
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        work.lock_account(proposal.account_id)
        waiting = outbox.waiting_letter(work, proposal.account_id)
        if outbox.slot_taken(work, proposal.number, moment.on) and not office.redirect_to:
            ids = touches.proposed_invoices(work, proposal.account_id)
            touches.hold_back(work, ids, "the account's letter of the day has gone", moment.on + timedelta(days=1))
            return None
        due, others = _still_due(office, work, proposal, moment.on, pen)
        if not due:
            if waiting:
                outbox.withdraw(work, waiting, "not due any more when it was to be tried again")
            return None
        written = write_letter(office, work, due, [one.case for one in others], moment)
        return outbox.reserve(work, written.draft, pen, worker_name(), waiting), written


def _still_due(
    office: Office, work: Work, proposal: Proposal, on: date, pen: Pen
) -> tuple[list[Due], list[cases.Loaded]]:
    """The account's proposed cases whose touch is still due, and its other open ones; changes are written down."""
    ids = set(touches.proposed_invoices(work, proposal.account_id))
    everything = cases.load(work, sorted(ids | set(cases.open_ids(work, proposal.account_id))), on, office.around)
    due: list[Due] = []
    others: list[cases.Loaded] = []
    for one in everything:
        if one.invoice_id not in ids:
            others.append(one)
            continue
        decision = decide(one.case, office.policy, on)
        if isinstance(decision.outcome, Send):
            due.append(Due(one, decision.outcome))
        else:
            touches.record(work, one, decision, pen)
            others += [one] if one.case.open_principal.minor > 0 else []
    return due, others


def _settled(answer: Answer, *, rehearsal: bool) -> Settled:
    match answer:
        case Accepted(said):
            return Settled("rehearsed" if rehearsal else "sent", said)
        case PutOff(said):
            return Settled("waiting", said)
        case Refused(said, bad_address):
            return Settled("failed", said, bad_address and not rehearsal)
        case InDoubt(said):
            return Settled("rehearsed" if rehearsal else "in_doubt", said)


def _settle(office: Office, letter_id: int, settled: Settled, moment: Moment) -> None:
    """Write down what the server said, and when the covered cases are looked at again."""
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        covered = outbox.settle(work, letter_id, settled, pen)
        if settled.state == "failed":
            if not settled.bad_address:
                touches.look_on(work, covered, moment.on + RETRY_AFTER)
            return
        if settled.state == "waiting":
            return
        work.session.flush()
        for one in cases.load(work, covered, moment.on, office.around):
            touches.replan(work, one, decide(one.case, office.policy, moment.on))


def _unsound(office: Office, proposal: Proposal, moment: Moment, why: str) -> Sent:
    """A letter that cannot be written as it stands: it waits until tomorrow, and a person is told."""
    with office.books.write() as work:
        account = work.lock_account(proposal.account_id)
        ids = touches.proposed_invoices(work, proposal.account_id)
        touches.hold_back(work, ids, why, moment.on + timedelta(days=1))
        tasks.make(
            work,
            f"letter_unsound:{account.number}",
            "letter_unsound",
            why,
            made_on=moment.on,
            role="operator",
            account_id=account.id,
        )
    return Sent(proposal.number, "", None, "", (), "", "unsound", why)


__all__ = [
    "MailServerAway",
    "MailServerRefuses",
    "Post",
    "Proposal",
    "Sender",
    "Sent",
    "proposed",
    "send_one",
    "send_proposed",
]
