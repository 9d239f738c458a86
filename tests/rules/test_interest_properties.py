"""What must hold for any debt, any law and any days: tried with many of each."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.interest import Balance, Interest, Payment, balances, half_up, interest
from dunwell.rules.rates import DayCount, Law, LawError, RateBasis, RateTable, countries, load
from dunwell.terms.money import Money

CURRENCY = {"GB": "GBP", "RU": "RUB", "RO": "RON"}
FROM = date(2017, 1, 1)
ONE_DAY = timedelta(days=1)

minors = st.integers(1, 10**11)
starts = st.integers(0, 3000).map(lambda days: FROM + timedelta(days=days))
laws = st.tuples(
    st.sampled_from([code for code in countries() if code != "NL"]),
    st.sampled_from(RateBasis),
    st.sampled_from(DayCount),
)


def chosen(law: tuple[str, RateBasis, DayCount]) -> tuple[Law, RateTable, str]:
    """A law with another basis and day count, its rates without an end, and its currency."""
    code, basis, count = law
    found, rates = load(code)
    return replace(found, basis=basis, day_count=count), rates.assuming_last(), CURRENCY.get(code, "EUR")


def exact(found: Interest) -> Fraction:
    return sum((one.exact for one in found.periods), Fraction(0))


@given(minors, starts, st.integers(1, 1500), st.integers(1, 1500), laws)
def test_splitting_at_any_day_changes_nothing(
    minor: int, due: date, before: int, after: int, law: tuple[str, RateBasis, DayCount]
) -> None:
    """With each period's own rate. The second part starts where the first ended, so the law's margin is kept."""
    found, rates, currency = chosen(law)
    found = replace(found, basis=RateBasis.EACH)
    debt, middle = Money(minor, currency), due + timedelta(days=before)
    end = middle + timedelta(days=after)
    whole = interest(balances(debt, due), found, rates, end)
    first, second = (
        interest(balances(debt, due), found, rates, middle),
        interest(balances(debt, middle), found, rates, end),
    )
    assert exact(whole) == exact(first) + exact(second)
    assert whole.days == first.days + second.days == before + after
    again = interest((Balance(due + ONE_DAY, debt), Balance(middle + ONE_DAY, debt)), found, rates, end)
    assert exact(again) == exact(whole)


@given(minors, minors, starts, st.integers(0, 1500), laws)
def test_more_principal_or_more_days_never_less_interest(
    minor: int, more: int, due: date, days: int, law: tuple[str, RateBasis, DayCount]
) -> None:
    found, rates, currency = chosen(law)
    end = due + timedelta(days=days)
    small = interest(balances(Money(minor, currency), due), found, rates, end).total.minor
    assert 0 <= small <= interest(balances(Money(minor + more, currency), due), found, rates, end).total.minor
    assert small <= interest(balances(Money(minor, currency), due), found, rates, end + ONE_DAY).total.minor


@given(st.lists(st.tuples(st.integers(-30, 600), st.integers(1, 1000)), max_size=6), starts, laws, st.randoms())
def test_the_order_of_payments_does_not_matter_and_each_reduces(
    paid: list[tuple[int, int]], due: date, law: tuple[str, RateBasis, DayCount], chance: object
) -> None:
    found, rates, currency = chosen(law)
    debt = Money(10_000, currency)
    parts = [Payment(due + timedelta(days=on), Money(amount, currency)) for on, amount in paid]
    end = due + timedelta(days=700)
    shuffled = list(parts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    result = interest(balances(debt, due, parts), found, rates, end)
    assert interest(balances(debt, due, shuffled), found, rates, end).total == result.total
    assert result.total.minor <= interest(balances(debt, due), found, rates, end).total.minor


@given(minors, starts, st.integers(1, 1500), laws)
def test_the_periods_cover_every_day_once_and_add_up(
    minor: int, due: date, days: int, law: tuple[str, RateBasis, DayCount]
) -> None:
    found, rates, currency = chosen(law)
    result = interest(balances(Money(minor, currency), due), found, rates, due + timedelta(days=days))
    following = due + ONE_DAY
    for one in result.periods:
        assert one.first == following
        assert one.days == (one.last - one.first).days + 1
        assert one.source
        following = one.last + ONE_DAY
    assert following == due + timedelta(days=days + 1)
    assert sum(one.amount.minor for one in result.periods) == result.total.minor == half_up(exact(result))


@given(
    st.sampled_from(countries()),
    st.dates(),
    st.dates(),
    st.integers(-5, 10**12),
    st.sampled_from(["EUR", "GBP", "RUB", "JPY", "KWD"]),
    st.booleans(),
    st.lists(st.tuples(st.dates(), st.integers(-5, 1000)), max_size=3),
)
def test_nothing_raises_but_what_is_documented(
    country: str, due: date, paid: date, minor: int, currency: str, assume: bool, parts: list[tuple[date, int]]
) -> None:
    law, rates = load(country)
    payments = [Payment(on, Money(amount, currency)) for on, amount in parts]
    with suppress(LawError):
        debt = balances(Money(minor, currency), due, payments)
        found = interest(debt, law, rates.assuming_last() if assume else rates, paid)
        assert found.total.minor >= 0


def test_half_up() -> None:
    assert [half_up(Fraction(Decimal(one))) for one in ("0.49", "0.5", "1.5", "2.5", "2.4999")] == [0, 1, 2, 3, 2]
