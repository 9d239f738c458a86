"""`dunwell plan`: paying in parts."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.acting import By, Invoices
from dunwell.cli.output import json_line, out, parse_day, table
from dunwell.desk import plans
from dunwell.desk.plans import Terms
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import plans as ledger_plans
from dunwell.ledger.plans import Plan

_app = typer.Typer(help="Instalment plans.", no_args_is_help=True)
_Parts = Annotated[int | None, typer.Option("--parts", min=2, max=36, help="How many parts, a month apart.")]
_First = Annotated[str | None, typer.Option("--first", metavar="DATE", help="The day of the first part.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="plan")


@_app.command("offer")
def offer(invoices: Invoices, by: By, parts: _Parts = None, first: _First = None, reason: _Reason = "") -> None:
    """Offer to pay open invoices of one account in parts, and write to the customer at once."""
    office, moment = wiring.office(), wiring.moment()
    terms = Terms(parts, parse_day(first, "--first"))
    key = plans.offer(office, invoices, terms, Wanted(by, reason), moment)
    out.print(f"plan {key} offered", markup=False)
    acting.tell(office, moment, wanted=True)


@_app.command("agree")
def agree(
    what: Annotated[list[str], typer.Argument(metavar="ID|INVOICE...", help="A plan's id, or the invoices' numbers.")],
    by: By,
    parts: _Parts = None,
    first: _First = None,
    reason: _Reason = "",
) -> None:
    """Agree a plan that was offered, or a new one (--parts, --first), and confirm it to the customer at once."""
    office, moment = wiring.office(), wiring.moment()
    terms = Terms(parts, parse_day(first, "--first"))
    key = plans.agree(office, what, terms, Wanted(by, reason), moment)
    out.print(f"plan {key} agreed", markup=False)
    acting.tell(office, moment, wanted=True)


@_app.command("void")
def void(
    plan_id: Annotated[str, typer.Argument(metavar="ID", help="The plan's id, as `plan list` shows it.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.")],
) -> None:
    """End a plan: its invoices are chased again."""
    plans.void(wiring.office(), plan_id, Wanted(by, reason), wiring.moment())
    out.print(f"plan {plan_id} is void", markup=False)


@_app.command("list")
def listed(
    everything: Annotated[bool, typer.Option("--all", help="The ended ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a plan.")] = False,
) -> None:
    """List the plans: about which invoices, how much, and what became of each part."""
    with wiring.open_books().read() as work:
        found = ledger_plans.plans(work, states=() if everything else ("offered", "agreed"))
    if as_json:
        for one in found:
            json_line(_object(one))
        return
    table(
        "Instalment plans",
        ("id", "account", "invoices", "total", "state", "parts"),
        [
            (
                one.id,
                one.account.number,
                ", ".join(one.invoices),
                one.total,
                one.state,
                "; ".join(f"{p.due} {p.amount.amount} {s}" for p, s in zip(one.parts, one.states, strict=True)),
            )
            for one in found
        ],
    )


def _object(one: Plan) -> dict[str, object]:
    return {
        "id": str(one.id),
        "account": one.account.number,
        "invoices": one.invoices,
        "total": one.total,
        "currency": one.total.currency,
        "state": one.state,
        "offered_on": one.offered_on,
        "answer_by": one.answer_by,
        "agreed_on": one.agreed_on,
        "ended_on": one.ended_on,
        "parts": [
            {"number": part.number, "due": part.due, "amount": part.amount, "state": state}
            for part, state in zip(one.parts, one.states, strict=True)
        ],
        "who": one.who,
    }
