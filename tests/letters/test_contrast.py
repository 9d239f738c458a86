"""Whether the creditor's colour can be read where letters use it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.letters.contrast import GROUNDS, LEAST, least, ratio, readable
from dunwell.letters.layout import HOUSE_COLOR
from dunwell.letters.templates import builtin_folder

colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_known_ratios(one: str, other: str, expected: float) -> None:
    assert ratio(one, other) == pytest.approx(expected, abs=0.01)
    assert ratio(other, one) == ratio(one, other)


def test_our_own_colour_can_be_read_on_the_grounds_that_the_pages_have() -> None:
    assert least(HOUSE_COLOR) >= LEAST
    layout = (builtin_folder() / "layout.html.j2").read_text("utf-8")
    page = (builtin_folder() / "statement.typ").read_text("utf-8")
    assert all(ground in layout for ground in GROUNDS)
    assert GROUNDS[1] in page


@given(colors)
def test_what_is_proposed_can_be_read(color: str) -> None:
    assert least(readable(color)) >= LEAST
    if least(color) >= LEAST:
        assert readable(color) == color
