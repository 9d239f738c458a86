"""Accounts, contacts, invoices and payments taken into the books, by their external numbers.

Taking the same rows again changes nothing; a changed amount or due date is taken, journalled with old and new, and
listed. A row that contradicts the books is refused with a reason, and the rest goes on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.intake import rows as incoming
from dunwell.ledger import due as due_query
from dunwell.ledger import journal, money, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import LOOK_NOW, AccountRow, AllocationRow, ContactRow, FeedRow, InvoiceRow
from dunwell.terms.money import Money


@dataclass
class Tally:
    """What became of a file's rows. `refused` holds the line and the reason of each row that contradicts the books."""

    new: int = 0
    changed: int = 0
    same: int = 0
    changes: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def add(self, outcome: str) -> None:
        """Count one row as 'new', 'changed' or 'same'."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def refuse(self, line: int, reason: str) -> None:
        """A row that is not taken, and why."""
        self.refused.append((line, reason))


@dataclass
class Taker:
    """One file being taken: by whom (`pen`), from which `source`, of which day (`as_of`).

    `order` says how payments are spread over an invoice; `columns` are those that the file has.
    """

    work: Work
    pen: Pen
    source: str
    order: money.Order
    as_of: date
    columns: frozenset[str] = frozenset()
    tally: Tally = field(default_factory=Tally)
    touched: set[int] = field(default_factory=set)
    places: Counter[str] = field(default_factory=Counter)

    def given(self, column: str, value: str) -> str | None:
        """`value` where the file has the column; None, which leaves what the books know, where it has not."""
        return value if column in self.columns else None

    def accounts_by_number(self, numbers: Iterable[str]) -> dict[str, AccountRow]:
        """The rows of the accounts known by these numbers, locked: each entry of a journal follows from the last."""
        query = select(AccountRow).where(col(AccountRow.number).in_(set(numbers))).order_by(col(AccountRow.id))
        if self.work.postgres:
            query = query.with_for_update()
        return {row.number: row for row in self.work.session.execute(query).scalars()}

    def invoices_by_number(self, numbers: Iterable[str]) -> dict[str, InvoiceRow]:
        """The rows of the invoices known by these numbers."""
        query = select(InvoiceRow).where(col(InvoiceRow.number).in_(set(numbers)))
        return {row.number: row for row in self.work.session.execute(query).scalars()}

    def finish(self) -> None:
        """Set off what can be, and have every touched account's open cases looked at again."""
        self.work.session.flush()
        touched = sorted(self.touched)
        for account_id in sorted(money.with_credit(self.work) & self.touched):
            money.set_off(self.work, self.work.lock_account(account_id), self.order, self.pen)
        self.work.session.flush()
        for start in range(0, len(touched), 500):
            due_query.look_again_at(self.work, touched[start : start + 500])


def take_accounts(taker: Taker, rows: Sequence[incoming.AccountRow]) -> None:
    """Accounts by number. An empty cell leaves what the books know."""
    known = taker.accounts_by_number(row.account for row in rows)
    for row in rows:
        values = {
            "name": row.name,
            "country": row.country,
            "language": row.language,
            "timezone": row.timezone,
            "kind": taker.given("kind", row.kind.value),
            "payment_method": taker.given("payment_method", row.payment_method.value),
            "phone": row.phone,
            "address": row.address,
            "vat_id": row.vat_id,
            "register_no": row.register,
            "terms": row.terms,
            "credit_limit": _text(row.credit_limit),
            "late_fee_percent": _text(row.late_fee_percent),
        }
        known[row.account] = upsert_account(taker, known.get(row.account), row.account, values)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def upsert_account(taker: Taker, account: AccountRow | None, number: str, values: dict[str, Any]) -> AccountRow:
    """Make the account, or take what has changed about it."""
    if account is None:
        given = {name: value for name, value in values.items() if value is not None}
        account = AccountRow(number=number, source=taker.source, imported_on=taker.pen.on, **given)
        taker.work.session.add(account)
        taker.work.session.flush()
        journal.write(taker.work, account, taker.pen, "account_imported")
        taker.tally.add("new")
        return account
    changed = [name for name, value in values.items() if value is not None and getattr(account, name) != value]
    for name in changed:
        setattr(account, name, values[name])
    if changed:
        # Names and addresses are personal: the journal says which field changed, not to what.
        journal.write(taker.work, account, taker.pen, "account_changed", fields=sorted(changed))
        taker.touched.add(account.id or 0)
        taker.tally.changes.append(f"account {number}: {', '.join(sorted(changed))} changed")
    taker.tally.add("changed" if changed else "same")
    return account


