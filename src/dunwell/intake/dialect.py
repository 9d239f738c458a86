"""How one file is written: encoding, delimiter, decimal separator, order of dates. Detected, never guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dunwell.intake.columns import Layout, positions, recognise
from dunwell.intake.dates import DateStyle, OrderEvidence
from dunwell.intake.encoding import Encoding, detect_encoding
from dunwell.intake.errors import IntakeError
from dunwell.intake.mapping import DELIMITERS, Mapping
from dunwell.intake.numbers import DecimalEvidence
from dunwell.intake.records import MAX_QUOTED_LINES, Record, parse_line, records
from dunwell.intake.words import DATE_COLUMNS, MONEY_COLUMNS, NUMBER_COLUMNS, PERCENT_COLUMNS

_MAX_HEADER = 100_000
_ANY_ORDER = DateStyle()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written. `header_line` is the line of its header."""

    encoding: Encoding
    delimiter: str
    header_line: int
    decimal: str = "."
    dates: DateStyle = _ANY_ORDER

    def records(self, data: bytes) -> Iterator[Record]:
        """The rows below the header, read anew, with the memory of one row."""
        found = records(_lines(data, self.encoding), self.delimiter)
        return (record for record in found if record.line > self.header_line)


def detect(data: bytes, name: str, mapping: Mapping) -> tuple[Dialect, Layout]:
    """How `data` is written and what its columns are; raises IntakeError when it cannot be told."""
    if not data or data.isspace():
        raise IntakeError(f"{name}: the file is empty: even without rows it needs its header line")
    encoding = detect_encoding(data, name, mapping.encoding)
    delimiter, header = _header(data, encoding, name, mapping)
    layout = recognise(header.cells, mapping, name, header.line)
    plain = Dialect(encoding, delimiter, header.line)
    decimal, order = _habits(plain.records(data), layout, name, mapping)
    return Dialect(encoding, delimiter, header.line, decimal, DateStyle(order, mapping.date_order is not None)), layout


def _lines(data: bytes, encoding: Encoding) -> Iterator[str]:
    # BytesIO shares the bytes, so that only the lines at hand are decoded. All three line ends become a line feed.
    return io.TextIOWrapper(io.BytesIO(data), encoding.codec, encoding.errors, newline=None)


def _header(data: bytes, encoding: Encoding, name: str, mapping: Mapping) -> tuple[str, Record]:
    """The delimiter, which is the one that makes the most known columns of the header, and the header itself."""
    lines = list(islice(_lines(data, encoding), MAX_QUOTED_LINES))
    start = next((place for place, line in enumerate(lines) if line.strip("\ufeff \t\n")), len(lines))
    stated = mapping.delimiter
    # Excel's own way to name the delimiter: a first line `sep=;`.
    if start < len(lines) and lines[start].lower().startswith("sep=") and lines[start][4:5] in DELIMITERS:
        stated = stated or lines[start][4]
        start += 1
    lines = lines[start:]
    if not lines or len(lines[0]) > _MAX_HEADER:
        raise IntakeError(f"{name}: line {start + 1}: there is no header line: this is not a CSV file of a ledger")
    if encoding.damaged:
        lines = [line.encode("utf-8", "replace").decode() for line in lines]
    headers = [(delimiter, _first(lines, delimiter, start)) for delimiter in ([stated] if stated else DELIMITERS)]
    fitting = [(delimiter, header) for delimiter, header in headers if header is not None]
    if not fitting:
        raise IntakeError(f"{name}: line {start + 1}: the quotation marks of the header do not add up: correct them")
    return max(fitting, key=lambda found: (len(positions(found[1].cells, mapping)), len(found[1].cells)))


def _first(lines: list[str], delimiter: str, before: int) -> Record | None:
    # Only as many lines as the header's quotation marks need: the rows below may have faults of their own.
    for count in range(1, len(lines) + 1):
        try:
            return Record(before + count, parse_line(lines[:count], delimiter))
        except csv.Error:
            continue
    return None


def _habits(rows: Iterator[Record], layout: Layout, name: str, mapping: Mapping) -> tuple[str, str | None]:
    """Decimal separator and date order, from all rows that have their columns."""
    decimals = None if mapping.decimal else DecimalEvidence()
    orders = None if mapping.date_order else OrderEvidence()
    numbers = [column for column in NUMBER_COLUMNS if decimals and column in layout.columns]
    days = [column for column in DATE_COLUMNS if orders and column in layout.columns]
    width = len(layout.header)
    for row in rows:
        if row.problem or len(row.cells) != width:
            continue
        for column in numbers:
            if decimals and (text := layout.cell(row.cells, column)):
                currency = layout.cell(row.cells, "currency").strip().upper() if column in MONEY_COLUMNS else None
                decimals.add(row.line, layout.label(column), text, currency, column in PERCENT_COLUMNS)
        for column in days:
            if orders and (text := layout.cell(row.cells, column)):
                orders.add(row.line, layout.label(column), text)
    decimal = decimals.settle(name) if decimals else mapping.decimal or "."
    return decimal, orders.settle(name) if orders else mapping.date_order
