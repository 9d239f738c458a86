"""Receipts: a payment is booked once, spread over what is open, and explains what a list had shown before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import adjustments, journal, money
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.money import Order
from dunwell.ledger.tables import AccountRow, AllocationRow, InvoiceRow, PaymentRow
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment to book. `invoice_id` None leaves the choice to us; `key` is what it is known by."""

    key: str
    on: date
    minor: int
    currency: str
    reference: str
    invoice_id: int | None
    source: str


def known_keys(work: Work, keys: Sequence[str]) -> set[str]:
    """Which of these payments are booked already."""
    return set(work.session.execute(select(col(PaymentRow.key)).where(col(PaymentRow.key).in_(keys))).scalars())


def adjusted_accounts(work: Work, account_ids: Iterable[int]) -> set[int]:
    """Which of these accounts have adjustments, or cash from a list, that payments may explain."""
    query = select(col(PaymentRow.account_id)).where(
        col(PaymentRow.account_id).in_(set(account_ids)), col(PaymentRow.kind).in_(("adjustment", "unapplied"))
    )
    return set(work.session.execute(query.distinct()).scalars())


def book(work: Work, account: AccountRow, receipt: Receipt, order: Order, pen: Pen, *, adjusted: bool) -> None:
    """Book a payment that is not known yet, and spread it. What is left over stays unapplied.

    `adjusted`: the account has adjustments, which the payment may explain.
    """
    row = PaymentRow(
        key=receipt.key,
        account_id=account.id or 0,
        invoice_id=receipt.invoice_id,
        on=receipt.on,
        booked_at=pen.at,
        amount=receipt.minor,
        currency=receipt.currency,
        reference=receipt.reference,
        source=receipt.source,
    )
    work.session.add(row)
    work.session.flush()
    left = receipt.minor
    if adjusted:
        left = _explain_adjustments(work, row, account, left, pen, named=True)
    if receipt.invoice_id is not None and left:
        invoice = work.session.get_one(InvoiceRow, receipt.invoice_id)
        left -= money.pay(work, account, invoice, left, order, row, pen)
        if adjusted and left:
            left = _explain_adjustments(work, row, account, left, pen, named=False)
            _replace_loose(work, row, left)
    elif left:
        if adjusted:
            _replace_loose(work, row, left)
        for invoice in money.open_invoices(work, account.id or 0, receipt.currency):
            left -= money.pay(work, account, invoice, left, order, row, pen) if left else 0
    if left:
        why = f"payment of {receipt.on}: {Money(left, receipt.currency)} left over, set off against what is open"
        journal.write(work, account, pen, "payment_left_over", why=why, amount=left, currency=receipt.currency)


def set_loose(work: Work, row: PaymentRow, minor: int) -> None:
    """Make cash that a list showed without an invoice `minor`; what it was set off against is open again."""
    spent = select(AllocationRow).where(col(AllocationRow.payment_id) == row.id)
    touched = set()
    for allocation in work.session.execute(spent).scalars().all():
        touched.add(allocation.invoice_id)
        work.session.delete(allocation)
    row.amount = minor
    for invoice_id in sorted(touched):
        money.refresh(work, work.session.get_one(InvoiceRow, invoice_id))


def _replace_loose(work: Work, payment: PaymentRow, most: int) -> None:
    """Cash that an earlier list showed is this payment, as far as it goes: it takes its place."""
    query = select(PaymentRow).where(
        col(PaymentRow.account_id) == payment.account_id,
        col(PaymentRow.kind) == "unapplied",
        col(PaymentRow.currency) == payment.currency,
        col(PaymentRow.amount) > 0,
        col(PaymentRow.on) >= payment.on,
    )
    for row in work.session.execute(query.order_by(col(PaymentRow.id))).scalars().all():
        share = min(most, row.amount)
        if share:
            set_loose(work, row, row.amount - share)
            most -= share


def _explain_adjustments(work: Work, row: PaymentRow, account: AccountRow, minor: int, pen: Pen, *, named: bool) -> int:
    """A payment that an earlier list already showed takes the place of that adjustment instead of adding to it.

    `named` looks at the invoice that the payment names, if it names one; else at all of the account's. Returns what is
    left of the payment.
    """
    net = func.sum(col(PaymentRow.amount))
    query = (
        select(col(PaymentRow.invoice_id), net)
        .where(
            col(PaymentRow.account_id) == account.id,
            col(PaymentRow.kind) == "adjustment",
            col(PaymentRow.currency) == row.currency,
            col(PaymentRow.invoice_id).is_not(None),
        )
        .group_by(col(PaymentRow.invoice_id))
        .having(net > 0, func.max(col(PaymentRow.on)) >= row.on)
        .order_by(func.min(col(PaymentRow.id)))
    )
    if named and row.invoice_id is not None:
        query = query.where(col(PaymentRow.invoice_id) == row.invoice_id)
    for invoice_id, adjusted in work.session.execute(query).all():
        share = min(minor, int(adjusted))
        if share and invoice_id is not None:
            invoice = work.session.get_one(InvoiceRow, invoice_id)
            adjustments.book_adjustment(
                work, account, invoice, -share, f"explained:{row.key}:{invoice.number}", pen.on, row.source, pen
            )
            minor -= money.pay(work, account, invoice, share, "principal_first", row, pen)
    return minor
