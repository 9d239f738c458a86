"""Open claims of payment, and the payments in the books that may be what they speak of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger.agreement_tables import ClaimLineRow, ClaimRow
from dunwell.ledger.agreements import claim_of
from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, AllocationRow, InvoiceRow, PaymentRow
from dunwell.rules.claims import Claimed, Loose
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """An open claim: whose, about which invoices (their keys), and what can be looked for."""

    id: int
    account_id: int
    account: str
    invoice_ids: frozenset[int]
    claimed: Claimed


@dataclass(frozen=True, slots=True)
class LoosePayment:
    """A payment of which something is left over, or that came for another account or without an invoice's number."""

    id: int
    account_id: int
    account: str
    invoice_ids: frozenset[int]
    loose: Loose


def open_claims(work: Work) -> list[OpenClaim]:
    """The open claims, by id."""
    query = (
        select(ClaimRow, InvoiceRow, AccountRow)
        .join(ClaimLineRow, col(ClaimLineRow.claim_id) == col(ClaimRow.id))
        .join(InvoiceRow, col(InvoiceRow.id) == col(ClaimLineRow.invoice_id))
        .join(AccountRow, col(AccountRow.id) == col(ClaimRow.account_id))
        .where(col(ClaimRow.state) == "open")
        .order_by(col(ClaimRow.id), col(InvoiceRow.due))
    )
    found: dict[int, list[tuple[ClaimRow, InvoiceRow, AccountRow]]] = {}
    for row, invoice, account in work.session.execute(query):
        found.setdefault(row.id or 0, []).append((row, invoice, account))
    return [_open_claim(key, lines) for key, lines in found.items()]


def _open_claim(key: int, lines: Sequence[tuple[ClaimRow, InvoiceRow, AccountRow]]) -> OpenClaim:
    row, first, account = lines[0]
    mine = [invoice for _, invoice, _ in lines if invoice.currency == first.currency]
    total = Money(sum(one.principal_open + one.charges_open for one in mine), first.currency)
    numbers = [word for _, one, _ in lines for word in (one.number, one.reference) if word]
    claimed = Claimed(claim_of(row), numbers, total, account.name)
    ids = frozenset(invoice.id or 0 for _, invoice, _ in lines)
    return OpenClaim(key, row.account_id, account.number, ids, claimed)


def loose_payments(work: Work) -> list[LoosePayment]:
    """The payments that named no invoice of ours or left something over, by id."""
    spent = func.coalesce(func.sum(col(AllocationRow.amount)), 0)
    left_over = (
        select(col(PaymentRow.id))
        .outerjoin(AllocationRow, col(AllocationRow.payment_id) == col(PaymentRow.id))
        .where(col(PaymentRow.amount) > 0)
        .group_by(col(PaymentRow.id))
        .having(col(PaymentRow.amount) > spent)
    )
    loose = (
        col(PaymentRow.kind).in_(("payment", "unapplied")),
        col(PaymentRow.amount) > 0,
        col(PaymentRow.invoice_id).is_(None) | col(PaymentRow.id).in_(left_over),
    )
    query = (
        select(PaymentRow, col(AccountRow.number))
        .join(AccountRow, col(AccountRow.id) == col(PaymentRow.account_id))
        .where(*loose)
        .order_by(col(PaymentRow.id))
    )
    rows = list(work.session.execute(query))
    lines = (
        select(col(AllocationRow.payment_id), col(AllocationRow.invoice_id))
        .join(PaymentRow, col(PaymentRow.id) == col(AllocationRow.payment_id))
        .where(*loose)
    )
    paid: dict[int, set[int]] = {}
    for payment_id, invoice_id in work.session.execute(lines):
        paid.setdefault(payment_id or 0, set()).add(invoice_id)
    return [
        LoosePayment(
            row.id or 0,
            row.account_id,
            account,
            frozenset(paid.get(row.id or 0, ())),
            Loose(row.on, Money(row.amount, row.currency), row.reference),
        )
        for row, account in rows
    ]
