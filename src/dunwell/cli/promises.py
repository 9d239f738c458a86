"""`dunwell promise`: what customers undertook to pay."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.acting import By, Invoices, Tell
from dunwell.cli.output import json_line, out, table
from dunwell.desk import undertakings
from dunwell.desk.undertakings import Wanted
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


@_app.command("add")
def add(
    invoices: Invoices,
    by: By,
    on: Annotated[str, typer.Option("--date", metavar="DATE", help="The day by which it is to be paid.")],
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="How much, with a point; without it all that is open.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="The amount's currency, to be checked against the invoices'.")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="How it was made, for the journal.")] = "",
    tell: Tell = False,
) -> None:
    """Record a promise that a customer made, about open invoices of one account.

    You may go beyond the policy's limits, with a warning. Nothing is sent unless you say --tell.
    """
    office, moment = wiring.office(), wiring.moment()
    wanted = Wanted(by, reason, tell)
    day = acting.day(on, "--date")
    done = undertakings.add_promise(office, invoices, day, acting.amount(amount), wanted, moment, currency=currency)
    acting.warn(done.warnings)
    out.print(f"promise {', '.join(done.ids)} recorded: by {day}", markup=False)
    acting.tell(office, moment, wanted=tell)


@_app.command("withdraw")
def withdraw(
    promise_id: Annotated[str, typer.Argument(metavar="ID", help="The promise's id, as `promise list` shows it.")],
    by: By,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the journal.")],
) -> None:
    """End an open promise that does not hold: its invoices are chased again. It does not count as broken."""
    undertakings.withdraw_promise(wiring.office(), promise_id, Wanted(by, reason), wiring.moment())
    out.print(f"promise {promise_id} withdrawn", markup=False)
