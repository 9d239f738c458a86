"""Tasks: what only people can do. Each is made once, by its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Update, bindparam, select, update
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, InvoiceRow, TaskRow


@dataclass(frozen=True, slots=True)
class Task:
    """Work for a person in the role `role`, to be done by the day `due_on`."""

    id: str
    kind: str
    role: str
    account: str | None
    invoice: str | None
    made_on: date
    due_on: date
    text: str
    state: str


def make(
    work: Work,
    key: str,
    kind: str,
    text: str,
    *,
    made_on: date,
    due_on: date | None = None,
    role: str = "collector",
    account_id: int | None = None,
    invoice_id: int | None = None,
) -> bool:
    """Make the task unless its key is known; an old one that was done is opened again. Returns whether it is new."""
    row = work.session.execute(select(TaskRow).where(col(TaskRow.key) == key)).scalar_one_or_none()
    if row is not None:
        reopened = row.state != "open"
        row.state, row.text = "open", text
        if reopened:
            row.made_on, row.due_on = made_on, due_on or made_on
        return reopened
    work.session.add(
        TaskRow(
            key=key,
            kind=kind,
            role=role,
            account_id=account_id,
            invoice_id=invoice_id,
            made_on=made_on,
            due_on=due_on or made_on,
            text=text,
        )
    )
    work.session.flush()
    return True


def settle(work: Work, key: str) -> None:
    """The reason for the task is gone: it is closed, if it was open."""
    row = work.session.execute(select(TaskRow).where(col(TaskRow.key) == key)).scalar_one_or_none()
    if row is not None and row.state == "open":
        row.state = "done"


def settle_like(work: Work, beginning: str) -> None:
    """Close the open tasks whose key begins so."""
    query = update(TaskRow).where(col(TaskRow.key).startswith(beginning, autoescape=True), col(TaskRow.state) == "open")
    work.session.execute(query.values(state="done"))


def settle_all(work: Work, keys: Sequence[str]) -> None:
    """Close these tasks, where they are open."""
    for start in range(0, len(keys), 500):
        query = update(TaskRow).where(col(TaskRow.key).in_(keys[start : start + 500]), col(TaskRow.state) == "open")
        work.session.execute(query.values(state="done"))


def _closing(about: ColumnElement[bool]) -> Update:
    # Written once: putting it together anew for every letter took longer than running it.
    query = update(TaskRow).where(
        about, col(TaskRow.kind).in_(bindparam("kinds", expanding=True)), col(TaskRow.state) == "open"
    )
    return query.values(state="done")


_OF_ACCOUNT = _closing(col(TaskRow.account_id) == bindparam("about_key"))
_OF_INVOICE = _closing(col(TaskRow.invoice_id) == bindparam("about_key"))


def settle_kinds(
    work: Work, kinds: Sequence[str], *, account_id: int | None = None, invoice_id: int | None = None
) -> None:
    """Close the open tasks of these kinds about an account or an invoice: what they asked for has happened."""
    query, key = (_OF_ACCOUNT, account_id) if account_id is not None else (_OF_INVOICE, invoice_id)
    work.session.flush()
    work.session.connection().execute(query, {"about_key": key, "kinds": list(kinds)})


def open_tasks(work: Work) -> list[Task]:
    """All open tasks, the most urgent first."""
    query = (
        select(TaskRow, col(AccountRow.number), col(InvoiceRow.number))
        .outerjoin(AccountRow, col(TaskRow.account_id) == col(AccountRow.id))
        .outerjoin(InvoiceRow, col(TaskRow.invoice_id) == col(InvoiceRow.id))
        .where(col(TaskRow.state) == "open")
        .order_by(col(TaskRow.due_on), col(TaskRow.id))
    )
    return [
        Task(str(row.id), row.kind, row.role, account, invoice, row.made_on, row.due_on, row.text, row.state)
        for row, account, invoice in work.session.execute(query)
    ]
