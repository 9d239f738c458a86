"""Effects: what follows from a reply, written to the books in one unit of work with the answer that goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.desk import plans
from dunwell.desk.office import Office
from dunwell.desk.plans import Terms
from dunwell.ledger import agreeing, answers, tasks
from dunwell.ledger.agreeing import Concerned, Source
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.replies.effects import (
    AnswerDetails,
    Claimed,
    Disputed,
    NewContact,
    OfferPlan,
    Promised,
    SendAgain,
    Step,
    StopAll,
)
from dunwell.terms.account import Account
from dunwell.terms.agreement import Claim, PauseKind
from dunwell.terms.calendar import add_working_days


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an effect is for: the account (locked), its open invoices by number, and the answer's key and address."""

    account_id: int
    account: Account
    invoices: Mapping[str, Concerned]
    key: str
    to_email: str | None = None

    def about(self, numbers: Sequence[str]) -> list[Concerned]:
        """The invoices with these numbers."""
        return [self.invoices[number] for number in numbers if number in self.invoices]


def apply(office: Office, work: Work, steps: Sequence[Step], target: Target, source: Source, pen: Pen) -> str:
    """Write the steps down, and propose the answer to the first of them that has one; says in words what was done."""
    work.lock_account(target.account_id)
    said = []
    thanked = False
    for step in steps:
        match step:
            case Promised():
                pairs = zip(target.about(step.invoices), step.shares, strict=True)
                concerned = [one.sharing(share) for one, share in pairs]
                key = agreeing.add_promise(
                    work, target.account_id, concerned, step.by, step.amount, step.currency, source, pen,
                    stops=step.stops, earlier=step.earlier,
                )  # fmt: skip
                said.append(f"promise of {step.amount or 'all that is open'} by {step.by} recorded")
                if not thanked:
                    _answer(work, target, source, "promise_thanked", concerned, pen.on, key)
                    thanked = True
            case Claimed():
                said.append(_claim(office, work, step, target, source, pen))
            case Disputed():
                said.append(_dispute(work, step, target, source, pen))
            case SendAgain():
                _answer(work, target, source, "invoice_again", target.about(step.invoices), pen.on)
                said.append("sent again")
            case AnswerDetails():
                _answer(work, target, source, "details_answered", target.about(step.invoices), pen.on)
                _task(work, target, "details_asked", "asked for our bank details: answered from what is on file", pen)
                said.append("answered with the bank details on file")
            case OfferPlan():
                said.append(_offer(office, work, step, target, source, pen))
            case StopAll():
                agreeing.add_pause(work, target.account_id, PauseKind.STOPPED, None, source, pen)
                _task(work, target, "stopped", "speaks of insolvency: everything is stopped until you decide", pen)
                said.append("everything is stopped; a person decides")
            case NewContact():
                proposed = f"proposes {step.email}" if step.email else "names nobody else"
                text = (
                    f"says that somebody else is to be written to, and {proposed}: change the contact if that is right"
                )
                _task(work, target, "contact_proposed", text, pen)
                said.append(f"a contact is proposed: {step.email or 'nobody is named'}")
    return "; ".join(said)


def _claim(office: Office, work: Work, step: Claimed, target: Target, source: Source, pen: Pen) -> str:
    rules = office.policy.rules_for(target.account)
    until = add_working_days(pen.on, rules.claims.wait, target.account.country)
    claim = Claim(pen.on, until, step.paid_on, step.amount, step.reference)
    concerned = target.about(step.invoices)
    key = agreeing.add_claim(work, target.account_id, concerned, claim, source, pen)
    _answer(work, target, source, "claim_acknowledged", concerned, pen.on, key)
    return f"said to be paid: the bank has until {until}"


def _dispute(work: Work, step: Disputed, target: Target, source: Source, pen: Pen) -> str:
    concerned = target.about(step.invoices)
    currency = agreeing.currencies(work, [one.invoice_id for one in concerned])
    keys = [
        agreeing.add_dispute(work, target.account_id, one, currency[one.invoice_id], source, pen) for one in concerned
    ]
    _answer(work, target, source, "dispute_acknowledged", concerned, pen.on, keys[0])
    return f"dispute opened about {', '.join(one.number for one in concerned)}"


def _offer(office: Office, work: Work, step: OfferPlan, target: Target, source: Source, pen: Pen) -> str:
    concerned = target.about(step.invoices)
    currency = agreeing.currencies(work, [one.invoice_id for one in concerned])[concerned[0].invoice_id]
    key = plans.add(office, work, target.account_id, concerned, currency, Terms(), source, pen)
    _answer(work, target, source, "plan_offered", concerned, pen.on, key)
    return f"plan {key} offered"


def _answer(
    work: Work,
    target: Target,
    source: Source,
    letter: str,
    concerned: Sequence[Concerned],
    on: date,
    about: int | None = None,
) -> None:
    ids = [one.invoice_id for one in concerned]
    answers.propose(
        work,
        target.key,
        target.account_id,
        letter,
        ids,
        on,
        reply_id=source.reply_id,
        to_email=target.to_email,
        about=about,
    )


def _task(work: Work, target: Target, kind: str, what: str, pen: Pen) -> None:
    text = f"{target.account.name} {what}"
    tasks.make(work, f"{kind}:{target.key}", kind, text, made_on=pen.on, account_id=target.account_id)
