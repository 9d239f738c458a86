"""A letter that is reserved, and what is decided about its cases once it has gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from dunwell.desk.facts import Due
from dunwell.desk.office import Office
from dunwell.desk.writing import Written
from dunwell.ledger.settling import Settled
from dunwell.liaison import sms, webhook
from dunwell.mailroom.sender import Accepted, Answer, InDoubt, PutOff, Refused, Sender
from dunwell.rules.decide import decide
from dunwell.terms.case import Touch
from dunwell.terms.decision import Decision
from dunwell.terms.letter import Carrier


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that is reserved: its key, what it says, and the cases that it covers."""

    letter_id: int
    account: str
    written: Written
    due: tuple[Due, ...]

    @property
    def on_paper(self) -> bool:
        """Whether a person is to post it."""
        return self.written.draft.carrier is Carrier.LETTER


def after(office: Office, taken: Taken, settled: Settled, due: Due, on: date) -> Decision:
    """What is decided about a case once its letter has gone, or was refused."""
    draft, case, send = taken.written.draft, due.loaded.case, due.send
    if settled.state == "failed" and draft.rehearsal:
        then = case
    elif settled.state == "failed":
        then = replace(case, refused=(*case.refused, (send.stage, send.round, on)))
    elif draft.rehearsal:
        then = replace(case, rehearsed=case.rehearsed | {(send.stage, send.round)})
    else:
        accepted = settled.state == "sent"
        touch = Touch(send.stage, send.round, on, letter=send.letter, deadline=draft.deadline, accepted=accepted)
        then = replace(case, touches=(*case.touches, touch), account_letters=(*case.account_letters, on))
    return decide(then, office.policy, on)


def handed(office: Office, one: Taken, sender: Sender) -> Answer:
    """Hand the letter to whoever carries it, and say what that answered in the words of a mail server."""
    draft = one.written.draft
    if draft.carrier is not Carrier.SMS or office.sms is None:
        return sender.send(office.creditor.email or "", draft.to_email, draft.raw, draft.copies)
    answer = sms.send(office.sms, draft.message_id, draft.to_email, one.written.letter.text)
    match answer:
        case webhook.Taken(said):
            return Accepted(f"the gateway {said}")
        case webhook.PutOff(said, _, True):
            return InDoubt(f"the gateway: {said}")
        case webhook.PutOff(said):
            return PutOff(f"the gateway: {said}")
        case webhook.Refused(said) | webhook.Forbidden(said):
            return Refused(f"the gateway: {said}", bad_address=False)
