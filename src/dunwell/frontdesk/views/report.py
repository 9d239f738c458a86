"""The weekly report: what the owner gets by mail, as a page."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.desk import report as desk
from dunwell.frontdesk.ask import Ask, Shown

_WEEK = timedelta(days=7)


def page(ask: Ask) -> Shown:
    """The report of the week that is asked for, else of the last whole one."""
    found = desk.report(ask.office, ask.moment, _day(ask))
    after = found.first + _WEEK
    return Shown(
        "report.html",
        {"report": found, "before": found.first - _WEEK, "after": after if after <= ask.moment.on else None},
    )


def _day(ask: Ask) -> date | None:
    try:
        day = date.fromisoformat(ask.query.get("week", ""))
    except ValueError:
        return None
    # Beyond these the weeks before and after would be no dates.
    return day if 1970 <= day.year <= 9000 else None
