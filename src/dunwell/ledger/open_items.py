"""The creditor's own list of open items, taken as the truth about what is open on its day.

The difference between the list and the books is booked, or taken back, as one adjustment. An invoice that the last
list of a source had and this one has not is asked about once, or closed as paid where the list is said to be complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, false, select, union
from sqlmodel import col

from dunwell.intake.rows import OpenItemRow
from dunwell.ledger import adjustments, journal, money, parties, receipts, tasks
from dunwell.ledger.imports import Taker, Tally
from dunwell.ledger.invoices import Item, add_invoice, change_invoice
from dunwell.ledger.tables import AccountRow, AllocationRow, ChargeRow, FeedRow, InvoiceRow, PaymentRow
from dunwell.terms.money import Money


def begin_list(taker: Taker) -> int:
    """Open a new list of the source; returns its number. Raises ValueError for a list older than the last one."""
    as_of = taker.as_of
    row = taker.work.session.get(FeedRow, (taker.source, "open_items"))
    if row is not None and as_of < row.as_of:
        raise ValueError(f"the books have a newer list of this source, as of {row.as_of}: import that of today instead")
    row = row or FeedRow(source=taker.source, kind="open_items", as_of=as_of)
    row.as_of, row.list_no = as_of, row.list_no + 1
    taker.work.session.add(row)
    taker.work.session.flush()
    return row.list_no


def take_open_items(taker: Taker, rows: Sequence[OpenItemRow], list_no: int, loose: dict[tuple[str, str], int]) -> None:
    """Rows of the list: accounts, contacts, invoices, credit notes; cash without an invoice is summed into `loose`."""
    accounts = taker.accounts_by_number(row.account for row in rows)
    invoices = taker.invoices_by_number(row.invoice for row in rows if row.invoice)
    contacts = parties.contacts_by_address(taker, [row.id or 0 for row in accounts.values()])
    listed: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        listed[row.account].add((row.email or "").lower())
    added = parties.add_accounts(quiet(taker), _new_accounts(rows, accounts))
    accounts |= added
    for row in rows:
        invoice = invoices.get(row.invoice) if row.invoice else None
        account = accounts[row.account]
        if problem := _refused(row, account, invoice):
            taker.tally.refuse(row.line, problem)
            continue
        if row.account not in added:
            parties.change_account(quiet(taker), account, _of_account(row))
        if row.email:
            parties.take_listed_contact(taker, account, contacts, row.email, row.name, listed[row.account])
        if row.invoice is None:
            loose[row.account, row.open.currency] += abs(row.open.minor)
            taker.tally.add("same")
            continue
        if row.open.minor < 0 < row.amount.minor:
            # Overpaid: the invoice is settled, and what is too much is the account's.
            loose[row.account, row.open.currency] += -row.open.minor
        _take_item(taker, account, invoice, row, list_no)


def quiet(taker: Taker) -> Taker:
    """The same import with a tally of its own: a list's rows are counted by invoice, not by account."""
    return replace(taker, tally=Tally(changes=taker.tally.changes))


def _new_accounts(rows: Sequence[OpenItemRow], known: dict[str, AccountRow]) -> dict[str, dict[str, Any]]:
    return {row.account: _of_account(row) for row in reversed(rows) if row.account not in known}


def _of_account(row: OpenItemRow) -> dict[str, Any]:
    return {"name": row.name, "country": row.country, "language": row.language}


def _refused(row: OpenItemRow, account: AccountRow | None, invoice: InvoiceRow | None) -> str | None:
    if row.amount.minor < 0 < row.open.minor:
        return "a negative amount with a positive open: which is it?"
    if abs(row.open.minor) > abs(row.amount.minor):
        return f"more is open ({row.open}) than the amount ({row.amount})"
    if invoice is not None and (account is None or invoice.account_id != account.id):
        return f"{invoice.number} belongs to another account: numbers are unique"
    return None


def _take_item(taker: Taker, account: AccountRow, known: InvoiceRow | None, row: OpenItemRow, list_no: int) -> None:
    minor = abs(row.amount.minor)
    still_open = 0 if row.open.minor < 0 < row.amount.minor else abs(row.open.minor)
    kind = "credit_note" if row.amount.minor < 0 else "invoice"
    item = Item(row.line, row.invoice or "", kind, minor, row.amount.currency, {"issued": row.issued, "due": row.due})
    if known is None:
        add_invoice(taker, account, item, list_no)
        if still_open != minor:
            taker.work.flush()
            _adjust(taker, account, taker.invoices_by_number([item.number])[item.number], still_open)
        return
    if known.kind == kind and minor < known.amount and known.currency == item.currency:
        # The list says both what was invoiced and what is open: what we had allocated gives way to it.
        money.take_back_set_offs(taker.work, known)
        adjustments.adjust(
            taker.work, account, known, known.amount, _listing(taker, "the amount on the list is lower"), taker.pen
        )
    if not change_invoice(taker, account, known, item):
        return
    known.list_no, known.source = list_no, taker.source
    tasks.settle(taker.work, f"paid_or_left_out:{item.number}")
    taker.work.flush()
    if by := _adjust(taker, account, known, still_open):
        taker.tally.changes.append(
            f"{item.number}: open {row.open} by the list, adjusted by {Money(by, item.currency)}"
        )


def _adjust(taker: Taker, account: AccountRow, invoice: InvoiceRow, still_open: int) -> int:
    listing = _listing(taker, "open as the creditor's list has it")
    by = adjustments.adjust(taker.work, account, invoice, still_open, listing, taker.pen)
    if by:
        taker.touched.add(account.id or 0)
    return by


