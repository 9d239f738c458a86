"""`dunwell tasks`: what only people can do, and what came of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.output import Exit, cell, err, json_line, out, parse_amount, parse_day, stop, table
from dunwell.desk import outcomes
from dunwell.desk.outcomes import Said
from dunwell.ledger import tasks
from dunwell.ledger.tasks import Task
from dunwell.terms.agreement import DisputeCode
from dunwell.terms.outcome import Outcome

_app = typer.Typer(help="Tasks: what only people can do, and what came of it.", no_args_is_help=True)
_ROLES = ("collector", "service", "owner", "operator")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="tasks")


@_app.command("list")
def list_(
    role: Annotated[
        str | None, typer.Option("--role", help="Only those for a collector, service, owner or operator.")
    ] = None,
    due: Annotated[str | None, typer.Option("--due", metavar="DATE", help="Only what is due by this day.")] = None,
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write them to this CSV file instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a task.")] = False,
) -> None:
    """List the open tasks, the most urgent first."""
    with wiring.open_books().read() as work:
        if role is not None and role not in (known := sorted({*_ROLES, *tasks.roles(work)})):
            stop(f"--role: {role!r} is none of {', '.join(known)}", Exit.BAD_INPUT)
        found = tasks.open_tasks(work, role=role, due=parse_day(due, "--due"))
    if file is not None:
        _write_csv(file, found)
        if not as_json:
            out.print(f"written: {len(found)} tasks to {file}", markup=False)
    if as_json:
        for one in found:
            json_line(one)
    elif file is None:
        rows = [(t.id, t.kind, t.role, t.account, t.due_on, t.text) for t in found]
        table("Tasks", ("id", "task", "for", "account", "due", "what"), rows)


def _write_csv(file: Path, found: Sequence[Task]) -> None:
    with open(file, "w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["id", "kind", "role", "account", "invoice", "made_on", "due_on", "text", "state"])
        for one in found:
            about = cell(one.account or ""), cell(one.invoice or "")
            writer.writerow([one.id, one.kind, one.role, *about, one.made_on, one.due_on, cell(one.text), one.state])


@_app.command("done")
def done(
    task: Annotated[int, typer.Argument(metavar="ID", help="The task, as `tasks list` numbers it.")],
    outcome: Annotated[str, typer.Option("--outcome", help=f"One of {', '.join(Outcome)}.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who did it: for the journal.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="In words: for the journal.")] = "",
    promise_date: Annotated[
        str | None, typer.Option("--promise-date", metavar="DATE", help="promised: to be paid by this day.")
    ] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", help="promised, paid or in dispute: 100.00, or 100.00 EUR. Default: all.")
    ] = None,
    invoice: Annotated[
        list[str] | None, typer.Option("--invoice", help="Only about this invoice of the account. Repeatable.")
    ] = None,
    code: Annotated[str, typer.Option("--code", help=f"disputed: one of {', '.join(DisputeCode)}.")] = "other",
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="TEXT", help="paid: the transfer's or cheque's number.")
    ] = None,
    paid_on: Annotated[
        str | None, typer.Option("--paid-on", metavar="DATE", help="paid: the day on which it was sent.")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="call_back, no_answer: when again. Default: the next working day."),
    ] = None,
) -> None:
    """Say what came of a task. promised, paid and disputed hold up the case as a reply would; no letter follows."""
    said = Said(
        outcome=acting.one_of(outcome, outcomes.OUTCOMES, "--outcome"),
        by=by,
        reason=reason,
        promise_date=parse_day(promise_date, "--promise-date"),
        amount=parse_amount(amount),
        code=acting.one_of(code, outcomes.CODES, "--code"),
        on=parse_day(on, "--on"),
        reference=reference,
        paid_on=parse_day(paid_on, "--paid-on"),
        invoices=tuple(invoice or ()),
    )
    recorded = outcomes.record(wiring.office(), task, said, wiring.moment())
    for warning in recorded.warnings:
        err.print(f"warning: {warning}", markup=False)
    out.print(f"task {recorded.task}: {recorded.outcome}; {recorded.effect}", markup=False)
