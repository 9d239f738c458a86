"""`dunwell letters`: what was sent, and settling what is in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import templating
from dunwell.cli.output import Exit, json_line, out, parse_day, stop, table
from dunwell.desk import doubts, print_room
from dunwell.desk.print_room import Sheet
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
        "carrier": one.carrier,
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


@_app.command("print")
def print_(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Another folder than the settings' print folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a letter.")] = False,
) -> None:
    """Fill the print folder with the letters that wait to be posted, and list them."""
    office = wiring.office()
    found = print_room.fill(office, wiring.moment(), to)
    if as_json:
        for one in found:
            json_line(_paper(one))
        return
    table(
        "To be posted",
        ("id", "account", "letter", "invoices", "printed", "file"),
        [
            (
                one.letter.id,
                one.letter.account,
                one.letter.letter,
                ", ".join(one.letter.invoices),
                one.letter.on,
                one.files[0],
            )
            for one in found
        ],
    )
    if found:
        out.print(f"The letters are in {to or office.print_room.folder}", markup=False)


def _paper(one: Sheet) -> dict[str, object]:
    letter = one.letter
    return {
        "id": letter.id,
        "account": letter.account,
        "letter": letter.letter,
        "stage": letter.stage,
        "language": letter.language,
        "invoices": letter.invoices,
        "on": letter.on,
        "deadline": letter.deadline,
        "files": one.files,
    }


@_app.command("posted")
def posted(
    letters: Annotated[
        list[int], typer.Argument(metavar="ID...", help="The letters, as `letters print` numbers them.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day of posting (default: today).")] = None,
) -> None:
    """Say that printed letters were posted: they count from that day."""
    print_room.posted(wiring.office(), letters, parse_day(on, "--on"), by, wiring.moment())
    out.print(f"posted: {', '.join(map(str, letters))}", markup=False)


@_app.command("spoilt")
def spoilt(
    letter: Annotated[int, typer.Argument(metavar="ID", help="The letter, as `letters print` numbers it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it was not posted.")],
) -> None:
    """Say that a printed letter was not posted and will not be. It is due again."""
    print_room.spoilt(wiring.office(), letter, by, reason, wiring.moment())
    out.print(f"spoilt: {letter}; it is due again", markup=False)
