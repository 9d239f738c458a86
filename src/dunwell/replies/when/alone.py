"""Rules for what is a day or a period only by the words beside it: `Friday`, `on the 15th`, `in May`."""

from __future__ import annotations

from dunwell.replies.when.calendars import Scene
from dunwell.replies.when.grammar import Pass, Result
from dunwell.replies.when.periods import unit_from_now
from dunwell.replies.when.values import Day, day_in, month_named

ALONE: Pass[Scene] = Pass()


@ALONE.rule(
    "w:sure_weekday",
    "~edge w:weekday >edge",
    "~by|on|in|until|from|before|after|between|theday|to|within|start w:weekday",
)
def weekday_alone(scene: Scene, w: int) -> Result:
    """Friday: the next strictly after the day of writing."""
    return "day", Day(scene.next_weekday(w), loose=True)


@ALONE.rule(
    "~by|on|until|from|before|after|the|theday|daylabel|to n:ord $plain",
    "~edge n:ord $plain",
    "n:ord >edge",
    "~comma n:ord >comma",
    "~theday|daylabel n:num $plain !dash|to",
    "~by|until|before|the n:dot $plain !dash|to",
    "~daylabel n:wnum $plain !dash",
    "the? n:num|ord|wnum day_after",
)
def number_alone(scene: Scene, n: int) -> Result | None:
    """On the 15th: the next, today counted."""
    return "day", number_day(scene, n)


@ALONE.rule(
    "~by|on|until|from|before|after|the|theday|daylabel|to n:nth $plain", "~edge n:nth >edge", "n:nth day_after"
)
def ordinal_alone(scene: Scene, n: int) -> Result | None:
    """By the fifteenth. The first four are more often something else."""
    return ("day", number_day(scene, n)) if 5 <= n <= 31 else None


@ALONE.rule("~theday n:wnum $plain !dash|to")
def word_alone(scene: Scene, n: int) -> Result | None:
    """Il quindici."""
    return ("day", number_day(scene, n)) if 2 <= n <= 31 else None


@ALONE.rule("~on|by|the|theday|in|within|until|from|before|after|edge u:unit")
def weekend_alone(scene: Scene, u: str) -> Result | None:
    """At the weekend."""
    return ("weekend", scene.week_start(scene.on)) if u == "weekend" else None


@ALONE.rule("within (the|of)? u:unit !next|last|num|month|of|from|the|theday")
def present_unit(scene: Scene, u: str) -> Result | None:
    """In the course of the week."""
    return unit_from_now(scene, u, 0) if u in ("week", "month") else None


@ALONE.rule(
    "m:sure_month",
    "~edge m:month >edge",
    "~by|on|in|until|from|before|after|between|to|within|start|end|middle|half m:month",
    "~of in? m:month !unit",
)
def month_alone(scene: Scene, m: int) -> Result:
    """In May: the month of the year in which it has not long ended."""
    return "monthref", month_named(scene, m)


@ALONE.rule("~in|by|until|from|before|after|end|start|middle|within y:year")
def year_alone(scene: Scene, y: int) -> Result:
    """In 2027."""
    return "yearref", y


def number_day(scene: Scene, number: int) -> Day:
    """The next day of that number, today counted."""
    for shift in range(3):
        try:
            day = day_in(scene, scene.month(shift), number)
        except ValueError:
            continue
        if day.date >= scene.on:
            return day
    raise ValueError("no such day")