def take_contacts(taker: Taker, rows: Sequence[incoming.ContactRow]) -> None:
    """Contacts by account and address."""
    accounts = taker.accounts_by_number(row.account for row in rows)
    known = contacts_by_address(taker, [row.id or 0 for row in accounts.values()])
    for row in rows:
        account = accounts.get(row.account)
        if account is None:
            taker.tally.refuse(row.line, f"unknown account {row.account}: import its accounts row first")
            continue
        values = {"name": row.name, "role": row.role.value, "language": row.language, "phone": row.phone}
        upsert_contact(taker, account, known, row.email, values)


def contacts_by_address(taker: Taker, account_ids: list[int]) -> dict[tuple[int, str], ContactRow]:
    """The contacts of these accounts, by account and address in lower case."""
    query = select(ContactRow).where(col(ContactRow.account_id).in_(account_ids))
    return {(row.account_id, row.email.lower()): row for row in taker.work.session.execute(query).scalars()}


def upsert_contact(
    taker: Taker,
    account: AccountRow,
    known: dict[tuple[int, str], ContactRow],
    email: str,
    values: dict[str, Any],
    *,
    count: bool = True,
) -> None:
    """Make the contact, or take what has changed about it. A new one is news: the account can be reached."""
    key = (account.id or 0, email.lower())
    contact = known.get(key)
    if contact is None:
        known[key] = contact = ContactRow(account_id=account.id or 0, email=email, **values)
        taker.work.session.add(contact)
        journal.write(taker.work, account, taker.pen, "contact_added", role=values["role"])
        tasks.settle(taker.work, f"no_reachable_contact:{account.number}")
        taker.touched.add(account.id or 0)
        outcome = "new"
    else:
        changed = [name for name, value in values.items() if value is not None and getattr(contact, name) != value]
        for name in changed:
            setattr(contact, name, values[name])
        if changed:
            journal.write(taker.work, account, taker.pen, "contact_changed", fields=sorted(changed))
        outcome = "changed" if changed else "same"
    if count:
        taker.tally.add(outcome)


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
            "discount_percent": _text(row.discount_percent),
            "purchase_order": row.purchase_order,
            "reference": row.reference,
            "contract": row.contract,
            "sent_on": row.sent_on,
            "not_sent": row.not_sent or None,
        }
        upsert_invoice(
            taker, account, known, row.line, row.invoice, row.kind.value, row.amount.minor, row.amount.currency, values
        )


