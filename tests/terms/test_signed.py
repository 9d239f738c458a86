"""Signed links: what is made is verified, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.terms.signed import BadLink, sign, verify

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
MORNING = NOW + timedelta(hours=15)
KEY = "0" * 64


@given(st.integers(min_value=1, max_value=10**9))
def test_a_link_leads_to_its_subject_until_its_end(subject: int) -> None:
    text = sign(KEY, "hold", str(subject), MORNING)
    assert verify(KEY, "hold", text, NOW) == str(subject)
    assert verify(KEY, "hold", text, MORNING) == str(subject)
    with pytest.raises(BadLink, match="ended on 2026-03-03 at 09:00 UTC"):
        verify(KEY, "hold", text, MORNING + timedelta(seconds=1))


@given(st.data())
def test_a_link_with_one_character_changed_leads_nowhere(data: st.DataObject) -> None:
    text = sign(KEY, "hold", "17", MORNING)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda one: one != text[at]))
    with pytest.raises(BadLink, match="not one of ours"):
        verify(KEY, "hold", text[:at] + other + text[at + 1 :], NOW)


@given(st.text(max_size=80))
def test_what_anybody_types_leads_nowhere(text: str) -> None:
    with pytest.raises(BadLink):
        verify(KEY, "hold", text, NOW)


def test_another_key_or_purpose_leads_nowhere() -> None:
    text = sign(KEY, "hold", "17", MORNING)
    for key, purpose in (("1" * 64, "hold"), (KEY, "reply")):
        with pytest.raises(BadLink):
            verify(key, purpose, text, NOW)
