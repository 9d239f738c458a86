"""The files of laws and rates: whole, in order, each rate with its source; and what is said of one that is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dunwell.rules.interest import Balance, Payment, balances, interest
from dunwell.rules.rates import LawError, countries, load
from dunwell.rules.tomltext import TomlProblems
from dunwell.terms.money import Money

GOOD = """name = "Ruritania"
law = "Late Payment Act, s. 1"
reference = "Bank of Ruritania"
since = 2020-01-01
basis = "each"
day_count = "365"
margins = [{ from = 2020-01-01, points = 8 }]
valid_until = 2020-12-31
rates = [
    { from = 2020-01-01, rate = 1, source = "gazette 1" },
    { from = 2020-07-01, rate = 2.5, source = "gazette 2" },
]
"""


def test_the_eight_legal_systems_and_more_are_known() -> None:
    assert {"EU", "GB", "DE", "IT", "FR", "ES", "RO", "RU", "AT", "BE", "IE", "NL", "PT"} == set(countries())


@pytest.mark.parametrize("country", countries())
def test_a_table_has_no_gap_and_every_rate_its_source(country: str) -> None:
    law, table = load(country)
    days = [one.since for one in table.rates]
    assert days == sorted(set(days))
    assert days[0] <= law.since
    assert days[-1] <= table.valid_until
    assert all(one.source and Decimal(-1) <= one.rate <= 25 for one in table.rates)
    day = law.since
    while day <= table.valid_until:
        assert table.at(day).since <= day
        day += timedelta(days=13)
    assert law.citation
    assert law.reference
    assert table.publisher.startswith("https://")


@pytest.mark.parametrize("country", [one for one in countries() if one != "RU"])
def test_a_half_years_table_has_every_half_year(country: str) -> None:
    _, table = load(country)
    days = [one.since for one in table.rates]
    assert all((day.month, day.day) in {(1, 1), (7, 1)} for day in days)
    halves = [(day.year * 2 + day.month // 7) for day in days]
    assert halves == list(range(halves[0], halves[0] + len(halves)))


def test_a_country_is_found_however_it_is_written() -> None:
    assert load("de-BY")[0] is load("DE")[0]
    with pytest.raises(LawError, match=r"did you mean 'GB'.*known: AT, BE, DE") as caught:
        load("UK")
    assert caught.value.about == "country"
    for other in ("", "ECB", "../x", "XX"):
        with pytest.raises(LawError, match="no law of late payment is known"):
            load(other)


def test_a_day_past_the_last_rate_is_refused_even_inside_a_period() -> None:
    law, rates = load("RU")
    debt = balances(Money(100000, "RUB"), rates.valid_until - timedelta(days=3))
    assert interest(debt, law, rates, rates.valid_until).days == 3
    with pytest.raises(LawError, match=r"RU\.toml has no rate from 2026-10-26 on.*--rates.*--assume-last-rate"):
        interest(debt, law, rates, rates.valid_until + timedelta(days=1))
    found = interest(debt, law, rates.assuming_last(), rates.valid_until + timedelta(days=5))
    assert [one.days for one in found.periods] == [3, 5]
    assert found.periods[0].rate == found.periods[1].rate
    assert found.periods[1].source.startswith("assumed: the last known rate, of 2026-07-27 (Bank of Russia")


def test_a_rate_fixed_at_the_start_needs_no_later_one() -> None:
    law, rates = load("GB")
    debt = balances(Money(100000, "GBP"), date(2026, 12, 30))
    assert interest(debt, law, rates, date(2028, 1, 1)).periods[0].rate == Decimal("11.75")
    with pytest.raises(LawError, match=r"GB\.toml has no rate from 2027-01-01 on"):
        interest(balances(Money(100000, "GBP"), date(2026, 12, 31)), law, rates, date(2028, 1, 1))


def test_before_the_law_it_says_why() -> None:
    law, rates = load("RU")
    with pytest.raises(LawError, match="federal district"):
        interest(balances(Money(100000, "RUB"), date(2016, 7, 30)), law, rates, date(2016, 9, 1))


def test_nl_is_refused_past_a_year_because_it_compounds() -> None:
    law, rates = load("NL")
    debt = balances(Money(100000, "EUR"), date(2024, 2, 28))
    assert interest(debt, law, rates, date(2025, 2, 27)).days == 365
    with pytest.raises(LawError, match="adds each full year"):
        interest(debt, law, rates, date(2025, 2, 28))


@pytest.mark.parametrize(
    ("bad", "about"),
    [
        (lambda: balances(Money(0, "EUR"), date(2025, 1, 1)), "principal"),
        (lambda: balances(Money(5, "EUR"), date.max), "due"),
        (lambda: balances(Money(5, "EUR"), date(2025, 1, 1), [Payment(date(2025, 2, 1), Money(6, "EUR"))]), "payment"),
        (lambda: balances(Money(5, "EUR"), date(2025, 1, 1), [Payment(date(2025, 2, 1), Money(-1, "EUR"))]), "payment"),
        (lambda: balances(Money(5, "EUR"), date(2025, 1, 1), [Payment(date(2025, 2, 1), Money(1, "USD"))]), "payment"),
        (lambda: interest([], *load("EU"), date(2025, 1, 1)), "principal"),
        (lambda: interest(balances(Money(5, "EUR"), date(2025, 1, 1)), *load("EU"), date(2024, 12, 31)), "paid"),
        (lambda: interest(balances(Money(5, "EUR"), date(2025, 1, 1)), *load("GB"), date(2025, 2, 1)), "currency"),
        (
            lambda: interest(
                [Balance(date(2025, 2, 1), Money(5, "EUR")), Balance(date(2025, 2, 1), Money(4, "EUR"))],
                *load("EU"),
                date(2025, 3, 1),
            ),
            "payment",
        ),
        (
            lambda: interest(
                [Balance(date(2025, 2, 1), Money(5, "EUR")), Balance(date(2025, 2, 2), Money(4, "USD"))],
                *load("EU"),
                date(2025, 3, 1),
            ),
            "principal",
        ),
    ],
)
def test_what_cannot_be_computed_names_the_option(bad: object, about: str) -> None:
    with pytest.raises(LawError) as caught:
        bad()  # type: ignore[operator]
    assert caught.value.about == about


def test_a_rate_is_rounded_up_to_its_step_and_not_past_it() -> None:
    law, _ = load("BE")
    on = date(2025, 1, 1)
    assert [law.rate(Decimal(one), on) for one in ("2.15", "0.50", "0.00", "0.05")] == [
        Decimal("10.5"),
        Decimal("8.5"),
        Decimal("8.0"),
        Decimal("8.5"),
    ]
    exact = replace(law, round_up_to=None)
    assert exact.rate(Decimal("2.15"), on) == Decimal("10.15")


# Files of one's own


def test_a_file_of_ones_own_stands_before_the_built_in_and_adds_a_country(tmp_path: Path) -> None:
    (tmp_path / "ZZ.toml").write_text(GOOD, "utf-8")
    assert "ZZ" in countries(tmp_path)
    law, rates = load("ZZ", tmp_path)
    found = interest(balances(Money(36500, "USD"), date(2020, 6, 29)), law, rates, date(2020, 7, 1))
    assert [(one.rate, one.source) for one in found.periods] == [
        (Decimal(9), "gazette 1"),
        (Decimal("10.5"), "gazette 2"),
    ]
    assert found.fixed_sum is None
    (tmp_path / "GB.toml").write_text(GOOD, "utf-8")
    assert load("GB", tmp_path)[0].name == "Ruritania"
    assert load("GB")[0].name == "United Kingdom"


def test_a_shared_series_can_be_renewed_alone(tmp_path: Path) -> None:
    (tmp_path / "ECB.toml").write_text(
        'valid_until = 2027-06-30\nrates = [{ from = 2013-01-01, rate = 3.00, source = "ECB, 2027" }]\n', "utf-8"
    )
    law, rates = load("FR", tmp_path)
    assert law.rate(rates.at(date(2027, 1, 1)).rate, date(2027, 1, 1)) == Decimal("13.00")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2020-07-01, rate = 2.5", "2019-07-01, rate = 2.5", r"line 9: rates: 2019-07-01 stands after 2020-01-01"),
        ("rate = 2.5, source", "source", r"rates\[1\]\.rate: a number is needed"),
        ("rate = 2.5", 'rate = "2.5"', r"rates\[1\]\.rate: a number is needed"),
        ("rate = 2.5", "rate = nan", r"rates\[1\]\.rate: a number is needed"),
        (', source = "gazette 2"', "", r"rates\[1\]\.source: a text is needed"),
        ("valid_until = 2020-12-31", "valid_until = 2020-02-01", r"line 8: valid_until: 2020-02-01 is before"),
        ("valid_until = 2020-12-31", 'valid_until = "2020-12-31"', r"line 8: valid_until: a day is needed"),
        ('basis = "each"', 'basis = "month"', r"line 5: basis: 'month' is none of start, each"),
        ('day_count = "365"', 'day_count = "364"', r"line 6: day_count: '364' is none of 365, 365/366, 360"),
        ("margins = [{ from = 2020-01-01", "margins = [{ from = 2021-01-01", r"line 7: margins: nothing is given"),
        ('name = "Ruritania"', 'nmae = "R"\nname = "R"', r"line 1: nmae: unknown key \(did you mean 'name'\?\)"),
        ("valid_until = 2020-12-31", 'valid_until = 2020-12-31\nrates_of = "XYZ"', r"rates_of: there is no XYZ\.toml"),
        ("valid_until = 2020-12-31", 'valid_until = 2020-12-31\nrates_of = "../XYZ"', r"rates_of: .* no"),
        ("since = 2020-01-01", "since = 2019-06-01", r"nothing is given from 2019-06-01"),
        ("rates = [", "rates = [[", r"not valid TOML|list of tables"),
        ("valid_until = 2020-12-31", 'valid_until = 2020-12-31\ncurrencies = ["QQQ"]', r"currencies: a list of ISO"),
    ],
)
def test_a_file_that_is_not_sound_says_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    (tmp_path / "ZZ.toml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(TomlProblems, match=message) as caught:
        load("ZZ", tmp_path)
    assert str(tmp_path / "ZZ.toml") in str(caught.value)
