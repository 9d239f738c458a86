"""Adjustments: what an open-items list shows differently from the books is booked as one, never added to payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import journal, money
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, AllocationRow, InvoiceRow, PaymentRow


@dataclass(frozen=True, slots=True)
class Listing:
    """What an adjustment rests on: the source's list, of which day it is, and why."""

    source: str
    as_of: date
    why: str


def adjust(work: Work, account: AccountRow, invoice: InvoiceRow, to_open: int, listing: Listing, pen: Pen) -> int:
    """Bring the booked open principal of an invoice to `to_open` by one adjustment; returns it (positive reduces)."""
    difference = booked_open(work, invoice, listing.as_of) - to_open
    difference -= _confirm_set_offs(work, invoice, difference)
    if not difference:
        return 0
    money.take_back_set_offs(work, invoice)
    count = select(func.count()).select_from(PaymentRow).where(col(PaymentRow.invoice_id) == invoice.id)
    key = f"adjust:{invoice.number}:{work.session.execute(count).scalar_one()}"
    book_adjustment(work, account, invoice, difference, key, listing.as_of, listing.source, pen)
    journal.write(
        work,
        account,
        pen,
        "adjusted",
        invoice=invoice.number,
        why=listing.why,
        by=difference,
        currency=invoice.currency,
    )
    return difference


def booked_open(work: Work, invoice: InvoiceRow, as_of: date) -> int:
    """The open principal on `as_of` before anything that we set off by ourselves: what a list compares with.

    A payment that came after that day is no part of it.
    """
    about = (col(AllocationRow.invoice_id) == invoice.id) & (col(AllocationRow.part) == "principal")
    query = (
        select(func.sum(col(AllocationRow.amount)))
        .outerjoin(PaymentRow, col(AllocationRow.payment_id) == col(PaymentRow.id))
        .where(
            about | (col(AllocationRow.credit_note_id) == invoice.id),
            col(AllocationRow.automatic).is_(False),
            col(PaymentRow.on).is_(None) | (col(PaymentRow.on) <= as_of),
        )
    )
    return invoice.amount - int(work.session.execute(query).scalar_one() or 0)


def _confirm_set_offs(work: Work, invoice: InvoiceRow, most: int) -> int:
    """The list shows as applied what we had set off by ourselves: it stays applied. Returns how much, up to `most`."""
    query = select(AllocationRow).where(
        col(AllocationRow.invoice_id) == invoice.id,
        col(AllocationRow.automatic).is_(True),
        col(AllocationRow.part) == "principal",
    )
    left = most
    for row in work.session.execute(query.order_by(col(AllocationRow.id))).scalars().all():
        if left <= 0:
            break
        share = min(left, row.amount)
        if share < row.amount:
            row.amount -= share
            work.session.add(
                AllocationRow(
                    payment_id=row.payment_id,
                    credit_note_id=row.credit_note_id,
                    invoice_id=row.invoice_id,
                    amount=share,
                )
            )
        else:
            row.automatic = False
        left -= share
    work.session.flush()
    return max(0, most) - max(0, left)


def book_adjustment(
    work: Work, account: AccountRow, invoice: InvoiceRow, minor: int, key: str, on: date, source: str, pen: Pen
) -> None:
    """Book an adjustment of the invoice by `minor`, as of the day `on`."""
    payment = PaymentRow(
        key=key,
        account_id=account.id or 0,
        invoice_id=invoice.id,
        on=on,
        booked_at=pen.at,
        amount=minor,
        currency=invoice.currency,
        kind="adjustment",
        source=source,
    )
    work.session.add(payment)
    work.session.flush()
    work.session.add(AllocationRow(payment_id=payment.id, invoice_id=invoice.id or 0, amount=minor))
    money.refresh(work, invoice)
