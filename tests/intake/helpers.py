"""Short cuts for the tests of the intake room."""

from __future__ import annotations

from typing import TypeVar

from dunwell.intake.mapping import Mapping, read_mapping
from dunwell.intake.rows import Reject
from dunwell.intake.tables import read

INVOICES = "account,invoice,issued,due,amount,currency"
ACCOUNTS = "account,name,country,language"
CONTACTS = "account,name,email,role"
PAYMENTS = "account,invoice,date,amount,currency,reference"
OPEN_ITEMS = "account,name,email,country,language,invoice,issued,due,amount,open,currency"

_T = TypeVar("_T")


def mapping(text: str) -> Mapping:
    return read_mapping(text.encode(), "mapping.toml")


def rows(kind: type[_T], header: str, *lines: str, using: str = "", encoding: str = "utf-8") -> list[_T | Reject]:
    """The rows of a file of these lines, which must all be of `kind` or rejects."""
    data = "\n".join((header, *lines)).encode(encoding)
    found: list[_T | Reject] = []
    for row in read(data, "ledger.csv", mapping(using)).rows:
        assert isinstance(row, (kind, Reject))
        found.append(row)
    return found


def one(kind: type[_T], header: str, line: str, using: str = "") -> _T:
    """The single row of a file, which must be taken."""
    (row,) = rows(kind, header, line, using=using)
    assert isinstance(row, kind), row
    return row


def reason(header: str, *lines: str, using: str = "") -> str:
    """Why the last row of a file is rejected."""
    data = "\n".join((header, *lines)).encode()
    row = list(read(data, "ledger.csv", mapping(using)).rows)[-1]
    assert isinstance(row, Reject), row
    return row.reason
