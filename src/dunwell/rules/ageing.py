"""Ageing: how old what is open is, in the buckets of a statement of account."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from dunwell.terms.money import Money, MoneyError, zero

BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90")
"""Not yet due, then days overdue."""


def bucket(days_overdue: int) -> str:
    """The bucket of an amount that is so many days overdue; 0 or less is not yet due."""
    limits = (0, 30, 60, 90)
    return BUCKETS[sum(days_overdue > limit for limit in limits)]


def aged(amounts: Iterable[tuple[int, Money]], currency: str) -> dict[str, Money]:
    """The sum in each bucket, of pairs of days overdue and an amount in `currency`; every bucket is there."""
    sums = dict.fromkeys(BUCKETS, zero(currency))
    for days, amount in amounts:
        sums[bucket(days)] += amount
    return sums


def days_sales_outstanding(outstanding: Money, sales: Money, days: int) -> Decimal | None:
    """DSO by the count of days: what is open, over the sales of the last `days` days, times these days, to one decimal.

    None where nothing was sold. Raises MoneyError for two currencies.
    """
    if outstanding.currency != sales.currency:
        raise MoneyError(f"{outstanding.currency} and {sales.currency} do not mix")
    if sales.minor <= 0:
        return None
    return (Decimal(outstanding.minor) * days / sales.minor).quantize(Decimal("0.1"), ROUND_HALF_UP)
