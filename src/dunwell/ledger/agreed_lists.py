"""What was said about cases, for those who look: promises in lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger.agreement_tables import PromiseLineRow, PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """A promise to pay by `date`; `amount` is None for all that was open, `received` what came in since."""

    id: str
    account: str
    invoices: tuple[str, ...]
    date: dt.date
    amount: Money | None
    currency: str | None
    state: str
    made_on: dt.date
    ended_on: dt.date | None
    received: Money | None
    stops: bool
    who: str
    words: str


def promises(work: Work, *, everything: bool = True) -> list[PromiseRecord]:
    """The promises, in the order of their days; without `everything` the open ones alone."""
    query = (
        select(PromiseRow, col(AccountRow.number))
        .join(AccountRow, col(AccountRow.id) == col(PromiseRow.account_id))
        .order_by(col(PromiseRow.by), col(PromiseRow.id))
    )
    lines = (
        select(col(PromiseLineRow.promise_id), col(InvoiceRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(PromiseLineRow.invoice_id))
        .order_by(col(InvoiceRow.due), col(InvoiceRow.number))
    )
    if not everything:
        query = query.where(col(PromiseRow.state) == "open")
    numbers: dict[int, list[str]] = {}
    for key, number in work.session.execute(lines):
        numbers.setdefault(key, []).append(number)
    return [
        PromiseRecord(
            id=str(row.id),
            account=account,
            invoices=tuple(numbers.get(row.id or 0, ())),
            date=row.by,
            amount=_money(row.amount, row.currency),
            currency=row.currency,
            state=row.state,
            made_on=row.made_on,
            ended_on=row.ended_on,
            received=_money(row.received, row.currency),
            stops=row.stops,
            who=row.who,
            words=row.why,
        )
        for row, account in work.session.execute(query)
    ]


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)
