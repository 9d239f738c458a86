"""Instalment plans: what the policy offers, how a sum is split, and what became of the parts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from dunwell.rules.policy import Policy
from dunwell.terms.calendar import add_working_days, working_day_from, working_day_until
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a plan: to be paid by the day `due`."""

    number: int
    due: date
    amount: Money


def split(total: Money, count: int) -> tuple[Money, ...]:
    """The sum in `count` parts that are equal to the minor unit; what does not divide is in the last."""
    each = total.minor // count
    parts = [each] * count
    parts[-1] += total.minor - each * count
    return tuple(Money(minor, total.currency) for minor in parts)


def parts(total: Money, count: int, first: date, country: str) -> tuple[Part, ...]:
    """The parts, a month apart from the day `first` on, each on a working day of the account's country."""
    days = [working_day_from(first + relativedelta(months=index), country) for index in range(count)]
    return tuple(
        Part(number, day, amount) for number, (day, amount) in enumerate(zip(days, split(total, count), strict=True), 1)
    )


def first_day(rules: Policy, today: date, country: str) -> date:
    """The day of the first part, as the policy offers it: when the answer is due, or a month later."""
    answer = answer_by(rules, today, country)
    return answer if rules.plans.first_at_once else working_day_from(answer + relativedelta(months=1), country)


def answer_by(rules: Policy, today: date, country: str) -> date:
    """The last day on which an offer of today can be accepted."""
    return working_day_from(today + timedelta(days=rules.plans.answer_within), country)


def against_offering(total: Money, offered_before: int, rules: Policy) -> str | None:
    """Why the machine may not offer a plan by itself, in words; None where the policy lets it."""
    plans = rules.plans
    if not plans.offer:
        return "the policy offers no plans by itself"
    if offered_before:
        return "a plan was offered before: a person decides about another"
    if total.amount < plans.minimum or (plans.maximum is not None and total.amount > plans.maximum):
        return f"{total} is outside the amounts for which the policy offers plans"
    return None


def unsound(total: Money, count: int, first: date, today: date) -> str | None:
    """Why a plan is none, whoever makes it; None where it is one."""
    if first < today:
        return f"the first part's day, {first}, has passed"
    return f"{total} does not split into {count} parts" if total.minor < count else None


def lapses(part: Part, rules: Policy, country: str) -> date:
    """The last day of a part, its grace included."""
    return add_working_days(part.due, rules.plans.grace, country)


def remind_on(part: Part, country: str) -> date:
    """The day on which a part's reminder goes: the working day before it is due."""
    return working_day_until(part.due - timedelta(days=1), country)


def judged(
    all_parts: Sequence[Part], received: int, rules: Policy, known: date | None, today: date, country: str
) -> tuple[str, ...]:
    """What became of each part: open, paid or missed. What came in since the plan was agreed pays the first first.

    A part is missed when its grace has passed, the payments are known up to then, and they do not cover it.
    """
    needed = 0
    found = []
    for part in all_parts:
        needed += part.amount.minor
        last = lapses(part, rules, country)
        if received >= needed:
            found.append("paid")
        elif today > last and known is not None and known >= last:
            found.append("missed")
        else:
            found.append("open")
    return tuple(found)
