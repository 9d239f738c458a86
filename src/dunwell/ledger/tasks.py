"""Tasks: what only people can do. Each is made once, by its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Update, bindparam, select, update
from sqlmodel import col

from dunwell.ledger import journal
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
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


def is_open(work: Work, key: str) -> bool:
    """Whether the task with this key is open."""
    query = select(col(TaskRow.state)).where(col(TaskRow.key) == key)
    return work.session.execute(query).scalar_one_or_none() == "open"


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


def open_tasks(work: Work, *, role: str | None = None, due: date | None = None) -> list[Task]:
    """The open tasks, the most urgent first: of one role, and due by a day, where those are given."""
    query = WITH_NUMBERS.where(col(TaskRow.state) == "open")
    if role is not None:
        query = query.where(col(TaskRow.role) == role)
    if due is not None:
        query = query.where(col(TaskRow.due_on) <= due)
    rows = work.session.execute(query.order_by(col(TaskRow.due_on), col(TaskRow.id)))
    return [task_of(*row) for row in rows]


WITH_NUMBERS = (
    select(TaskRow, col(AccountRow.number), col(InvoiceRow.number))
    .outerjoin(AccountRow, col(TaskRow.account_id) == col(AccountRow.id))
    .outerjoin(InvoiceRow, col(TaskRow.invoice_id) == col(InvoiceRow.id))
)
"""Tasks with the numbers of the account and the invoice that they are about: `task_of` makes a task of each."""


def task_of(row: TaskRow, account: str | None, invoice: str | None) -> Task:
    """A task as people see it."""
    return Task(str(row.id), row.kind, row.role, account, invoice, row.made_on, row.due_on, row.text, row.state)


def roles(work: Work) -> list[str]:
    """The roles that have or had a task."""
    return sorted(work.session.execute(select(col(TaskRow.role)).distinct()).scalars())


@dataclass(frozen=True, slots=True)
class Found:
    """A task with the keys of what it is about."""

    task: Task
    key: str
    account_id: int | None
    invoice_id: int | None


def find(work: Work, task_id: int) -> Found | None:
    """The task with this id."""
    query = WITH_NUMBERS.where(col(TaskRow.id) == task_id).execution_options(populate_existing=True)
    row = work.session.execute(query).one_or_none()
    return None if row is None else Found(task_of(*row), row[0].key, row[0].account_id, row[0].invoice_id)


def end(work: Work, found: Found, outcome: str, why: str, pen: Pen, *, again_on: date | None = None) -> None:
    """Write down what came of a task; it is closed, or due again on `again_on`."""
    row = work.session.get_one(TaskRow, int(found.task.id), populate_existing=True)
    row.outcome, row.ended_on, row.who, row.why = outcome, pen.on, pen.who, why
    if again_on is None:
        row.state = "done"
    else:
        row.due_on = again_on
    if found.account_id is not None:
        account = work.session.get_one(AccountRow, found.account_id)
        data = {"task": row.kind, "outcome": outcome, "again_on": again_on}
        journal.write(work, account, pen, "task", invoice=found.task.invoice, why=why, **data)
