"""Invoices and credit notes taken into the books, by number: new ones made, changes taken and journalled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.intake import rows as incoming
from dunwell.ledger import journal, money
from dunwell.ledger.books import Work
from dunwell.ledger.imports import Taker, text_of
from dunwell.ledger.tables import LOOK_NOW, AccountRow, AllocationRow, InvoiceRow
from dunwell.terms.money import Money

_BLANK: dict[str, Any] = dict.fromkeys(
    (
        "due",
        "document",
        "discount_percent",
        "discount_until",
        "purchase_order",
        "reference",
        "contract",
        "sent_on",
        "not_sent",
        "stage",
        "reason",
        "why",
        "next_what",
        "decided_on",
    )
)


def take_invoices(taker: Taker, rows: Sequence[incoming.InvoiceRow]) -> None:
    """Invoices and credit notes by number."""
    accounts = taker.accounts_by_number(row.account for row in rows)
    known = taker.invoices_by_number(row.invoice for row in rows)
    for row in rows:
        account = accounts.get(row.account)
        if account is None:
            taker.tally.refuse(row.line, f"unknown account {row.account}: import its accounts row first")
            continue
        values = {
            "issued": row.issued,
            "due": row.due,
            "document": row.document,
            "discount_until": row.discount_until,
            "discount_percent": text_of(row.discount_percent),
            "purchase_order": row.purchase_order,
            "reference": row.reference,
            "contract": row.contract,
            "sent_on": row.sent_on,
            "not_sent": row.not_sent or None,
        }
        item = Item(row.line, row.invoice, row.kind.value, row.amount.minor, row.amount.currency, values)
        if row.invoice in known:
            change_invoice(taker, account, known[row.invoice], item)
        else:
            add_invoice(taker, account, item)


@dataclass(frozen=True, slots=True)
class Item:
    """An invoice or credit note as a file has it. `values` are its other columns; None leaves what the books know."""

    line: int
    number: str
    kind: str
    minor: int
    currency: str
    values: Mapping[str, Any]


def add_invoice(taker: Taker, account: AccountRow, item: Item, list_no: int | None = None) -> None:
    """Make the invoice; it is there for queries after the next `work.flush()`."""
    values = {**_BLANK, **item.values}
    taker.work.insert(
        InvoiceRow,
        {
            **values,
            "not_sent": bool(values["not_sent"]),
            "account_id": account.id,
            "number": item.number,
            "kind": item.kind,
            "amount": item.minor,
            "currency": item.currency,
            "principal_open": item.minor,
            "charges_open": 0,
            "imported_on": taker.pen.on,
            "booked_at": taker.pen.at,
            "source": taker.source,
            "list_no": list_no,
            "state": "open",
            "next_on": LOOK_NOW if item.kind == "invoice" else None,
        },
    )
    journal.write(
        taker.work,
        account,
        taker.pen,
        f"{item.kind}_imported",
        invoice=item.number,
        why=f"{Money(item.minor, item.currency)} from source {taker.source}",
        amount=item.minor,
        currency=item.currency,
    )
    taker.touched.add(account.id or 0)
    taker.tally.add("new")


def change_invoice(taker: Taker, account: AccountRow, invoice: InvoiceRow, item: Item) -> bool:
    """Take what has changed about an invoice; False where the row contradicts the books and is refused."""
    if problem := _contradiction(taker, account, invoice, item):
        taker.tally.refuse(item.line, problem)
        return False
    values = dict(item.values)
    if values.get("sent_on") is not None and invoice.not_sent:
        values["not_sent"] = False
    changed = {name: value for name, value in values.items() if value is not None and getattr(invoice, name) != value}
    if invoice.amount != item.minor:
        changed["amount"] = item.minor
    _change(taker, account, invoice, changed)
    return True


def _contradiction(taker: Taker, account: AccountRow, invoice: InvoiceRow, item: Item) -> str | None:
    if invoice.account_id != account.id:
        return f"{invoice.number} belongs to another account: numbers are unique"
    if invoice.kind != item.kind:
        return f"{invoice.number} is known as {invoice.kind.replace('_', ' ')}"
    if invoice.currency != item.currency:
        return f"{invoice.number} is known in {invoice.currency}"
    if item.minor < invoice.amount:
        applied = _applied(taker.work, invoice)
        if item.minor < applied:
            return f"the amount is below what is already allocated to {invoice.number}"
    return None


def _applied(work: Work, invoice: InvoiceRow) -> int:
    """Principal allocated to an invoice, or set off from a credit note, in minor units."""
    query = select(func.sum(col(AllocationRow.amount))).where(
        (col(AllocationRow.invoice_id) == invoice.id) & (col(AllocationRow.part) == "principal")
        | (col(AllocationRow.credit_note_id) == invoice.id)
    )
    return int(work.session.execute(query).scalar_one() or 0)


def _change(taker: Taker, account: AccountRow, invoice: InvoiceRow, changed: dict[str, Any]) -> None:
    if not changed:
        taker.tally.add("same")
        return
    before = {name: getattr(invoice, name) for name in changed}
    for name, value in changed.items():
        setattr(invoice, name, value)
    if "amount" in changed:
        money.refresh(taker.work, invoice)
    journal.write(taker.work, account, taker.pen, "invoice_changed", invoice=invoice.number, old=before, new=changed)
    taker.touched.add(account.id or 0)
    taker.tally.add("changed")
    for name in ("amount", "due"):
        if name in changed:
            taker.tally.changes.append(
                f"{invoice.number}: {name} {_show(invoice, name, before)} -> {_show(invoice, name, changed)}"
            )


def _show(invoice: InvoiceRow, name: str, values: dict[str, Any]) -> str:
    value = values[name]
    if name == "amount" and isinstance(value, int):
        return str(Money(value, invoice.currency))
    return str(value)
