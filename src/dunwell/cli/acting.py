"""What the commands share by which people change something: who and why, amounts, days, and telling the customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

import typer

from dunwell.cli.output import Exit, err, out, parse_day, stop
from dunwell.desk import answers, named
from dunwell.desk.office import Office
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses
from dunwell.terms.moment import Moment

By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.")]
Invoices = Annotated[list[str], typer.Argument(metavar="INVOICE...", help="The invoices' numbers.")]
Invoice = Annotated[str, typer.Argument(metavar="INVOICE", help="The invoice's number.")]
Which = Annotated[
    str,
    typer.Argument(metavar="INVOICE|ACCOUNT", help="The number; `invoice:N` or `account:N` where both have the same."),
]
Tell = Annotated[bool, typer.Option("--tell", help="Write to the customer at once.")]


def day(text: str, option: str) -> date:
    """A day that has to be said; ends with 2 when it is none."""
    found = parse_day(text, option)
    if found is None:
        stop(f"{option}: say the day, as YYYY-MM-DD", Exit.BAD_INPUT)
    return found


def amount(text: str | None, option: str = "--amount") -> Decimal | None:
    """An amount in major units, or another number above zero; raises CannotDo, which names the option."""
    return named.amount(text, option)


def one_of(text: str, known: Sequence[str], option: str) -> str:
    """A word of a list; ends with 2 and lists the known ones for another."""
    if text not in known:
        stop(f"{option}: {text!r} is not known; known are {', '.join(known)}", Exit.BAD_INPUT)
    return text


def warn(warnings: Sequence[str]) -> None:
    """Say on standard error what was done all the same."""
    for one in warnings:
        err.print(f"warning: {one}", markup=False)


def tell(office: Office, moment: Moment, *, wanted: bool) -> None:
    """Send the answers that are proposed, now. Where that fails, what was recorded stays: the command ends with 1."""
    if not wanted:
        return
    try:
        for sent in answers.send_answers(office, moment):
            out.print(f"letter '{sent.letter}' to {sent.to or sent.account}: {sent.state} {sent.reason}", markup=False)
            if sent.state in ("failed", "unsound"):
                stop("it is recorded, and the customer could not be told", Exit.FAILURES)
    except (MailServerAway, MailServerRefuses) as error:
        stop(f"it is recorded; the letter goes with the next `dunwell inbox` or `run`: {error}", Exit.FAILURES)
