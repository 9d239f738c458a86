"""Rules for numbers in words and for lengths of time: `twenty-first`, `two weeks and three days`."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.replies.when.calendars import ONE, Scene
from dunwell.replies.when.grammar import Pass, Result
from dunwell.replies.when.numerals import is_year
from dunwell.replies.when.values import Duration

NUMBERS: Pass[Scene] = Pass()
LENGTHS: Pass[Scene] = Pass()
_LONGEST = {"day": 400, "week": 60, "workday": 300}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"day": 1, "week": 7, "fortnight": 14}


@NUMBERS.rule("tens:wnum (and|dash)? n:wnum")
def tens_and_units(scene: Scene, tens: int, n: int) -> Result | None:
    """Twenty one."""
    return ("wnum", tens + n) if 20 <= tens <= 90 and tens % 10 == 0 and n < 10 else None


@NUMBERS.rule("tens:wnum (and|dash)? n:nth")
def tens_and_nth(scene: Scene, tens: int, n: int) -> Result | None:
    """Twenty first."""
    return ("nth", tens + n) if tens in (20, 30) and n < 10 else None


@NUMBERS.rule("tens:nth n:nth")
def two_ordinals(scene: Scene, tens: int, n: int) -> Result | None:
    """Spanish `vigésimo segundo`."""
    return ("nth", tens + n) if tens in (20, 30) and n < 10 else None


@NUMBERS.rule("a:wnum? b:wnum and? c:wnum? and? d:wnum?")
def year_in_words(scene: Scene, b: int, a: int = 1, c: int = 0, d: int = 0) -> Result | None:
    """Two thousand and fifteen."""
    year = a * b + c + d
    return ("year", year) if b == 1000 and a < 3 and is_year(year) else None


@LENGTHS.rule("n:num|count|wnum|one of? u:unit", "n:num|count|wnum open num close u:unit")
def length(scene: Scene, u: str, n: int | None = None) -> Result | None:
    """Ten days, a week, 48 hours."""
    count = 1 if n is None else n
    if u == "quarter" and count <= 4:
        return None  # the 3rd quarter
    if u == "month" and 12 < count <= 31 and count not in (18, 24, 30):
        return None  # the 23rd of a month
    if count > _LONGEST.get(u, count):
        return None  # an amount beside a word for time
    if u == "hour":
        return ("length", ((count // 24, "day"),)) if count >= 24 and count % 24 == 0 else None
    return ("length", ((count, u),)) if u in _MONTHS or u in _DAYS or u == "workday" else None


@LENGTHS.rule("d:duration")
def named_length(scene: Scene, d: tuple[int, str]) -> Result:
    """A fortnight."""
    return "length", (d,)


@LENGTHS.rule("p:pair u:unit")
def length_between(scene: Scene, p: tuple[int, int], u: str) -> Result | None:
    """2-3 weeks."""
    return ("lengths", (((p[0], u),), ((p[1], u),))) if p[0] < p[1] and (u in _DAYS or u in _MONTHS) else None


@LENGTHS.rule("a:num|wnum|one dash|or|to b:num|wnum u:unit", "a:num|wnum|one b:num|wnum u:unit")
def length_from_to(scene: Scene, b: int, u: str, a: int | None = None) -> Result | None:
    """Two or three weeks, 2 - 3 weeks."""
    return length_between(scene, (1 if a is None else a, b), u) if length(scene, u, b) else None


@LENGTHS.rule("a:length (and|comma) and? b:length")
def lengths_together(scene: Scene, a: Duration, b: Duration) -> Result:
    """Two weeks and three days."""
    return "length", a + b


def moved(scene: Scene, day: date, length: Duration, sign: int = 1) -> date:
    """The day that lies a length of time after `day`, or with the sign -1 before it."""
    for count, unit in length:
        if unit == "workday":
            day = working_days(scene, day, count * sign)
        elif unit in _MONTHS:
            day = scene.add_months(day, count * _MONTHS[unit] * sign)
        else:
            day += timedelta(days=count * _DAYS[unit] * sign)
    return day


def working_days(scene: Scene, day: date, count: int) -> date:
    """The `count`-th working day of the country after `day`, or before it where `count` is negative."""
    from dunwell.terms.calendar import CalendarError, add_working_days, working_day_until  # noqa: PLC0415 - slow to load

    if abs(count) > 400:
        raise ValueError("too many working days")
    try:
        if count >= 0:
            return add_working_days(day, count, scene.country)
        for _ in range(-count):
            day = working_day_until(day - ONE, scene.country)
        return day
    except CalendarError:
        return day + timedelta(days=count + (count // 5) * 2)
