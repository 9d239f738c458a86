"""The customer's account, and the people there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What the customer is before the law."""

    BUSINESS = "business"
    CONSUMER = "consumer"
    PUBLIC = "public"


class PaymentMethod(StrEnum):
    """How the account usually pays."""

    TRANSFER = "transfer"
    CARD = "card"
    CHEQUE = "cheque"
    CASH = "cash"
    DIRECT_DEBIT = "direct_debit"


class Role(StrEnum):
    """What a contact is at the account."""

    ACCOUNTS_PAYABLE = "accounts_payable"
    MANAGER = "manager"
    OWNER = "owner"
    LEGAL = "legal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or desk at an account. `bad_since`: the day on which the address was found not to work."""

    name: str
    email: str
    role: Role = Role.ACCOUNTS_PAYABLE
    language: str | None = None
    phone: str | None = None
    bad_since: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account. `country` may carry a region; `late_fee_percent` is a month's, of open principal."""

    number: str
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
    terms: str | None = None
    late_fee_percent: Decimal | None = None
    credit_limit: Decimal | None = None
