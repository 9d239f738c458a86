"""Invoices and credit notes as the ledger knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dunwell.terms.money import Money


class DocumentKind(StrEnum):
    """What a line of the ledger is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice.

    `sent_on` is the day on which its issuer sent it; None is unknown and taken as the issue date, unless `not_sent`
    says that nobody has sent it and Dunwell is to. `imported_on` is the day on which the ledger first saw it.
    `discount_until` is the last day of the early-payment discount, that day included.
    """

    number: str
    issued: date
    due: date | None
    amount: Money
    kind: DocumentKind = DocumentKind.INVOICE
    document: str | None = None
    discount_percent: Decimal | None = None
    discount_until: date | None = None
    purchase_order: str | None = None
    reference: str | None = None
    contract: str | None = None
    sent_on: date | None = None
    not_sent: bool = False
    imported_on: date | None = None
