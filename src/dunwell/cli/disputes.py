"""`dunwell dispute`: what customers do not accept, and how it ended."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.acting import By, Invoice, Tell
from dunwell.cli.output import json_line, out, table
from dunwell.desk import disputes
from dunwell.desk.disputes import CODES, OUTCOMES, Opening
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import agreed_lists

_app = typer.Typer(help="Disputes: opened, and settled.", no_args_is_help=True)
_Amount = Annotated[str | None, typer.Option("--amount", metavar="AMOUNT", help="How much of it, with a point.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="dispute")


@_app.command("open")
def opened(
    invoice: Invoice,
    code: Annotated[str, typer.Option(metavar="CODE", help=f"What it is about: {', '.join(CODES)}.")],
    by: By,
    amount: _Amount = None,
    owner: Annotated[str | None, typer.Option(metavar="NAME", help="Who settles it (default: who opens it).")] = None,
    reason: _Reason = "",
    tell: Tell = False,
) -> None:
    """Open a dispute about an invoice, or about part of it: that is not chased until somebody settles it."""
    acting.one_of(code, CODES, "--code")
    office, moment = wiring.office(), wiring.moment()
    opening = Opening(code, acting.amount(amount), owner)
    done = disputes.open_dispute(office, invoice, opening, Wanted(by, reason, tell), moment)
    out.print(f"dispute {done.ids[0]} opened about {invoice}", markup=False)
    acting.tell(office, moment, wanted=tell)


@_app.command("resolve")
def resolve(
    dispute_id: Annotated[str, typer.Argument(metavar="ID", help="The dispute's id, as `dispute list` shows it.")],
    outcome: Annotated[str, typer.Option(metavar="OUTCOME", help=f"How it ended: {', '.join(OUTCOMES)}.")],
    by: By,
    amount: _Amount = None,
    reason: _Reason = "",
    tell: Tell = False,
) -> None:
    """Settle a dispute: all of it is credited, it is rejected, or --amount of it is credited (partly).

    Nothing is booked: the credit comes with the ledger, and is not asked for until then.
    """
    acting.one_of(outcome, OUTCOMES, "--outcome")
    office, moment = wiring.office(), wiring.moment()
    disputes.resolve(office, dispute_id, outcome, acting.amount(amount), Wanted(by, reason, tell), moment)
    out.print(f"dispute {dispute_id}: {outcome}", markup=False)
    acting.tell(office, moment, wanted=tell)


@_app.command("list")
def listed(
    everything: Annotated[bool, typer.Option("--all", help="The ended ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a dispute.")] = False,
) -> None:
    """List the disputes: about which invoice, how much (none: all of it), why, who settles it, and how old it is."""
    with wiring.open_books().read() as work:
        found = agreed_lists.disputes(work, wiring.moment().on, everything=everything)
    if as_json:
        for one in found:
            json_line(one)
        return
    table(
        "Disputes",
        ("id", "account", "invoice", "amount", "code", "state", "opened", "age", "owner", "credit"),
        [
            (
                one.id,
                one.account,
                one.invoice,
                f"{one.amount.amount} {one.currency}" if one.amount else "all",
                one.code,
                one.state,
                one.opened_on,
                one.age,
                one.owner,
                one.credit,
            )
            for one in found
        ],
    )
