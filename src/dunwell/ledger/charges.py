"""Charges in the books: late fees, interest, fixed sums. Each is booked once, by its key, and may be waived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import journal, money
from dunwell.ledger.books import Work
from dunwell.ledger.cases import COUNTED
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, AllocationRow, ChargeRow, InvoiceRow, PaymentRow, TouchRow
from dunwell.rules.charging import Booked, Change, Charge, History
from dunwell.terms.account import Kind
from dunwell.terms.money import Money

SHORTEST_MONTH = timedelta(days=28)


class CannotWaive(ValueError):
    """A charge that cannot be waived; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ChargeRecord:
    """A charge as people see it. States: open, part_paid, paid, waived (by a person, or let go by us)."""

    id: int
    account: str
    invoice: str
    kind: str
    on: date
    amount: Money
    state: str
    reason: str


def candidates(
    work: Work,
    stages: Sequence[str],
    today: date,
    *,
    kind: str,
    own_fee: bool = False,
    countries: Sequence[str] | None = None,
) -> list[int]:
    """Open invoices that had a letter of these stages and no charge of this kind within a month, by id.

    None of consumers; `own_fee`: only of accounts whose own terms have a late fee; `countries`: only of accounts there.
    """
    reached = select(col(TouchRow.invoice_id)).where(
        col(TouchRow.channel) == "email", col(TouchRow.state).in_(COUNTED), col(TouchRow.stage).in_(list(stages))
    )
    lately = select(col(ChargeRow.invoice_id)).where(
        col(ChargeRow.kind) == kind, col(ChargeRow.on) > today - SHORTEST_MONTH
    )
    query = (
        select(col(InvoiceRow.id))
        .join(AccountRow, col(AccountRow.id) == col(InvoiceRow.account_id))
        .where(
            col(InvoiceRow.state) == "open",
            col(InvoiceRow.kind) == "invoice",
            col(AccountRow.kind) != Kind.CONSUMER.value,
            col(InvoiceRow.id).in_(reached),
            col(InvoiceRow.id).not_in(lately),
        )
    )
    if own_fee:
        query = query.where(col(AccountRow.late_fee_percent).is_not(None))
    if countries is not None:
        wholes = {country.partition("-")[0] for country in countries}
        query = query.where(func.substr(col(AccountRow.country), 1, 2).in_(sorted(wholes)))
    return [key for key in work.session.execute(query.order_by(col(InvoiceRow.id))).scalars() if key is not None]


def histories(work: Work, invoice_ids: Sequence[int]) -> dict[int, History]:
    """What reduced the principal of these invoices, and what was charged on them."""
    changes: dict[int, list[Change]] = defaultdict(list)
    query = (
        select(col(AllocationRow.invoice_id), col(AllocationRow.amount), col(PaymentRow.on), col(InvoiceRow.issued))
        .outerjoin(PaymentRow, col(PaymentRow.id) == col(AllocationRow.payment_id))
        .outerjoin(InvoiceRow, col(InvoiceRow.id) == col(AllocationRow.credit_note_id))
        .where(col(AllocationRow.invoice_id).in_(list(invoice_ids)), col(AllocationRow.part) == "principal")
        .order_by(col(AllocationRow.id))
    )
    for key, minor, paid_on, noted_on in work.session.execute(query):
        changes[key].append(Change(paid_on or noted_on, minor, corrects=paid_on is None))
    booked: dict[int, list[Booked]] = defaultdict(list)
    rows = select(ChargeRow).where(col(ChargeRow.invoice_id).in_(list(invoice_ids))).order_by(col(ChargeRow.id))
    for row in work.session.execute(rows).scalars():
        own = row.key.partition("@")[0]
        booked[row.invoice_id].append(Booked(own, row.kind, row.on, row.amount, row.waived_on is not None))
    return {key: History(tuple(changes[key]), tuple(booked[key])) for key in invoice_ids}


