"""The monthly late fee: from the first day on hold, once a month, and never beside the law's interest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.charges import late_fees, statutory_interest_allowed
from dunwell.rules.interest import Balance
from dunwell.terms.account import Account, Kind
from dunwell.terms.money import Money

ACCOUNT = Account("C-1", "Marlow Ltd", "GB", "en", late_fee_percent=Decimal(2))
HELD = date(2026, 1, 31)


def owed(*steps: tuple[str, int], currency: str = "GBP") -> tuple[Balance, ...]:
    return tuple(Balance(date.fromisoformat(day), Money(minor, currency)) for day, minor in steps)


def test_the_first_day_on_hold_and_each_month_after_at_the_months_end() -> None:
    fees = late_fees(ACCOUNT, owed(("2025-11-01", 100000)), HELD, date(2026, 4, 30))
    assert [(fee.key, fee.on, fee.amount) for fee in fees] == [
        ("late_fee:1", date(2026, 1, 31), Money(2000, "GBP")),
        ("late_fee:2", date(2026, 2, 28), Money(2000, "GBP")),
        ("late_fee:3", date(2026, 3, 31), Money(2000, "GBP")),
        ("late_fee:4", date(2026, 4, 30), Money(2000, "GBP")),
    ]
    assert late_fees(ACCOUNT, owed(("2025-11-01", 100000)), HELD, HELD - timedelta(days=1)) == ()


def test_on_what_is_open_on_its_day_and_not_on_what_is_paid() -> None:
    balances = owed(("2025-11-01", 100000), ("2026-02-10", 33333), ("2026-03-20", 0))
    fees = late_fees(ACCOUNT, balances, HELD, date(2026, 12, 31))
    assert [(fee.number, fee.principal.minor, fee.amount.minor) for fee in fees] == [
        (1, 100000, 2000),
        (2, 33333, 667),
    ]


def test_what_was_charged_is_not_due_again_and_keeps_its_number() -> None:
    balances = owed(("2025-11-01", 100000))
    fees = late_fees(ACCOUNT, balances, HELD, date(2026, 3, 31), {"late_fee:1", "late_fee:3"})
    assert [fee.key for fee in fees] == ["late_fee:2"]


def test_none_for_consumers_and_none_without_terms() -> None:
    balances, later = owed(("2025-11-01", 100000)), date(2026, 12, 31)
    for account in (
        replace(ACCOUNT, kind=Kind.CONSUMER),
        replace(ACCOUNT, late_fee_percent=None),
        replace(ACCOUNT, late_fee_percent=Decimal(0)),
    ):
        assert late_fees(account, balances, HELD, later) == ()


def test_never_both_and_no_statutory_interest_from_consumers() -> None:
    assert not statutory_interest_allowed(ACCOUNT)
    without = replace(ACCOUNT, late_fee_percent=None)
    assert statutory_interest_allowed(without)
    assert statutory_interest_allowed(replace(without, kind=Kind.PUBLIC))
    assert statutory_interest_allowed(replace(ACCOUNT, late_fee_percent=Decimal(0)))
    assert not statutory_interest_allowed(replace(without, kind=Kind.CONSUMER))


def test_a_fee_that_rounds_to_nothing_is_none() -> None:
    assert late_fees(ACCOUNT, owed(("2025-11-01", 24)), HELD, HELD) == ()
    assert [fee.amount.minor for fee in late_fees(ACCOUNT, owed(("2025-11-01", 25)), HELD, HELD)] == [1]


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.lists(st.integers(0, 800), max_size=30),
    st.integers(1, 10**9),
)
def test_any_rhythm_of_asking_charges_each_month_once(held: date, nights: list[int], minor: int) -> None:
    """Asked on any nights, in any number, the ledger ends with what one question on the last night gives."""
    balances = (Balance(held, Money(minor, "EUR")),)
    charged: dict[str, tuple[date, int]] = {}
    for night in sorted(nights):
        for fee in late_fees(ACCOUNT, balances, held, held + timedelta(days=night), charged):
            assert fee.key not in charged
            charged[fee.key] = (fee.on, fee.amount.minor)
    once = late_fees(ACCOUNT, balances, held, held + timedelta(days=max(nights, default=-1)))
    assert charged == {fee.key: (fee.on, fee.amount.minor) for fee in once}
