"""`dunwell writeoff`: what nobody expects any more."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.acting import By, Invoice, Why
from dunwell.cli.output import Exit, out, stop
from dunwell.desk import writing_off
from dunwell.desk.undertakings import Wanted


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("writeoff")(writeoff)


def writeoff(
    invoice: Invoice,
    by: By,
    reason: Why,
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="How much of the principal, with a point; else all of it.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the newest write-off back.")] = False,
) -> None:
    """Write an invoice's open principal off; with all of it, its charges are waived and its case ends."""
    office, moment, wanted = wiring.office(), wiring.moment(), Wanted(by, reason)
    if undo and amount is not None:
        stop("--undo takes a whole write-off back: leave --amount out", Exit.BAD_INPUT)
    if undo:
        done = writing_off.undo(office, invoice, wanted, moment)
        out.print(f"{invoice}: the write-off of {done} is undone", markup=False)
        return
    done = writing_off.write_off(office, invoice, acting.amount(amount), wanted, moment)
    out.print(f"{invoice}: {done} written off", markup=False)
