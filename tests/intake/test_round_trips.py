"""Whatever way a ledger is written, it reads back the same or is refused: never another value."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.intake.errors import IntakeError
from dunwell.intake.mapping import Mapping, read_mapping
from dunwell.intake.rejects import write_rejects
from dunwell.intake.rows import AccountRow, InvoiceRow, Reject, Row
from dunwell.intake.tables import read
from dunwell.terms.money import MINOR_DIGITS, Money

from .helpers import ACCOUNTS, INVOICES

MONEY = st.builds(Money, st.integers(1, 10**11), st.sampled_from(["EUR", "USD", "CHF", "JPY", "KWD", "TND", "IRR"]))
DAYS = st.dates(date(1990, 1, 1), date(2150, 12, 31))
DATE_STYLES = {
    "%Y-%m-%d": None, "%Y%m%d": None, "%d.%m.%Y": None, "%Y/%m/%d": None, "%Y-%m-%dT00:00:00": None,
    "%d/%m/%Y": "dmy", "%d-%m-%Y": "dmy", "%m/%d/%Y": "mdy", "%m-%d-%Y 00:00": "mdy", "%d/%m/%y": "dmy",
    "%m/%d/%y": "mdy",
    "%y/%m/%d": "ymd",
}  # fmt: skip
GROUPS = {".": [",", " ", "'", "\u00a0", "\u202f", ""], ",": [".", " ", "'", "\u00a0", "\u202f", ""]}
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=30
)


def spelled(money: Money, decimal: str, group: str, drop_zeros: bool) -> str:
    digits = MINOR_DIGITS[money.currency]
    text = f"{money.amount:,.{digits}f}"
    whole, _, part = text.partition(".")
    if drop_zeros and not part.strip("0"):
        part = ""
    return whole.replace(",", group) + (decimal + part if part else "")


@st.composite
def dialects(draw: st.DrawFn) -> dict[str, str]:
    decimal = draw(st.sampled_from(".,"))
    return {
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        "decimal": decimal,
        "group": draw(st.sampled_from(GROUPS[decimal])),
        "dates": draw(st.sampled_from(sorted(DATE_STYLES))),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        "end": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "persian": draw(st.sampled_from(["", "yes"])),
        "zeros": draw(st.sampled_from(["", "dropped"])),
    }


def written(table: list[list[str]], how: dict[str, str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=how["delimiter"], lineterminator=how["end"]).writerows(table)
    return out.getvalue().encode(how["encoding"])


def invoices(items: list[tuple[Money, date, date]], how: dict[str, str]) -> bytes:
    lines = [INVOICES.split(",")]
    for place, (money, first, second) in enumerate(items):
        issued, due = sorted((first, second))
        amount = spelled(money, how["decimal"], how["group"], bool(how["zeros"]))
        days = [issued.strftime(how["dates"]), due.strftime(how["dates"])]
        if how["persian"]:
            amount, *days = (text.translate(PERSIAN) for text in (amount, *days))
        lines.append(["K1", f"R{place}", *days, amount, money.currency])
    return written(lines, how)


def values(rows: tuple[Row, ...]) -> list[tuple[Money, date, date | None]]:
    return [(row.amount, row.issued, row.due) for row in rows if isinstance(row, InvoiceRow)]


ITEMS = st.lists(st.tuples(MONEY, DAYS, DAYS), min_size=1, max_size=8)


@settings(max_examples=400, deadline=None)
@given(ITEMS, dialects())
def test_stated_dialects_read_back_exactly(items: list[tuple[Money, date, date]], how: dict[str, str]) -> None:
    if "%y" in how["dates"]:
        items = [
            (money, first.replace(year=2024), second.replace(year=2028)) for money, first, second in _leapless(items)
        ]
    order = DATE_STYLES[how["dates"]]
    lines = [f'decimal = "{how["decimal"]}"', f'date_order = "{order}"' if order else ""]
    mapping = read_mapping("\n".join(lines).encode(), "m.toml")
    taken, rejected = read(invoices(items, how), "i.csv", mapping).split()
    assert not rejected
    assert values(taken) == [(money, *sorted((first, second))) for money, first, second in items]


def _leapless(items: list[tuple[Money, date, date]]) -> list[tuple[Money, date, date]]:
    return [
        (money, first.replace(day=min(first.day, 28)), second.replace(day=min(second.day, 28)))
        for money, first, second in items
    ]


@settings(max_examples=600, deadline=None)
@given(ITEMS, dialects())
def test_detected_dialects_are_right_or_refused(items: list[tuple[Money, date, date]], how: dict[str, str]) -> None:
    expected = {f"R{place}": (money, *sorted((first, second))) for place, (money, first, second) in enumerate(items)}
    try:
        taken, rejected = read(invoices(items, how), "i.csv", Mapping()).split()
    except IntakeError:
        return
    for row in taken:
        assert isinstance(row, InvoiceRow)
        assert (row.amount, row.issued, row.due) == expected[row.invoice]
    if "%y" not in how["dates"]:
        assert not rejected


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=6), dialects())
def test_names_read_back(names: list[str], how: dict[str, str]) -> None:
    table = [ACCOUNTS.split(","), *([f"K{place}", name, "IT", "it"] for place, name in enumerate(names))]
    taken, rejected = read(written(table, how), "a.csv").split()
    assert not rejected
    assert [row.name for row in taken if isinstance(row, AccountRow)] == [
        unicodedata.normalize("NFC", name) for name in names
    ]


@settings(max_examples=600, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    for start in (b"", INVOICES.encode() + b"\n", ACCOUNTS.encode() + b"\r\n", b"\xff\xfe"):
        try:
            table = read(start + data, "x.csv")
        except IntakeError:
            continue
        rejected = [row for row in table.rows if isinstance(row, Reject)]
        write_rejects(table, rejected).encode()


CELLS = st.sampled_from(
    ["", "K1", "R1", "R2", "2026-01-05", "13/02/2026", "02/13/2026", "05/01/2026", "1.234", "1,5", "-3", "1e9",
    "EUR", "KWD",
     "XXX", '"', '""', "a\nb", "=1", "\u202e", "é", "no", "5 €", "٫", "(", "1'000", "."]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=8), max_size=8), st.sampled_from([",", ";"]), st.booleans())
def test_any_cells_are_refused_or_read(table: list[list[str]], delimiter: str, quoted: bool) -> None:
    lines = [INVOICES.split(","), *table]
    if quoted:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(lines)
        data = out.getvalue().encode()
    else:
        data = "\n".join(delimiter.join(cells) for cells in lines).encode()
    try:
        taken, rejected = read(data, "x.csv").split()
    except IntakeError:
        return
    numbers = [row.line for row in (*taken, *rejected)]
    assert len(set(numbers)) == len(numbers)
    for row in taken:
        assert isinstance(row, InvoiceRow)
        assert row.amount.minor > 0
        assert row.amount.amount < Decimal(10) ** 15
