"""Dates as people write them, a table a language, and the conventions one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.replies.dates import FoundDate, find_dates
from tests.replies.tables import LANGUAGES, WRITTEN, rows


def shown(found: list[FoundDate]) -> str:
    """What was found, as the tables write it."""
    days = ["..".join(map(str, one.window)) if one.window else str(one.date) for one in found]
    return " ".join("..".join(day.removeprefix("2026-") for day in one.split("..")) for one in days)


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_read_as_their_table_says(language: str) -> None:
    table = rows("dates", language)
    assert len(table) >= 60
    found = {phrase: shown(find_dates(phrase, language, WRITTEN)) for phrase, _ in table}
    assert found == dict(table)


def one(text: str, language: str = "en", on: date = WRITTEN, country: str | None = None) -> FoundDate:
    found = find_dates(text, language, on, country)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("offset", range(7))
def test_a_weekday_is_the_next_one_strictly_after(offset: int) -> None:
    on = WRITTEN + timedelta(days=offset)
    found = one("we pay on Monday", on=on).date
    assert found is not None
    assert found.weekday() == 0
    assert timedelta(0) < found - on <= timedelta(days=7)


def test_a_week_is_a_window_due_on_its_last_working_day() -> None:
    week = one("next week")
    assert (week.window, week.date, week.grain) == ((date(2026, 5, 11), date(2026, 5, 17)), date(2026, 5, 15), "week")
    persian = one("هفته آینده", "fa")
    assert (persian.window, persian.date) == ((date(2026, 5, 9), date(2026, 5, 15)), date(2026, 5, 14))


@pytest.mark.parametrize(
    ("text", "on", "expected"),
    [
        ("on 20 March", date(2026, 5, 4), date(2026, 3, 20)),
        ("on 1 March", date(2026, 5, 4), date(2027, 3, 1)),
        ("on 20 December", date(2026, 1, 10), date(2025, 12, 20)),
        ("on 29 February", date(2026, 5, 4), date(2028, 2, 29)),
        ("on 3 January", date(2026, 12, 28), date(2027, 1, 3)),
        ("at the end of February", date(2028, 2, 1), date(2028, 2, 29)),
        ("in a month", date(2026, 1, 31), date(2026, 2, 28)),
    ],
)
def test_a_day_without_a_year_is_the_next_not_more_than_60_days_past(text: str, on: date, expected: date) -> None:
    assert one(text, on=on).date == expected


@pytest.mark.parametrize(
    ("country", "expected"),
    [("GB", date(2026, 6, 5)), ("US", date(2026, 5, 6)), (None, date(2026, 6, 5)), ("IN", date(2026, 6, 5))],
)
def test_figures_go_by_the_country(country: str | None, expected: date) -> None:
    assert one("05/06", country=country).date == expected
    assert one("05/06/2026", country=country).date == expected


def test_a_weekday_settles_the_order_of_figures() -> None:
    assert one("Wednesday 05/06", country="GB").date == date(2026, 5, 6)


@pytest.mark.parametrize(
    ("text", "language", "country", "expected"),
    [
        ("the next business day", "en", "GB", date(2026, 5, 5)),
        ("in 5 working days", "en", "US", date(2026, 5, 11)),
        ("in 5 giorni lavorativi", "it", "IT", date(2026, 5, 11)),
        ("in 20 Werktagen", "de", "DE", date(2026, 6, 3)),
        ("in 3 working days", "en", "ZZ", date(2026, 5, 7)),
    ],
)
def test_business_days_know_the_holidays_of_the_country(text: str, language: str, country: str, expected: date) -> None:
    assert one(text, language, country=country).date == expected


def test_an_unknown_language_is_read_as_english() -> None:
    assert one("next Friday", "xx").date == date(2026, 5, 8)


def test_words_and_places_are_those_of_the_text() -> None:
    text = "Buongiorno, paghiamo entro fine maggio e il saldo il 15 GIUGNO."
    assert [found.words for found in find_dates(text, "it", WRITTEN)] == ["entro fine maggio", "15 GIUGNO"]
    decomposed = "vi pago venerdi\u0300 pros\u0301simo e lunedi\u0300"
    for found in find_dates(decomposed, "it", WRITTEN):
        assert decomposed[found.start : found.end] == found.words
    assert [found.words for found in find_dates(decomposed, "it", WRITTEN)][-1] == "lunedi\u0300"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("fatture 11/2026 e 12/2026", "it"),
        ("IBAN IT60 X054 2811 1010 0000 0123 456", "it"),
        ("paid 1,250.00 and 99.95", "en"),
        ("ABC-12345-2026", "en"),
        ("tel +39 02 2010 2015", "it"),
        ("192.168.1.10", "en"),
        ("the first instalment and the second one", "en"),
        ("10 %", "en"),
        ("30 days net", "en"),
        ("Ich komme so bald wie möglich", "de"),
        ("nu mai avem bani", "ro"),
        ("мы оплатим счета 15 и 16", "ru"),
        ("12 fatture e 30 righe", "it"),
        ("", "en"),
    ],
)
def test_what_is_no_date(text: str, language: str) -> None:
    assert find_dates(text, language, WRITTEN) == []


def test_a_long_text_is_read_to_its_end() -> None:
    text = "Nothing of interest here. " * 2000 + "We pay on 15 June." + " Nothing more." * 2000
    assert [found.words for found in find_dates(text, "en", WRITTEN)] == ["15 June"]
