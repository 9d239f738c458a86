"""Calls: one task an account, with a script about all that it owes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import tasks
from dunwell.ledger.agreeing import Concerned
from dunwell.ledger.agreement_tables import PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, InvoiceRow, TaskRow
from dunwell.rules.script import Given, Owed, script
from dunwell.terms.agreement import PromiseState
from dunwell.terms.money import Money

_TOLD = ("open", "broken", "part_kept")


def give(work: Work, account: AccountRow, invoice_id: int, stage: str, on: date, due_on: date) -> None:
    """Give the account's call to people. Where one is open already it stays the only one, with the newest script.

    The account must be locked by this work.
    """
    work.session.flush()
    owed = [Owed(one.concerned.number, one.due, one.outstanding) for one in open_invoices(work, account.id or 0)]
    text = script(account.name, stage, owed, _given(work, account.id or 0), on)
    about = (col(TaskRow.account_id) == account.id, col(TaskRow.kind) == "call")
    still = select(TaskRow).where(*about, col(TaskRow.state) == "open").order_by(col(TaskRow.id).desc()).limit(1)
    if row := work.session.execute(still).scalar_one_or_none():
        row.text = text
        return
    key = f"call:{account.number}:{on}"
    if work.session.execute(select(col(TaskRow.id)).where(col(TaskRow.key) == key)).first() is not None:
        return  # it was made today: the account is not called twice a day
    tasks.make(work, key, "call", text, made_on=on, due_on=due_on, account_id=account.id, invoice_id=invoice_id)


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An open invoice of an account, as something may be said about it."""

    concerned: Concerned
    due: date | None
    outstanding: Money


def open_invoices(work: Work, account_id: int) -> list[OpenInvoice]:
    """The account's open invoices, the oldest due date first."""
    return [
        OpenInvoice(Concerned(row.id or 0, row.number, outstanding.minor), row.due, outstanding)
        for row in _open(work, account_id)
        for outstanding in [Money(row.principal_open + row.charges_open, row.currency)]
    ]


def _open(work: Work, account_id: int) -> Sequence[InvoiceRow]:
    query = (
        select(InvoiceRow)
        .where(
            col(InvoiceRow.account_id) == account_id,
            col(InvoiceRow.state) == "open",
            col(InvoiceRow.kind) == "invoice",
        )
        .order_by(col(InvoiceRow.due).is_(None), col(InvoiceRow.due), col(InvoiceRow.id))
    )
    return work.session.execute(query).scalars().all()


def _given(work: Work, account_id: int) -> list[Given]:
    query = (
        select(PromiseRow)
        .where(col(PromiseRow.account_id) == account_id, col(PromiseRow.state).in_(_TOLD))
        .order_by(col(PromiseRow.by).desc(), col(PromiseRow.id).desc())
        .limit(3)
    )
    return [
        Given(row.by, Money(row.amount, row.currency) if row.amount and row.currency else None, PromiseState(row.state))
        for row in work.session.execute(query).scalars()
    ]
