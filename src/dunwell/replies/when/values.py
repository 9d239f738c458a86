"""What the grammar makes of words: a day, or a span of days with the day on which it is due."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from dunwell.replies.when.calendars import ONE, Month, Scene
from dunwell.replies.when.lexicon import JALALI

Duration = tuple[tuple[int, str], ...]
"""Counts of units, added up: `2 weeks and 3 days`."""


class Day(NamedTuple):
    """A day. `month` and `number` are what was said; `fixed` says that the year was.

    `loose` is a weekday whose week follows from what stands before it: `Monday or Tuesday`.
    """

    date: date
    month: Month | None = None
    number: int = 0
    fixed: bool = False
    loose: bool = False


class Span(NamedTuple):
    """The days from `first` to `last`, due on `due`."""

    first: date
    last: date
    grain: str
    due: date


def month_named(scene: Scene, value: int | Month, year: int | None = None) -> Month:
    """A month as a rule got it (a name's number, or a month already read), in a year if one was said."""
    if isinstance(value, Month):
        return value
    jalali = value > JALALI
    return Month(year, value - JALALI if jalali else value, jalali)


def day_in(scene: Scene, month: Month, number: int) -> Day:
    """The day `number` of a month."""
    found = scene.day_of(month.month, number, month.year, month.jalali)
    return Day(found, month, number, month.year is not None)


def days_span(first: date, last: date, grain: str = "days") -> Span:
    """A span that is due on its last day; backwards it is none."""
    if last < first:
        raise ValueError("a span that ends before it begins")
    return Span(first, last, grain, last)


def week_span(scene: Scene, start: date) -> Span:
    """A week, due on its last working day."""
    return Span(start, start + 6 * ONE, "week", scene.last_workday(start))


def month_span(scene: Scene, month: Month) -> Span:
    """A month, due on its last day."""
    return days_span(*scene.bounds(month), "month")


def quarter_span(scene: Scene, year: int, quarter: int) -> Span:
    """A quarter of a year."""
    first, _ = scene.bounds(Month(year, quarter * 3 - 2, scene.jalali))
    return days_span(first, scene.bounds(Month(year, quarter * 3, scene.jalali))[1], "quarter")


def year_span(scene: Scene, year: int) -> Span:
    """A year."""
    return days_span(*scene.year_bounds(year), "year")
