"""Money in the books: payments, allocations, set-offs. What is open always follows from them, to the minor unit.

outstanding = amount + charges - allocations. Money that names an invoice reduces that invoice; what is left over, and
money that names none, is set off against the account's oldest open invoice, as credit notes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import LOOK_NOW, AccountRow, AllocationRow, ChargeRow, InvoiceRow, PaymentRow, TouchRow
from dunwell.terms.money import Money

Order = str
"""How a payment is spread over one invoice: 'principal_first', or 'law' for charges first."""


def refresh(work: Work, invoice: InvoiceRow) -> None:
    """Work out anew what is open on an invoice or credit note, and what follows from that for its case."""
    work.session.flush()
    query = select(col(AllocationRow.part), func.sum(col(AllocationRow.amount))).where(
        col(AllocationRow.invoice_id) == invoice.id
    )
    applied = {part: int(total) for part, total in work.session.execute(query.group_by(col(AllocationRow.part)))}
    charged = select(func.sum(col(ChargeRow.amount))).where(
        col(ChargeRow.invoice_id) == invoice.id, col(ChargeRow.waived_on).is_(None)
    )
    given = select(func.sum(col(AllocationRow.amount))).where(col(AllocationRow.credit_note_id) == invoice.id)
    invoice.principal_open = (
        invoice.amount - applied.get("principal", 0) - int(work.session.execute(given).scalar_one() or 0)
    )
    invoice.charges_open = int(work.session.execute(charged).scalar_one() or 0) - applied.get("charges", 0)
    _follow(work, invoice)


def _follow(work: Work, invoice: InvoiceRow) -> None:
    """What follows for the case from what is open on its invoice."""
    state = "open" if invoice.principal_open > 0 else "paid"
    if state == "paid" and invoice.state != "paid":
        _drop_open_touches(work, invoice)
        tasks.settle_kinds(work, _OVER_WHEN_PAID, invoice_id=invoice.id)
    invoice.state = state
    invoice.next_on = LOOK_NOW if state == "open" and invoice.kind == "invoice" else None
    if state == "paid":
        invoice.reason, invoice.why, invoice.next_what = "paid", "paid in full", None


_OVER_WHEN_PAID = (
    "call",
    "suspend",
    "refer",
    "no_due_date",
    "check_debit",
    "no_bank_account",
    "propose_write_off",
    "paid_or_left_out",
)


def _drop_open_touches(work: Work, invoice: InvoiceRow) -> None:
    query = select(TouchRow).where(
        col(TouchRow.invoice_id) == invoice.id, col(TouchRow.state).in_(("proposed", "waiting"))
    )
    for touch in work.session.execute(query).scalars():
        touch.state, touch.reason = "superseded", "paid"


def pay(
    work: Work, account: AccountRow, invoice: InvoiceRow, most: int, order: Order, payment: PaymentRow, pen: Pen
) -> int:
    """Allocate up to `most` of a payment to an invoice, on record; returns how much."""
    used = _allocate(work, invoice, most, order, payment_id=payment.id, automatic=False)
    if used:
        why = f"payment of {payment.on}: {Money(used, invoice.currency)}"
        journal.write(
            work, account, pen, "payment", invoice=invoice.number, why=why, amount=used, currency=invoice.currency
        )
    return used


def _allocate(
    work: Work,
    invoice: InvoiceRow,
    most: int,
    order: Order,
    *,
    payment_id: int | None = None,
    credit_note_id: int | None = None,
    automatic: bool,
) -> int:
    """Reduce `invoice` by up to `most` minor units; returns by how much."""
    parts = (("principal", invoice.principal_open), ("charges", invoice.charges_open))
    used = 0
    for part, still_open in parts if order == "principal_first" else parts[::-1]:
        share = min(most - used, max(0, still_open))
        if share:
            used += share
            work.session.add(
                AllocationRow(
                    payment_id=payment_id,
                    credit_note_id=credit_note_id,
                    invoice_id=invoice.id or 0,
                    amount=share,
                    part=part,
                    automatic=automatic,
                )
            )
            if part == "principal":
                invoice.principal_open -= share
            else:
                invoice.charges_open -= share
    if used:
        _follow(work, invoice)
    return used


def open_invoices(work: Work, account_id: int, currency: str) -> Sequence[InvoiceRow]:
    """The account's open invoices of a currency, the oldest due date first."""
    query = (
        select(InvoiceRow)
        .where(
            col(InvoiceRow.account_id) == account_id,
            col(InvoiceRow.currency) == currency,
            col(InvoiceRow.kind) == "invoice",
            col(InvoiceRow.state) == "open",
        )
        .order_by(col(InvoiceRow.due).is_(None), col(InvoiceRow.due), col(InvoiceRow.issued), col(InvoiceRow.number))
    )
    return work.session.execute(query).scalars().all()


