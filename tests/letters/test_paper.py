"""Letters on paper: every language prints, and the address lies in the window of the envelope."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from dunwell.letters import local_samples
from dunwell.letters.compose import on_paper
from dunwell.letters.facts import LANGUAGES
from dunwell.letters.paper import Places, address_of, side_of
from dunwell.terms.letter import ESCALATION
from tests.support.firm import library

MM = 72 / 25.4
HEIGHT = 297 * MM
LINES = "12 Window Lane\nBlock Q\nQuarry Town\nQT1 2ZZ"


def printed(letter: str, language: str, places: Places) -> bytes:
    facts = local_samples.typical(letter, language)
    account = replace(facts.account, name="Window Ltd", address=LINES, contact=None)
    return on_paper(replace(facts, account=account, printed=True), language, library(), places)


def found(pdf: bytes, wanted: str) -> tuple[float, float]:
    """Where a text of the first page begins, in millimetres from its left and its top."""
    places: list[tuple[float, float]] = []

    def look(text: str, cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        if wanted in text:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            places.append((x / MM, (HEIGHT - y) / MM))

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=look)
    assert places, wanted
    return places[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_address_lies_in_the_window_on_either_side(language: str) -> None:
    for side, left in (("left", 20), ("right", 110)):
        pdf = printed("final_notice", language, Places("GB", "GB", "en", side))  # type: ignore[arg-type]
        for row in ("Window Ltd", "Quarry Town", "QT1 2ZZ"):
            x, y = found(pdf, row)
            assert left < x < left + 85, (language, side, row, x)
            assert 45 + 17.7 < y < 90, (language, side, row, y)


@pytest.mark.parametrize("letter", ESCALATION)
def test_every_letter_prints(letter: str) -> None:
    text = PdfReader(io.BytesIO(printed(letter, "en", Places("GB", "GB", "en", "left")))).pages[0].extract_text()
    assert "this email" not in text
    assert "accounts@marlow-hosting.example" in text


def test_the_lines_of_an_address() -> None:
    home = Places("GB", "GB-SCT", "en", "left")
    assert address_of("A Ltd", "1 High St, Leeds, LS1 1AA", None, home) == ("A Ltd", "1 High St", "Leeds", "LS1 1AA")
    assert address_of("A Ltd", "Unit 1, Park\nLeeds", "J Doe", home) == ("A Ltd", "J Doe", "Unit 1, Park", "Leeds")
    assert address_of("A Ltd", "x\ny", "a ltd", home) == ("A Ltd", "x", "y"), "whoever is the account is named once"
    abroad = Places("DE", "FR", "de", "left")
    assert address_of("A SA", "1 rue X\n75001 Paris", None, abroad)[-1] == "FRANKREICH"
    full = "a\nb\nc\nd\ne"
    assert "J Doe" not in address_of("A Ltd", full, "J Doe", home), "six lines are all that the window takes"


@pytest.mark.parametrize(("country", "side"), [("DE", "left"), ("GB-SCT", "left"), ("FR", "right"), ("IT", "right")])
def test_the_side_of_the_window(country: str, side: str) -> None:
    assert side_of(country) == side
