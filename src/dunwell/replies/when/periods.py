"""Rules for weeks, months, quarters and years: `next week`, `March 2027`, `the third quarter`, `KW 23`."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.replies.when.calendars import ONE, Month, Scene, split
from dunwell.replies.when.counting import working_days
from dunwell.replies.when.grammar import Pass, Result
from dunwell.replies.when.values import Day, Span, days_span, month_named

PERIODS: Pass[Scene] = Pass()
PARTS: Pass[Scene] = Pass()


def unit_from_now(scene: Scene, unit: str, shift: int) -> Result | None:  # noqa: PLR0911 - one return a unit
    """The unit that lies `shift` units from that of the day of writing."""
    week = scene.week_start(scene.on)
    match unit:
        case "day":
            return "day", Day(scene.on + shift * ONE, fixed=True)
        case "week":
            return "week", week + timedelta(weeks=shift)
        case "weekend":
            return "weekend", week + timedelta(weeks=shift)
        case "month":
            return "monthref", scene.month(shift)
        case "year":
            return "yearref", scene.this_year() + shift
        case "workday":
            return "day", Day(working_days(scene, scene.on, shift), fixed=True)
        case "quarter":
            return _shifted_quarter(scene, shift)
        case "half":
            half = _count_now(scene, 6) + shift
            return "span", _months_span(scene, half // 2, half % 2 * 6 + 1, 6, "half")
    return None


def _count_now(scene: Scene, months: int) -> int:
    """How many spells of so many months lie before this one, from the year 0."""
    year, month, _ = split(scene.on, scene.jalali)
    return year * (12 // months) + (month - 1) // months


def _shifted_quarter(scene: Scene, shift: int) -> Result:
    year, quarter = divmod(_count_now(scene, 3) + shift, 4)
    return "span", _months_span(scene, year, quarter * 3 + 1, 3, "quarter")


def _months_span(scene: Scene, year: int, month: int, months: int, grain: str) -> Span:
    first, _ = scene.bounds(Month(year, month, scene.jalali))
    return days_span(first, scene.bounds(Month(year, month + months - 1, scene.jalali))[1], grain)


@PERIODS.rule("this (the|of)? u:unit", "u:unit the? this")
def this_unit(scene: Scene, u: str) -> Result | None:
    """This week."""
    return unit_from_now(scene, u, 0)


@PERIODS.rule("next next? (the|of)? u:unit", "u:unit the? next")
def next_unit(scene: Scene, u: str) -> Result | None:
    """Next week."""
    return unit_from_now(scene, u, 1)


@PERIODS.rule(
    "last u:unit !((of|in) (the|of|next|this|last)? month|monthref|yearref|year|unit|next)", "u:unit the? last"
)
def last_unit(scene: Scene, u: str) -> Result | None:
    """Last week."""
    return None if u == "workday" else unit_from_now(scene, u, -1)


@PERIODS.rule("after_next u:unit", "u:unit the? after_next")
def unit_after_next(scene: Scene, u: str) -> Result | None:
    """The week after next."""
    return unit_from_now(scene, u, 2)


@PERIODS.rule("before_last u:unit", "u:unit the? before_last")
def unit_before_last(scene: Scene, u: str) -> Result | None:
    """The week before last."""
    return unit_from_now(scene, u, -2)


@PERIODS.rule("s:shift")
def month_by_shift(scene: Scene, s: int) -> Result:
    """Of this month, as business letters abbreviate it: `inst.`, `c.m.`"""
    return "monthref", scene.month(s)


@PERIODS.rule(
    "m:month (of|comma|slash|dash|the|in)? y:year", "m:month of? apostrophe y:yy", "m:month !theday|to of y:yy"
)
def month_of_year(scene: Scene, m: int, y: int) -> Result:
    """March 2027, agosto de 99."""
    month = month_named(scene, m, y)
    return "monthref", month._replace(year=scene.year_of(month))


@PERIODS.rule("m:month (of|comma|in)? the? next u:unit", "m:month (of|comma|in)? the? u:unit next")
def month_of_next_year(scene: Scene, m: int, u: str) -> Result | None:
    """June of next year."""
    return ("monthref", month_named(scene, m, scene.this_year() + 1)) if u == "year" else None


@PERIODS.rule("m:month (of|comma|in)? the? this u:unit", "m:month (of|comma|in)? the? u:unit this")
def month_of_this_year(scene: Scene, m: int, u: str) -> Result | None:
    """June of this year."""
    return ("monthref", month_named(scene, m, scene.this_year())) if u == "year" else None


@PERIODS.rule("f:monthyear")
def month_in_figures(scene: Scene, f: tuple[int, int]) -> Result:
    """05/2027."""
    return "monthref", Month(f[0], f[1], f[0] < 1700)


@PERIODS.rule("next m:month", "m:month next")
def next_named_month(scene: Scene, m: int) -> Result:
    """Next March: the first that has not begun."""
    month = month_named(scene, m)
    year, now, _ = split(scene.on, month.jalali)
    return "monthref", month._replace(year=year + (month.month <= now))


@PERIODS.rule("this m:sure_month", "m:month this")
def this_named_month(scene: Scene, m: int) -> Result:
    """This March."""
    month = month_named(scene, m)
    return "monthref", month._replace(year=split(scene.on, month.jalali)[0])


@PERIODS.rule("last m:month", "m:month last")
def last_named_month(scene: Scene, m: int) -> Result:
    """Last March."""
    month = month_named(scene, m)
    year, now, _ = split(scene.on, month.jalali)
    return "monthref", month._replace(year=year - (month.month >= now))


@PERIODS.rule("u:unit of? m:month", "m:month u:unit")
def month_called_so(scene: Scene, m: int, u: str) -> Result | None:
    """The month of March, Persian `khordad mah`."""
    return ("month", m) if u == "month" else None


@PERIODS.rule("u:unit of? y:year", "y:year u:unit")
def year_called_so(scene: Scene, u: str, y: int) -> Result | None:
    """The year 2027, Russian `2027 года`."""
    return ("yearref", y) if u == "year" else None


@PERIODS.rule(
    "n:dot|nth|num isoweek y:year?",
    "isoweek u:label? n:num|count (slash|of|comma)? y:year?",
    "u:unit n:num|count !unit|notday|month|dash|and|or|num|count",
)
def numbered_week(scene: Scene, n: int, y: int | None = None, u: object = "week") -> Result | None:
    """KW 23: the ISO week, without a year the next that has not ended 60 days ago."""
    if u not in ("week", None) or not 1 <= n <= 53 or scene.jalali:
        return None
    year = y or scene.on.year
    start = date.fromisocalendar(year, n, 1)
    if y is None and start + 66 * ONE < scene.on:
        start = date.fromisocalendar(year + 1, n, 1)
    return "week", start


@PERIODS.rule("quarter_sign n:num (of|slash|comma|dash)? the? y:year?")
def quarter_by_sign(scene: Scene, n: int, y: int | None = None) -> Result | None:
    """Q3 2027."""
    return _quarter(scene, n, y)


@PERIODS.rule(
    "n:nth|num|wnum u:unit (of? (the|of)? y:year|yearref)?", "u:unit n:num|wnum (of? (the|of)? y:year)? !unit"
)
def numbered_quarter(scene: Scene, n: int, u: str, y: int | None = None) -> Result | None:
    """The third quarter."""
    return _quarter(scene, n, y) if u == "quarter" else None


def _quarter(scene: Scene, number: int, year: int | None) -> Result | None:
    if not 1 <= number <= 4:
        return None
    if year is None:
        year = scene.this_year()
        if _months_span(scene, year, number * 3 - 2, 3, "quarter").last < scene.on - 60 * ONE:
            year += 1
    return "span", _months_span(scene, year, number * 3 - 2, 3, "quarter")


@PARTS.rule(
    "h:half of? (the|of)? m:month|monthref",
    "h:half of? (the|of)? u:unit",
    "h:half of? (the|of)? y:yearref|year",
    "h:half of? (the|of)? q:span",
    "h:half of? (the|of)? k:week",
    "~in|within|by|until|before|after h:half",
)
def half_of(
    scene: Scene,
    h: int,
    m: int | Month | None = None,
    u: str = "month",
    y: int | None = None,
    q: Span | None = None,
    k: date | None = None,
) -> Result | None:
    """The first half of March, of the month, of the year."""
    if k is not None:
        workdays = scene.last_workday(k)
        return "span", days_span(k, k + 2 * ONE, "half") if h == 1 else days_span(k + 3 * ONE, workdays, "half")
    if q is not None:
        middle = q.first + (q.last - q.first) // 2
        return "span", days_span(q.first, middle, "half") if h == 1 else days_span(middle + ONE, q.last, "half")
    year = y or (scene.this_year() if u == "year" else None)
    if m is None and year is not None:
        return "span", _months_span(scene, year, h * 6 - 5, 6, "half")
    if m is None and u != "month":
        return None
    month = scene.month() if m is None else month_named(scene, m)
    first, last = scene.bounds(month)
    return "span", days_span(first, first + 14 * ONE, "half") if h == 1 else days_span(first + 15 * ONE, last, "half")


@PARTS.rule("n:nth u:unit (of|in)? (the|of)? m:month|monthref (the? y:yearref)?", "n:nth u:unit (of|in)? the? v:unit")
def nth_unit(
    scene: Scene, n: int, u: str, m: int | Month | None = None, v: str = "month", y: int | None = None
) -> Result | None:
    """The third day of October, the first week of March, the second week of the month."""
    if v != "month":
        return None
    month = scene.month() if m is None else month_named(scene, m, y)
    first, last = scene.bounds(month)
    if u == "day":
        number = first + (n - 1) * ONE
        return ("day", Day(number, month, n, month.year is not None)) if number <= last else None
    if u == "workday":
        return "day", Day(working_days(scene, first - ONE, n))
    if u != "week" or n > 5:
        return None
    start = first + timedelta(weeks=n - 1)
    return "span", days_span(start, min(last, start + 6 * ONE), "week")


@PARTS.rule(
    "last u:unit (of|in) (the|of)? m:month|monthref", "last u:unit (of|in) the? v:unit", "last u:unit y:yearref"
)
def last_unit_of(
    scene: Scene, u: str, m: int | Month | None = None, v: str = "month", y: int | None = None
) -> Result | None:
    """The last day of the month, the last week of March."""
    if y is not None or v == "year":
        _, last = scene.year_bounds(y or scene.this_year())
    else:
        if v != "month":
            return None
        _, last = scene.bounds(scene.month() if m is None else month_named(scene, m))
    if u == "day":
        return "day", Day(last)
    if u == "workday":
        return "day", Day(working_days(scene, last + ONE, -1))
    if u == "week":
        return "span", days_span(last - 6 * ONE, last, "week")
    return None
