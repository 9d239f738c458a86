"""How long letters are kept: by the law of a country, to the end of a year, and never shorter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.policy import load
from dunwell.rules.retention import Period, Piece, Retention, period, to_erase
from dunwell.rules.tomltext import TomlProblems

DAYS = st.dates(date(2015, 1, 1), date(2060, 12, 31))
PIECES = st.lists(st.builds(Piece, st.integers(1, 99), DAYS, st.booleans(), st.booleans()), max_size=20)


@pytest.mark.parametrize(
    ("country", "last_day", "law"),
    [
        ("DE", date(2032, 12, 31), "HGB § 257"),
        ("DE-BY", date(2032, 12, 31), "HGB § 257"),
        ("GB", date(2032, 12, 31), "Finance Act 1998"),
        ("ES", date(2032, 12, 31), "art. 30"),
        ("RU", date(2031, 12, 31), "402-ФЗ"),
        ("FR", date(2036, 12, 31), "L123-22"),
        ("IT", date(2036, 12, 31), "art. 2220"),
        ("RO", date(2036, 12, 31), "82/1991"),
        ("JP", date(2036, 12, 31), "no period is on file for JP"),
    ],
)
def test_a_letter_of_2026_is_kept_until(country: str, last_day: date, law: str) -> None:
    found = period(country, Retention())
    assert found.until(date(2026, 3, 2)) == last_day
    assert law in found.law


def test_the_policy_says_otherwise_for_letters_and_not_for_records() -> None:
    found = period("DE", Retention(years=3))
    assert (found.letters, found.records, found.law) == (3, 8, "the policy's retention.years")


@pytest.mark.parametrize("years", ["0", "-1", "101", '"six"', "6.5"])
def test_years_that_are_none_are_refused(years: str) -> None:
    with pytest.raises(TomlProblems, match=r"retention\.years"):
        load(f"[retention]\nyears = {years}\n[stage.late]\n", "policy.toml")


@given(PIECES, DAYS, st.integers(1, 30))
def test_nothing_goes_that_is_held_or_that_the_law_still_wants(pieces: list[Piece], today: date, years: int) -> None:
    law = Period(years, years, "a law")
    gone = {one for one in pieces if one.key in to_erase(pieces, today, law)}
    erased = set(to_erase([one for one in pieces if one in gone], today, law))
    assert erased <= {one.key for one in pieces if not one.held}
    for one in pieces:
        if one.proof and not one.held and one.on <= law.over(today):
            assert one.key in to_erase([one], today, law)
        if one.held or (one.proof and one.on > law.over(today)):
            assert to_erase([one], today, law) == []


@given(DAYS, st.integers(1, 30))
def test_the_first_day_on_which_it_is_over_follows_the_last_on_which_it_is_kept(on: date, years: int) -> None:
    law = Period(years, years, "a law")
    last = law.until(on)
    assert law.over(last) < on <= law.over(last + timedelta(days=1))
