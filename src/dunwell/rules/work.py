"""The work that a stage gives to people: calls to make, notices to service delivery. Counted from the stage reached.

Only the stage that the case is in now gives work, and only once it has had a letter: what was missed on the way up is
not made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dunwell.rules.policy import Policy
from dunwell.rules.policy_parts import CallRule, NoticeRule, Stage
from dunwell.rules.ramp import Place
from dunwell.terms.calendar import working_day_from
from dunwell.terms.case import Case, Channel, Touch
from dunwell.terms.decision import Call, Notice


def calls(case: Case, rules: Policy, here: Place) -> Iterator[Call]:
    """The next call that the stage asks for under each of its rules, due on its day or later."""
    if not here.letters:
        return
    made = [t for t in case.touches if t.channel is Channel.CALL]
    in_stage = {t.round for t in made if t.stage == here.stage}
    stage = rules.stage[here.stage]
    for number, rule in enumerate(stage.call, 1):
        if rule.minimum and case.outstanding.amount < rule.minimum:
            continue
        if rule.every is not None:
            yield Call(here.stage, len(in_stage) + 1, _next_regular(rule.every, made, here))
        elif number not in in_stage:
            yield Call(here.stage, number, _call_day(rule, stage, here))


def _next_regular(gaps: tuple[int, ...], made: list[Touch], here: Place) -> date:
    if not made:
        return here.began
    return max(here.began, made[-1].on + timedelta(days=gaps[(made[-1].round - 1) % len(gaps)]))


def _call_day(rule: CallRule, stage: Stage, here: Place) -> date:
    if rule.day is not None:
        return here.began + timedelta(days=rule.day - stage.from_day)
    return here.letters[0].on + timedelta(days=rule.after_letter or 0)


def notices(case: Case, rules: Policy, here: Place) -> Iterator[Notice]:
    """The stage's notices to service delivery that have not gone yet, due on their day or later."""
    if not here.letters:
        return
    given = {t.round for t in case.touches if t.channel is Channel.NOTICE and t.stage == here.stage}
    for number, rule in enumerate(rules.stage[here.stage].notice, 1):
        if number not in given:
            on = _notice_day(rule, rules.stage[here.stage], here)
            yield Notice(here.stage, number, rule.event, on, _by(on, rule, case))


def _notice_day(rule: NoticeRule, stage: Stage, here: Place) -> date:
    return here.began + timedelta(days=rule.day - stage.from_day)


def _by(on: date, rule: NoticeRule, case: Case) -> date:
    return working_day_from(on + timedelta(days=rule.within), case.account.country)


def suspension_day(case: Case, rules: Policy, here: Place) -> date | None:
    """The last day before services are suspended, as letters state it; None where the stage has no such notice."""
    for rule in rules.stage[here.stage].notice:
        if rule.event == "suspend":
            return _by(_notice_day(rule, rules.stage[here.stage], here), rule, case)
    return None


def last_day(case: Case, today: date) -> date | None:
    """The deadline of the final notice that the case has had, while it runs."""
    final = (one.deadline for one in case.touches if one.stage == "litigation" and one.deadline)
    return max((day for day in final if today <= day), default=None)


def deadline(case: Case, stage: str, rules: Policy, today: date) -> date | None:
    """The day by which a letter of `stage` sent today asks for payment: a working day there; None without one."""
    days = rules.stage[stage].deadline_days
    return None if days is None else working_day_from(today + timedelta(days=days), case.account.country)
