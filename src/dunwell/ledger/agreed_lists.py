"""What was said about cases, for those who look: promises, disputes and claims in lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger.agreement_tables import ClaimLineRow, ClaimRow, DisputeRow, PromiseLineRow, PromiseRow
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


def promises(
    work: Work,
    *,
    everything: bool = True,
    account_id: int | None = None,
    between: tuple[dt.date, dt.date] | None = None,
) -> list[PromiseRecord]:
    """The promises, in the order of their days; without `everything` the open ones alone.

    Of one account only where it is given; only those for a day `between` two, both included.
    """
    query = (
        select(PromiseRow, col(AccountRow.number))
        .join(AccountRow, col(AccountRow.id) == col(PromiseRow.account_id))
        .order_by(col(PromiseRow.by), col(PromiseRow.id))
    )
    lines = (
        select(col(PromiseLineRow.promise_id), col(InvoiceRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(PromiseLineRow.invoice_id))
        .join(PromiseRow, col(PromiseRow.id) == col(PromiseLineRow.promise_id))
        .order_by(col(InvoiceRow.due), col(InvoiceRow.number))
    )
    wanted = []
    if not everything:
        wanted.append(col(PromiseRow.state) == "open")
    if account_id is not None:
        wanted.append(col(PromiseRow.account_id) == account_id)
    if between is not None:
        wanted.append(col(PromiseRow.by).between(*between))
    query, lines = query.where(*wanted), lines.where(*wanted)
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


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """A dispute about an invoice. `amount` is None for all of it; `age` is in days, until it ended; `credit` says
    whether what was `credited` has shown in the ledger: awaited, shown, missing."""

    id: str
    account: str
    invoice: str
    code: str
    amount: Money | None
    currency: str
    state: str
    owner: str | None
    age: int
    opened_on: dt.date
    ended_on: dt.date | None
    credited: Money | None
    credit: str | None
    who: str
    words: str


def disputes(work: Work, on: dt.date, *, everything: bool = True, account_id: int | None = None) -> list[DisputeRecord]:
    """The disputes as of the day `on`, oldest first; without `everything` the open ones alone.

    Of one account only where it is given.
    """
    query = (
        select(DisputeRow, col(AccountRow.number), col(InvoiceRow.number))
        .join(AccountRow, col(AccountRow.id) == col(DisputeRow.account_id))
        .join(InvoiceRow, col(InvoiceRow.id) == col(DisputeRow.invoice_id))
        .order_by(col(DisputeRow.opened_on), col(DisputeRow.id))
    )
    if not everything:
        query = query.where(col(DisputeRow.state) == "open")
    if account_id is not None:
        query = query.where(col(DisputeRow.account_id) == account_id)
    return [
        DisputeRecord(
            id=str(row.id),
            account=account,
            invoice=number,
            code=row.code,
            amount=_money(row.amount, row.currency),
            currency=row.currency,
            state=row.state,
            owner=row.owner,
            age=max(0, ((row.ended_on or on) - row.opened_on).days),
            opened_on=row.opened_on,
            ended_on=row.ended_on,
            credited=_money(row.credited, row.currency),
            credit=row.credit,
            who=row.who,
            words=row.why,
        )
        for row, account, number in work.session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A claim of payment: made on a day, the bank has until `wait_until` to show it. States: open, found, closed."""

    id: str
    account: str
    invoices: tuple[str, ...]
    made_on: dt.date
    wait_until: dt.date
    paid_on: dt.date | None
    amount: Money | None
    currency: str | None
    reference: str | None
    state: str
    ended_on: dt.date | None
    who: str


def claims(work: Work, *, everything: bool = True, account_id: int | None = None) -> list[ClaimRecord]:
    """The claims of payment, oldest first; without `everything` the open ones alone.

    Of one account only where it is given.
    """
    query = (
        select(ClaimRow, col(AccountRow.number))
        .join(AccountRow, col(AccountRow.id) == col(ClaimRow.account_id))
        .order_by(col(ClaimRow.made_on), col(ClaimRow.id))
    )
    if not everything:
        query = query.where(col(ClaimRow.state) == "open")
    if account_id is not None:
        query = query.where(col(ClaimRow.account_id) == account_id)
    lines = (
        select(col(ClaimLineRow.claim_id), col(InvoiceRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(ClaimLineRow.invoice_id))
        .order_by(col(InvoiceRow.due), col(InvoiceRow.number))
    )
    if account_id is not None:
        lines = lines.where(col(InvoiceRow.account_id) == account_id)
    numbers: dict[int, list[str]] = {}
    for key, number in work.session.execute(lines):
        numbers.setdefault(key, []).append(number)
    return [
        ClaimRecord(
            id=str(row.id),
            account=account,
            invoices=tuple(numbers.get(row.id or 0, ())),
            made_on=row.made_on,
            wait_until=row.wait_until,
            paid_on=row.paid_on,
            amount=_money(row.amount, row.currency),
            currency=row.currency,
            reference=row.reference,
            state=row.state,
            ended_on=row.ended_on,
            who=row.who,
        )
        for row, account in work.session.execute(query)
    ]


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)