def book(work: Work, invoice_id: int, charges: Sequence[Charge], pen: Pen) -> int:
    """Book these charges, on record, and work out what is open anew; returns how many count.

    The account must be locked by this work, and the keys were found free under that lock.
    """
    invoice = work.session.get_one(InvoiceRow, invoice_id)
    account = work.session.get_one(AccountRow, invoice.account_id)
    for one in charges:
        work.session.add(
            ChargeRow(
                key=f"{one.key}@{invoice.number}",
                invoice_id=invoice_id,
                kind=one.kind,
                on=one.on,
                amount=one.amount.minor,
                booked_at=pen.at,
                waived_on=pen.on if one.let_go else None,
                waived_why=f"let go: {one.let_go}" if one.let_go else None,
                waived_by=pen.who if one.let_go else None,
                waived_at=pen.at if one.let_go else None,
            )
        )
        what = "charge_let_go" if one.let_go else "charged"
        why = f"{one.amount}: {one.why}" + (f"; let go: {one.let_go}" if one.let_go else "")
        data = {"amount": one.amount.minor, "currency": one.amount.currency, "charge": one.key, "day": one.on}
        journal.write(work, account, pen, what, invoice=invoice.number, why=why, **data)
    counted = sum(one.let_go is None for one in charges)
    if counted:
        money.refresh(work, invoice)
    return counted


def listed(work: Work, invoice: str | None = None) -> list[ChargeRecord]:
    """The charges, of one invoice or all, by day; what was paid of them counts for the oldest first."""
    query = (
        select(ChargeRow, col(InvoiceRow.number), col(InvoiceRow.currency), col(AccountRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(ChargeRow.invoice_id))
        .join(AccountRow, col(AccountRow.id) == col(InvoiceRow.account_id))
        .order_by(col(ChargeRow.on), col(ChargeRow.id))
    )
    if invoice is not None:
        query = query.where(col(InvoiceRow.number) == invoice)
    rows = work.session.execute(query).all()
    paid = _paid(work, [row.id or 0 for row, *_ in rows])
    return [
        ChargeRecord(
            row.id or 0,
            account,
            number,
            row.kind,
            row.on,
            Money(row.amount, currency),
            _state(row, paid.get(row.id or 0, 0)),
            row.waived_why or "",
        )
        for row, number, currency, account in rows
    ]


def _state(row: ChargeRow, paid: int) -> str:
    if row.waived_on is not None:
        return "waived"
    return "paid" if paid >= row.amount else "part_paid" if paid > 0 else "open"


def _paid(work: Work, charge_ids: Sequence[int]) -> dict[int, int]:
    """What was paid of each of these charges, in minor units: the oldest of an invoice first."""
    about = select(col(ChargeRow.invoice_id)).where(col(ChargeRow.id).in_(charge_ids))
    sums = (
        select(col(AllocationRow.invoice_id), func.sum(col(AllocationRow.amount)))
        .where(col(AllocationRow.part) == "charges", col(AllocationRow.invoice_id).in_(about))
        .group_by(col(AllocationRow.invoice_id))
    )
    left = {key: int(total) for key, total in work.session.execute(sums)}
    standing = select(ChargeRow).where(col(ChargeRow.invoice_id).in_(about), col(ChargeRow.waived_on).is_(None))
    found = {}
    for row in work.session.execute(standing.order_by(col(ChargeRow.on), col(ChargeRow.id))).scalars():
        share = min(row.amount, max(0, left.get(row.invoice_id, 0)))
        left[row.invoice_id] = left.get(row.invoice_id, 0) - share
        found[row.id or 0] = share
    return found


def waive(work: Work, charge_id: int, why: str, pen: Pen) -> ChargeRecord:
    """Waive a charge, on record. Raises CannotWaive for one that is unknown, waived or paid already."""
    row = work.session.get(ChargeRow, charge_id)
    if row is None:
        raise CannotWaive(f"there is no charge {charge_id}: see `dunwell charges list`")
    invoice = work.session.get_one(InvoiceRow, row.invoice_id)
    account = work.lock_account(invoice.account_id)
    work.session.refresh(row)
    work.session.refresh(invoice)
    if row.waived_on is not None:
        raise CannotWaive(f"charge {charge_id} was waived on {row.waived_on} already")
    if paid := _paid(work, [charge_id]).get(charge_id, 0):
        amount = Money(row.amount, invoice.currency)
        said = f"{Money(paid, invoice.currency)} of {amount} is paid" if paid < row.amount else f"{amount} is paid"
        raise CannotWaive(f"charge {charge_id}: {said}. What is paid cannot be waived: give it back as a credit note")
    row.waived_on, row.waived_why, row.waived_by, row.waived_at = pen.on, why, pen.who, pen.at
    data = {"amount": row.amount, "currency": invoice.currency, "charge": row.key.partition("@")[0]}
    journal.write(work, account, pen, "waived", invoice=invoice.number, why=why, **data)
    money.refresh(work, invoice)
    (record,) = [one for one in listed(work, invoice.number) if one.id == charge_id]
    return record
