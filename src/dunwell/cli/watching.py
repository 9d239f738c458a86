"""`dunwell watchlist` and `dunwell terms`: accounts in difficulty, and what was agreed with them for the time after."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.acting import By, Why
from dunwell.cli.output import json_line, out, table
from dunwell.desk import new_terms as agreeing
from dunwell.desk import watchlist as watching
from dunwell.desk.new_terms import Wish
from dunwell.desk.watchlist import Tested
from dunwell.ledger import new_terms
from dunwell.ledger.new_terms import TermsRecord
from dunwell.rules.backtest import Score
from dunwell.rules.watchlist import Watched
from dunwell.terms.track import NewTerms

_terms = typer.Typer(help="New terms: how an account pays for what it orders from now on.", no_args_is_help=True)
_Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's number.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("watchlist")(watchlist)
    app.add_typer(_terms, name="terms")


def watchlist(
    backtest: Annotated[
        bool, typer.Option("--backtest", help="Hold the list against what came of it, beside the oldest invoices.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an account; of a back-test one.")] = False,
) -> None:
    """List the accounts in difficulty: their points, the reasons, and what to do. Changes nothing."""
    office, on = wiring.office(), wiring.moment().on
    if backtest:
        _tell_test(watching.tested(office, on), as_json=as_json)
        return
    found = watching.listed(office, on)
    if as_json:
        for one in found:
            json_line(_object(one))
        return
    table(
        "Watch list",
        ("points", "account", "open", "reasons", "what to do", "new terms"),
        [
            (
                one.points,
                f"{one.account} {one.name}",
                ", ".join(map(str, one.exposure)),
                "; ".join(f"{each.why} (+{each.points})" for each in one.reasons),
                ", ".join(one.advice).replace("_", " "),
                one.terms.words if one.terms else "",
            )
            for one in found
        ],
    )


def _object(one: Watched) -> dict[str, object]:
    return {
        "account": one.account,
        "name": one.name,
        "points": one.points,
        "reasons": one.reasons,
        "advice": one.advice,
        "exposure": [{"amount": money, "currency": money.currency} for money in one.exposure],
        "terms": _object_of_terms(one.terms) if one.terms else None,
    }


def _object_of_terms(terms: NewTerms) -> dict[str, object]:
    return {
        "agreed_on": terms.agreed_on,
        "advance": None if terms.advance is None else f"{terms.advance.normalize():f}",
        "days": terms.days,
        "limit": terms.limit,
        "currency": terms.limit.currency if terms.limit else None,
        "ended_on": terms.ended_on,
    }


def _tell_test(tested: Tested, *, as_json: bool) -> None:
    result = tested.result
    if as_json:
        json_line(
            {
                "first": result.days[0],
                "last": result.days[-1],
                "until": tested.until,
                "days": len(result.days),
                "defaults": result.defaults,
                "watchlist": _score(result.watchlist),
                "oldest_invoice": _score(result.oldest_invoice),
            }
        )
        return
    out.print(
        f"{len(result.days)} lists from {result.days[0]} to {result.days[-1]}; payments known up to {tested.until}; "
        f"{result.defaults} defaults that a list could have named"
    )
    lists = (("watch list", result.watchlist), ("oldest invoice", result.oldest_invoice))
    table(
        "How well each list did",
        ("list", "names", "right", "precision", "defaults named", "days before"),
        [
            (name, one.named, one.right, _percent(one), f"{one.found} of {result.defaults}", one.lead_days or "-")
            for name, one in lists
        ],
    )


def _percent(one: Score) -> str:
    return "-" if one.precision is None else f"{one.precision} %"


def _score(one: Score) -> dict[str, object]:
    return {
        "named": one.named,
        "right": one.right,
        "precision": one.precision,
        "found": one.found,
        "lead_days": one.lead_days,
    }


@_terms.command("agree")
def agree(
    account: _Account,
    by: By,
    reason: Why,
    advance: Annotated[
        str | None, typer.Option("--advance", metavar="PERCENT", help="So much of the price before delivery.")
    ] = None,
    days: Annotated[int | None, typer.Option("--days", metavar="N", help="So many days to pay the rest.")] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="AMOUNT", help="At most so much open at a time.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="The limit's, where the account has several.")
    ] = None,
) -> None:
    """Put on record what was agreed with an account; earlier terms end. Nothing is sent to the customer."""
    wish = Wish(
        acting.amount(advance, "--advance"),
        days,
        acting.amount(limit, "--limit"),
        currency.upper() if currency else None,
    )
    terms = agreeing.agree(wiring.office(), account, wish, by, reason, wiring.moment())
    out.print(f"{account}: {terms.words}", markup=False)


@_terms.command("end")
def end(account: _Account, by: By, reason: Why) -> None:
    """End the new terms of an account: it pays as it used to."""
    agreeing.end(wiring.office(), account, by, reason, wiring.moment())
    out.print(f"{account}: the new terms have ended", markup=False)


@_terms.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="The ended ones too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each.")] = False,
) -> None:
    """List the new terms in force."""
    with wiring.open_books().read() as work:
        found = new_terms.listed(work, everything=everything)
    if as_json:
        for one in found:
            json_line({"account": one.account, **_object_of_terms(one.terms), "who": one.who, "reason": one.words})
        return
    table(
        "New terms",
        ("account", "since", "until", "terms", "who", "why"),
        [_row(one) for one in found],
    )


def _row(one: TermsRecord) -> tuple[object, ...]:
    return one.account, one.terms.agreed_on, one.terms.ended_on, one.terms.words, one.who, one.words
