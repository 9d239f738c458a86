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
from functools import cached_property

from sqlalchemy import select
from sqlmodel import col

from dunwell.intake import rows as incoming
from dunwell.ledger import due as due_query
from dunwell.ledger import erased, money, receipts, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, FeedRow, InvoiceRow


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
    reached: set[str] = field(default_factory=set)
    places: Counter[str] = field(default_factory=Counter)

    @cached_property
    def erased_key(self) -> str | None:
        """The key of the addresses of erased contacts; None where nobody was ever erased."""
        return erased.key(self.work)

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
        self.work.flush()
        tasks.settle_all(self.work, [f"no_reachable_contact:{number}" for number in sorted(self.reached)])
        touched = sorted(self.touched)
        for account_id in sorted(money.with_credit(self.work) & self.touched):
            money.set_off(self.work, self.work.lock_account(account_id), self.order, self.pen)
        self.work.session.flush()
        for start in range(0, len(touched), 500):
            due_query.look_again_at(self.work, touched[start : start + 500])


def text_of(value: object) -> str | None:
    """A decimal as text, as the books keep it."""
    return None if value is None else str(value)


def take_payments(taker: Taker, rows: Sequence[incoming.PaymentRow]) -> None:
    """Payments, each known by account, invoice, date, amount, currency, reference and its place among equal rows."""
    accounts = taker.accounts_by_number(row.account for row in rows)
    invoices = taker.invoices_by_number(row.invoice for row in rows if row.invoice)
    keys = [_payment_key(taker, row) for row in rows]
    known = receipts.known_keys(taker.work, keys)
    adjusted = receipts.adjusted_accounts(taker.work, [account.id or 0 for account in accounts.values()])
    for key, row in zip(keys, rows, strict=True):
        account = accounts.get(row.account)
        invoice = invoices.get(row.invoice) if row.invoice else None
        problem = _unbookable(row, account, invoice)
        if problem or account is None:
            taker.tally.refuse(row.line, problem or "")
        elif key in known:
            taker.tally.add("same")
        else:
            receipt = _receipt(taker, key, row, invoice)
            receipts.book(taker.work, account, receipt, taker.order, taker.pen, adjusted=account.id in adjusted)
            taker.touched.add(account.id or 0)
            taker.tally.add("new")


def _receipt(taker: Taker, key: str, row: incoming.PaymentRow, invoice: InvoiceRow | None) -> receipts.Receipt:
    return receipts.Receipt(
        key=key,
        on=row.date,
        minor=row.amount.minor,
        currency=row.amount.currency,
        reference=row.reference or "",
        invoice_id=invoice.id if invoice else None,
        source=taker.source,
    )


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
