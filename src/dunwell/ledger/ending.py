"""Ending what was said about cases: promises withdrawn, disputes resolved, claims closed. Each stands in the journal.

Each function locks the account, and answers None or False where there is no such thing or it has ended before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.agreeing import look_again
from dunwell.ledger.agreement_tables import ClaimLineRow, ClaimRow, DisputeRow, PromiseLineRow, PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.terms.money import Money

Row = TypeVar("Row", PromiseRow, ClaimRow, DisputeRow)


def _locked(work: Work, table: type[Row], key: int) -> tuple[Row, AccountRow] | None:
    """The row, read anew once its account is locked, and the account; None for an unknown id."""
    row = work.session.get(table, key)
    if row is None:
        return None
    account = work.lock_account(row.account_id)
    return work.session.get_one(table, key, populate_existing=True), account


def withdraw_promise(work: Work, key: int, pen: Pen, why: str) -> str | None:
    """A promise does not hold any more, by a person's word; returns its state before, None for an unknown id."""
    found = _locked(work, PromiseRow, key)
    if found is None:
        return None
    row, account = found
    before = row.state
    if before == "open":
        row.state, row.ended_on = "withdrawn", pen.on
        lines = select(col(PromiseLineRow.invoice_id)).where(col(PromiseLineRow.promise_id) == key)
        _told(work, account, list(work.session.execute(lines).scalars()), "promise_withdrawn", why, pen)
    return before


def close_claim(work: Work, key: int, pen: Pen, why: str) -> str | None:
    """A claim of payment does not hold any more, by a person's word; returns its state before, None for an unknown
    id."""
    found = _locked(work, ClaimRow, key)
    if found is None:
        return None
    row, account = found
    before = row.state
    if before == "open":
        row.state, row.ended_on = "closed", pen.on
        lines = select(col(ClaimLineRow.invoice_id)).where(col(ClaimLineRow.claim_id) == key)
        _told(work, account, list(work.session.execute(lines).scalars()), "claim_closed", why, pen)
        tasks.settle_like(work, f"claim_payment:{key}:")
    return before


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """An open dispute, its account locked: about which invoice, about how much of it (None: all), and what is open."""

    id: int
    account_id: int
    invoice_id: int
    number: str
    amount: Money | None
    open: Money


def open_dispute(work: Work, key: int) -> OpenDispute | str | None:
    """A dispute to be resolved; its state where it is resolved already, None for an unknown id."""
    found = _locked(work, DisputeRow, key)
    if found is None:
        return None
    row, _ = found
    if row.state != "open":
        return row.state
    invoice = work.session.get_one(InvoiceRow, row.invoice_id, populate_existing=True)
    return OpenDispute(
        key,
        row.account_id,
        row.invoice_id,
        invoice.number,
        None if row.amount is None else Money(row.amount, row.currency),
        Money(invoice.principal_open + invoice.charges_open, row.currency),
    )


def resolve_dispute(work: Work, dispute: OpenDispute, outcome: str, credited: Money | None, pen: Pen, why: str) -> None:
    """The dispute ends: `credited` is what we are to credit, and is awaited from the books."""
    row = work.session.get_one(DisputeRow, dispute.id)
    row.state, row.ended_on = outcome, pen.on
    row.credited = credited.minor if credited else None
    row.credit = "awaited" if credited else None
    account = work.session.get_one(AccountRow, dispute.account_id)
    said = str(credited) if credited else None
    journal.write(work, account, pen, f"dispute_{outcome}", invoice=dispute.number, why=why, credited=said)
    look_again(work, [dispute.invoice_id])
    tasks.settle(work, f"dispute:{dispute.id}")


def _told(work: Work, account: AccountRow, invoice_ids: Sequence[int], what: str, why: str, pen: Pen) -> None:
    query = select(col(InvoiceRow.number)).where(col(InvoiceRow.id).in_(invoice_ids)).order_by(col(InvoiceRow.number))
    for number in work.session.execute(query).scalars().all():
        journal.write(work, account, pen, what, invoice=number, why=why)
    look_again(work, invoice_ids)
