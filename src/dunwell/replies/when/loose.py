"""Weekdays that belong to what stands before them: `Monday or Tuesday`, `next week, Wednesday at the latest`."""

from __future__ import annotations

from datetime import date

from dunwell.replies.when.calendars import Scene
from dunwell.replies.when.nodes import Node
from dunwell.replies.when.values import Day

_LINKS = frozenset({"or", "and", "comma", "dash", "slash", "on", "the", "theday", "of", "to"})
_JOINTS = frozenset({"or", "and", "dash", "slash"})
_NEAR = 4


def settle_loose(scene: Scene, nodes: list[Node]) -> None:
    """Give each loose weekday its week, in place."""
    before: Node | None = None
    between: list[Node] = []
    for node in nodes:
        day = node.kinds.get("day")
        if before is not None and isinstance(day, Day) and day.loose:
            moved = _moved(scene, before, between, day)
            if moved is not None:
                node.kinds = {"day": day._replace(date=moved)}
        if "day" in node.kinds or "week" in node.kinds:
            before, between = node, []
        else:
            between.append(node)


def _moved(scene: Scene, before: Node, between: list[Node], day: Day) -> date | None:
    weekday = day.date.weekday()
    if "week" in before.kinds:
        week: date = before.kinds["week"]
        near = len(between) <= _NEAR and not any("edge" in node.kinds for node in between)
        return scene.in_week(week, weekday) if near and week > scene.on else None
    first: Day = before.kinds["day"]
    linked = all(_LINKS & node.kinds.keys() for node in between)
    joined = any(_JOINTS & node.kinds.keys() for node in between)
    if not (linked and joined and len(between) <= 3) or first.date <= scene.on or first.month is not None:
        return None
    return scene.next_weekday(weekday, first.date)
