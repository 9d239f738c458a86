"""The rows of a ledger file: typed, checked, each with the physical line on which it starts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dunwell.terms.account import Kind, PaymentMethod, Role
from dunwell.terms.invoice import DocumentKind
from dunwell.terms.money import Money


class FileKind(StrEnum):
    """What a ledger file holds."""

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    OPEN_ITEMS = "open_items"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A customer's account. `credit_limit` is in major units; a file of accounts has no currency."""

    line: int
    account: str
    name: str
    country: str
    language: str
    timezone: str | None = None
    kind: Kind = Kind.BUSINESS
    payment_method: PaymentMethod = PaymentMethod.TRANSFER
    phone: str | None = None
    address: str | None = None
    vat_id: str | None = None
    register: str | None = None
    credit_limit: Decimal | None = None
    terms: str | None = None
    late_fee_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person or desk at an account."""

    line: int
    account: str
    name: str
    email: str
    role: Role
    language: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice or a credit note; the amount is positive for both.

    `due` is None when the file leaves it empty. `not_sent` says that nobody has sent it yet, so that we do.
    """

    line: int
    account: str
    invoice: str
    issued: datetime.date
    due: datetime.date | None
    amount: Money
    kind: DocumentKind = DocumentKind.INVOICE
    document: str | None = None
    discount_percent: Decimal | None = None
    discount_until: datetime.date | None = None
    purchase_order: str | None = None
    reference: str | None = None
    contract: str | None = None
    sent_on: datetime.date | None = None
    not_sent: bool = False


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment received. `invoice` is None when the file does not say what it pays."""

    line: int
    account: str
    invoice: str | None
    date: datetime.date
    amount: Money
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class OpenItemRow:
    """One line of a flat open-items list.

    `open` is the open principal as of the day of the list. A negative `amount` or `open` is a credit of the account:
    a credit note, or unapplied cash when `invoice` is None. `email` is None when the list knows no address.
    """

    line: int
    account: str
    name: str
    email: str | None
    country: str
    language: str
    invoice: str | None
    issued: datetime.date
    due: datetime.date | None
    amount: Money
    open: Money


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken. `raw` holds its cells as the file has them."""

    line: int
    reason: str
    raw: tuple[str, ...]


Row = AccountRow | ContactRow | InvoiceRow | PaymentRow | OpenItemRow
