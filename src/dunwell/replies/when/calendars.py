"""The arithmetic of days: the Gregorian calendar, and for Persian the Jalali one with its week from Saturday."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import jdatetime

ONE = timedelta(days=1)
_PAST = timedelta(days=60)
_THURSDAY, _FRIDAY, _SATURDAY = 3, 4, 5


class Month(NamedTuple):
    """A month of a year; `year` None where it was not said."""

    year: int | None
    month: int
    jalali: bool = False


def make(year: int, month: int, day: int, jalali: bool) -> date:
    """A day of either calendar as a date; ValueError where there is none."""
    if jalali:
        return jdatetime.date(year, month, day).togregorian()  # type: ignore[no-any-return]
    return date(year, month, day)


def split(day: date, jalali: bool) -> tuple[int, int, int]:
    """Year, month and day of a date in either calendar."""
    if jalali:
        other = jdatetime.date.fromgregorian(date=day)
        return other.year, other.month, other.day
    return day.year, day.month, day.day


def length(year: int, month: int, jalali: bool) -> int:
    """The days of a month."""
    if not jalali:
        return calendar.monthrange(year, month)[1]
    if month < 12:
        return 31 if month <= 6 else 30
    return 30 if jdatetime.date(year, 1, 1).isleap() else 29


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when a text was written: the day, the country, the order of figures, the calendar."""

    on: date
    country: str
    jalali: bool = False
    month_first: bool = False

    # Years and months

    def day_of(self, month: int, day: int, year: int | None, jalali: bool) -> date:
        """A day and month; without a year, the next one not more than 60 days past."""
        if year is not None:
            return make(self._full(year, jalali), month, day, jalali)
        earliest = self.on - _PAST
        first = split(earliest, jalali)[0]
        for candidate in range(first, first + 9):
            try:
                found = make(candidate, month, day, jalali)
            except ValueError:
                continue  # 29 February
            if found >= earliest:
                return found
        raise ValueError("no such day")

    def _full(self, year: int, jalali: bool) -> int:
        if year >= 100:
            return year
        here = split(self.on, jalali)[0]
        return min((here - here % 100 + shift + year for shift in (-100, 0, 100)), key=lambda one: abs(one - here))

    def year_of(self, month: Month) -> int:
        """The year of a month; where it was not said, of the next one that ended not more than 60 days ago."""
        if month.year is not None:
            return self._full(month.year, month.jalali)
        year = split(self.on, month.jalali)[0]
        for candidate in (year - 1, year):
            if self.bounds(Month(candidate, month.month, month.jalali))[1] >= self.on - _PAST:
                return candidate
        return year + 1

    def bounds(self, month: Month) -> tuple[date, date]:
        """First and last day of a month."""
        year = self.year_of(month)
        last = length(year, month.month, month.jalali)
        return make(year, month.month, 1, month.jalali), make(year, month.month, last, month.jalali)

    def month(self, shift: int = 0) -> Month:
        """The month `shift` months after that of the day of writing."""
        year, month, _ = split(self.on, self.jalali)
        years, months = divmod(month - 1 + shift, 12)
        return Month(year + years, months + 1, self.jalali)

    def add_months(self, day: date, months: int) -> date:
        """The same day of the month some months later, or that month's last."""
        year, month, number = split(day, self.jalali)
        years, at = divmod(month - 1 + months, 12)
        number = min(number, length(year + years, at + 1, self.jalali))
        return make(year + years, at + 1, number, self.jalali)

    def year_bounds(self, year: int) -> tuple[date, date]:
        """First and last day of a year."""
        jalali = year < 1700
        last = length(year, 12, jalali)
        return make(year, 1, 1, jalali), make(year, 12, last, jalali)

    def this_year(self) -> int:
        """The year of the day of writing."""
        return split(self.on, self.jalali)[0]

    # Weeks

    def week_start(self, day: date) -> date:
        """The first day of the week: Monday, in Persian Saturday."""
        return day - timedelta(days=(day.weekday() - (_SATURDAY if self.jalali else 0)) % 7)

    def last_workday(self, start: date) -> date:
        """The last working day of the week that begins on `start`: Friday, in Persian Thursday."""
        return self.in_week(start, _THURSDAY if self.jalali else _FRIDAY)

    def in_week(self, start: date, weekday: int) -> date:
        """The weekday of the week that begins on `start`."""
        return start + timedelta(days=(weekday - start.weekday()) % 7)

    def next_weekday(self, weekday: int, after: date | None = None) -> date:
        """The next such day strictly after a day."""
        day = after or self.on
        return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)

    def last_weekday(self, weekday: int) -> date:
        """The last such day strictly before the day of writing."""
        return self.on - timedelta(days=(self.on.weekday() - weekday - 1) % 7 + 1)
