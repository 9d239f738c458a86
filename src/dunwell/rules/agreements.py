"""What promises, claims and disputes do to a case on a day: whether it waits, and how much is not asked for. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.rules.policy import Policy
from dunwell.terms.agreement import Claim, InPlan, PauseKind, Promise, PromiseState
from dunwell.terms.calendar import add_working_days
from dunwell.terms.case import Case, Channel
from dunwell.terms.money import Money

_FOR_GOOD = (PauseKind.STOPPED, PauseKind.EXCLUDED)
UNKEPT = (PromiseState.BROKEN, PromiseState.PART_KEPT)


def lapses(promise: Promise, rules: Policy, country: str) -> date:
    """The last day of a promise, its grace included."""
    return add_working_days(promise.by, rules.promises.grace, country)


def known(case: Case, day: date) -> bool:
    """Whether the ledger's payments are known up to and with `day`."""
    return case.payments_as_of is not None and case.payments_as_of >= day


def holds(promise: Promise, case: Case, rules: Policy, today: date) -> bool:
    """Whether an open promise still counts: until its last day has passed and the payments are known up to it."""
    if promise.state is not PromiseState.OPEN:
        return False
    last = lapses(promise, rules, case.account.country)
    return today <= last or not known(case, last)


def open_promise(case: Case, rules: Policy, today: date, *, stops: bool = True) -> Promise | None:
    """The promise that stops the case (or, not `stops`, is taken off what is asked); the first by its day."""
    held = [one for one in case.agreements.promises if one.stops is stops and holds(one, case, rules, today)]
    return min(held, key=lambda one: one.by, default=None)


def held_back(case: Case, rules: Policy, today: date) -> Money | None:
    """What is open but not asked for: small parts promised, parts in dispute, credits to come. None for nothing.

    Never more than is open.
    """
    promised = [one.share for one in case.agreements.promises if not one.stops and holds(one, case, rules, today)]
    parts = [*promised, *(one.amount for one in case.agreements.disputes), *case.agreements.credits]
    minor = sum(part.minor for part in parts if part is not None)
    if minor <= 0:
        return None
    return Money(min(minor, case.outstanding.minor), case.outstanding.currency)


def asked(case: Case, rules: Policy, today: date) -> Money:
    """What a letter of today may ask for: all that is open without what is promised in part or in dispute."""
    back = held_back(case, rules, today)
    return case.outstanding if back is None else case.outstanding - back


def mark(case: Case, rules: Policy, today: date) -> tuple[str | None, date | None]:
    """Why an open invoice that is listed is not asked for, as letters and statements mark it: "tolerated" (so little
    that it counts as paid), "disputed", "promised" (with the promised day), "paused"; None where its money is
    asked for."""
    if rules.amounts.tolerated(case.outstanding):
        return "tolerated", None
    if case.referred or any(one.kind in _FOR_GOOD for one in case.agreements.pauses):
        return "paused", None
    if wholly_disputed(case):
        return "disputed", None
    if in_plan(case, today) or wholly_credited(case) or in_notice(case, rules, today):
        return "paused", None
    if promise := open_promise(case, rules, today):
        return "promised", promise.by
    waits = any(one.until is None or today <= one.until for one in case.agreements.pauses)
    return ("paused", None) if waits or _claim_waits(case, today) else (None, None)


def _claim_waits(case: Case, today: date) -> bool:
    claim = case.agreements.claim
    return claim is not None and (today <= claim.wait_until or not known(case, claim.wait_until))


def wholly_disputed(case: Case) -> bool:
    """Whether all of the case is in dispute."""
    if any(one.amount is None for one in case.agreements.disputes):
        return True
    parts = sum(one.amount.minor for one in case.agreements.disputes if one.amount is not None)
    return parts > 0 and case.outstanding.minor <= parts + _credited(case)


def _credited(case: Case) -> int:
    return sum(one.minor for one in case.agreements.credits)


def wholly_credited(case: Case) -> bool:
    """Whether credits that are still to come take all of the case."""
    return 0 < case.outstanding.minor <= _credited(case)


def notice_ends(case: Case, rules: Policy) -> date | None:
    """The first day on which the customer may hear of the case again, after a dispute about it ended."""
    ended = case.agreements.resolved_on
    return None if ended is None else ended + timedelta(days=rules.disputes.notice)


def in_plan(case: Case, today: date) -> bool:
    """Whether the parts of an agreed plan are chased instead of the case, or one is offered."""
    plan = case.agreements.plan
    if plan is None or plan.missed_on is not None:
        return False
    return plan.offered_until is None or today <= plan.offered_until


def missed_plan(case: Case) -> InPlan | None:
    """The plan that ended because a part was missed, and that no letter has named yet: the next letter does."""
    plan = case.agreements.plan
    if plan is None or plan.missed_on is None:
        return None
    return None if _lettered_since(case, plan.missed_on - timedelta(days=1)) else plan


def in_notice(case: Case, rules: Policy, today: date) -> bool:
    """Whether a dispute ended so recently that nothing goes yet."""
    until = notice_ends(case, rules)
    return until is not None and today < until


def unnamed_break(case: Case, rules: Policy, today: date) -> Promise | None:
    """The newest promise that was not kept and that no letter has named: the next letter does."""
    country = case.account.country
    for promise in sorted(case.agreements.promises, key=lambda one: one.by, reverse=True):
        unkept = promise.state in UNKEPT
        if promise.state is PromiseState.OPEN:
            unkept = not holds(promise, case, rules, today)
        if unkept and not _lettered_since(case, promise.by):
            return promise if lapses(promise, rules, country) < today else None
    return None


def unproven_claim(case: Case, today: date) -> Claim | None:
    """The claim of payment whose time is up and for which no proof has been asked yet."""
    claim = case.agreements.claim
    if claim is None or today <= claim.wait_until or not known(case, claim.wait_until):
        return None
    return None if _lettered_since(case, claim.made_on) else claim


def _lettered_since(case: Case, day: date) -> bool:
    return any(one.channel is Channel.EMAIL and one.on > day and not one.skipped for one in case.touches)
