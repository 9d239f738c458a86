"""Why not to chase: two ordered tables. The first that applies is the reason.

ENDINGS are asked before anything else: the case is over, or only a person can go on. AGREED come next: what was said
about the case holds it up, letters and calls alike. What holds a single letter up is in `holds`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from dunwell.rules import agreements
from dunwell.rules.policy import Policy
from dunwell.terms.agreement import PauseKind
from dunwell.terms.case import NOTHING_AGREED, Case
from dunwell.terms.decision import Ask, Close, Outcome, Reason, Review, Wait, Work
from dunwell.terms.invoice import DocumentKind

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """An outcome that is no letter, with its reason in code and in words, and what a person is asked."""

    outcome: Outcome
    reason: Reason
    why: str
    work: tuple[Work, ...] = field(default=())


def credit_note(case: Case, rules: Policy) -> Stop | None:
    """A credit note is owed to the customer."""
    if case.invoice.kind is DocumentKind.CREDIT_NOTE:
        return Stop(Close(), Reason.CREDIT_NOTE, "a credit note: nothing is owed to us")
    return None


def paid(case: Case, rules: Policy) -> Stop | None:
    """Nothing is owed, or so little that the policy lets it be; charges alone are never chased."""
    if case.open_principal.minor <= 0:
        if case.written_off:
            return Stop(Close(), Reason.WRITTEN_OFF, "written off: nothing is chased any more")
        if case.open_charges.minor > 0:
            return Stop(Close(), Reason.CHARGES_ONLY, f"the principal is paid; charges of {case.open_charges} stand")
        return Stop(Close(), Reason.PAID, "paid in full")
    if rules.amounts.tolerated(case.outstanding):
        return Stop(Close(), Reason.WITHIN_TOLERANCE, f"{case.outstanding} open is within the tolerance")
    return None


def referred(case: Case, rules: Policy) -> Stop | None:
    """The case is in the litigation queue: a person decides."""
    if case.referred:
        return Stop(Wait(None), Reason.REFERRED, "in the litigation queue: a person decides")
    return None


def excluded(case: Case, rules: Policy) -> Stop | None:
    """An exception of the policy keeps the account out of chasing."""
    if not rules.chase:
        return Stop(Wait(None), Reason.EXCLUDED, "excluded by an exception of the policy")
    return None


def stopped(case: Case, rules: Policy, today: date) -> Stop | None:
    """Insolvency, administration, death: everything stops until a person says otherwise."""
    for pause in case.agreements.pauses:
        if pause.kind is PauseKind.STOPPED:
            return Stop(Wait(None), Reason.STOPPED, f"stopped until a person decides: {pause.why}")
    return None


def shut_out(case: Case, rules: Policy, today: date) -> Stop | None:
    """A person has taken the case, or the account, out of chasing."""
    for pause in case.agreements.pauses:
        if pause.kind is PauseKind.EXCLUDED:
            return Stop(Wait(None), Reason.EXCLUDED, f"excluded until somebody releases it: {pause.why}")
    return None


def paused(case: Case, rules: Policy, today: date) -> Stop | None:
    """A person said to wait."""
    held = [one for one in case.agreements.pauses if one.kind is PauseKind.PERSON and _runs(one.until, today)]
    if not held:
        return None
    last = max(held, key=lambda one: one.until or date.max)
    until = "until somebody ends it" if last.until is None else f"until {last.until}"
    return Stop(Wait(_day_after(last.until)), Reason.PAUSED, f"paused {until}: {last.why}")


def disputed(case: Case, rules: Policy, today: date) -> Stop | None:
    """What is in dispute is not chased; of a part in dispute, the rest is."""
    if not agreements.wholly_disputed(case):
        return None
    first = case.agreements.disputes[0]
    return Stop(
        Wait(None), Reason.DISPUTED, f"in dispute since {first.opened_on} ({first.code.value}): a person settles it"
    )


def credited(case: Case, rules: Policy, today: date) -> Stop | None:
    """A dispute ended for the customer, and the ledger does not show the credit yet."""
    if not agreements.wholly_credited(case):
        return None
    return Stop(Wait(None), Reason.CREDIT_AWAITED, "a dispute ended with a credit that the ledger does not show yet")


def in_plan(case: Case, rules: Policy, today: date) -> Stop | None:
    """The parts of an agreed plan are chased instead of the invoice; the plan is judged at the start of each day."""
    plan = case.agreements.plan
    if plan is None or not agreements.in_plan(case, today):
        return None
    if plan.offered_until is not None:
        why = f"an instalment plan is offered: the customer has until {plan.offered_until} to answer"
        return Stop(Wait(plan.offered_until + ONE_DAY), Reason.IN_PLAN, why)
    following = f"; the next part is due on {plan.next_due}" if plan.next_due else ""
    return Stop(Wait(None), Reason.IN_PLAN, f"in an instalment plan agreed on {plan.agreed_on}{following}")


def dispute_just_closed(case: Case, rules: Policy, today: date) -> Stop | None:
    """After a dispute the customer has the policy's days before anything goes on."""
    until = agreements.notice_ends(case, rules)
    if until is None or today >= until:
        return None
    why = f"a dispute about it ended on {case.agreements.resolved_on}: goes on from {until}"
    return Stop(Wait(until), Reason.DISPUTE_CLOSED, why)


