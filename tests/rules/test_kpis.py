"""DSO and promises kept, by tables."""

from __future__ import annotations

import pytest

from dunwell.rules.kpis import dso, kept_percent
from dunwell.terms.money import Money, MoneyError


@pytest.mark.parametrize(
    ("open_sum", "invoiced", "days"),
    [(17575, 15050, 105), (0, 100, 0), (100, 0, None), (100, -5, None), (50, 100, 45), (1, 180, 1), (1, 181, 0)],
)
def test_dso_is_what_is_open_over_what_was_invoiced(open_sum: int, invoiced: int, days: int | None) -> None:
    assert dso(Money(open_sum, "EUR"), Money(invoiced, "EUR")) == days


def test_currencies_never_mix() -> None:
    with pytest.raises(MoneyError, match="do not mix"):
        dso(Money(1, "EUR"), Money(1, "USD"))


@pytest.mark.parametrize(
    ("by_state", "percent"),
    [
        ({}, None),
        ({"open": 4, "withdrawn": 2}, None),
        ({"kept": 1, "broken": 1}, 50),
        ({"kept": 2, "part_kept": 1, "open": 9}, 67),
        ({"broken": 3}, 0),
    ],
)
def test_promises_are_kept_wholly_or_not(by_state: dict[str, int], percent: int | None) -> None:
    assert kept_percent(by_state) == percent
