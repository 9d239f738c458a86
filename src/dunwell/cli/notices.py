"""`dunwell notices`: word to service delivery, and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.output import Exit, json_line, out, stop, table
from dunwell.ledger import notices
from dunwell.ledger.journal import Pen

_app = typer.Typer(help="Notices to service delivery: suspend, cancel, restore.")
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a notice.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="notices")


@_app.callback(invoke_without_command=True)
def _group(context: typer.Context, as_json: _Json = False) -> None:
    """Notices to service delivery: suspend, cancel, restore. Without a command, the list."""
    if context.invoked_subcommand is None:
        _list(as_json=as_json)


@_app.command("list")
def list_(as_json: _Json = False) -> None:
    """List the notices and where each stands: proposed, sent, confirmed, reported, failed or withdrawn."""
    _list(as_json=as_json)


def _list(*, as_json: bool) -> None:
    with wiring.open_books().read() as work:
        found = notices.listed(work)
    if as_json:
        names = ("id", "event", "account", "invoices", "on", "by", "state", "attempts", "reason")
        for one in found:
            json_line({name: getattr(one, name) for name in names})
        return
    table(
        "Notices",
        ("id", "what", "account", "invoices", "day", "by", "state", "tries", "reason"),
        [
            (
                one.id,
                one.event,
                one.account,
                ", ".join(one.invoices),
                one.on,
                one.by,
                one.state,
                one.attempts,
                one.reason,
            )
            for one in found
        ],
    )


@_app.command("done")
def done(
    notice: Annotated[int, typer.Argument(metavar="ID", help="The notice, as `notices list` numbers it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so: for the journal.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="In words: for the journal.")] = "",
) -> None:
    """Report that service delivery has done what a notice asked for. It is not sent again after that."""
    moment = wiring.moment()
    with wiring.open_books().write() as work:
        found = notices.report(work, notice, reason, Pen(moment.now, moment.on, by))
    if isinstance(found, str):
        stop(found, Exit.BAD_INPUT)
    out.print(f"reported as done: {found.event} for {found.account}", markup=False)
