"""The weekly report: ageing, DSO, promises, calls, the litigation queue, what was sent and what was paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dunwell.desk import refer, staff
from dunwell.desk.office import Office
from dunwell.ledger import cases, reporting
from dunwell.rules.ageing import BUCKETS, aged, days_sales_outstanding
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money, totals, zero

SALES_DAYS = 90
"""DSO is counted over the sales of so many days."""
_BUCKETS = dict(zip(BUCKETS, ("not due", "1-30 days", "31-60 days", "61-90 days", "over 90 days"), strict=True))


@dataclass(frozen=True, slots=True)
class Aged:
    """What is open in one currency, by bucket of days overdue, and the days sales outstanding (None without sales)."""

    currency: str
    buckets: Mapping[str, Money]
    outstanding: Money
    invoices: int
    dso: Decimal | None


@dataclass(frozen=True, slots=True)
class Report:
    """A week's report. What happened is of the week's days, Monday to Sunday; what is open is as of the day `as_of`."""

    week: str
    first: date
    last: date
    as_of: date
    payments_as_of: date | None
    ageing: tuple[Aged, ...]
    paid: tuple[tuple[Money, int], ...]
    letters: Mapping[str, int]
    promises: Mapping[str, int]
    calls: Mapping[str, int]
    queue: Mapping[str, int]
    in_queue: int
    queue_totals: tuple[Money, ...]


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week of a day."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def report(office: Office, moment: Moment, day: date | None = None) -> Report:
    """The report of the week in which `day` lies; by default the last whole week."""
    first, last = week_of(day or moment.on - timedelta(days=7))
    standing = [one.record for one in refer.queue(office, moment)]
    with office.books.read() as work:
        year, number, _ = first.isocalendar()
        return Report(
            week=f"{year}-W{number:02}",
            first=first,
            last=last,
            as_of=moment.on,
            payments_as_of=cases.payments_as_of(work),
            ageing=tuple(
                _aged(
                    reporting.open_sums(work),
                    reporting.sales(work, moment.on - timedelta(days=SALES_DAYS - 1), moment.on),
                    moment.on,
                )
            ),
            paid=tuple(reporting.paid(work, first, last)),
            letters=reporting.letters(work, first, last),
            promises=reporting.promises(work, first, last),
            calls=reporting.calls(work, first, last),
            queue=reporting.referred(work, first, last),
            in_queue=len(standing),
            queue_totals=totals(money for record in standing for money in record.totals),
        )


def _aged(found: Sequence[reporting.OpenSum], sales: Mapping[str, int], on: date) -> Iterator[Aged]:
    for currency in dict.fromkeys(one.outstanding.currency for one in found):
        mine = [one for one in found if one.outstanding.currency == currency]
        # Without a due date nothing is overdue; what could slip names such invoices every day.
        buckets = aged((((on - one.due).days if one.due else 0, one.outstanding) for one in mine), currency)
        (outstanding,) = totals(one.outstanding for one in mine)
        sold = Money(sales.get(currency, 0), currency)
        dso = days_sales_outstanding(outstanding, sold, SALES_DAYS)
        yield Aged(currency, buckets, outstanding, sum(one.invoices for one in mine), dso)


def send(office: Office, found: Report, moment: Moment) -> str | None:
    """Mail the report to the owner, once a week; its state, or None where nobody is set or it has gone."""
    if office.people.owner is None:
        return None
    subject = f"Collections, week {found.week}"
    return staff.send(office, f"report:{found.week}", office.people.owner, subject, markdown(found), moment)


def headline(found: Report) -> str:
    """The report in one line."""
    outstanding = ", ".join(str(one.outstanding) for one in found.ageing) or "nothing"
    came_in = ", ".join(str(money) for money, _ in found.paid) or "nothing"
    return (
        f"{found.week}: {outstanding} open on {found.as_of}; {came_in} paid; {sum(found.letters.values())} letters; "
        f"promises kept {found.promises['kept']}, broken {found.promises['broken']}; {found.in_queue} in the queue"
    )


def markdown(found: Report) -> str:
    """The report as a page: for the Prefect UI, a file and a mail."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Report) -> Iterator[str]:
    yield f"# Collections, week {found.week}"
    yield f"\n{found.first} to {found.last}; open amounts as of {found.as_of}, payments known up to "
    yield f"{found.payments_as_of or 'no day yet'}."
    yield "\n## Ageing\n"
    heads = ("currency", *_BUCKETS.values(), "open", "invoices", "DSO")
    rows = [
        (one.currency, *(f"{one.buckets[name].amount:f}" for name in BUCKETS), f"{one.outstanding.amount:f}",
         one.invoices, one.dso if one.dso is not None else "-")
        for one in found.ageing
    ]  # fmt: skip
    yield from _table(heads, rows)
    yield f"\nDSO: what is open over the sales of the last {SALES_DAYS} days, times {SALES_DAYS}."
    yield "\n## Paid in the week\n"
    yield from _table(("amount", "payments"), found.paid)
    for title, counts in (
        ("Letters that went", found.letters),
        ("Promises", found.promises),
        ("Calls", found.calls),
        ("Litigation: came in, and decided", found.queue),
    ):
        yield f"\n## {title}\n"
        yield from _table(("what", "how many"), [(name.replace("_", " "), count) for name, count in counts.items()])
    open_sums = ", ".join(map(str, found.queue_totals)) or "nothing"
    yield f"\nIn the queue now: {found.in_queue}, with {open_sums} open."


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    if not rows:
        yield "None."
        return
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"


def as_data(found: Report) -> dict[str, object]:
    """The report for programs: days, amounts and counts, no text."""
    return {
        "week": found.week,
        "from": found.first,
        "to": found.last,
        "as_of": found.as_of,
        "payments_as_of": found.payments_as_of,
        "ageing": [
            {
                "currency": one.currency,
                **{name: one.buckets.get(name, zero(one.currency)) for name in BUCKETS},
                "outstanding": one.outstanding,
                "invoices": one.invoices,
                "dso": str(one.dso) if one.dso is not None else None,
            }
            for one in found.ageing
        ],
        "paid": [{"amount": money, "currency": money.currency, "payments": count} for money, count in found.paid],
        "letters": found.letters,
        "promises": found.promises,
        "calls": found.calls,
        "queue": {
            **found.queue,
            "standing": found.in_queue,
            "totals": [{"total": money, "currency": money.currency} for money in found.queue_totals],
        },
    }