def said_to_be_paid(case: Case, rules: Policy, today: date) -> Stop | None:
    """The bank gets its days to show what the customer says was paid."""
    claim = case.agreements.claim
    if claim is None:
        return None
    if today <= claim.wait_until:
        why = f"the customer says it is paid (on {claim.made_on}): the bank has until {claim.wait_until}"
        return Stop(Wait(claim.wait_until + ONE_DAY), Reason.CLAIMED, why)
    if agreements.known(case, claim.wait_until):
        return None
    why = f"said to be paid; the bank had until {claim.wait_until}, but the payments are not yet known up to it"
    return Stop(Wait(today + ONE_DAY), Reason.PAYMENTS_UNKNOWN, why)


def promised(case: Case, rules: Policy, today: date) -> Stop | None:
    """A promise holds until its day and its grace have passed, and the payments are known up to then."""
    promise = agreements.open_promise(case, rules, today)
    if promise is None:
        return None
    last = agreements.lapses(promise, rules, case.account.country)
    if today <= last:
        return Stop(Wait(last + ONE_DAY), Reason.PROMISED, f"promised for {promise.by}: waits until {last}")
    why = f"promised for {promise.by}; the payments are not yet known up to {last}"
    return Stop(Wait(today + ONE_DAY), Reason.PAYMENTS_UNKNOWN, why)


def in_review(case: Case, rules: Policy, today: date) -> Stop | None:
    """An unclear reply waits for a person: the next touch waits with it, at most so many business days and once."""
    held = [one for one in case.agreements.pauses if one.kind is PauseKind.REVIEW and _runs(one.until, today)]
    if not held:
        return None
    until = max(one.until or today for one in held)
    return Stop(Wait(until + ONE_DAY), Reason.IN_REVIEW, f"a reply waits for a person: at the latest until {until}")


def _runs(until: date | None, today: date) -> bool:
    return until is None or today <= until


def _day_after(day: date | None) -> date | None:
    return None if day is None else day + ONE_DAY


def no_due_date(case: Case, rules: Policy) -> Stop | None:
    """Without a due date nothing can be overdue."""
    if case.invoice.due is None:
        ask = (Ask("no_due_date"),)
        return Stop(
            Review("no_due_date"), Reason.NO_DUE_DATE, "the invoice has no due date: a person must give one", ask
        )
    return None


ENDINGS: tuple[Callable[[Case, Policy], Stop | None], ...] = (credit_note, paid, referred, excluded, no_due_date)
AGREED: tuple[Callable[[Case, Policy, date], Stop | None], ...] = (
    stopped,
    shut_out,
    paused,
    disputed,
    credited,
    said_to_be_paid,
    promised,
    in_plan,
    dispute_just_closed,
    in_review,
)


def ending(case: Case, rules: Policy) -> Stop | None:
    """The first ending that applies."""
    return next((stop for rule in ENDINGS if (stop := rule(case, rules))), None)


def agreed(case: Case, rules: Policy, today: date) -> Stop | None:
    """The first of what was said about the case that holds it up."""
    if case.agreements is NOTHING_AGREED:
        return None
    return next((stop for rule in AGREED if (stop := rule(case, rules, today))), None)
