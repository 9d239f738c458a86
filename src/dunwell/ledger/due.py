"""What is due today: one set-based, indexed query, read in pages so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlmodel import col

from dunwell.ledger.books import Books, Work
from dunwell.ledger.tables import LOOK_NOW, AccountRow, InvoiceRow, NoteRow, TouchRow


@dataclass(frozen=True, slots=True)
class DueInvoice:
    """An invoice that has to be looked at today."""

    invoice_id: int
    number: str
    account: str
    stage: str | None


def count(work: Work, today: date) -> int:
    """How many cases have to be looked at on `today`."""
    query = (
        select(func.count())
        .select_from(InvoiceRow)
        .where(col(InvoiceRow.next_on) <= today, col(InvoiceRow.state) == "open")
    )
    return work.session.execute(query).scalar_one()


def pages(books: Books, today: date, size: int = 500) -> Iterator[list[DueInvoice]]:
    """The cases with something due on or before `today`, by invoice id, `size` at a time.

    Each page is read by itself: what is decided on one page does not disturb the next.
    """
    after = 0
    while True:
        with books.read() as work:
            page = _page(work, today, after, size)
        if not page:
            return
        yield page
        after = page[-1].invoice_id


def _page(work: Work, today: date, after: int, size: int) -> list[DueInvoice]:
    query = (
        select(col(InvoiceRow.id), col(InvoiceRow.number), col(AccountRow.number), col(InvoiceRow.stage))
        .join(AccountRow, col(InvoiceRow.account_id) == col(AccountRow.id))
        .where(col(InvoiceRow.state) == "open", col(InvoiceRow.next_on) <= today, col(InvoiceRow.id) > after)
        .order_by(col(InvoiceRow.id))
        .limit(size)
    )
    rows = work.session.execute(query)
    return [DueInvoice(key or 0, number, account, stage) for key, number, account, stage in rows]


def look_again_at_all(work: Work) -> None:
    """Every open case is looked at on the next day that runs: the rules have changed."""
    work.session.execute(
        update(InvoiceRow)
        .where(col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice")
        .values(next_on=LOOK_NOW)
    )


def look_again_at(work: Work, account_ids: Sequence[int]) -> None:
    """News about accounts: each of their open invoices is looked at on the next day that runs."""
    query = update(InvoiceRow).where(
        col(InvoiceRow.account_id).in_(account_ids), col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice"
    )
    work.session.execute(query.values(next_on=LOOK_NOW))


def note(work: Work, name: str) -> str | None:
    """What the books remember under `name`."""
    row = work.session.get(NoteRow, name)
    return row.value if row else None


def remember(work: Work, name: str, value: str) -> None:
    """Remember `value` under `name`."""
    work.session.merge(NoteRow(name=name, value=value))


def to_look_at(work: Work, today: date, *, everything: bool = False) -> list[tuple[int, int]]:
    """Account and invoice ids of what a cycle on `today` would decide about or send; all open cases if `everything`."""
    query = select(col(InvoiceRow.account_id), col(InvoiceRow.id)).where(
        col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice"
    )
    if not everything:
        proposed = select(col(TouchRow.invoice_id)).where(
            col(TouchRow.state) == "proposed", col(TouchRow.channel) == "email"
        )
        query = query.where((col(InvoiceRow.next_on) <= today) | col(InvoiceRow.id).in_(proposed))
    rows = work.session.execute(query.order_by(col(InvoiceRow.id)))
    return [(account_id, invoice_id) for account_id, invoice_id in rows if invoice_id is not None]


def postpone_undue(work: Work, due_after: date, next_on: date) -> None:
    """Cases whose invoice is due after `due_after` and that nobody has looked at yet are looked at on `next_on`."""
    query = update(InvoiceRow).where(col(InvoiceRow.due) > due_after, col(InvoiceRow.decided_on).is_(None))
    work.session.execute(query.values(next_on=next_on))
