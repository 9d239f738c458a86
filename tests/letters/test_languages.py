"""The forms of each language, as its business letters have them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dunwell.letters.languages import FSI, PDI, Formats, chain, iban, tag
from dunwell.terms.money import Money

FIRST = date(2026, 3, 1)
DATES = {
    "en": ("1 March 2026", "1 Mar 2026", "Sunday 1 March 2026"),
    "it": ("1° marzo 2026", "01/03/2026", "domenica 1° marzo 2026"),
    "fr": ("1er mars 2026", "01/03/2026", "dimanche 1er mars 2026"),
    "ro": ("1 martie 2026", "01.03.2026", "duminică, 1 martie 2026"),
    "ru": ("1 марта 2026\u202fг.", "01.03.2026", "воскресенье, 1 марта 2026\u202fг."),
    "fa": ("۱۰ اسفند ۱۴۰۴", "۱۴۰۴/۱۲/۱۰", "یکشنبه ۱۰ اسفند ۱۴۰۴"),
    "de": ("1. März 2026", "01.03.2026", "Sonntag, 1. März 2026"),
    "es": ("1 de marzo de 2026", "01/03/2026", "domingo, 1 de marzo de 2026"),
}
AMOUNTS = {
    "en": "€1,234.50",
    "it": "1.234,50\u00a0€",
    "fr": "1\u202f234,50\u00a0€",
    "ro": "1.234,50\u00a0EUR",
    "ru": "1\u00a0234,50\u00a0€",
    "fa": "۱٬۲۳۴٫۵۰\u00a0یورو",
    "de": "1.234,50\u00a0€",
    "es": "1.234,50\u00a0€",
}


@pytest.mark.parametrize("language", DATES)
def test_dates(language: str) -> None:
    formats = Formats(language)
    assert (formats.date(FIRST), formats.day(FIRST), formats.weekday_date(FIRST)) == DATES[language]


def test_only_the_first_is_an_ordinal() -> None:
    assert Formats("fr").date(date(2026, 3, 11)) == "11 mars 2026"
    assert Formats("it").date(date(2026, 3, 21)) == "21 marzo 2026"
    assert Formats("fr").weekday_date(date(2031, 1, 1)) == "mercredi 1er janvier 2031"


@pytest.mark.parametrize("language", AMOUNTS)
def test_amounts(language: str) -> None:
    assert Formats(language).money(Money(123450, "EUR")) == AMOUNTS[language]


@pytest.mark.parametrize(
    ("language", "money", "written"),
    [
        ("en", Money(123450, "GBP"), "£1,234.50"),
        ("en", Money(-123450, "GBP"), "-£1,234.50"),
        ("en", Money(0, "GBP"), "£0.00"),
        ("en", Money(1234, "JPY"), "JP¥1,234"),
        ("en", Money(1234, "KWD"), "KWD\u00a01.234"),
        ("en", Money(2000, "CHF"), "CHF\u00a020.00"),
        ("en", Money(123400, "IRR"), "IRR\u00a01,234"),
        ("en", Money(123450, "IRR"), "IRR\u00a01,234.50"),
        ("ro", Money(123450, "RON"), "1.234,50\u00a0RON"),
        ("ru", Money(123456750, "RUB"), "1\u00a0234\u00a0567,50\u00a0₽"),
        ("fa", Money(123456700, "IRR"), "۱٬۲۳۴٬۵۶۷\u00a0ریال"),
        ("fa", Money(123456750, "IRR"), "۱٬۲۳۴٬۵۶۷٫۵۰\u00a0ریال"),
        ("fa", Money(-500, "IRR"), "\u200e−۵\u00a0ریال"),
        ("de-AT", Money(123450, "EUR"), "€\u00a01.234,50"),
        ("hi", Money(1234567890, "INR"), "₹1,23,45,678.90"),
    ],
)
def test_money_is_never_rounded(language: str, money: Money, written: str) -> None:
    assert Formats(language).money(money) == written


def test_numbers_and_percentages() -> None:
    assert Formats("en").percent(Decimal("2.50")) == "2.5%"
    assert Formats("fr").percent(Decimal(2)) == "2\u00a0%"
    assert Formats("de").percent(Decimal("12.345")) == "12,345\u00a0%"
    assert Formats("fa").percent(Decimal("2.5")) == "۲٫۵٪"
    assert Formats("fa").percent(Decimal(10)) == "۱۰٪"
    assert Formats("fa").number(1234) == "۱٬۲۳۴"
    assert Formats("de").number(1234) == "1.234"


def test_plural_categories_are_those_of_cldr() -> None:
    assert [Formats("ru").plural(n) for n in (1, 2, 5, 11, 21, 22)] == ["one", "few", "many", "many", "one", "few"]
    assert [Formats("ro").plural(n) for n in (1, 2, 19, 20, 101)] == ["one", "few", "few", "other", "few"]
    assert Formats("fr").plural(0) == "one"
    assert Formats("en").plural(0) == "other"


def test_identifiers_are_isolated_where_directions_meet() -> None:
    assert Formats("fa", rtl=True).isolate("INV-1") == f"{FSI}INV-1{PDI}"
    assert Formats("en").isolate("INV-1") == "INV-1"
    assert Formats("en").isolate("فا-۱") == f"{FSI}فا-۱{PDI}"


def test_join() -> None:
    assert Formats("en").join([], "and") == ""
    assert Formats("en").join(["a"], "and") == "a"
    assert Formats("de").join(["a", "b", "c"], "und") == "a, b und c"
    assert Formats("fa").join(["a", "b", "c"], "و") == "a، b و c"


def test_tags_and_the_chain() -> None:
    assert tag("de_at") == "de-AT"
    assert tag("ZH-hant") == "zh-Hant"
    assert chain("de-AT", "it") == ("de-AT", "de", "it", "en")
    assert chain("en", "en") == ("en",)
    assert iban("DE00 0000 00000000000000") == "DE00 0000 0000 0000 0000 00"


def test_a_language_unknown_to_cldr_is_refused() -> None:
    with pytest.raises(ValueError, match="no CLDR data"):
        Formats("xx")
