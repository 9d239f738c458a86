"""When an account hears that its chase or its hold has ended."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.ageing import BUCKETS, aged, bucket
from dunwell.rules.news import Change, Standing, change
from dunwell.rules.stages import STAGES
from dunwell.terms.money import Money, totals

BEFORE, TODAY = date(2026, 4, 1), date(2026, 5, 4)


def standing(*stages: str, pressed: bool = False, held: bool = False, paid: bool = False) -> Standing:
    return Standing(BEFORE if pressed else None, BEFORE if held else None, frozenset(stages), paid)


def test_whoever_is_written_to_past_late_is_pressed_and_from_on_hold_on_hold() -> None:
    assert change(standing("past_due", "late"), TODAY) == Change(None, None)
    assert change(standing("late", "delinquent"), TODAY) == Change(TODAY, None)
    assert change(standing("on_hold"), TODAY) == Change(TODAY, TODAY)
    assert change(standing("on_hold", pressed=True, held=True), TODAY) == Change(BEFORE, BEFORE)


def test_a_payment_that_ends_the_whole_chase_is_thanked_for() -> None:
    assert change(standing(pressed=True, paid=True), TODAY) == Change(None, None, ("payment_received",))
    assert change(standing("past_due", pressed=True, paid=True), TODAY) == Change(BEFORE, None)
    assert change(standing("upcoming", pressed=True, paid=True), TODAY).news == ("payment_received",)


def test_what_ended_without_money_is_not_thanked_for() -> None:
    assert change(standing(pressed=True), TODAY) == Change(None, None)


def test_a_hold_ends_with_the_last_invoice_that_reached_it() -> None:
    assert change(standing("late", pressed=True, held=True, paid=True), TODAY) == Change(BEFORE, None, ("released",))
    both = change(standing(pressed=True, held=True, paid=True), TODAY)
    assert both == Change(None, None, ("payment_received", "released"))


@given(st.frozensets(st.sampled_from(STAGES)), st.booleans(), st.booleans(), st.booleans())
def test_looking_twice_tells_nothing_twice(stages: frozenset[str], pressed: bool, held: bool, paid: bool) -> None:
    first = change(Standing(BEFORE if pressed else None, BEFORE if held else None, stages, paid), TODAY)
    again = change(Standing(first.pressed_since, first.hold_since, stages, paid), TODAY)
    assert again == Change(first.pressed_since, first.hold_since)


@given(st.lists(st.tuples(st.integers(-400, 4000), st.integers(1, 10**9))))
def test_ageing_loses_nothing(amounts: list[tuple[int, int]]) -> None:
    pairs = [(days, Money(minor, "EUR")) for days, minor in amounts]
    sums = aged(pairs, "EUR")
    assert tuple(sums) == BUCKETS
    whole = totals(money for _, money in pairs)
    assert sum(one.minor for one in sums.values()) == sum(one.minor for one in whole)


def test_the_buckets_meet() -> None:
    edges = {0: "not_due", 1: "days_1_30", 30: "days_1_30", 31: "days_31_60", 60: "days_31_60", 61: "days_61_90"}
    assert {days: bucket(days) for days in edges} == edges
    assert (bucket(90), bucket(91), bucket(-5)) == ("days_61_90", "days_over_90", "not_due")
