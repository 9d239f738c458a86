"""A person's word over the policy's: the stage set or kept, the letter sent now. Pure.

It wins over the policy, the caps and the order of stages, and over nothing else: what is promised, disputed or paid is
not asked for, and an account gets one letter a day.
"""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.rules.policy import Policy
from dunwell.rules.schedule import Due, stage_letters
from dunwell.terms.agreement import Action, Override
from dunwell.terms.case import Case, Channel

_ONCE = (Action.SET_STAGE, Action.SEND_NOW)
"""Words about the next letter: they are over when one has gone."""


def letters_had(case: Case) -> int:
    """How many letters the case has had, those that a person left out among them."""
    return sum(one.channel is Channel.EMAIL for one in case.touches)


def standing(case: Case, action: Action, today: date) -> Override | None:
    """The newest word of this kind that holds today."""
    for one in reversed(case.agreements.overrides):
        if one.action is action and _runs(one, today) and not _done(case, one):
            return one
    return None


def _runs(one: Override, today: date) -> bool:
    return one.since <= today and (one.until is None or today <= one.until)


def _done(case: Case, one: Override) -> bool:
    return one.action in _ONCE and letters_had(case) > one.touches


def ends(case: Case, today: date) -> date | None:
    """The first day on which a word that holds today holds no more."""
    if not case.agreements.overrides:
        return None
    last = [one.until for one in case.agreements.overrides if one.until and _runs(one, today) and not _done(case, one)]
    return min(last) + timedelta(days=1) if last else None


def stage_set(case: Case, rules: Policy, today: date) -> Due | None:
    """The letter of the stage that a person has set, due since then; None where none is set, or it has none left.

    A touch goes once: back in an earlier stage, its next letter follows those that it had.
    """
    word = standing(case, Action.SET_STAGE, today)
    if word is None or word.stage is None:
        return None
    stage = rules.stage[word.stage]
    number = len(stage_letters(case, word.stage)) + 1
    rule = stage.touch[0] if stage.touch[0].every else stage.touch[number - 1] if number <= len(stage.touch) else None
    return None if rule is None else Due(word.stage, number, rule.letter, word.since)


def kept_stage(case: Case, today: date) -> str | None:
    """The stage beyond which a person lets the case not climb."""
    word = standing(case, Action.KEEP, today)
    return word.stage if word else None


def wants_letter(case: Case, today: date) -> bool:
    """Whether a person wants the next letter now: it waits for no distance and no cap."""
    return standing(case, Action.SEND_NOW, today) is not None or standing(case, Action.SET_STAGE, today) is not None
