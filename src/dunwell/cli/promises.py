"""`dunwell promise`: what customers undertook to pay."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.output import json_line, table
from dunwell.ledger import agreed_lists

_app = typer.Typer(help="Promises of payment.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="promise")


@_app.command("list")
def listed(
    everything: Annotated[bool, typer.Option("--all", help="The ended ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a promise.")] = False,
) -> None:
    """List the promises: of whom, about which invoices, by when, how much (none: all that was open), and the state."""
    with wiring.open_books().read() as work:
        found = agreed_lists.promises(work, everything=everything)
    if as_json:
        for one in found:
            json_line(one)
        return
    table(
        "Promises",
        ("id", "account", "invoices", "by", "amount", "state", "made", "who"),
        [
            (
                one.id,
                one.account,
                ", ".join(one.invoices),
                one.date,
                f"{one.amount.amount} {one.currency}" if one.amount else "all",
                one.state,
                one.made_on,
                one.who,
            )
            for one in found
        ],
    )
