"""The demo's past: the books kept day by day, and a cycle of the real desk on each, letters and all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell import wiring
from dunwell.demo.firms import FIRMS
from dunwell.demo.portfolio import OPEN_ITEMS, Portfolio
from dunwell.desk import cycle, intake
from dunwell.desk.cycle import Consent
from dunwell.desk.day import CycleReport
from dunwell.desk.intake import Incoming, Request, Taken
from dunwell.ledger import tasks
from dunwell.terms.calendar import is_rest

ONE_DAY = timedelta(days=1)
STILL = 3
"""No cycle ran in so many days before the last day, as over a weekend."""


@dataclass(frozen=True, slots=True)
class PastDay:
    """One day of the history: how many letters left and how many the mail server did not take."""

    on: date
    sent: int
    not_taken: int
    rejected: int


def working_day(day: date, country: str) -> date:
    """`day`, or the latest day before it on which offices work in `country` and in most countries of the portfolio."""
    countries = [firm.country for firm in FIRMS]
    while is_rest(day, country) or sum(is_rest(day, one) for one in countries) * 4 > len(countries):
        day -= ONE_DAY
    return day


def past_days(portfolio: Portfolio, country: str) -> list[date]:
    """The working days of the creditor from the opening of the books until `STILL` days before the last.

    On any weekday the last cycle then has what a Monday has: all that fell due since, each touch once.
    """
    span = (portfolio.today - portfolio.opened).days - STILL
    days = (portfolio.opened + timedelta(days=count) for count in range(span + 1))
    return [day for day in days if not is_rest(day, country)]


def take(portfolio: Portfolio, on: date) -> list[Taken]:
    """Import the ledger's export of the day `on` as `dunwell import` does: a source's files in one unit of work."""
    office, moment = wiring.office(), wiring.moment(on)
    by_source: dict[str, list[tuple[str, bytes]]] = {}
    for name, text in portfolio.files(on).items():
        source = "takeover" if name == OPEN_ITEMS else "default"
        by_source.setdefault(source, []).append((name, text.encode()))
    taken: list[Taken] = []
    for source, files in by_source.items():
        request = Request(source=source, as_of=on, allocation=office.policy.payments.allocation)
        incoming = [Incoming(table, lambda rows: None) for table in intake.understand(files, None)]
        taken += intake.take(office.books, incoming, request, moment)
    return taken


def live(portfolio: Portfolio, days: list[date]) -> Iterator[PastDay]:
    """Live through `days`: import the day's export, run its cycle, make the calls. Tells of each day as it ends."""
    for on in days:
        rejected = sum(len(one.rejects) for one in take(portfolio, on))
        report = cycle.run_direct(wiring.office(), wiring.moment(on), Consent(), lambda name, count: None)
        _people_work(report)
        sent = sum(letter.state == "sent" for letter in report.letters)
        yield PastDay(on, sent, len(report.letters) - sent, rejected)


def _people_work(report: CycleReport) -> None:
    """Calls are made and services suspended on the day that asks for it, so that the last day's list is its own."""
    with wiring.office().books.write() as work:
        for task in report.tasks:
            if task.kind == "call":
                tasks.settle(work, f"call:{task.account}:{task.made_on}")
            elif task.kind == "suspend":
                tasks.settle(work, f"notice:suspend:{task.invoice}:on_hold:1")