def set_off(work: Work, account: AccountRow, order: Order, pen: Pen) -> None:
    """Set unapplied cash and credit notes off against the account's oldest open invoices of the same currency."""
    work.session.flush()
    for payment, unapplied in _unapplied(work, account.id or 0):
        left = unapplied
        for invoice in open_invoices(work, account.id or 0, payment.currency) if left else ():
            used = _allocate(work, invoice, left, order, payment_id=payment.id, automatic=True) if left else 0
            left -= used
            if used:
                why = f"cash left over from {payment.on}: {Money(used, payment.currency)}"
                journal.write(work, account, pen, "set_off", invoice=invoice.number, why=why, amount=used)
    query = select(InvoiceRow).where(
        col(InvoiceRow.account_id) == account.id,
        col(InvoiceRow.kind) == "credit_note",
        col(InvoiceRow.principal_open) > 0,
    )
    for note in work.session.execute(query.order_by(col(InvoiceRow.issued), col(InvoiceRow.number))).scalars().all():
        for invoice in open_invoices(work, account.id or 0, note.currency):
            used = (
                _allocate(work, invoice, note.principal_open, order, credit_note_id=note.id, automatic=True)
                if note.principal_open > 0
                else 0
            )
            if used:
                refresh(work, note)
                why = f"credit note {note.number}: {Money(used, note.currency)}"
                journal.write(
                    work, account, pen, "set_off", invoice=invoice.number, why=why, credit_note=note.number, amount=used
                )


def _unapplied(work: Work, account_id: int) -> list[tuple[PaymentRow, int]]:
    """The account's payments with money left on them, oldest first, and how much."""
    spent = func.coalesce(func.sum(col(AllocationRow.amount)), 0)
    query = (
        select(PaymentRow, col(PaymentRow.amount) - spent)
        .outerjoin(AllocationRow, col(AllocationRow.payment_id) == col(PaymentRow.id))
        .where(col(PaymentRow.account_id) == account_id, col(PaymentRow.amount) > 0)
        .group_by(col(PaymentRow.id))
        .having(col(PaymentRow.amount) > spent)
        .order_by(col(PaymentRow.on), col(PaymentRow.id))
    )
    return [(row, int(left)) for row, left in work.session.execute(query)]


def with_credit(work: Work) -> set[int]:
    """The ids of the accounts that have unapplied cash or a credit note to be set off."""
    notes = select(col(InvoiceRow.account_id)).where(
        col(InvoiceRow.kind) == "credit_note", col(InvoiceRow.principal_open) > 0
    )
    spent = func.coalesce(func.sum(col(AllocationRow.amount)), 0)
    cash = (
        select(col(PaymentRow.account_id))
        .outerjoin(AllocationRow, col(AllocationRow.payment_id) == col(PaymentRow.id))
        .where(col(PaymentRow.amount) > 0)
        .group_by(col(PaymentRow.id), col(PaymentRow.account_id), col(PaymentRow.amount))
        .having(col(PaymentRow.amount) > spent)
    )
    return set(work.session.execute(notes).scalars()) | set(work.session.execute(cash).scalars())


def left_over(work: Work, account_id: int, currency: str, as_of: date) -> int:
    """What the payments booked up to `as_of` have left over, in minor units, whatever we have set off from it since."""
    theirs = (
        col(PaymentRow.account_id) == account_id,
        col(PaymentRow.currency) == currency,
        col(PaymentRow.kind) == "payment",
        col(PaymentRow.on) <= as_of,
    )
    paid = select(func.sum(col(PaymentRow.amount))).where(*theirs)
    spent = (
        select(func.sum(col(AllocationRow.amount)))
        .join(PaymentRow, col(AllocationRow.payment_id) == col(PaymentRow.id))
        .where(*theirs, col(AllocationRow.automatic).is_(False))
    )
    return int(work.session.execute(paid).scalar_one() or 0) - int(work.session.execute(spent).scalar_one() or 0)


def take_back_set_offs(work: Work, invoice: InvoiceRow) -> None:
    """Undo what we set off against an invoice, or from a credit note, by ourselves; what is written off stays so."""
    written_off = select(col(PaymentRow.id)).where(col(PaymentRow.kind) == "write_off")
    query = select(AllocationRow).where(
        col(AllocationRow.automatic).is_(True),
        col(AllocationRow.payment_id).is_(None) | col(AllocationRow.payment_id).not_in(written_off),
        (col(AllocationRow.invoice_id) == invoice.id) | (col(AllocationRow.credit_note_id) == invoice.id),
    )
    rows = work.session.execute(query).scalars().all()
    touched = {row.invoice_id for row in rows} | {row.credit_note_id for row in rows if row.credit_note_id}
    for row in rows:
        work.session.delete(row)
    for invoice_id in sorted(touched):
        refresh(work, work.session.get_one(InvoiceRow, invoice_id))
