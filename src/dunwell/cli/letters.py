"""`dunwell letters`: what was sent, and settling what is in doubt."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import templating
from dunwell.cli.output import Exit, json_line, out, parse_day, stop, table
from dunwell.desk import doubts
from dunwell.ledger import letters as ledger_letters
from dunwell.ledger import parties
from dunwell.ledger.imports import Taker
from dunwell.ledger.journal import Pen
from dunwell.ledger.letters import LetterRecord

_app = typer.Typer(help="Letters: what was sent, what is in doubt, and the templates.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    templating.register(_app)
    app.add_typer(_app, name="letters")


@_app.command("sent")
def sent(
    on: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Only the letters of this day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a letter.")] = False,
) -> None:
    """List the letters: to whom, about which invoices, and what became of each.

    A letter is sent, failed, in_doubt (nobody knows whether it went), waiting (put off) or rehearsed (redirected).
    """
    with wiring.open_books().read() as work:
        found = ledger_letters.letters(work, parse_day(on))
    if as_json:
        for one in found:
            json_line(_object(one))
        return
    table(
        "Letters",
        ("day", "account", "letter", "invoices", "to", "outcome", "answer"),
        [(one.on, one.account, one.letter, ", ".join(one.invoices), one.to, one.state, one.reason) for one in found],
    )


def _object(one: LetterRecord) -> dict[str, object]:
    return {
        "account": one.account,
        "letter": one.letter,
        "stage": one.stage,
        "language": one.language,
        "invoices": one.invoices,
        "to": one.to,
        "message_id": one.message_id,
        "state": one.state,
        "on": one.on,
        "reason": one.reason,
    }


@_app.command("settle")
def settle(
    message_id: Annotated[str, typer.Argument(help="The Message-ID of the letter in doubt, with its brackets.")],
    as_: Annotated[str, typer.Option("--as", metavar="sent|not_sent", help="What became of it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")],
    reason: Annotated[str, typer.Option("--reason", help="How they know.")],
) -> None:
    """Say what became of a letter in doubt. One that did not go is due again."""
    if as_ not in ("sent", "not_sent"):
        stop(f"--as: {as_!r} is not known; use sent or not_sent", Exit.BAD_INPUT)
    doubts.settle(wiring.open_books(), message_id, by, reason, wiring.moment(), went=as_ == "sent")
    out.print(f"settled: {as_.replace('_', ' ')}")


@_app.command("address-works")
def address_works(
    email: Annotated[str, typer.Argument(help="The address that was found bad.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")],
    reason: Annotated[str, typer.Option("--reason", help="How they know.")],
) -> None:
    """Say that an address which a mail server refused works again: its accounts can be written to."""
    moment = wiring.moment()
    with wiring.open_books().write() as work:
        taker = Taker(work, Pen(moment.now, moment.on, by), "default", "principal_first", moment.on)
        numbers = parties.address_works(taker, email, reason)
    if not numbers:
        stop(f"no contact with the address {email} was found bad", Exit.BAD_INPUT)
    out.print(f"can be written to again: {', '.join(numbers)}", markup=False)
