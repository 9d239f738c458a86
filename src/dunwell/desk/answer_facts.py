"""The facts of an answer: of the promise, claim or dispute that it speaks of, and of the invoices concerned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.desk import plans
from dunwell.desk.facts import Matter, account_facts, invoice_facts, late_fee, payment_reference, total_of, totals_of
from dunwell.desk.office import Office
from dunwell.ledger.answers import Answer
from dunwell.ledger.outbox import Cover
from dunwell.ledger.plans import Plan
from dunwell.letters.facts import ClaimFacts, DisputeFacts, Facts, LetterError, PromiseFacts, Total
from dunwell.rules import agreements
from dunwell.rules.policy import Policy
from dunwell.terms.account import Contact
from dunwell.terms.calendar import working_day_from
from dunwell.terms.letter import asks
from dunwell.terms.money import Money, zero


@dataclass(frozen=True, slots=True)
class Instalment:
    """A plan that an answer speaks of, and the place of the part where it speaks of one."""

    plan: Plan
    index: int | None = None

    @property
    def amount(self) -> Money:
        """What is to be paid: the plan's whole sum, or what the part needs."""
        return self.plan.total if self.index is None else plans.due_with(self.plan, self.index)


def of_answer(
    office: Office,
    matter: Matter,
    answer: Answer,
    rules: Policy,
    contact: Contact,
    on: date,
    instalment: Instalment | None = None,
) -> Facts:
    """What the answer may say. `matter.others` are the open cases that it is about."""
    cases = tuple(sorted(matter.others, key=lambda case: (case.invoice.due or date.max, case.invoice.number)))
    if asks(answer.letter):
        # Money that is promised or in dispute is not asked for, whoever asks where to pay.
        cases = tuple(case for case in cases if agreements.mark(case, rules, on)[0] is None)
    cases = tuple(case for case in cases if case.invoice.due is not None)
    if not cases:
        raise LetterError("none of the invoices that it is about can be asked for now")
    reference = payment_reference(cases, matter.account)
    promise = _promise(answer)
    amount = instalment.amount if instalment else _still(promise) if promise else None
    dispute = _dispute(answer)
    return Facts(
        letter=answer.letter,
        stage="",
        as_of=on,
        creditor=office.writes_as,
        account=account_facts(matter.account, contact),
        invoices=tuple(invoice_facts(case, rules, on) for case in cases),
        totals=_promised_total(office, matter, amount, reference)
        if amount
        else totals_of(office, matter, cases, reference, rules, on),
        payment_reference=reference,
        late_fee_percent=late_fee(office, matter.account),
        promise=promise,
        claim=_claim(answer),
        dispute=dispute,
        plan=plans.facts(instalment.plan) if instalment else None,
        part=plans.part_facts(instalment.plan, instalment.index)
        if instalment and instalment.index is not None
        else None,
        deadline=_deadline(dispute, rules, matter.account.country, on),
        redirected_from=contact.email if office.redirect_to else None,
    )


def _promised_total(office: Office, matter: Matter, amount: Money, reference: str) -> tuple[Total, ...]:
    return (total_of(office, matter, reference, amount, zero(amount.currency)),)


def _still(promise: PromiseFacts) -> Money | None:
    """What is still to be paid of a promise of an amount."""
    if promise.amount is None or promise.paid is None:
        return promise.amount
    return promise.amount - promise.paid


def _promise(answer: Answer) -> PromiseFacts | None:
    """What was promised, as one sentence can say it: several parts of one reply as their sum, by the last day."""
    if not answer.promises:
        return None
    parts = [Money(one.amount, one.currency or "") for one in answer.promises if one.amount is not None]
    last = answer.promises[-1]
    whole = len(parts) < len(answer.promises) or len({one.currency for one in parts}) > 1
    amount = None if whole else sum(parts[1:], parts[0])
    paid = Money(answer.received, last.currency or "") if answer.received > 0 else None
    return PromiseFacts(answer.promises[0].made_on, last.by, amount, paid)


def _claim(answer: Answer) -> ClaimFacts | None:
    row = answer.claim
    if row is None:
        return None
    amount = Money(row.amount, row.currency) if row.amount is not None and row.currency else None
    return ClaimFacts(row.made_on, row.wait_until, row.paid_on, amount, row.reference)


def _dispute(answer: Answer) -> DisputeFacts | None:
    row = answer.dispute
    if row is None:
        return None
    amount = Money(row.amount, row.currency) if row.amount is not None else None
    if row.state == "open":
        return DisputeFacts(row.opened_on, amount)
    return DisputeFacts(row.opened_on, amount, row.state, Money(row.credited, row.currency) if row.credited else None)


def _deadline(dispute: DisputeFacts | None, rules: Policy, country: str, on: date) -> date | None:
    """By when what stands after a dispute is to be paid: the chase goes on no sooner."""
    if dispute is None or dispute.outcome in (None, "credited"):
        return None
    return working_day_from(on + timedelta(days=rules.disputes.notice), country)


def asked_for(facts: Facts, ids: Mapping[str, int]) -> tuple[Cover, ...]:
    """What the answer asks for, by invoice; nothing where it does not ask."""
    if not asks(facts.letter):
        return ()
    return tuple(
        Cover(
            ids[one.number],
            one.number,
            None,
            one.outstanding.minor - (one.held_back.minor if one.held_back else 0),
            one.held_back.minor if one.held_back else 0,
        )
        for one in facts.invoices
    )
