"""The ramp: which stage a case has reached, and on which day of it today is.

A case climbs one stage at a time, with a letter in each, and stays in a stage for the least days of the policy,
counted from that stage's first letter. Age alone never lifts it: a ledger imported with invoices 200 days old begins
with the friendliest letter. Marks, calls and notices count from the day on which the stage was reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from dunwell.rules.policy import Policy
from dunwell.rules.stages import CHASING, RANK
from dunwell.terms.case import Case, Channel, Touch


@dataclass(frozen=True, slots=True)
class Place:
    """Where an overdue case stands: in `stage`, whose first day was (or counts as) `began`.

    `letters` are the stage's own letters so far, oldest first; `next_on` is the day on which the next stage is
    reached if nothing holds it up, None where there is none or where this stage has had no letter yet.
    """

    stage: str
    began: date
    letters: tuple[Touch, ...]
    next_on: date | None


def letters_given(case: Case) -> tuple[Touch, ...]:
    """The overdue letters that went, oldest first."""
    return tuple(t for t in case.touches if t.channel is Channel.EMAIL and t.stage in CHASING)


def place(case: Case, due: date, rules: Policy, today: date, keep: str | None = None) -> Place:
    """The place of an overdue case on `today`, from its letters, its age and the ramp; `keep` is a stage that a person
    keeps it in."""
    runs = _runs(letters_given(case))
    if not runs:
        return _first_place(due, rules, today)
    began = _began_first(due, rules, runs[0])
    for before, run in pairwise(runs):
        began = _anchored(_reached(due, rules, run[0].stage, before), rules, run)
    here = runs[-1]
    stage = here[0].stage
    follower = _after(stage)
    if follower is None or (keep is not None and RANK[stage] >= RANK[keep]):
        return Place(stage, began, here, None)
    reached = _reached(due, rules, follower, here)
    if reached <= today:
        return Place(follower, reached, (), None)
    return Place(stage, began, here, reached)


def begun(case: Case, due: date, rules: Policy, stage: str) -> date | None:
    """The day on which `stage`, or the first one past it that had a letter, counts as begun; None before its letter."""
    wanted = CHASING.index(stage)
    began, before = None, None
    for run in _runs(letters_given(case)):
        if before is None:
            began = _began_first(due, rules, run)
        else:
            began = _anchored(_reached(due, rules, run[0].stage, before), rules, run)
        if CHASING.index(run[0].stage) >= wanted:
            return began
        before = run
    return None


def _first_place(due: date, rules: Policy, today: date) -> Place:
    """Nobody was written to yet: past_due, whatever the age, and at once where the invoice is old."""
    first = rules.stage[CHASING[0]]
    began = due + timedelta(days=first.from_day)
    if (today - due).days > rules.ramp.starts_after:
        began = max(began, today - timedelta(days=first.first_touch_day - first.from_day))
    return Place(CHASING[0], began, (), None)


def _runs(letters: tuple[Touch, ...]) -> list[tuple[Touch, ...]]:
    """The letters in runs of one stage each."""
    runs: list[list[Touch]] = []
    for letter in letters:
        if runs and runs[-1][0].stage == letter.stage:
            runs[-1].append(letter)
        else:
            runs.append([letter])
    return [tuple(run) for run in runs]


def _began_first(due: date, rules: Policy, run: tuple[Touch, ...]) -> date:
    return _anchored(due + timedelta(days=rules.stage[run[0].stage].from_day), rules, run)


def _reached(due: date, rules: Policy, stage: str, before: tuple[Touch, ...]) -> date:
    """The first day on which age and the least days of the stage before both allow `stage`."""
    by_age = due + timedelta(days=rules.stage[stage].from_day)
    return max(by_age, before[0].on + timedelta(days=rules.ramp.least_days(before[0].stage)))


def _anchored(reached: date, rules: Policy, run: tuple[Touch, ...]) -> date:
    """The stage's first day: the day it was reached, or one that fits its first letter where that came much later."""
    stage = rules.stage[run[0].stage]
    lead = timedelta(days=stage.first_touch_day - stage.from_day)
    late = run[0].on > reached + lead + timedelta(days=rules.ramp.on_time_within)
    return run[0].on - lead if late else reached


def _after(stage: str) -> str | None:
    index = CHASING.index(stage) + 1
    return CHASING[index] if index < len(CHASING) else None
