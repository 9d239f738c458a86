"""Judging promises and claims by what the books show, never by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.agreeing import look_again
from dunwell.ledger.agreement_tables import ClaimLineRow, ClaimRow, PromiseLineRow, PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.cases import account_of
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.terms.account import Account
from dunwell.terms.agreement import PromiseState


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """A promise to be judged. `promised` and `received` are minor units: what was open or promised, and what of what
    was open then is open no more; `left` is what is open on its cases still, whose keys are `invoice_ids`."""

    id: int
    account: Account
    account_id: int
    by: date
    promised: int
    received: int
    left: int
    currency: str
    made_on: date
    invoice_ids: tuple[int, ...]


def open_promises(work: Work) -> list[OpenPromise]:
    """All open promises with what has come in on their cases since, by id."""
    query = (
        select(PromiseRow, PromiseLineRow, InvoiceRow, AccountRow)
        .join(PromiseLineRow, col(PromiseLineRow.promise_id) == col(PromiseRow.id))
        .join(InvoiceRow, col(InvoiceRow.id) == col(PromiseLineRow.invoice_id))
        .join(AccountRow, col(AccountRow.id) == col(PromiseRow.account_id))
        .where(col(PromiseRow.state) == "open")
        .order_by(col(PromiseRow.id))
    )
    lines: dict[int, list[_Line]] = {}
    for row, line, invoice, account in work.session.execute(query):
        now = invoice.principal_open + invoice.charges_open
        lines.setdefault(row.id or 0, []).append((row, account, line.open_then, now, line.invoice_id))
    return [_open_promise(key, found) for key, found in lines.items()]


_Line = tuple[PromiseRow, AccountRow, int, int, int]


def _open_promise(key: int, lines: Sequence[_Line]) -> OpenPromise:
    row, account = lines[0][:2]
    all_of_it = sum(then for _, _, then, *_ in lines)
    return OpenPromise(
        id=key,
        account=account_of(account),
        account_id=row.account_id,
        by=row.by,
        promised=all_of_it if row.needed is None else row.needed,
        received=sum(max(0, then - now) for _, _, then, now, _ in lines),
        left=sum(now for *_, now, _ in lines),
        currency=row.currency or "",
        made_on=row.made_on,
        invoice_ids=tuple(invoice_id for *_, invoice_id in lines),
    )


def judge(work: Work, promise: OpenPromise, state: PromiseState, pen: Pen) -> None:
    """Write the judgement down; the account must be locked by this work. A promise judged before stays as it is."""
    row = work.session.get_one(PromiseRow, promise.id, populate_existing=True)
    if row.state != "open":
        return
    row.state, row.received, row.ended_on = state.value, promise.received, pen.on
    account = work.session.get_one(AccountRow, row.account_id)
    lines = select(col(InvoiceRow.id), col(InvoiceRow.number)).join(
        PromiseLineRow, col(PromiseLineRow.invoice_id) == col(InvoiceRow.id)
    )
    concerned = work.session.execute(lines.where(col(PromiseLineRow.promise_id) == row.id)).all()
    for _, number in concerned:
        journal.write(work, account, pen, f"promise_{state.value}", invoice=number, by=row.by)
    look_again(work, [key for key, _ in concerned if key is not None])


def close_found_claims(work: Work, pen: Pen) -> None:
    """Claims whose invoices are all paid have come true."""
    owing = (
        select(col(ClaimLineRow.claim_id))
        .join(InvoiceRow, col(InvoiceRow.id) == col(ClaimLineRow.invoice_id))
        .where(col(InvoiceRow.principal_open) > 0)
    )
    query = select(ClaimRow).where(col(ClaimRow.state) == "open", col(ClaimRow.id).not_in(owing))
    for row in work.session.execute(query).scalars().all():
        account = work.lock_account(row.account_id)
        row.state, row.ended_on = "found", pen.on
        tasks.settle_like(work, f"claim_payment:{row.id}:")
        lines = select(col(InvoiceRow.number)).join(ClaimLineRow, col(ClaimLineRow.invoice_id) == col(InvoiceRow.id))
        for number in work.session.execute(lines.where(col(ClaimLineRow.claim_id) == row.id)).scalars().all():
            journal.write(work, account, pen, "claim_found", invoice=number)
