"""The decision: what to do about one case on one day. Pure and total, and the only place that decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dunwell.rules import agreements, holds, overrides, ramp, schedule, stops
from dunwell.rules import work as people
from dunwell.rules.policy import Policy
from dunwell.rules.schedule import Due
from dunwell.rules.stages import RANK
from dunwell.terms.case import NOTHING_AGREED, Case
from dunwell.terms.decision import Ask, Call, Decision, Notice, Outcome, Reason, Refer, Review, Send, Wait, Work

ONE_DAY = timedelta(days=1)


def decide(case: Case, policy: Policy, today: date) -> Decision:
    """What to do about `case` on `today` (a day in the creditor's time zone). Never raises, for any date.

    Gives the same answer for the same case, policy and day. The reason is the first that applies, in the order of
    `stops`; the stage is the one that the ramp allows.
    """
    decision = _decide(case, policy.rules_for(case.account), today)
    ends = overrides.ends(case, today)
    if ends is not None and (decision.next_on is None or ends < decision.next_on):
        # A person's word runs out: what follows without it is decided then.
        return replace(decision, next_on=ends)
    return decision


def _decide(case: Case, rules: Policy, today: date) -> Decision:
    if over := stops.ending(case, rules):
        return Decision(over.outcome, over.reason, over.why, _last_stage(case), work=over.work)
    if held := stops.agreed(case, rules, today):
        return _held(case, held, today)
    if case.invoice.due is None:
        raise AssertionError("the ending for a missing due date did not apply")
    if issue := schedule.issue_due(case, rules):
        return _letter(case, rules, issue, "issued", today, ())
    if today <= case.invoice.due:
        return _before_due(case, case.invoice.due, rules, today)
    return _overdue(case, case.invoice.due, rules, today)


def next_touch(case: Case, policy: Policy, today: date) -> Due | None:
    """The letter that comes next by itself, whenever that is; None where none does."""
    rules = policy.rules_for(case.account)
    due = case.invoice.due
    if due is None or stops.ending(case, rules):
        return None
    if issue := schedule.issue_due(case, rules):
        return issue
    if today <= due and (reminder := schedule.upcoming(case, due, rules, today)):
        return reminder
    here = ramp.place(case, due, rules, max(today, due + ONE_DAY), overrides.kept_stage(case, today))
    return None if here.stage == "litigation" and here.letters else schedule.chasing(case, rules, here)


def _last_stage(case: Case) -> str | None:
    return case.touches[-1].stage if case.touches else None


def _held(case: Case, held: stops.Stop, today: date) -> Decision:
    """What was said about the case holds it up: nothing is due, and it is looked at again when that may change."""
    until = held.outcome.until if isinstance(held.outcome, Wait) else None
    why = f"{_age(case, today)}: {held.why}" if case.invoice.due else held.why
    return Decision(held.outcome, held.reason, why, _last_stage(case), work=held.work, next_on=until)


_NAMING = ("past_due", "late", "delinquent")
"""Stages whose next letter gives way to the one that names a broken promise or asks for proof; the formal ones
keep theirs."""


def _named(case: Case, due: Due, rules: Policy, today: date) -> Due:
    """The letter that is due, or in its place the one that names what was said and has not come true."""
    if case.agreements is NOTHING_AGREED or due.stage not in _NAMING:
        return due
    if agreements.missed_plan(case):
        return replace(due, letter="part_missed")
    if agreements.unnamed_break(case, rules, today):
        return replace(due, letter="promise_broken")
    if agreements.unproven_claim(case, today):
        return replace(due, letter="proof_asked")
    return due


def _before_due(case: Case, due: date, rules: Policy, today: date) -> Decision:
    first = due + timedelta(days=rules.stage["upcoming"].from_day)
    stage = "upcoming" if today >= first else "issued"
    reminder = schedule.upcoming(case, due, rules, today)
    if reminder is None:
        # Also where overdue letters went and the due date was moved on since: nothing is overdue until it has passed.
        following = schedule.chasing(case, rules, ramp.place(case, due, rules, due + ONE_DAY))
        if following is not None:
            following = replace(following, on=max(following.on, due + ONE_DAY))
        return _nothing_due(case, stage, following, (), today)
    return _letter(case, rules, reminder, stage, today, ())


def _overdue(case: Case, due: date, rules: Policy, today: date) -> Decision:
    if chosen := overrides.stage_set(case, rules, today):
        return _letter(case, rules, chosen, chosen.stage, today, ())
    here = ramp.place(case, due, rules, today, overrides.kept_stage(case, today))
    calls_and_notices: tuple[Call | Notice, ...] = (
        *people.calls(case, rules, here),
        *people.notices(case, rules, here),
    )
    if here.stage == "litigation" and here.letters:
        return _after_final_notice(case, rules, here, calls_and_notices, today)
    next_letter = schedule.chasing(case, rules, here)
    return _letter(case, rules, next_letter, here.stage, today, calls_and_notices, here.next_on)


def _letter(
    case: Case,
    rules: Policy,
    due: Due | None,
    stage: str,
    today: date,
    planned: tuple[Call | Notice, ...],
    next_stage_on: date | None = None,
) -> Decision:
    """The letter, if it is due and nothing holds it back; `next_stage_on` is when another takes its place."""
    forced = overrides.wants_letter(case, today)
    if due is not None and forced:
        due = replace(due, on=min(due.on, today))
    if due is None or due.on > today:
        return _nothing_due(case, stage, due, planned, today)
    due = _named(case, due, rules, today)
    touch = Send(due.stage, due.round, due.letter, due.on)
    if held := holds.hold(case, rules, due, today, forced=forced):
        until = _look_again(held, due, case.invoice.due, next_stage_on)
        why = f"{_age(case, today)}: letter '{due.letter}' waits: {held.why}"
        plan = Plan(planned, until, due.letter, touch, held.work)
        return _with_work(held.outcome, held.reason, why, stage, plan, today)
    why = f"{_age(case, today)}: letter '{due.letter}' is due since {due.on}"
    plan = Plan(planned, today + ONE_DAY, due.letter, touch)
    return _with_work(touch, Reason.TOUCH_DUE, why, due.stage, plan, today)


def _look_again(held: stops.Stop, due: Due, due_date: date | None, next_stage_on: date | None) -> date | None:
    """When a held letter is looked at again: as the stop says, when it lapses, and when the next stage is reached."""
    days = [held.outcome.until if isinstance(held.outcome, Wait) else None, next_stage_on]
    if due.until is not None and due_date is not None:
        days.append(min(due.until, due_date) + ONE_DAY)
    return min((day for day in days if day is not None), default=None)


def _nothing_due(case: Case, stage: str, due: Due | None, planned: tuple[Call | Notice, ...], today: date) -> Decision:
    on = due.on if due else None
    what = f"{due.letter} from {due.on}" if due else "nothing more by itself"
    why = f"{_age(case, today)}: nothing is due today; next: {what}"
    plan = Plan(planned, on, due.letter if due else None)
    return _with_work(Wait(on), Reason.NOTHING_DUE, why, stage, plan, today)


def _after_final_notice(
    case: Case, rules: Policy, here: ramp.Place, planned: tuple[Call | Notice, ...], today: date
) -> Decision:
    """The final notice went: its deadline runs, then the case is proposed for the litigation queue."""
    notice = here.letters[-1]
    deadline = notice.deadline or notice.on + timedelta(days=rules.stage["litigation"].deadline_days or 0)
    outcome, reason, words, next_on = _judged(case, rules, notice.accepted, deadline, today)
    why = f"{_age(case, today)}: {words}"
    now = (Ask("propose_write_off"),) if reason is Reason.BELOW_LITIGATION_MINIMUM else ()
    plan = Plan(planned, next_on, "litigation queue", now=now)
    return _with_work(outcome, reason, why, here.stage, plan, today)


def _judged(
    case: Case, rules: Policy, accepted: bool, deadline: date, today: date
) -> tuple[Outcome, Reason, str, date | None]:
    if today <= deadline:
        return (
            Wait(deadline + ONE_DAY),
            Reason.DEADLINE_RUNS,
            f"the last deadline runs until {deadline}",
            deadline + ONE_DAY,
        )
    if case.payments_as_of is None or case.payments_as_of < deadline:
        words = f"the last deadline, {deadline}, has passed, but the payments are not yet known up to it"
        return Wait(today + ONE_DAY), Reason.PAYMENTS_UNKNOWN, words, today + ONE_DAY
    if not accepted:
        words = "the final notice is in doubt, or printed and not posted yet: settle it first, no referral rests on it"
        return Wait(None), Reason.NOTICE_NOT_PROVEN, words, today + ONE_DAY
    if not rules.amounts.reaches("litigation_minimum", case.open_principal):
        words = f"{case.open_principal} open is below the minimum for litigation: decide on a write-off"
        return Review("propose_write_off"), Reason.BELOW_LITIGATION_MINIMUM, words, None
    words = f"the last deadline, {deadline}, has passed without payment: for the litigation queue"
    return Refer(deadline), Reason.DEADLINE_PASSED, words, None


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes with a decision: the stage's calls and notices, the next look and what is expected then.

    `touch` is the letter that is due; `now` is work that is due whatever the calls and notices say.
    """

    planned: tuple[Call | Notice, ...]
    next_on: date | None
    next_what: str | None
    touch: Send | None = None
    now: tuple[Work, ...] = ()


def _with_work(outcome: Outcome, reason: Reason, why: str, stage: str, plan: Plan, today: date) -> Decision:
    """The decision with the work that is due today, looked at again when the next of it falls due."""
    work: tuple[Work, ...] = (*plan.now, *(item for item in plan.planned if item.due_on <= today))
    ahead: list[tuple[date, str | None]] = [
        (item.due_on, _called(item)) for item in plan.planned if item.due_on > today
    ]
    if plan.next_on is not None:
        ahead.append((plan.next_on, plan.next_what))
    if len(work) > len(plan.now) and not isinstance(outcome, Send):
        # What recurs is counted from when it was given: tomorrow's look knows it.
        ahead.append((today + ONE_DAY, plan.next_what))
    next_on, next_what = min(ahead, key=lambda one: one[0], default=(None, plan.next_what))
    return Decision(outcome, reason, why, stage, plan.touch, work, next_on, next_what)


def _called(item: Call | Notice) -> str:
    return "call" if isinstance(item, Call) else item.event


def _age(case: Case, today: date) -> str:
    """How old the invoice is, in words."""
    due = case.invoice.due
    if due is None:
        return "without a due date"
    days = (today - due).days
    if days > 0:
        return f"{days} day{'s' if days != 1 else ''} overdue"
    return "due today" if days == 0 else f"due in {-days} day{'s' if days != -1 else ''}"


def more_advanced(left: Send, right: Send) -> Send:
    """The one whose letter sets the tone of a letter that covers both; of one stage, what names a broken word."""
    return max(left, right, key=lambda send: (RANK[send.stage], send.letter in _SPEAKING, send.round))


_SPEAKING = ("promise_broken", "proof_asked", "part_missed")
