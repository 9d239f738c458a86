"""The mapping file: what it may say, and that all its errors come at once, each with its line."""

from __future__ import annotations

import pytest

from dunwell.intake.errors import IntakeError
from dunwell.intake.mapping import Mapping, read_mapping
from dunwell.intake.rows import FileKind


def test_everything() -> None:
    text = """
kind = "open_items"
delimiter = "tab"
encoding = "windows-1250"
decimal = ","
date_order = "dmy"
[columns]
account = "Kunde"
[constants]
currency = "EUR"
discount_percent = 2
[values.role]
Chef = "Owner"
"""
    assert read_mapping(text.encode("utf-8-sig"), "m.toml") == Mapping(
        FileKind.OPEN_ITEMS, "\t", "cp1250", ",", "dmy", {"account": "Kunde"},
        {"currency": "EUR", "discount_percent": "2"}, {"role": {"chef": "Owner"}},
    )  # fmt: skip


def test_all_errors_at_once_with_their_lines() -> None:
    text = """kind = "invoises"
decimals = ","
date_order = "dym"
encoding = "base64"

[columns]
acount = "Kunde"
due = 5.5
amount = "Betrag"

[constants]
amount = "5"
late_fee_percent = 2.5

[values.payment_metod]
x = "cash"

[values.role]
"Der Chef" = "boss"
"""
    with pytest.raises(IntakeError) as caught:
        read_mapping(text.encode(), "m.toml")
    errors = str(caught.value).splitlines()
    expected = [
        (1, "'invoices'"), (2, "'decimal'"), (3, "'dmy'"), (4, "unknown encoding"), (7, "'account'"),
        (8, "quotation marks"),
        (12, "[columns] too"), (13, "quotation marks"), (15, "'payment_method'"), (19, "use accounts_payable"),
    ]  # fmt: skip
    assert sorted(int(error.split("line ")[1].split(":")[0]) for error in errors) == [line for line, _ in expected]
    for line, words in expected:
        assert any(f"m.toml: line {line}: " in error and words in error for error in errors), (line, words, errors)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"kind = ", "not valid TOML"),
        (b'\n[columns]\nname = "M\xfcller"', "line 3: not UTF-8"),
        (b"columns = 5", "must be a table"),
        (b"[values]\nrole = 5", "must be a table"),
        (b"delimiter = 5", "delimiter = 5 is not possible"),
        (b'encoding = "idna"', "unknown encoding"),
        (b'[columns]\nname = " "', "line 2: name is empty"),
    ],
)
def test_refused(data: bytes, expected: str) -> None:
    with pytest.raises(IntakeError) as caught:
        read_mapping(data, "m.toml")
    assert expected in str(caught.value)
    assert str(caught.value).startswith("m.toml: ")


def test_empty_mapping_is_no_mapping() -> None:
    assert read_mapping(b"", "m.toml") == Mapping()
