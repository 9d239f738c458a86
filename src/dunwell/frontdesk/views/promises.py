"""The promises of a month, as a calendar."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from dunwell.frontdesk.ask import Ask, Shown
from dunwell.ledger import agreed_lists
from dunwell.ledger.agreed_lists import PromiseRecord

_MOST_A_DAY = 6


def page(ask: Ask) -> Shown:
    """The month's promises by their days, and as a list."""
    first = _month(ask)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    with ask.office.books.read() as work:
        found = agreed_lists.promises(work, between=(first, last))
    days: dict[date, list[PromiseRecord]] = {}
    for one in found:
        days.setdefault(one.date, []).append(one)
    facts = {
        "weeks": calendar.Calendar().monthdatescalendar(first.year, first.month),
        "days": days,
        "month": first,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": last + timedelta(days=1),
        "promises": found,
        "most": _MOST_A_DAY,
    }
    return Shown("promises.html", facts)


def _month(ask: Ask) -> date:
    text = ask.query.get("month", "")
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return ask.moment.on.replace(day=1)
    # Beyond these the months before and after would be no dates.
    return found if 1970 <= found.year <= 9000 else ask.moment.on.replace(day=1)