def _listing(taker: Taker, why: str) -> adjustments.Listing:
    return adjustments.Listing(taker.source, taker.as_of, why)


def take_loose_cash(taker: Taker, loose: dict[tuple[str, str], int], unread: Collection[str]) -> None:
    """Cash of an account that the list shows without an invoice: what the last list showed is replaced by it.

    An account named in a row that could not be read (`unread`) keeps what it had.
    """
    query = select(PaymentRow).where(col(PaymentRow.kind) == "unapplied", col(PaymentRow.source) == taker.source)
    known = {row.key: row for row in taker.work.session.execute(query).scalars()}
    accounts = taker.accounts_by_number(number for number, _ in loose)
    wanted = {
        f"unapplied:{taker.source}:{number}:{currency}": (number, currency, minor)
        for (number, currency), minor in loose.items()
    }
    for key, (number, currency, minor) in wanted.items():
        row = known.get(key)
        account = accounts[number]
        # What the books hold unapplied already is part of what the list shows, not more of it.
        remaining = max(0, minor - money.left_over(taker.work, account.id or 0, currency, taker.as_of))
        if row is None and not remaining:
            continue
        if row is None:
            row = PaymentRow(
                key=key,
                account_id=account.id or 0,
                on=taker.as_of,
                booked_at=taker.pen.at,
                amount=0,
                currency=currency,
                kind="unapplied",
                source=taker.source,
            )
            taker.work.session.add(row)
            taker.work.session.flush()
        _set_loose(taker, row, max(remaining, row.amount) if number in unread else remaining)
    prefix = f"unapplied:{taker.source}:"
    for key, row in known.items():
        number = key.removeprefix(prefix).rpartition(":")[0]
        if key not in wanted and row.amount and number not in unread:
            _set_loose(taker, row, 0)


def _not_on_list(list_no: int, as_of: date) -> ColumnElement[bool]:
    """What an earlier list had; and older credit notes, which a complete list would show if any was left of them."""
    old_note = (
        col(InvoiceRow.list_no).is_(None) & (col(InvoiceRow.kind) == "credit_note") & (col(InvoiceRow.issued) <= as_of)
    )
    return (col(InvoiceRow.list_no) < list_no) | old_note


def _set_loose(taker: Taker, row: PaymentRow, minor: int) -> None:
    if row.amount == minor:
        return
    before, row.on = row.amount, taker.as_of
    receipts.set_loose(taker.work, row, minor)
    account = taker.work.session.get_one(AccountRow, row.account_id)
    why = f"cash without an invoice on the creditor's list: {Money(minor, row.currency)}"
    journal.write(
        taker.work, account, taker.pen, "unapplied_cash", why=why, old=before, new=minor, currency=row.currency
    )
    taker.touched.add(row.account_id)


def missing_from(
    taker: Taker, list_no: int, unread: Collection[str], *, complete: bool, keep_charges: bool
) -> list[str]:
    """What the last list of the source had and this one has not: asked about, or closed as paid. Returns the numbers.

    A number that stands in a row which could not be read (`unread`) is not missing.
    """
    query = select(InvoiceRow).where(
        col(InvoiceRow.source) == taker.source,
        col(InvoiceRow.list_no) == list_no - 1 if not complete else _not_on_list(list_no, taker.as_of),
        (col(InvoiceRow.principal_open) > 0) | (col(InvoiceRow.id).in_(_set_off_by_us()) if complete else false()),
    )
    missing = []
    for invoice in taker.work.session.execute(query.order_by(col(InvoiceRow.number))).scalars().all():
        if invoice.number in unread:
            invoice.list_no = list_no
            continue
        missing.append(invoice.number)
        account = taker.work.lock_account(invoice.account_id)
        if complete:
            _close(taker, account, invoice, keep_charges)
        elif invoice.kind == "invoice":
            tasks.make(
                taker.work,
                f"paid_or_left_out:{invoice.number}",
                "paid_or_left_out",
                f"{invoice.number} was on the last list and is not on this one: paid, or left out?",
                made_on=taker.pen.on,
                account_id=account.id,
                invoice_id=invoice.id,
            )
    return missing


def _set_off_by_us() -> CompoundSelect[Any]:
    """The invoices and credit notes of which something was set off by ourselves: the list may still have them open."""
    rows = col(AllocationRow.automatic).is_(True)
    return union(
        select(col(AllocationRow.invoice_id)).where(rows),
        select(col(AllocationRow.credit_note_id)).where(rows, col(AllocationRow.credit_note_id).is_not(None)),
    )


def _close(taker: Taker, account: AccountRow, invoice: InvoiceRow, keep_charges: bool) -> None:
    adjustments.adjust(taker.work, account, invoice, 0, _listing(taker, "closed: not on the complete list"), taker.pen)
    if not keep_charges:
        for charge in taker.work.session.execute(
            select(ChargeRow).where(col(ChargeRow.invoice_id) == invoice.id, col(ChargeRow.waived_on).is_(None))
        ).scalars():
            charge.waived_on, charge.waived_why = taker.pen.on, "closed by the ledger"
    money.take_back_set_offs(taker.work, invoice)
    money.refresh(taker.work, invoice)
    tasks.settle(taker.work, f"paid_or_left_out:{invoice.number}")
    taker.touched.add(account.id or 0)


def loose_cash() -> dict[tuple[str, str], int]:
    """An empty sum of cash by account and currency."""
    return defaultdict(int)
