"""Figures: ageing, DSO, promises kept, letters and payments by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.frontdesk.ask import Ask, Shown
from dunwell.ledger import figures
from dunwell.ledger.figures import OpenOn
from dunwell.rules.ageing import aged
from dunwell.rules.kpis import DSO_DAYS, dso, kept_percent
from dunwell.terms.money import Money, totals, zero

_WEEKS = 8
_MOST_CURRENCIES = 6


@dataclass(frozen=True)
class Aged:
    """What is open in one currency, by how old it is, and its DSO in days."""

    currency: str
    buckets: dict[str, Money]
    total: Money
    invoices: int
    dso: int | None


def page(ask: Ask) -> Shown:
    """The figures as of today."""
    on = ask.moment.on
    since = on - timedelta(days=DSO_DAYS)
    with ask.office.books.read() as work:
        rows = figures.open_by_due_day(work)
        invoiced = figures.invoiced(work, since + timedelta(days=1), on)
        promised = figures.promises_by_state(work, since, on)
        letters = figures.letters_by_week(work, _WEEKS, on)
        payments = figures.payments_by_week(work, _WEEKS, on)
    show = ask.labels.formats
    found = [_aged(rows, one, invoiced, on) for one in totals(row.amount for row in rows)]
    facts = {
        "aged": sorted(found, key=lambda one: (-one.invoices, one.currency)),
        "kept": kept_percent(promised),
        "promised": promised,
        "letters": [(show.day(week)[:6].rstrip(" ./-"), number, show.number(number)) for week, number in letters],
        "payments": {
            currency: [
                (show.day(week)[:6].rstrip(" ./-"), minor, show.number(round(Money(minor, currency).amount)))
                for week, minor in weeks
            ]
            for currency, weeks in list(payments.items())[:_MOST_CURRENCIES]
        },
        "dso_days": DSO_DAYS,
    }
    return Shown("figures.html", facts)


def _aged(rows: Sequence[OpenOn], total: Money, invoiced: dict[str, Money], on: date) -> Aged:
    own = [row for row in rows if row.amount.currency == total.currency]
    # Without a due date nothing is overdue.
    amounts = [((on - row.due).days if row.due else 0, row.amount) for row in own]
    return Aged(
        total.currency,
        aged(amounts, total.currency),
        total,
        sum(row.invoices for row in own),
        dso(total, invoiced.get(total.currency, zero(total.currency))),
    )
