"""Amounts as people write them, a table a language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dunwell.replies.amounts import FoundAmount, find_amounts
from tests.replies.tables import LANGUAGES, rows


def shown(found: list[FoundAmount]) -> str:
    """What was found, as the tables write it."""
    return "; ".join(one.share or f"{one.value} {one.currency or ''}".strip() for one in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_read_as_their_table_says(language: str) -> None:
    table = rows("amounts", language)
    assert len(table) >= 20
    assert {phrase: shown(find_amounts(phrase, language)) for phrase, _ in table} == dict(table)


@pytest.mark.parametrize(
    ("country", "currency"), [("US", "USD"), ("CA", "CAD"), ("AU", "AUD"), (None, "USD"), ("GB", "USD")]
)
def test_whose_dollar_is_meant_goes_by_the_country(country: str | None, currency: str) -> None:
    assert [found.currency for found in find_amounts("$500", "en", country)] == [currency]


def test_a_peso_of_an_unknown_country_has_no_currency() -> None:
    assert [(found.value, found.currency) for found in find_amounts("500 pesos", "es", "ES")] == [(Decimal(500), None)]


def test_codes_count_in_capitals_only() -> None:
    assert shown(find_amounts("500 SEK and 300 all in", "en")) == "500 SEK"


def test_words_and_places_are_those_of_the_text() -> None:
    text = "Pago € 1.250,00 subito e LA METÀ del resto a giugno"
    found = find_amounts(text, "it")
    assert [one.words for one in found] == ["€ 1.250,00", "LA METÀ"]
    assert all(text[one.start : one.end] == one.words for one in found)
