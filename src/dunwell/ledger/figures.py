"""Sums over the whole books: ageing, what DSO rests on, promises kept, letters and payments by week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger.agreement_tables import PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.cases import COUNTED
from dunwell.ledger.tables import InvoiceRow, LetterRow, PaymentRow
from dunwell.terms.money import Money

_WHOLE = func.sum(col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open))


@dataclass(frozen=True, slots=True)
class OpenOn:
    """What is open on all invoices due on one day, in one currency, and how many they are."""

    due: date | None
    amount: Money
    invoices: int


def open_by_due_day(work: Work) -> list[OpenOn]:
    """What is open, by currency and due day."""
    query = (
        select(col(InvoiceRow.currency), col(InvoiceRow.due), _WHOLE, func.count())
        .where(col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice")
        .group_by(col(InvoiceRow.currency), col(InvoiceRow.due))
        .order_by(col(InvoiceRow.currency), col(InvoiceRow.due))
    )
    return [
        OpenOn(due, Money(int(minor), currency), int(number))
        for currency, due, minor, number in work.session.execute(query)
    ]


def invoiced(work: Work, since: date, until: date) -> dict[str, Money]:
    """What was invoiced from one day up to and with another, by currency, less credit notes."""
    # By day first, as the index has it: nothing is sorted.
    by = (col(InvoiceRow.issued), col(InvoiceRow.kind), col(InvoiceRow.currency))
    query = (
        select(*by, func.sum(col(InvoiceRow.amount)))
        .where(col(InvoiceRow.issued) >= since, col(InvoiceRow.issued) <= until)
        .group_by(*by)
    )
    sums: dict[str, int] = {}
    for _, kind, currency, minor in work.session.execute(query):
        # A credit note's amount may be kept with either sign.
        sums[currency] = sums.get(currency, 0) + (int(minor) if kind == "invoice" else -abs(int(minor)))
    return {currency: Money(minor, currency) for currency, minor in sums.items()}


def promises_by_state(work: Work, since: date, until: date) -> dict[str, int]:
    """How many promises for a day from one up to and with another are in which state."""
    query = (
        select(col(PromiseRow.state), func.count())
        .where(col(PromiseRow.by) >= since, col(PromiseRow.by) <= until)
        .group_by(col(PromiseRow.state))
    )
    return {state: int(number) for state, number in work.session.execute(query)}


def letters_by_week(work: Work, weeks: int, until: date) -> list[tuple[date, int]]:
    """How many letters left in each of the last weeks, by the week's Monday; rehearsals are none."""
    start = _monday(until) - timedelta(weeks=weeks - 1)
    query = (
        select(col(LetterRow.on), func.count())
        .where(
            col(LetterRow.on) >= start,
            col(LetterRow.on) <= until,
            col(LetterRow.kind) != "rehearsal",
            col(LetterRow.state).in_(COUNTED),
        )
        .group_by(col(LetterRow.on))
    )
    return _weekly(((day, int(number)) for day, number in work.session.execute(query)), start, weeks)


def payments_by_week(work: Work, weeks: int, until: date) -> dict[str, list[tuple[date, int]]]:
    """What came in in each of the last weeks, in minor units by currency and the week's Monday; no adjustments."""
    start = _monday(until) - timedelta(weeks=weeks - 1)
    query = (
        select(col(PaymentRow.currency), col(PaymentRow.on), func.sum(col(PaymentRow.amount)))
        .where(col(PaymentRow.on) >= start, col(PaymentRow.on) <= until, col(PaymentRow.kind) == "payment")
        .group_by(col(PaymentRow.currency), col(PaymentRow.on))
        .order_by(col(PaymentRow.currency))
    )
    days: dict[str, list[tuple[date, int]]] = {}
    for currency, on, minor in work.session.execute(query):
        days.setdefault(currency, []).append((on, int(minor)))
    return {currency: _weekly(found, start, weeks) for currency, found in days.items()}


def _weekly(days: Iterable[tuple[date, int]], start: date, weeks: int) -> list[tuple[date, int]]:
    sums = {start + timedelta(weeks=number): 0 for number in range(weeks)}
    for day, value in days:
        sums[_monday(day)] += value
    return list(sums.items())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
