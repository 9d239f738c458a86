"""Credits that disputes ended with: awaited until the books show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import journal
from dunwell.ledger.agreeing import look_again
from dunwell.ledger.agreement_tables import DisputeRow
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, InvoiceRow, PaymentRow
from dunwell.rules.disputes import Credit, shown


@dataclass(frozen=True, slots=True)
class Promised:
    """A credit that is still to come, for a dispute that ended on the day `ended_on`; in minor units."""

    id: int
    account_id: int
    invoice_id: int
    number: str
    credited: int
    currency: str
    ended_on: date


def in_dispute(work: Work, invoice_id: int) -> int:
    """How much of an invoice is in dispute or to be credited, in minor units; all that is open where all of it is."""
    rows = select(DisputeRow).where(
        col(DisputeRow.invoice_id) == invoice_id,
        (col(DisputeRow.state) == "open") | (col(DisputeRow.credit) == "awaited"),
    )
    invoice = work.session.get_one(InvoiceRow, invoice_id)
    everything = invoice.principal_open + invoice.charges_open
    return sum(
        (row.credited if row.credit == "awaited" else row.amount) or everything
        for row in work.session.execute(rows).scalars()
    )


def accounts_waiting(work: Work) -> list[int]:
    """The accounts with credits still to come, by id."""
    query = select(col(DisputeRow.account_id)).where(col(DisputeRow.credit) == "awaited").distinct()
    return sorted(work.session.execute(query).scalars())


def judge(work: Work, account_id: int, pen: Pen) -> list[Promised]:
    """Mark the account's credits that the books show by now; returns those that are still to come.

    The account is locked by this work.
    """
    query = (
        select(DisputeRow)
        .where(col(DisputeRow.account_id) == account_id, col(DisputeRow.credit).in_(("awaited", "shown")))
        .order_by(col(DisputeRow.id))
    )
    left: list[Promised] = []
    by_currency: dict[str, list[DisputeRow]] = {}
    for row in work.session.execute(query).scalars().all():
        by_currency.setdefault(row.currency, []).append(row)
    for rows in by_currency.values():
        for row, there in zip(rows, shown([_credit(work, row) for row in rows]), strict=True):
            if row.credit == "awaited" and there:
                _end(work, row, "shown", "credit_shown", pen)
            elif row.credit == "awaited":
                left.append(_promised(work, row))
    return left


def _credit(work: Work, row: DisputeRow) -> Credit:
    adjusted = select(func.sum(col(PaymentRow.amount))).where(
        col(PaymentRow.invoice_id) == row.invoice_id,
        col(PaymentRow.kind) == "adjustment",
        col(PaymentRow.on) >= row.opened_on,
    )
    notes = select(func.sum(col(InvoiceRow.amount))).where(
        col(InvoiceRow.account_id) == row.account_id,
        col(InvoiceRow.currency) == row.currency,
        col(InvoiceRow.kind) == "credit_note",
        col(InvoiceRow.imported_on) >= row.opened_on,
    )
    return Credit(
        row.credited or 0,
        int(work.session.execute(adjusted).scalar_one() or 0),
        int(work.session.execute(notes).scalar_one() or 0),
    )


def _promised(work: Work, row: DisputeRow) -> Promised:
    number = work.session.get_one(InvoiceRow, row.invoice_id).number
    ended = row.ended_on or row.opened_on
    return Promised(row.id or 0, row.account_id, row.invoice_id, number, row.credited or 0, row.currency, ended)


def give_up(work: Work, one: Promised, pen: Pen) -> None:
    """The credit did not come in time: it is no longer held back."""
    _end(work, work.session.get_one(DisputeRow, one.id), "missing", "credit_missing", pen)


def _end(work: Work, row: DisputeRow, state: str, what: str, pen: Pen) -> None:
    row.credit = state
    account = work.session.get_one(AccountRow, row.account_id)
    number = work.session.get_one(InvoiceRow, row.invoice_id).number
    journal.write(work, account, pen, what, invoice=number, dispute=row.id, amount=row.credited)
    look_again(work, [row.invoice_id])
