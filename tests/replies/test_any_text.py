"""Whatever the text: nothing raises, every span lies in the text, and time grows with length, not faster."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.replies.amounts import find_amounts
from dunwell.replies.dates import find_dates
from tests.replies.tables import LANGUAGES, WRITTEN, all_phrases

_PIECES = sorted({word for _, phrase in all_phrases() for word in phrase.split()})
_SOUP = st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=14).map(" ".join)
_HOSTILE = (
    "1 ", "1.", "1/", "1-", "1,", "-", "€", "€1", "1 € ", "may ", "and ", "next ", "the of ", "\n", "\n ", "1",
    "next week ", "3 may ", "monday, ", "a", "1 day and ", "15-", "twenty ", "a\u0301", "2026 ", "15th ",
    "from 1 to ", "half ", "1.000.", "thousand ", "'", "d'", "۱", "۱۵ خرداد ", "first of the ", "٬", "1٬",
    "IT60 ", "\u200c", "(", "end of the ", "до ", "через ", "a b",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | _SOUP, st.sampled_from(LANGUAGES), st.dates(), st.sampled_from([None, "US", "IR", "ZZ"]))
def test_nothing_raises_and_spans_lie_in_the_text(text: str, language: str, on: date, country: str | None) -> None:
    end = 0
    for found in find_dates(text, language, on, country):
        assert end <= found.start < found.end <= len(text)
        assert found.words == text[found.start : found.end]
        assert found.date is not None
        if found.window:
            assert found.window[0] <= found.date <= found.window[1]
        end = found.end
    end = 0
    for amount in find_amounts(text, language, country):
        assert end <= amount.start < amount.end <= len(text)
        assert amount.words == text[amount.start : amount.end]
        assert (amount.value is None) == (amount.share is not None)
        end = amount.end


@pytest.mark.parametrize("on", [date.min, date.max])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ends_of_the_calendar_raise_nothing(language: str, on: date) -> None:
    for lang, phrase in all_phrases():
        if lang == language:
            find_dates(phrase, language, on)


@pytest.mark.parametrize("piece", _HOSTILE, ids=repr)
def test_a_hostile_text_of_100_kb_takes_no_long_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    for language in ("en", "fa"):
        began = time.process_time()
        find_dates(text, language, WRITTEN)
        find_amounts(text, language)
        assert time.process_time() - began < 6, language


def test_short_texts_are_read_quickly() -> None:
    texts = [pair for pair in all_phrases() for _ in range(2)]
    for language, text in texts:
        find_dates(text, language, WRITTEN)
    began = time.process_time()
    for language, text in texts:
        find_dates(text, language, WRITTEN)
    assert len(texts) / (time.process_time() - began) > 1000
