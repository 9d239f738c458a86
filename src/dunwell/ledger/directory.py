"""Accounts and invoices found by number or name, with what is open on each account: page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.terms.money import Money

_OPEN = (col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice")


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in a list: since when it is overdue, and what is open and overdue on it in each currency."""

    number: str
    name: str
    country: str
    overdue_since: date | None
    open: tuple[Money, ...]
    overdue: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class FoundInvoice:
    """An invoice that was searched for."""

    number: str
    account: str
    name: str
    due: date | None
    outstanding: Money
    state: str


def longest_overdue(work: Work, on: date, limit: int, skip: int = 0) -> list[Listed]:
    """A page of the accounts that owe something overdue on day `on`, the longest overdue first."""
    oldest = func.min(col(InvoiceRow.due)).label("oldest")
    first = (
        select(col(InvoiceRow.account_id).label("account_id"), oldest)
        .where(*_OPEN, col(InvoiceRow.due) < on)
        .group_by(col(InvoiceRow.account_id))
        .order_by(oldest, col(InvoiceRow.account_id))
        .limit(limit)
        .offset(skip)
        .subquery()
    )
    query = (
        select(AccountRow)
        .join(first, first.c.account_id == col(AccountRow.id))
        .order_by(first.c.oldest, col(AccountRow.id))
    )
    return _listed(work, list(work.session.execute(query).scalars()), on)


def by_number(work: Work, on: date, limit: int, skip: int = 0) -> list[Listed]:
    """A page of all accounts, by number."""
    query = select(AccountRow).order_by(col(AccountRow.number)).limit(limit).offset(skip)
    return _listed(work, list(work.session.execute(query).scalars()), on)


def accounts_like(work: Work, words: str, on: date, limit: int, skip: int = 0) -> list[Listed]:
    """A page of the accounts whose number begins so, or whose name has these words in it; the exact number first."""
    exact = case((func.lower(col(AccountRow.number)) == words.lower(), 0), else_=1)
    query = (
        select(AccountRow)
        .where(
            _like(work, col(AccountRow.number), f"{_escaped(words)}%")
            | _like(work, col(AccountRow.name), f"%{_escaped(words)}%")
        )
        .order_by(exact, col(AccountRow.number))
        .limit(limit)
        .offset(skip)
    )
    return _listed(work, list(work.session.execute(query).scalars()), on)


def invoices_like(work: Work, words: str, limit: int) -> list[FoundInvoice]:
    """The invoices whose number has this in it, the exact one first."""
    exact = case((func.lower(col(InvoiceRow.number)) == words.lower(), 0), else_=1)
    query = (
        select(InvoiceRow, col(AccountRow.number), col(AccountRow.name))
        .join(AccountRow, col(AccountRow.id) == col(InvoiceRow.account_id))
        .where(_like(work, col(InvoiceRow.number), f"%{_escaped(words)}%"))
        .order_by(exact, col(InvoiceRow.number))
        .limit(limit)
    )
    return [
        FoundInvoice(
            row.number, account, name, row.due, Money(row.principal_open + row.charges_open, row.currency), row.state
        )
        for row, account, name in work.session.execute(query)
    ]


def _like(work: Work, column: Mapped[str], pattern: str) -> ColumnElement[bool]:
    # SQLite's LIKE is blind to the case of ASCII letters by itself; lower() would only make it slower.
    return column.ilike(pattern, escape="\\") if work.postgres else column.like(pattern, escape="\\")


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _listed(work: Work, rows: Sequence[AccountRow], on: date) -> list[Listed]:
    overdue = case((col(InvoiceRow.due) < on, col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open)), else_=0)
    sums = (
        select(
            col(InvoiceRow.account_id),
            col(InvoiceRow.currency),
            func.sum(col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open)),
            func.sum(overdue),
            func.min(col(InvoiceRow.due)),
        )
        .where(*_OPEN, col(InvoiceRow.account_id).in_([row.id for row in rows]))
        .group_by(col(InvoiceRow.account_id), col(InvoiceRow.currency))
        .order_by(col(InvoiceRow.currency))
    )
    money: dict[int, list[tuple[Money, Money, date | None]]] = {}
    for key, currency, minor, late, oldest in work.session.execute(sums):
        money.setdefault(key, []).append((Money(int(minor), currency), Money(int(late), currency), oldest))
    return [
        Listed(
            row.number,
            row.name,
            row.country,
            min((day for _, _, day in money.get(row.id or 0, ()) if day is not None and day < on), default=None),
            tuple(whole for whole, _, _ in money.get(row.id or 0, ())),
            tuple(late for _, late, _ in money.get(row.id or 0, ()) if late),
        )
        for row in rows
    ]
