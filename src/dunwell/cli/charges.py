"""`dunwell charges`: late fees, interest and fixed sums, and waiving one."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.output import Exit, json_line, out, stop, table
from dunwell.desk import charging
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import charges, lookup
from dunwell.ledger.charges import ChargeRecord

_app = typer.Typer(help="Charges: late fees, interest and fixed sums.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="charges")


@_app.command("list")
def list_(
    invoice: Annotated[str | None, typer.Argument(metavar="[INVOICE]", help="Only those of this invoice.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a charge.")] = False,
) -> None:
    """List the charges and what became of each: open, part_paid, paid or waived."""
    with wiring.open_books().read() as work:
        if invoice is not None and lookup.invoice_id(work, invoice) is None:
            stop(f"there is no invoice {invoice}", Exit.BAD_INPUT)
        found = charges.listed(work, invoice)
    if as_json:
        for one in found:
            json_line(_object(one))
        return
    table(
        "Charges",
        ("id", "account", "invoice", "what", "day", "amount", "state", "reason"),
        [
            (one.id, one.account, one.invoice, one.kind.replace("_", " "), one.on, one.amount, one.state, one.reason)
            for one in found
        ],
    )


def _object(one: ChargeRecord) -> dict[str, object]:
    return {
        "id": one.id,
        "account": one.account,
        "invoice": one.invoice,
        "kind": one.kind,
        "on": one.on,
        "amount": one.amount,
        "currency": one.amount.currency,
        "state": one.state,
        "reason": one.reason or None,
    }


@_app.command("waive")
def waive(
    charge: Annotated[int, typer.Argument(metavar="ID", help="The charge, as `charges list` numbers it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who waives it: for the journal.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: for the journal.")],
) -> None:
    """Waive a charge. What is paid already cannot be waived. No letter follows from it."""
    found = charging.waive(wiring.office(), charge, Wanted(by, reason), wiring.moment())
    out.print(f"waived: {found.kind.replace('_', ' ')} of {found.amount} on {found.invoice}", markup=False)
