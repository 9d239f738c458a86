"""Writing off: open principal that nobody expects any more, as an adjustment of its own kind. It can be undone.

Like what we set off by ourselves, a write-off is not in the source's own list: what the list shows as gone confirms it,
and what the list shows as open does not bring it back.
"""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlmodel import col

from dunwell.ledger import journal, money, tasks
from dunwell.ledger.agreement_tables import ClaimLineRow, ClaimRow, PromiseLineRow, PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, AllocationRow, ChargeRow, InvoiceRow, PaymentRow
from dunwell.terms.money import Money

KIND = "write_off"


def write_off(work: Work, account: AccountRow, invoice_id: int, minor: int, pen: Pen, why: str) -> None:
    """Write off so much of an invoice's open principal; with all of it its charges go too, and the case ends.

    The account is locked by this work.
    """
    invoice = work.session.get_one(InvoiceRow, invoice_id, populate_existing=True)
    count = (
        select(func.count())
        .select_from(PaymentRow)
        .where(col(PaymentRow.invoice_id) == invoice_id, col(PaymentRow.kind) == KIND)
    )
    key = f"write_off:{invoice.number}:{work.session.execute(count).scalar_one()}"
    whole = minor == invoice.principal_open
    charges = _waive(work, invoice, key, pen) if whole else 0
    payment = PaymentRow(
        key=key,
        account_id=account.id or 0,
        invoice_id=invoice_id,
        on=pen.on,
        booked_at=pen.at,
        amount=minor + charges,
        currency=invoice.currency,
        reference="",
        kind=KIND,
        source=pen.who,
    )
    work.session.add(payment)
    work.session.flush()
    for part, amount in (("principal", minor), ("charges", charges)):
        if amount:
            work.session.add(
                AllocationRow(payment_id=payment.id, invoice_id=invoice_id, amount=amount, part=part, automatic=True)
            )
    money.refresh(work, invoice)
    if whole:
        invoice.reason, invoice.why = "written_off", f"written off by {pen.who}: {why}"
        _end_words(work, invoice_id, pen)
        tasks.settle_kinds(work, ("propose_write_off", "dispute", "credit_missing"), invoice_id=invoice_id)
    said = Money(minor, invoice.currency)
    journal.write(work, account, pen, "written_off", invoice=invoice.number, why=why, amount=str(said))


def _waive(work: Work, invoice: InvoiceRow, key: str, pen: Pen) -> int:
    """Waive the invoice's charges; where part of them is paid, what is left of them is written off too: returned."""
    paid = select(func.sum(col(AllocationRow.amount))).where(
        col(AllocationRow.invoice_id) == invoice.id, col(AllocationRow.part) == "charges"
    )
    if work.session.execute(paid).scalar_one():
        return invoice.charges_open
    mine = update(ChargeRow).where(col(ChargeRow.invoice_id) == invoice.id, col(ChargeRow.waived_on).is_(None))
    work.session.execute(mine.values(waived_on=pen.on, waived_why=key))
    return 0


def _end_words(work: Work, invoice_id: int, pen: Pen) -> None:
    """Promises and claims about this invoice alone have come to nothing: they were not kept by a write-off."""
    promised = select(col(PromiseLineRow.promise_id)).group_by(col(PromiseLineRow.promise_id))
    alone = promised.having(func.max(col(PromiseLineRow.invoice_id)) == invoice_id, func.count() == 1)
    query = update(PromiseRow).where(col(PromiseRow.id).in_(alone), col(PromiseRow.state) == "open")
    work.session.execute(query.values(state="withdrawn", ended_on=pen.on))
    claimed = select(col(ClaimLineRow.claim_id)).group_by(col(ClaimLineRow.claim_id))
    only = claimed.having(func.max(col(ClaimLineRow.invoice_id)) == invoice_id, func.count() == 1)
    theirs = update(ClaimRow).where(col(ClaimRow.id).in_(only), col(ClaimRow.state) == "open")
    work.session.execute(theirs.values(state="closed", ended_on=pen.on))


def undo(work: Work, account: AccountRow, invoice_id: int, pen: Pen, why: str) -> Money | str:
    """Take the newest write-off of an invoice back; how much that is, or why it cannot be.

    The account is locked by this work.
    """
    query = (
        select(PaymentRow)
        .where(col(PaymentRow.invoice_id) == invoice_id, col(PaymentRow.kind) == KIND, col(PaymentRow.amount) > 0)
        .order_by(col(PaymentRow.id).desc())
    )
    payment = work.session.execute(query).scalars().first()
    if payment is None:
        return "nothing of it is written off"
    rows = (
        work.session.execute(select(AllocationRow).where(col(AllocationRow.payment_id) == payment.id)).scalars().all()
    )
    if any(not row.automatic for row in rows):
        return "the ledger's own list shows it as written off by now: undo it there"
    for row in rows:
        work.session.delete(row)
    taken = Money(payment.amount, payment.currency)
    payment.amount = 0
    mine = update(ChargeRow).where(col(ChargeRow.invoice_id) == invoice_id, col(ChargeRow.waived_why) == payment.key)
    work.session.execute(mine.values(waived_on=None, waived_why=None))
    invoice = work.session.get_one(InvoiceRow, invoice_id, populate_existing=True)
    money.refresh(work, invoice)
    journal.write(work, account, pen, "write_off_undone", invoice=invoice.number, why=why, amount=str(taken))
    return taken


def total(work: Work, invoice_id: int) -> int:
    """How much of an invoice is written off, in minor units."""
    mine = col(PaymentRow.invoice_id) == invoice_id, col(PaymentRow.kind) == KIND
    return int(
        work.session.execute(select(func.coalesce(func.sum(col(PaymentRow.amount)), 0)).where(*mine)).scalar_one()
    )


def written_off(work: Work, invoice_ids: list[int]) -> set[int]:
    """Which of these invoices have something written off."""
    if not invoice_ids:
        return set()
    query = select(col(PaymentRow.invoice_id)).where(
        col(PaymentRow.invoice_id).in_(invoice_ids), col(PaymentRow.kind) == KIND, col(PaymentRow.amount) > 0
    )
    return {key for key in work.session.execute(query).scalars() if key is not None}
