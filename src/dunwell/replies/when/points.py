"""Rules for days: `15 May`, `Monday the 4th`, `05/06/2026`, `in ten days`, `Friday of next week`, `on the 15th`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from dunwell.replies.when.calendars import ONE, Month, Scene
from dunwell.replies.when.counting import moved
from dunwell.replies.when.grammar import Pass, Result
from dunwell.replies.when.lexicon import JALALI
from dunwell.replies.when.numerals import Numeric
from dunwell.replies.when.values import Day, Duration, day_in, days_span, month_named

FIGURES: Pass[Scene] = Pass()
DAYS: Pass[Scene] = Pass()
WEEKDAYS: Pass[Scene] = Pass()


@DAYS.rule(
    "n:num|ord|nth|wnum (of|dash|slash|comma)? (the|of|theday)? m:month|monthref",
    "n:num|ord|nth|wnum day_after m:month|monthref",
    "n:num|ord|nth|wnum (of|dash|slash|comma)? (the|of)? m:month $year $plain",
    "n:num|ord|nth|wnum (of|dash|slash)? m:month (dash|slash|apostrophe)? y:yy $plain",
    "m:month (dash|slash|comma)? (the|theday)? n:num|ord|nth|wnum $plain",
    "m:month (dash|slash|comma)? (the|theday)? n:num|ord|nth|wnum (comma|of|dash|slash)? of? y:year|yearref",
    "y:year (dash|slash)? m:month (dash|slash)? n:num",
    "m:month (of|comma)? the? n:wnum comma? y:year",
)
def day_and_month(scene: Scene, n: int, m: int | Month, y: int | None = None) -> Result | None:
    """15 May, the 3rd of next month, May 15 2026."""
    return "day", day_in(scene, month_named(scene, m, y), n)


@DAYS.rule(
    "<num x:numdate !notday|unit",
    "w:weekday comma? $the x:numdate|numweak close?",
    "~by|on|until|from|before|after|theday|daylabel|to|within x:numweak !notday|unit",
)
def in_figures(scene: Scene, x: Numeric, w: int | None = None) -> Result:
    """15/05/2026, in the order of the country; a weekday beside it settles the order."""
    readings = numeric_days(scene, x)
    agreeing = [day for day in readings if w is not None and day.date.weekday() == w]
    return "day", (agreeing or readings)[0]


@FIGURES.rule("~by|on|until|before|theday|daylabel p:pair !notday|unit|month|of|year|dash")
def pair_as_day(scene: Scene, p: tuple[int, int]) -> Result | None:
    """El 3-3."""
    return in_figures(scene, Numeric(p[0], p[1], None))


def numeric_days(scene: Scene, figures: Numeric) -> list[Day]:
    """What figures may mean, the likeliest first; ValueError when they can be no day."""
    a, b, year, year_first = figures
    jalali = scene.jalali if year is None or year < 100 else year < 1700
    orders = [(a, b), (b, a)]
    if year_first or (scene.month_first and not jalali):
        orders.reverse()
    if year_first:
        orders = orders[:1]
    days = []
    for day, month in orders if a != b else orders[:1]:
        if 1 <= month <= 12 and 1 <= day <= 31:
            try:
                days.append(day_in(scene, Month(year, month, jalali), day))
            except ValueError:
                continue
    if not days:
        raise ValueError("no such day")
    return days


@DAYS.rule(
    "a:num b:num y:year $plain",
    "<num a:num b:num y:yy !num|count|unit|notday|month",
    "~theday a:num b:num !num|count|unit|notday|month|yy|code",
    "a:dot b:dot !unit|notday|month",
    "a:dot b:nth !unit",
    "a:nth b:dot !unit",
)
def spaced_figures(scene: Scene, a: int, b: int, y: int | None = None) -> Result:
    """31 10 2026, 27. 11."""
    return "day", numeric_days(scene, Numeric(a, b, y))[0]


@FIGURES.rule("~edge a:num dash b:num >edge", "~edge p:pair >edge")
def figures_alone(scene: Scene, a: int = 0, b: int = 0, p: tuple[int, int] | None = None) -> Result:
    """15 - 2, and nothing else."""
    return "day", numeric_days(scene, Numeric(*(p or (a, b)), None))[0]


@DAYS.rule("y:year a:num b:num")
def spaced_year_first(scene: Scene, y: int, a: int, b: int) -> Result:
    """2026 10 31."""
    return "day", numeric_days(scene, Numeric(a, b, y, year_first=True))[0]


@DAYS.rule("d:days")
def relative_day(scene: Scene, d: int) -> Result:
    """Today, tomorrow."""
    return "day", Day(scene.on + d * ONE, fixed=True)


@DAYS.rule("h:holiday (of? y:year|yearref)?")
def named_day(scene: Scene, h: str, y: int | None = None) -> Result:
    """Christmas, Easter, Nowruz."""
    if h == "easter":
        return "day", Day(_easter_near(scene, y))
    month, day = (int(part) for part in h.split("-"))
    found = day_in(scene, Month(y, month % JALALI, month > JALALI), day)
    if y is None and found.date < scene.on - 7 * ONE:
        return "day", found._replace(date=scene.add_months(found.date, 12))
    return "day", found


def _easter_near(scene: Scene, year: int | None) -> date:
    from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter  # noqa: PLC0415 - seldom needed

    method: Literal[2, 3] = (
        EASTER_ORTHODOX if scene.country in ("RO", "RU", "GR", "UA", "BG", "MD", "CY", "RS") else EASTER_WESTERN
    )
    if year is not None:
        return easter(year, method)
    this = easter(scene.on.year, method)
    return this if this >= scene.on - 60 * ONE else easter(scene.on.year + 1, method)


@DAYS.rule(
    "in of? l:length later?",
    "within (the|of|in)? next? l:length (from|of)? later?",
    "l:length later",
)
def after_a_length(scene: Scene, l: Duration) -> Result:  # noqa: E741
    """In ten days, within two weeks, three weeks from now."""
    return "day", Day(moved(scene, scene.on, l), fixed=True)


@DAYS.rule("l:length ago", "ago_before l:length", "of? l:length ago")
def length_ago(scene: Scene, l: Duration) -> Result:  # noqa: E741
    """Two weeks ago."""
    return "day", Day(moved(scene, scene.on, l, -1), fixed=True)


@DAYS.rule("next the? l:length", "l:length (the|of)? next", "this next l:length", "(in|within) the? l:length next")
def next_length(scene: Scene, l: Duration) -> Result:  # noqa: E741
    """The next three days: due on the last."""
    return "day", Day(moved(scene, scene.on, l), fixed=True)


@DAYS.rule(
    "last the? l:length",
    "l:length (the|of)? last",
    "(in|within|of) the? l:length last",
    "(in|within|of) the? last l:length",
)
def last_length(scene: Scene, l: Duration) -> Result:  # noqa: E741
    """The last three weeks."""
    return "span", days_span(moved(scene, scene.on, l, -1), scene.on - ONE, "past")


@DAYS.rule("(in|within)? l:length (from|after|of) (the|theday)? daylabel? d:days", "d:days in l:length")
def length_from(scene: Scene, l: Duration, d: int) -> Result:  # noqa: E741
    """30 days from today."""
    return "day", Day(moved(scene, scene.on + d * ONE, l), fixed=True)


@DAYS.rule("in_one u:unit", "u:unit later")
def after_one(scene: Scene, u: str) -> Result | None:
    """Russian `через неделю`."""
    return ("day", Day(moved(scene, scene.on, ((1, u),)), fixed=True)) if u in _MOVABLE else None


_MOVABLE = frozenset({"day", "week", "month", "year", "quarter", "workday"})


@DAYS.rule("in of? p:lengths later?", "within (in|of|the)? next? p:lengths later?", "p:lengths later")
def between_lengths(scene: Scene, p: tuple[Duration, Duration]) -> Result:
    """In two or three weeks."""
    return "span", days_span(moved(scene, scene.on, p[0]), moved(scene, scene.on, p[1]))


@DAYS.rule("w:weekday comma? in l:length later?", "w:weekday comma? l:length later")
def weekday_in_weeks(scene: Scene, w: int, l: Duration) -> Result:  # noqa: E741
    """Wednesday in two weeks: of the week in which that falls."""
    return "day", Day(scene.in_week(scene.week_start(moved(scene, scene.on, l)), w), fixed=True)


@DAYS.rule("w:weekday comma? l:length ago", "w:weekday comma? ago_before l:length")
def weekday_weeks_ago(scene: Scene, w: int, l: Duration) -> Result:  # noqa: E741
    """Wednesday two weeks ago."""
    return "day", Day(scene.in_week(scene.week_start(moved(scene, scene.on, l, -1)), w), fixed=True)


@DAYS.rule("u:unit ago", "ago_before u:unit")
def one_ago(scene: Scene, u: str) -> Result | None:
    """Russian `неделю назад`."""
    return ("day", Day(moved(scene, scene.on, ((1, u),), -1), fixed=True)) if u in _MOVABLE else None


# Weekdays with something beside them


@WEEKDAYS.rule(
    "(this|next)? w:weekday comma? of? the? x:day close?",
    "(this|next)? w:weekday (comma|the|theday|daylabel|open|on)? (the|theday|daylabel|of)? x:day close?",
    "x:day (comma|open) the? w:weekday close?",
)
def weekday_and_day(scene: Scene, w: int, x: Day) -> Result | None:
    """Monday, 4 May; tomorrow (Friday)."""
    if x.month is not None and not x.fixed and x.date.weekday() != w:
        return "day", _with_weekday(scene, x, w)
    return "day", x


def _with_weekday(scene: Scene, day: Day, weekday: int) -> Day:
    """The day a year before, if it had the weekday and is not long past."""
    if day.month is None or day.month.year is not None:
        return day
    other = scene.add_months(day.date, -12)
    return day._replace(date=other) if other.weekday() == weekday and other > scene.on - 200 * ONE else day


@WEEKDAYS.rule(
    "the? w:weekday comma? $the n:num|ord|wnum|dot $plain",
    "the? w:weekday $the n:nth $plain",
    "the? w:weekday comma the n:nth $plain",
    "the? w:weekday comma n:nth >edge",
)
def weekday_and_number(scene: Scene, w: int, n: int) -> Result | None:
    """Tuesday the 19th: the nearest such day that is one."""
    for shift in (0, 1, -1, 2, 3, 4, 5, 6, 7):
        try:
            day = day_in(scene, scene.month(shift), n)
        except ValueError:
            continue
        if day.date.weekday() == w and (shift or day.date >= scene.on - 14 * ONE):
            return "day", Day(day.date, None, n)
    return None


@WEEKDAYS.rule(
    "w:weekday (of|comma|in|from)? (the|of)? k:week",
    "k:week comma? (of|on|the|theday)? (the|theday)? w:weekday",
)
def weekday_of_week(scene: Scene, w: int, k: date) -> Result:
    """Tuesday of next week; next week, on Friday."""
    return "day", Day(scene.in_week(k, w), fixed=True)


@WEEKDAYS.rule("w:weekday a_week", "w:weekday u:unit !next|last|this|after_next")
def weekday_week(scene: Scene, w: int, u: str = "week") -> Result | None:
    """`Friday week`, French `vendredi en huit`: the one after the next."""
    return ("day", Day(scene.next_weekday(w) + 7 * ONE, fixed=True)) if u == "week" and scene.country != "IR" else None


@WEEKDAYS.rule("w:weekday a_fortnight")
def weekday_fortnight(scene: Scene, w: int) -> Result:
    """`Friday fortnight`, French `vendredi en quinze`."""
    return "day", Day(scene.next_weekday(w) + 14 * ONE, fixed=True)


@WEEKDAYS.rule("n:nth w:weekday (of|in)? (the|of)? m:month|monthref", "n:nth w:weekday (of|in)? the? u:unit")
def nth_weekday(scene: Scene, n: int, w: int, m: int | Month | None = None, u: str = "month") -> Result | None:
    """The first Monday of October."""
    if u != "month" or n > 5:
        return None
    first, last = scene.bounds(scene.month() if m is None else month_named(scene, m))
    day = scene.next_weekday(w, first - ONE) + timedelta(weeks=n - 1)
    return ("day", Day(day, fixed=True)) if day <= last else None


@WEEKDAYS.rule("last w:weekday (of|in) (the|of)? m:month|monthref", "last w:weekday (of|in)? the? u:unit")
def last_weekday_of(scene: Scene, w: int, m: int | Month | None = None, u: str = "month") -> Result | None:
    """The last Friday of October."""
    if u != "month":
        return None
    _, last = scene.bounds(scene.month() if m is None else month_named(scene, m))
    return "day", Day(scene.next_weekday(w, last - 7 * ONE), fixed=True)


@WEEKDAYS.rule("n:num|wnum w:weekday later", "in n:num|wnum w:weekday")
def weekdays_from_now(scene: Scene, n: int, w: int) -> Result:
    """Two Sundays from now."""
    return "day", Day(scene.next_weekday(w) + timedelta(weeks=n - 1), fixed=True)


@WEEKDAYS.rule("this? next w:weekday", "w:weekday next", "this w:weekday", "w:weekday this", "next this w:weekday")
def coming_weekday(scene: Scene, w: int) -> Result:
    """Next Friday, this Friday: the next strictly after the day of writing."""
    return "day", Day(scene.next_weekday(w), fixed=True, loose=True)


@WEEKDAYS.rule("after_next w:weekday", "w:weekday after_next")
def weekday_after_next(scene: Scene, w: int) -> Result:
    """The Friday after next."""
    return "day", Day(scene.next_weekday(w) + 7 * ONE, fixed=True)


@WEEKDAYS.rule("last w:weekday", "w:weekday last")
def past_weekday(scene: Scene, w: int) -> Result:
    """Last Friday."""
    return "day", Day(scene.last_weekday(w), fixed=True)
