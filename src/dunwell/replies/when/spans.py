"""Rules for parts of periods, for what lies before or after a day, and for ranges and lists of days."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.replies.when.calendars import ONE, Month, Scene
from dunwell.replies.when.counting import moved
from dunwell.replies.when.grammar import Pass, Result
from dunwell.replies.when.periods import unit_from_now
from dunwell.replies.when.values import (
    Day,
    Duration,
    Span,
    day_in,
    days_span,
    month_named,
    month_span,
    week_span,
    year_span,
)

RANGES: Pass[Scene] = Pass()
EDGES: Pass[Scene] = Pass()
SHARED: Pass[Scene] = Pass()
JOINED: Pass[Scene] = Pass()
_PERIODS = "monthref|month|week|yearref|day"
_ANY = "k:week|monthref|month|yearref|year|span|unit|day|weekend"


# Ranges of numbers that share a month


@RANGES.rule(
    "from (the|theday|daylabel)? theday|daylabel? a:num|ord|wnum (to|until) $the b:num|ord|wnum !unit|notday|count|num",
    "between the? theday? daylabel? a:num|ord|wnum (and|to) $the b:num|ord|wnum !unit|notday|count|num",
)
def numbers_from(scene: Scene, a: int, b: int) -> Result | None:
    """From the 13th to the 15th."""
    return ("numbers_from", (a, b)) if 1 <= a <= 31 and 1 <= b <= 31 else None


@RANGES.rule(
    "from? $the a:num|ord|wnum|dot (to|dash|until) $the b:num|ord|wnum !unit|notday|count",
    "between? p:pair !unit|notday|count",
)
def numbers(scene: Scene, a: int = 0, b: int = 0, p: tuple[int, int] | None = None) -> Result | None:
    """13 to 15: nothing without a month beside it."""
    first, last = p or (a, b)
    return ("numbers", (first, last)) if 1 <= first <= 31 and 1 <= last <= 31 else None


@RANGES.rule(
    "x:numbers|numbers_from $of m:month|monthref ($year)?",
    "m:month|monthref comma? x:numbers|numbers_from (comma? of? y:year)?",
)
def numbers_of_month(scene: Scene, x: tuple[int, int], m: int | Month, y: int | None = None) -> Result | None:
    """13 to 15 July 2027, July 13-15, this month from the 4th to the 22nd."""
    month = month_named(scene, m, y)
    first, last = day_in(scene, month, x[0]).date, day_in(scene, month, x[1]).date
    return ("span", days_span(first, last)) if first < last else None


@EDGES.rule("x:numbers_from")
def numbers_of_this_month(scene: Scene, x: tuple[int, int]) -> Result | None:
    """From the 13th to the 15th, of this month or the next."""
    for shift in range(3):
        try:
            first, last = (day_in(scene, scene.month(shift), number).date for number in x)
        except ValueError:
            continue
        if scene.on <= last and first <= last:
            return "span", days_span(first, last)
    return None


# Parts of a period


def period(scene: Scene, value: object) -> Span | None:  # noqa: PLR0911 - one return a kind
    """A period as a rule got it: a week's start, a month, a year, a unit's name (the present one), a span."""
    match value:
        case Span():
            return value
        case Month():
            return month_span(scene, value)
        case Day():
            return days_span(value.date, value.date, "day")
        case str():
            now = unit_from_now(scene, value, 0)
            return period(scene, now[1]) if now else None
        case date():
            return week_span(scene, value)
        case int():
            return month_span(scene, month_named(scene, value)) if value < 200 else year_span(scene, value)
    return None


@EDGES.rule(f"end (of|the|dash|theday)? (of|the|theday)? {_ANY}", "u:unit dash? end", "(of|the)? m:month dash? end")
def end_of(scene: Scene, k: object = None, u: str = "", m: int | None = None) -> Result | None:
    """The end of the month is its last day, that of the week its last working day."""
    whole = period(scene, m or u if k is None else k)
    return None if whole is None else ("day", Day(whole.due, fixed=True))


@EDGES.rule("k:ends this?")
def end_by_sign(scene: Scene, k: str) -> Result | None:
    """EOM, EOY."""
    return end_of(scene, k)


@EDGES.rule("k:ends the? next")
def end_of_next(scene: Scene, k: str) -> Result | None:
    """French `fin du mois prochain`."""
    whole = unit_from_now(scene, k, 1)
    return None if whole is None else end_of(scene, whole[1])


@EDGES.rule(f"start (of|the|dash|theday)? (of|the|theday)? {_ANY}", "u:unit dash? start")
def start_of(scene: Scene, k: object = None, u: str = "") -> Result | None:
    """The beginning of a month is its first five days, that of a week its first two."""
    whole = period(scene, u if k is None else k)
    if whole is None or whole.grain == "day":
        return None
    days = {"week": 2, "month": 5, "year": 31, "quarter": 31}.get(whole.grain, 5)
    return "span", days_span(whole.first, min(whole.last, whole.first + (days - 1) * ONE), "start")


@EDGES.rule(f"middle (of|the|dash|theday)? (of|the|theday)? {_ANY}", "u:unit dash? middle")
def middle_of(scene: Scene, k: object = None, u: str = "") -> Result | None:
    """The middle of a month is 14 to 16, that of a week its third and fourth day."""
    whole = period(scene, u if k is None else k)
    if whole is None or whole.grain == "day":
        return None
    if whole.grain == "week":
        return "span", days_span(whole.first + 2 * ONE, whole.first + 3 * ONE, "middle")
    if whole.grain == "month":
        return "span", days_span(whole.first + 13 * ONE, whole.first + 15 * ONE, "middle")
    half = whole.first + (whole.last - whole.first) // 2
    return "span", days_span(half - 14 * ONE, half + 14 * ONE, "middle")


@EDGES.rule(f"rest (of|the)? (of|the)? {_ANY}", "this u:unit rest")
def rest_of(scene: Scene, k: object = None, u: str = "") -> Result | None:
    """Later this month: from tomorrow on."""
    whole = period(scene, u if k is None else k)
    if whole is None or not whole.first <= scene.on < whole.last:
        return None
    return "span", days_span(max(whole.first, scene.on + ONE), whole.last, "rest")._replace(due=whole.due)


@EDGES.rule("u:unit (of|from|the) (theday|the)? d:day", "weekof (the|of|theday)? d:day")
def week_of_day(scene: Scene, d: Day, u: str = "week") -> Result | None:
    """The week of 7 October."""
    return ("week", scene.week_start(d.date)) if u == "week" else None


@EDGES.rule("dayend (of|on|the)? (the|theday|on)? d:day", "dayend")
def day_end(scene: Scene, d: Day | None = None) -> Result:
    """Close of business on Friday; without a day, today."""
    return "day", d or Day(scene.on, fixed=True)


@EDGES.rule("before (the|of)? k:monthref|month|week|yearref|span|weekend")
def before_period(scene: Scene, k: object) -> Result | None:
    """Before March: by the day before it begins. Before a day is taken as that day."""
    whole = period(scene, k)
    return None if whole is None else ("day", Day(whole.first - ONE, fixed=True))


@EDGES.rule("l:length (from|after|on|later) the? d:day")
def length_after(scene: Scene, l: Duration, d: Day) -> Result:  # noqa: E741
    """Two weeks after the 15th."""
    return "day", Day(moved(scene, d.date, l), fixed=True)


@EDGES.rule("l:length before the? d:day")
def length_before(scene: Scene, l: Duration, d: Day) -> Result:  # noqa: E741
    """Two days before Easter."""
    return "day", Day(moved(scene, d.date, l, -1), fixed=True)


@EDGES.rule("dayafter of? (the|theday)? d:day")
def day_after(scene: Scene, d: Day) -> Result:
    """The day after the 13th."""
    return "day", Day(d.date + ONE, fixed=True)


@EDGES.rule("the? after_next k:weekend", "k:weekend after (the|theday)? next")
def weekend_after_next(scene: Scene, k: date) -> Result:
    """The weekend after next."""
    return "weekend", k + timedelta(weeks=2)


# Ranges and lists of days


@SHARED.rule("(the|theday)? n:num|ord|wnum|dot >and|or|comma (on|the|theday|by)? (theday|daylabel)? d:day")
def number_before_day(scene: Scene, n: int, d: Day) -> Result | None:
    """18 and 19 June: the month of the second holds for the first."""
    if d.month is None or n >= d.number:
        return None
    return "day", Day(_same_month(scene, d, n), d.month, n, d.fixed)


@JOINED.rule(
    "from? $the a:num|ord|wnum|dot (to|dash|until|slash) $the b:day",
    "between the? theday? a:num|ord|wnum (and|to) $the b:day",
)
def number_to_day(scene: Scene, a: int, b: Day) -> Result | None:
    """From the 13th to Sunday 15 July."""
    if b.month is None or a >= b.number:
        return None
    return "span", days_span(_same_month(scene, b, a), b.date)


def _same_month(scene: Scene, day: Day, number: int) -> date:
    _, last = (
        scene.bounds(Month(day.date.year, day.date.month)) if not day.month or not day.month.jalali else (None, None)
    )
    other = day.date + (number - day.number) * ONE
    if last is not None and (other > last or other.month != day.date.month):
        raise ValueError("no such day")
    return other


@JOINED.rule("a:day (to|dash|until) $the b:num|ord|dot $plain")
def day_to_number(scene: Scene, a: Day, b: int) -> Result | None:
    """July 13 to 15."""
    if a.month is None or b <= a.number:
        return None
    return "span", days_span(a.date, _same_month(scene, a, b))


@JOINED.rule(
    "from? the? a:day (to|dash|until|comma)? (to|dash|until) (the|theday|on)? b:day",
    "between the? theday? a:day (and|to) (the|theday)? b:day",
)
def day_to_day(scene: Scene, a: Day, b: Day) -> Result | None:
    """From 26 June to 2 July 2027; the year of either holds for the other."""
    first, last = a.date, b.date
    if a.month is None and a.number and b.month and a.number < b.number:
        first = _same_month(scene, b, a.number)
    if a.month and b.month and b.fixed and not a.fixed:
        first = day_in(scene, a.month._replace(year=b.month.year), a.number).date
        if first > last:
            first = scene.add_months(first, -12)
    if last < first and not b.fixed:
        last = scene.add_months(last, 12) if b.month else first + ((last - first).days % 7) * ONE
    return "span", days_span(first, last)


@JOINED.rule(
    f"from (the|of)? a:{_PERIODS} (to|until|dash|and) (the|theday)? b:{_PERIODS}",
    f"between the? a:{_PERIODS} (and|to) (the|theday)? b:{_PERIODS}",
    "a:monthref (to|dash) b:monthref",
)
def period_to_period(scene: Scene, a: object, b: object) -> Result | None:
    """Between May and July, from January 2026 to today."""
    if isinstance(a, Day) and isinstance(b, Day):
        return day_to_day(scene, a, b)
    if isinstance(a, int) and a < 200 and isinstance(b, Month):
        a = month_named(scene, a)._replace(year=b.year)
    first, last = period(scene, a), period(scene, b)
    if first is None or last is None:
        return None
    if last.last < first.first and isinstance(b, Month):
        last = month_span(scene, b._replace(year=scene.year_of(b) + 1))
    return "span", days_span(first.first, last.last)
