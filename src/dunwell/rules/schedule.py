"""Which letter is next for a case, and from which day it is due. Knows nothing of what may hold it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.rules.policy import Policy
from dunwell.rules.ramp import Place, letters_given
from dunwell.rules.stages import CHASING
from dunwell.terms.calendar import working_day_until
from dunwell.terms.case import Case, Channel, Touch
from dunwell.terms.invoice import Invoice


@dataclass(frozen=True, slots=True)
class Due:
    """The next letter: due from the day `on`. `until`, where set, is the last day on which it makes sense."""

    stage: str
    round: int
    letter: str
    on: date
    until: date | None = None


def stage_letters(case: Case, stage: str) -> tuple[Touch, ...]:
    """The letters that the case got in `stage`, oldest first."""
    return tuple(t for t in case.touches if t.stage == stage and t.channel is Channel.EMAIL)


def issue_due(case: Case, rules: Policy) -> Due | None:
    """The invoice itself, where it is ours to send and has not been sent."""
    invoice = case.invoice
    if stage_letters(case, "issued") or not _ours_to_send(invoice, rules):
        return None
    return Due("issued", 1, rules.stage["issued"].touch[0].letter, invoice.issued)


def _ours_to_send(invoice: Invoice, rules: Policy) -> bool:
    """Marked as not sent, or seen within days of its issue, with a document, and not known to have been sent."""
    if invoice.not_sent:
        return True
    if invoice.sent_on is not None or invoice.document is None or invoice.imported_on is None:
        return False
    return (invoice.imported_on - invoice.issued).days <= rules.limits.issue_within


def in_hand_since(case: Case) -> date:
    """The day since which the customer has the invoice: as sent, as our accepted letter took it, else as issued."""
    if case.invoice.sent_on is not None:
        return case.invoice.sent_on
    ours = stage_letters(case, "issued")
    return ours[0].on if ours else case.invoice.issued


def upcoming(case: Case, due: date, rules: Policy, today: date) -> Due | None:
    """The reminder before or on the due date that is next, today or later; None when none is left.

    Each is moved to the working day before where its day is one of rest, and makes sense until the next one begins.
    An invoice that was issued on or after a reminder's day goes without it: its own letter named the date.
    """
    stage = rules.stage["upcoming"]
    given = {t.round for t in stage_letters(case, "upcoming")}
    starts = [
        (number, rule, working_day_until(due + timedelta(days=rule.day or 0), case.account.country))
        for number, rule in enumerate(stage.touch, 1)
        if due + timedelta(days=rule.day or 0) > in_hand_since(case)
    ]
    for index, (number, rule, on) in enumerate(starts):
        until = starts[index + 1][2] - timedelta(days=1) if index + 1 < len(starts) else due
        if number not in given and today <= until:
            return Due("upcoming", number, rule.letter, on, until)
    return None


def chasing(case: Case, rules: Policy, here: Place) -> Due | None:
    """The next overdue letter of an overdue case; None when its last stage has none left."""
    due = _in_stage(here, rules)
    if here.next_on is not None and (due is None or here.next_on <= due.on):
        return _first_of(CHASING[CHASING.index(here.stage) + 1], here.next_on, rules)
    return due if due is None or letters_given(case) else _in_hand(case, rules, due)


def _in_hand(case: Case, rules: Policy, due: Due) -> Due:
    """No overdue letter before the invoice has been in the customer's hands for the policy's days."""
    earliest = in_hand_since(case) + timedelta(days=rules.limits.days_in_hand)
    return Due(due.stage, due.round, due.letter, max(due.on, earliest))


def _first_of(stage: str, began: date, rules: Policy) -> Due:
    rule = rules.stage[stage].touch[0]
    lead = 0 if rule.day is None else rule.day - rules.stage[stage].from_day
    return Due(stage, 1, rule.letter, began + timedelta(days=lead))


def _in_stage(here: Place, rules: Policy) -> Due | None:
    """The stage's own next letter: the first, then by day, or after the gap that is in turn."""
    stage = rules.stage[here.stage]
    if not here.letters:
        return _first_of(here.stage, here.began, rules)
    last = here.letters[-1]
    gaps = stage.touch[0].every
    if gaps is not None:
        gap = gaps[(last.round - 1) % len(gaps)]
        return Due(here.stage, last.round + 1, stage.touch[0].letter, last.on + timedelta(days=gap))
    if last.round >= len(stage.touch):
        return None
    rule = stage.touch[last.round]
    lead = (rule.day if rule.day is not None else stage.from_day) - stage.from_day
    return Due(here.stage, last.round + 1, rule.letter, here.began + timedelta(days=lead))
