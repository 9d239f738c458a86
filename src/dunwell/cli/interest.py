"""`dunwell interest`: the law's interest on a late debt. Loads neither settings nor books: it starts at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from dunwell.cli.alone import run_alone
from dunwell.cli.output import Exit, json_line, out, parse_day, stop, table
from dunwell.rules.interest import Interest, Payment, balances, interest
from dunwell.rules.rates import DayCount, LawError, RateBasis, countries, load
from dunwell.rules.tomltext import TomlProblems
from dunwell.terms.money import Money, MoneyError

_HELP = """The law's interest on a debt that was paid late, and its fixed sum, with the rate and source of each period.

The day after the due date is the first that bears interest; the day of payment is the last. Interest is simple and is
rounded once, half up, at the end. Between businesses only. Needs neither settings nor a ledger.

A part payment reduces the principal from the day after it: --payment 2026-01-15=2000.00, as often as there were some.

What each law says, and where it leaves a choice, is in docs/interest.md; --rate-basis and --day-count choose otherwise.
"""
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("interest", help=_HELP)(_interest)


def main() -> None:
    """Run `dunwell interest` alone."""
    run_alone(register)


def _interest(
    country: Annotated[
        str,
        typer.Option(metavar="CODE", help=f"Whose law: one of {', '.join(countries())}. EU is Directive 2011/7/EU."),
    ],
    principal: Annotated[str, typer.Option(metavar="AMOUNT", help="The debt with its tax, such as 5000.00.")],
    currency: Annotated[str, typer.Option(metavar="CODE", help="Its currency, by ISO 4217: GBP, EUR, RON, RUB.")],
    due: Annotated[str, typer.Option(metavar="DATE", help="The last day on which payment was in time.")],
    paid: Annotated[str, typer.Option(metavar="DATE", help="The day of payment, or the day up to which to count.")],
    payment: Annotated[
        list[str] | None, typer.Option(metavar="DATE=AMOUNT", help="A part payment before that. Repeatable.")
    ] = None,
    rate_basis: Annotated[
        RateBasis | None,
        typer.Option(
            help="start: the rate of the day on which interest starts holds for the whole debt. each: each period's "
            "own rate. Default: as the law says."
        ),
    ] = None,
    day_count: Annotated[
        DayCount | None,
        typer.Option(help="Days of the year: 365, 365/366 (366 for days in a leap year), 360. Default: the law's."),
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Files of rates of your own, such as GB.toml, before the built-in ones."),
    ] = None,
    assume_last_rate: Annotated[
        bool,
        typer.Option("--assume-last-rate", help="Past the last known rate, go on with it, and say so."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    first, last = parse_day(due, "--due"), parse_day(paid, "--paid")
    debt = _money(principal, currency, "--principal")
    paid_before = [_payment(one, currency) for one in payment or ()]
    if first is None or last is None:
        return
    if last < first:
        stop(
            f"--paid: {last} is before --due {first}: it was not late; give the day on which it was paid",
            Exit.BAD_INPUT,
        )
    for one in paid_before:
        if one.on > last:
            stop(f"--payment: {one.on} is after --paid {last}; give the day of the last payment there", Exit.BAD_INPUT)
    if rates is not None and not rates.is_dir():
        stop(f"--rates: {rates} is no folder; name the folder that holds files such as GB.toml", Exit.BAD_INPUT)
    try:
        law, known = load(country, rates)
        law = replace(law, basis=rate_basis or law.basis, day_count=day_count or law.day_count)
        known = known.assuming_last() if assume_last_rate else known
        found = interest(balances(debt, first, paid_before), law, known, last)
    except LawError as error:
        stop(f"--{error.about}: {error}", Exit.BAD_INPUT)
    except TomlProblems as error:
        stop(str(error), Exit.BAD_INPUT)
    except OSError as error:
        stop(f"--rates: {error.filename}: {error.strerror}", Exit.BAD_INPUT)
    if as_json:
        json_line(_plain(found))
    else:
        _show(found, debt, first, last, paid_before)


def _money(text: str, currency: str, option: str) -> Money:
    """An amount on the command line; ends with 2 when it is none."""
    if not _AMOUNT.fullmatch(text.strip()):
        stop(f"{option}: {text!r} is no amount; write 5000.00, with a point and without separators", Exit.BAD_INPUT)
    try:
        money = Money.of(Decimal(text.strip()), currency)
    except MoneyError as error:
        stop(f"{'--currency' if 'currency' in str(error) else option}: {error}", Exit.BAD_INPUT)
    if not money:
        stop(f"{option}: {text!r} is nothing; give the amount that was owed or paid", Exit.BAD_INPUT)
    return money


def _payment(text: str, currency: str) -> Payment:
    day, equals, amount = text.partition("=")
    on = parse_day(day.strip(), "--payment") if equals else None
    if on is None:
        stop(f"--payment: {text!r} is no payment; write DATE=AMOUNT, such as 2026-01-15=2000.00", Exit.BAD_INPUT)
    return Payment(on, _money(amount, currency, "--payment"))


def _percent(rate: Decimal) -> str:
    """A rate with two decimals at least, and with all that it has."""
    exact = rate.normalize()
    return f"{rate:.2f}" if -int(exact.as_tuple().exponent) <= 2 else f"{exact:f}"


def _plain(found: Interest) -> dict[str, Any]:
    """The whole computation as JSON takes it."""
    law, fixed = found.law, found.fixed_sum
    return {
        "interest": found.total,
        "currency": found.total.currency,
        "fixed_sum": fixed if fixed is not None else Money(0, found.total.currency),
        "fixed_sum_currency": fixed.currency if fixed is not None else None,
        "days": found.days,
        "day_count": law.day_count.value,
        "rate_basis": law.basis.value,
        "periods": [
            {
                "from": one.first,
                "to": one.last,
                "days": one.days,
                "principal": one.principal,
                "rate": _percent(one.rate),
                "amount": one.amount,
                "source": one.source,
            }
            for one in found.periods
        ],
        "law": law.citation,
    }


def _above(found: Interest) -> str:
    """What the law adds to the reference rate, in words."""
    points = found.law.margin(found.periods[0].first) if found.periods else Decimal(0)
    return f", plus {_percent(points)} points" if points else ""


def _show(found: Interest, debt: Money, due: date, paid: date, payments: Sequence[Payment]) -> None:
    """The computation as a table for people."""
    law = found.law
    rows = [
        (one.first, one.last, one.days, one.principal, f"{_percent(one.rate)} %", one.amount, one.source)
        for one in found.periods
    ]
    parts = f", {len(payments)} part payment{'s' if len(payments) != 1 else ''}" if payments else ""
    title = f"{debt} due {due}, paid {paid}{parts}: {law.name}"
    table(title, ("from", "to", "days", "principal", "rate a year", "interest", "rate's source"), rows)
    basis = "the rate of the first day for the whole debt" if law.basis is RateBasis.START else "each period's own rate"
    lines = [
        f"Interest    {found.total} ({found.days} days; year of {law.day_count.value} days; {basis})",
        f"Fixed sum   {found.fixed_sum if found.fixed_sum is not None else 'none under this law'}",
        f"Law         {law.citation}",
        f"Rate        {law.reference}{_above(found)}",
        "Rounded once, half up, at the end; each row is what it adds to the rounded total.",
    ]
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
