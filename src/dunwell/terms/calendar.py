"""The business calendar: days of rest by country, and the hours in which letters may go.

A country is an ISO 3166 code, with a region where holidays differ (`GB-SCT`, `DE-BY`). `GB` alone means England.
Public holidays come from the `holidays` library; weekends too, save where custom differs from its data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = timedelta(days=1)
_DEFAULT_REGION = {"GB": "ENG"}
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
# Where the library's weekend is not the one that offices keep: Iran's offices rest on Friday only.
_WEEKEND = {"IR": frozenset({_FRIDAY})}


class CalendarError(ValueError):
    """A country or region without a calendar; the message names it."""


@lru_cache(maxsize=512)
def _calendar(country: str) -> holidays.HolidayBase:
    code, _, region = country.partition("-")
    if code == "UK":
        raise CalendarError("the United Kingdom's code is GB (GB-SCT for Scotland), not UK")
    region = region or _DEFAULT_REGION.get(code, "")
    try:
        return holidays.country_holidays(code, subdiv=region or None)
    except NotImplementedError:
        raise CalendarError(
            f"no business calendar for {country!r}: use an ISO 3166 code such as IT or GB-SCT"
        ) from None


def check_country(country: str) -> None:
    """Raise CalendarError unless `country` has a business calendar."""
    _calendar(country)


@lru_cache(maxsize=65536)
def is_rest(day: date, country: str) -> bool:
    """Whether offices in `country` rest on `day`: weekend or public holiday."""
    calendar = _calendar(country)
    weekend = _WEEKEND.get(country.partition("-")[0], calendar.weekend)
    return day.weekday() in weekend or day in calendar


def working_day_from(day: date, country: str) -> date:
    """`day` itself when offices work, else the next day on which they do."""
    while is_rest(day, country):
        day += ONE_DAY
    return day


def working_day_until(day: date, country: str) -> date:
    """`day` itself when offices work, else the last working day before it."""
    while is_rest(day, country):
        day -= ONE_DAY
    return day


def add_working_days(day: date, count: int, country: str) -> date:
    """The `count`-th working day after `day` (after, not from: one working day after a Friday is Monday)."""
    for _ in range(count):
        day = working_day_from(day + ONE_DAY, country)
    return day


def working_days_between(start: date, end: date, country: str) -> int:
    """Working days after `start` up to and with `end`; 0 when `end` is not after `start`."""
    days, day = 0, start
    while day < end:
        day += ONE_DAY
        days += not is_rest(day, country)
    return days


@dataclass(frozen=True, slots=True)
class SendWindow:
    """The hours, in the account's own time zone, in which letters may leave: from `opens` until before `closes`."""

    opens: time
    closes: time

    def contains(self, now: datetime, zone: str, country: str) -> bool:
        """Whether the aware moment `now` falls into the window on a working day of `country`."""
        local = now.astimezone(ZoneInfo(zone))
        return self.opens <= local.time() < self.closes and not is_rest(local.date(), country)
