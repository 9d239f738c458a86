"""Statutory interest on a late debt: pure, exact, and rounded once.

The day after the due date is the first that bears interest; the day of payment is the last. It is simple interest: for
each stretch of days with one balance, one rate and one length of the year, balance x rate x days / year. Only the total
is rounded, half up, to the currency's minor unit. The laws and rates come from `dunwell.rules.rates`; what each law
says is documented in docs/interest.md.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from dunwell.rules.rates import DayCount, Law, LawError, RateBasis, RateTable
from dunwell.terms.money import Money

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Balance:
    """What is open of the principal from the day `since` on, that day included, until the next balance."""

    since: date
    open: Money


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in on a day and reduces the principal. That day still bears interest on it."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Period:
    """Days `first` to `last`, both included, with one balance and one rate.

    `rate` is in per cent a year. `amount` is the total rounded up to this period less the total rounded up to the one
    before, so the amounts of all periods add up to the interest to the minor unit. `exact` is the unrounded amount in
    minor units.
    """

    first: date
    last: date
    days: int
    principal: Money
    rate: Decimal
    amount: Money
    exact: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest on one debt, with everything that it follows from. `fixed_sum` is None where the law has none."""

    total: Money
    fixed_sum: Money | None
    days: int
    periods: tuple[Period, ...]
    law: Law


def balances(principal: Money, due: date, payments: Iterable[Payment] = ()) -> tuple[Balance, ...]:
    """The balances of a debt due on `due`: the first from the day after, the next from the day after each payment.

    The order of the payments does not matter. What was paid by the due date bears no interest. Raises LawError for
    payments of more than the principal.
    """
    if due == date.max:
        raise LawError("due", f"{due} is the last day there is: no day after it can bear interest")
    if principal.minor <= 0:
        raise LawError("principal", f"the principal is {principal}: it must be more than nothing")
    start, open_, found = due + _ONE_DAY, principal, {due + _ONE_DAY: principal}
    for payment in sorted(payments, key=lambda one: one.on):
        if payment.amount.currency != principal.currency:
            raise LawError("payment", f"{payment.amount} was paid on a debt in {principal.currency}")
        if payment.amount.minor <= 0:
            raise LawError("payment", f"the payment of {payment.on} is {payment.amount}: it must be more than nothing")
        open_ = open_ - payment.amount
        if open_.minor < 0:
            raise LawError("payment", f"more was paid by {payment.on} than the principal, {principal}")
        if payment.on < date.max:
            found[max(start, payment.on + _ONE_DAY)] = open_
    return tuple(Balance(since, left) for since, left in found.items())


def interest(balances: Sequence[Balance], law: Law, rates: RateTable, paid: date) -> Interest:
    """Interest on the balances until the day `paid`, that day included, under the law and with those rates.

    The first balance begins on the first day that bears interest (see `balances`). For another basis or day count
    than the law's, replace that field of the law. Raises LawError where the law or the rates do not reach.
    """
    _check(balances, law, paid)
    start, currency = balances[0].since, balances[0].open.currency
    if paid < start:
        return Interest(Money(0, currency), _no_sum(law, balances), 0, (), law)
    periods: list[Period] = []
    exact, shown = Fraction(0), 0
    for first, last, open_ in _stretches(balances, law, rates, paid):
        reference = rates.at(start)
        if law.basis is RateBasis.EACH:
            reference = rates.at(first)
            rates.at(last)  # a stretch may reach past the last day for which the table knows a rate
        rate = law.rate(reference.rate, start)
        days = (last - first).days + 1
        part = Fraction(open_.minor) * Fraction(rate) / 100 * days / _year(first, law.day_count)
        exact += part
        amount = Money(half_up(exact) - shown, currency)
        shown += amount.minor
        periods.append(Period(first, last, days, open_, rate, amount, part, reference.source))
    days = sum(period.days for period in periods)
    return Interest(Money(shown, currency), law.fixed_sum(start, balances[0].open), days, tuple(periods), law)


def half_up(exact: Fraction) -> int:
    """An amount in minor units that is not negative, rounded half up."""
    return (exact + Fraction(1, 2)).__floor__()


def _check(balances: Sequence[Balance], law: Law, paid: date) -> None:
    if not balances:
        raise LawError("principal", "there is no balance to bear interest")
    start, currency = balances[0].since, balances[0].open.currency
    for earlier, later in pairwise(balances):
        if later.since <= earlier.since:
            raise LawError("payment", f"the balance of {later.since} stands after that of {earlier.since}")
    for one in balances:
        if one.open.currency != currency or one.open.minor < 0:
            raise LawError(
                "principal", f"the balance of {one.since} is {one.open}: it must be in {currency}, not below 0"
            )
    if law.currencies and currency not in law.currencies:
        known = ", ".join(sorted(law.currencies))
        raise LawError("currency", f"the law of {law.country} is known here for debts in {known} only, not {currency}")
    if start < law.since:
        why = f": {law.before}" if law.before else ""
        raise LawError("due", f"{law.country}.toml begins with debts late from {law.since} on, not {start}{why}")
    if (start - paid).days > 1:
        raise LawError("paid", f"{paid} is before the due date, {start - _ONE_DAY}: nothing was late")
    if law.compounds and paid > _one_year_after(start):
        raise LawError("paid", f"more than a year is not simple interest in {law.name}: {law.compounds}")


def _one_year_after(start: date) -> date:
    """The last day of the year that begins on `start`."""
    if start.year == date.max.year:
        return date.max
    day = 28 if (start.month, start.day) == (2, 29) else start.day
    return date(start.year + 1, start.month, day) - _ONE_DAY


def _no_sum(law: Law, balances: Sequence[Balance]) -> Money | None:
    due = law.fixed_sum(balances[0].since, balances[0].open)
    return Money(0, due.currency) if due else None


def _stretches(
    balances: Sequence[Balance], law: Law, rates: RateTable, paid: date
) -> Iterator[tuple[date, date, Money]]:
    """The stretches of days, in order, on which nothing changes; those with nothing open are left out."""
    start = balances[0].since
    cuts = {one.since for one in balances if one.since <= paid}
    if law.basis is RateBasis.EACH:
        cuts.update(rates.changes(start, paid))
    if law.day_count is DayCount.CALENDAR_YEAR:
        years = range(start.year + 1, paid.year + 1)
        cuts.update(date(year, 1, 1) for year in years if isleap(year) != isleap(year - 1))
    ordered = sorted(cuts)
    at = 0
    for index, first in enumerate(ordered):
        last = ordered[index + 1] - _ONE_DAY if index + 1 < len(ordered) else paid
        while at + 1 < len(balances) and balances[at + 1].since <= first:
            at += 1
        if balances[at].open:
            yield first, last, balances[at].open


def _year(day: date, count: DayCount) -> int:
    match count:
        case DayCount.FIXED_360:
            return 360
        case DayCount.CALENDAR_YEAR if isleap(day.year):
            return 366
        case _:
            return 365
