"""The vocabulary of ledger files: column names by kind, and the words that a cell may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from dunwell.intake.rows import FileKind
from dunwell.terms.account import Kind, PaymentMethod, Role
from dunwell.terms.invoice import DocumentKind

REQUIRED: dict[FileKind, tuple[str, ...]] = {
    FileKind.ACCOUNTS: ("account", "name", "country", "language"),
    FileKind.CONTACTS: ("account", "name", "email", "role"),
    FileKind.INVOICES: ("account", "invoice", "issued", "due", "amount", "currency"),
    FileKind.PAYMENTS: ("account", "invoice", "date", "amount", "currency", "reference"),
    FileKind.OPEN_ITEMS: (
        "account",
        "name",
        "email",
        "country",
        "language",
        "invoice",
        "issued",
        "due",
        "amount",
        "open",
        "currency",
    ),
}
"""The columns that a file of each kind must have."""

OPTIONAL: dict[FileKind, tuple[str, ...]] = {
    FileKind.ACCOUNTS: (
        "timezone",
        "kind",
        "payment_method",
        "phone",
        "address",
        "vat_id",
        "register",
        "credit_limit",
        "terms",
        "late_fee_percent",
    ),
    FileKind.CONTACTS: ("language", "phone"),
    FileKind.INVOICES: (
        "kind",
        "document",
        "discount_percent",
        "discount_until",
        "purchase_order",
        "reference",
        "contract",
        "sent_on",
    ),
    FileKind.PAYMENTS: (),
    FileKind.OPEN_ITEMS: (),
}
"""The columns that it may have."""

ALL_COLUMNS: tuple[str, ...] = tuple(
    dict.fromkeys(column for kind in FileKind for column in (*REQUIRED[kind], *OPTIONAL[kind]))
)
MONEY_COLUMNS = ("amount", "open")
PERCENT_COLUMNS = ("discount_percent", "late_fee_percent")
NUMBER_COLUMNS = (*MONEY_COLUMNS, "credit_limit", *PERCENT_COLUMNS)
DATE_COLUMNS = ("issued", "due", "date", "discount_until", "sent_on")
NOT_SENT = "no"

_CONTROL = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]+\s*")
_BIDI = re.compile(r"[\ufeff\u202a-\u202e\u2066-\u2069]")


def words_of(column: str, kind: FileKind | None = None) -> tuple[str, ...]:
    """The words that a column may hold, () when it is free; without `kind`, those of any kind of file."""
    match column:
        case "role":
            return tuple(Role)
        case "payment_method":
            return tuple(PaymentMethod)
        case "kind":
            accounts = tuple(Kind) if kind is not FileKind.INVOICES else ()
            return (*accounts, *(DocumentKind if kind is not FileKind.ACCOUNTS else ()))
        case _:
            return ()


def word_key(text: str) -> str:
    """A word as the vocabulary writes it: `Accounts Payable` is `accounts_payable`."""
    return re.sub(r"[\s_-]+", "_", bare(text).lower())


def bare(text: str) -> str:
    """One line of text: line breaks and control characters become blanks, marks that turn writing round go."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _CONTROL.sub(" ", _BIDI.sub("", text)).strip()


def listed(names: Iterable[str | StrEnum], last: str = "or") -> str:
    """`a, b or c`."""
    *head, tail = [str(name) for name in names]
    return f"{', '.join(head)} {last} {tail}" if head else tail
