"""EPC payment codes: what they say, and when there is none."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from dunwell.letters.payment_code import content, drawing, picture
from dunwell.terms.money import Money

IBAN = "DE89 3704 0044 0532 0130 00"


def test_the_fields_stand_in_the_order_of_the_guideline() -> None:
    code = content("Nordwind  GmbH", IBAN, Money(123450, "EUR"), "RE-2026/117")
    assert code is not None
    assert code.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        "Nordwind GmbH",
        "DE89370400440532013000",
        "EUR1234.50",
        "",
        "",
        "RE-2026/117",
    ]


def test_a_creditor_reference_goes_into_its_own_field() -> None:
    code = content("Nordwind GmbH", IBAN, Money(1, "EUR"), "RF18 5390 0754 7034")
    assert code is not None
    assert code.endswith("EUR0.01\n\nRF18539007547034")
    wrong = content("Nordwind GmbH", IBAN, Money(1, "EUR"), "RF19 5390 0754 7034")
    assert wrong is not None
    assert wrong.endswith("\n\n\nRF19 5390 0754 7034"), "with wrong check digits it is text"


@pytest.mark.parametrize(
    ("account", "amount"),
    [
        (IBAN, Money(100, "GBP")),
        (IBAN, Money(0, "EUR")),
        (IBAN, Money(-5, "EUR")),
        (IBAN, Money(100_000_000_000, "EUR")),
        ("DE88 3704 0044 0532 0130 00", Money(100, "EUR")),
        ("IR580540105180021273113007", Money(100, "EUR")),
        ("Sort code 00-00-00", Money(100, "EUR")),
        ("", Money(100, "EUR")),
    ],
)
def test_where_no_bank_would_take_it_there_is_none(account: str, amount: Money) -> None:
    assert content("Nordwind GmbH", account, amount, "X") is None


@given(st.text(max_size=200), st.text(max_size=300), st.integers(1, 99_999_999_999))
def test_whatever_the_names_it_is_a_code_or_none(name: str, reference: str, minor: int) -> None:
    try:
        code = content(name, IBAN, Money(minor, "EUR"), reference)
    except UnicodeEncodeError:
        pytest.fail("a lone surrogate must not raise")
    if code is not None:
        assert len(code.encode()) <= 331
        assert len(code.split("\n")) <= 12


def test_the_pictures_are_png() -> None:
    code = content("Nordwind GmbH", IBAN, Money(100, "EUR"), "A-1") or ""
    assert picture(code).startswith(b"\x89PNG")
    assert drawing(code).startswith(b"\x89PNG")
    assert len(drawing(code)) < 1_500
    assert picture(code) == picture(code)


@pytest.mark.parametrize(("draw", "scale"), [(picture, 4), (drawing, 2)])
def test_the_pictures_show_the_code_that_segno_draws(draw: Callable[[str], bytes], scale: int) -> None:
    code = content("Nordwind GmbH", IBAN, Money(123450, "EUR"), "Überweisung 7") or ""
    expected = segno.make_qr(code, error="m", mask=2, boost_error=False, encoding="utf-8", eci=False)
    png = draw(code)
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (width, height) == expected.symbol_size(scale=scale, border=4)
    assert (depth, kind) == (8, 0)
    assert zlib.crc32(png[12:29]) == struct.unpack(">I", png[29:33])[0]
    data = zlib.decompress(png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8])
    rows = [data[at : at + width + 1] for at in range(0, len(data), width + 1)]
    wanted = [[0 if dark else 255 for dark in row] for row in expected.matrix_iter(scale=scale, border=4)]
    assert [list(row[1:]) for row in rows] == wanted
    assert {row[0] for row in rows} == {0}
