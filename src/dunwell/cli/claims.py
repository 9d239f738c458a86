"""`dunwell claims`: what customers say was paid."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.acting import By
from dunwell.cli.output import json_line, out, table
from dunwell.desk import undertakings
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import agreed_lists

_app = typer.Typer(help="What customers say was paid.", invoke_without_command=True)
_All = Annotated[bool, typer.Option("--all", help="The ended ones, too.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a claim.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="claims")


@_app.callback()
def claims(context: typer.Context, everything: _All = False, as_json: _Json = False) -> None:
    """What customers say was paid; without a command, the list."""
    if context.invoked_subcommand is None:
        _show(everything=everything, as_json=as_json)


@_app.command("list")
def listed(everything: _All = False, as_json: _Json = False) -> None:
    """List the claims of payment: of whom, about which invoices, until when the bank has time to show them."""
    _show(everything=everything, as_json=as_json)


def _show(*, everything: bool, as_json: bool) -> None:
    with wiring.open_books().read() as work:
        found = agreed_lists.claims(work, everything=everything)
    if as_json:
        for one in found:
            json_line(one)
        return
    table(
        "Claims of payment",
        ("id", "account", "invoices", "made", "bank has until", "paid", "amount", "reference", "state"),
        [
            (
                one.id,
                one.account,
                ", ".join(one.invoices),
                one.made_on,
                one.wait_until,
                one.paid_on,
                f"{one.amount.amount} {one.currency}" if one.amount else None,
                one.reference,
                one.state,
            )
            for one in found
        ],
    )


@_app.command("close")
def close(
    claim_id: Annotated[str, typer.Argument(metavar="ID", help="The claim's id, as `claims list` shows it.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.")],
) -> None:
    """End a claim of payment by hand: its invoices are chased again."""
    undertakings.close_claim(wiring.office(), claim_id, Wanted(by, reason), wiring.moment())
    out.print(f"claim {claim_id} closed", markup=False)