def upsert_invoice(
    taker: Taker,
    account: AccountRow,
    known: dict[str, InvoiceRow],
    line: int,
    number: str,
    kind: str,
    minor: int,
    currency: str,
    values: dict[str, Any],
) -> InvoiceRow | None:
    """Make the invoice, or take what has changed about it; None where the row contradicts the books."""
    invoice = known.get(number)
    if invoice is None:
        given = {name: value for name, value in values.items() if value is not None}
        invoice = known[number] = InvoiceRow(
            account_id=account.id or 0,
            number=number,
            kind=kind,
            amount=minor,
            currency=currency,
            principal_open=minor,
            imported_on=taker.pen.on,
            source=taker.source,
            next_on=LOOK_NOW if kind == "invoice" else None,
            **given,
        )
        taker.work.session.add(invoice)
        journal.write(
            taker.work, account, taker.pen, f"{kind}_imported", invoice=number, amount=minor, currency=currency
        )
        taker.touched.add(account.id or 0)
        taker.tally.add("new")
        return invoice
    if problem := _contradiction(taker, account, invoice, kind, minor, currency):
        taker.tally.refuse(line, problem)
        return None
    if values.get("sent_on") is not None and invoice.not_sent:
        values = {**values, "not_sent": False}
    changed = {name: value for name, value in values.items() if value is not None and getattr(invoice, name) != value}
    if invoice.amount != minor:
        changed["amount"] = minor
    _change(taker, account, invoice, changed)
    return invoice


def _contradiction(
    taker: Taker, account: AccountRow, invoice: InvoiceRow, kind: str, minor: int, currency: str
) -> str | None:
    if invoice.account_id != account.id:
        return f"{invoice.number} belongs to another account: numbers are unique"
    if invoice.kind != kind:
        return f"{invoice.number} is known as {invoice.kind.replace('_', ' ')}"
    if invoice.currency != currency:
        return f"{invoice.number} is known in {invoice.currency}"
    if minor < invoice.amount:
        applied = _applied(taker.work, invoice)
        if minor < applied:
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


def take_payments(taker: Taker, rows: Sequence[incoming.PaymentRow]) -> None:
    """Payments, each known by account, invoice, date, amount, currency, reference and its place among equal rows."""
    accounts = taker.accounts_by_number(row.account for row in rows)
    invoices = taker.invoices_by_number(row.invoice for row in rows if row.invoice)
    for row in rows:
        account = accounts.get(row.account)
        invoice = invoices.get(row.invoice) if row.invoice else None
        if problem := _unbookable(row, account, invoice):
            taker.tally.refuse(row.line, problem)
            continue
        if account is None:
            continue
        receipt = money.Receipt(
            key=_payment_key(taker, row),
            on=row.date,
            minor=row.amount.minor,
            currency=row.amount.currency,
            reference=row.reference or "",
            invoice_id=invoice.id if invoice else None,
            source=taker.source,
        )
        if money.book(taker.work, account, receipt, taker.order, taker.pen):
            taker.touched.add(account.id or 0)
            taker.tally.add("new")
        else:
            taker.tally.add("same")


def _unbookable(row: incoming.PaymentRow, account: AccountRow | None, invoice: InvoiceRow | None) -> str | None:
    if account is None:
        return f"unknown account {row.account}: import its accounts row first"
    if row.invoice and invoice is None:
        return f"unknown invoice {row.invoice}: import it first, or leave the cell empty"
    if invoice is not None and invoice.account_id != account.id:
        return f"invoice {invoice.number} belongs to another account"
    if invoice is not None and invoice.currency != row.amount.currency:
        return f"invoice {invoice.number} is in {invoice.currency}, the payment in {row.amount.currency}"
    if invoice is not None and invoice.kind != "invoice":
        return f"{invoice.number} is a credit note: a payment cannot name it"
    return None


def _payment_key(taker: Taker, row: incoming.PaymentRow) -> str:
    parts = [
        row.account,
        row.invoice or "",
        row.date.isoformat(),
        str(row.amount.minor),
        row.amount.currency,
        row.reference or "",
    ]
    base = "\x1f".join(parts)
    taker.places[base] += 1
    return hashlib.sha256(f"{base}\x1f{taker.places[base]}".encode()).hexdigest()


def fresh_as_of(work: Work, source: str, kind: str, as_of: date) -> None:
    """Remember of which day the newest file of this source and kind is."""
    row = work.session.get(FeedRow, (source, kind)) or FeedRow(source=source, kind=kind, as_of=as_of)
    row.as_of = max(row.as_of, as_of)
    work.session.add(row)
