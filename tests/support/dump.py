"""The whole ledger as JSON-comparable data."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import SQLModel

from dunwell.ledger.books import Books
from dunwell.ledger.tables import AccountRow, AllocationRow, ChargeRow, InvoiceRow, PaymentRow


def everything(books: Books, *, without: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by primary key."""
    found: dict[str, list[dict[str, Any]]] = {}
    with books.read() as work:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in without:
                continue
            rows = work.session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            found[table.name] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value.isoformat() if isinstance(value, date) else value


def money(books: Books) -> dict[str, Any]:
    """What is owed, whatever ids the rows have: by invoice, and unapplied cash by account and currency."""
    with books.read() as work:
        invoices = {
            number: (kind, amount, principal, charges, state)
            for number, kind, amount, principal, charges, state in work.session.execute(
                select(
                    InvoiceRow.number, InvoiceRow.kind, InvoiceRow.amount, InvoiceRow.principal_open,
                    InvoiceRow.charges_open, InvoiceRow.state,
                )
            )
        }  # fmt: skip
        spent: dict[int, int] = {
            key: int(total)
            for key, total in work.session.execute(
                select(AllocationRow.payment_id, func.sum(AllocationRow.amount)).group_by(AllocationRow.payment_id)
            )
        }
        unapplied: dict[str, int] = {}
        rows = work.session.execute(
            select(PaymentRow, AccountRow.number).join(AccountRow, PaymentRow.account_id == AccountRow.id)
        )
        for payment, number in rows:
            left = payment.amount - spent.get(payment.id or 0, 0)
            if payment.kind not in ("adjustment", "write_off") and left:
                key = f"{number} {payment.currency}"
                unapplied[key] = unapplied.get(key, 0) + left
    return {"invoices": invoices, "unapplied": unapplied}


def assert_money_adds_up(books: Books) -> None:
    """Invariant 11, counted from the rows: outstanding = amount + charges - allocations; currencies never mix."""
    with books.read() as work:
        allocations = list(work.session.execute(select(AllocationRow)).scalars())
        charges = list(work.session.execute(select(ChargeRow)).scalars())
        payments = {row.id: row for row in work.session.execute(select(PaymentRow)).scalars()}
        invoices = {row.id: row for row in work.session.execute(select(InvoiceRow)).scalars()}
        work.session.expunge_all()
    for row in invoices.values():
        mine = [one for one in allocations if one.invoice_id == row.id]
        given = sum(one.amount for one in allocations if one.credit_note_id == row.id)
        charged = sum(one.amount for one in charges if one.invoice_id == row.id and one.waived_on is None)
        principal = row.amount - sum(one.amount for one in mine if one.part == "principal") - given
        open_charges = charged - sum(one.amount for one in mine if one.part == "charges")
        assert (row.principal_open, row.charges_open) == (principal, open_charges), row.number
        outstanding = row.amount + charged - sum(one.amount for one in mine) - given
        assert row.principal_open + row.charges_open == outstanding
        assert 0 <= row.principal_open <= row.amount, f"{row.number}: {row.principal_open} of {row.amount} is open"
        assert (row.state == "open") == (row.principal_open > 0)
    for one in allocations:
        assert (one.payment_id is None) != (one.credit_note_id is None)
        source = payments[one.payment_id] if one.payment_id else invoices[one.credit_note_id]
        target = invoices[one.invoice_id]
        assert (source.currency, source.account_id) == (target.currency, target.account_id)
    for payment in payments.values():
        used = sum(one.amount for one in allocations if one.payment_id == payment.id)
        if payment.kind in ("adjustment", "write_off"):
            assert used == payment.amount
        else:
            assert 0 <= used <= payment.amount, f"{payment.key}: {used} of {payment.amount} is spent"
