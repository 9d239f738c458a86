"""Numbers by what they may be: a day, a year, a count; and written with separators, a date, a month or a range."""

from __future__ import annotations

import re
from typing import NamedTuple

from dunwell.replies.when.lexicon import Kinds

_PARTS = re.compile(r"\d+")
_JALALI_YEARS, _YEARS = range(1300, 1500), range(1900, 2100)
_CODE: Kinds = {"code": None}
Placed = tuple[Kinds, int, int]


class Numeric(NamedTuple):
    """A date in figures, in the order in which it stands; `year` None where there is none."""

    first: int
    second: int
    year: int | None
    year_first: bool = False


FIXED = frozenset(
    map(
        frozenset,
        (
            {"num"},
            {"num", "yy"},
            {"num", "dot"},
            {"num", "yy", "dot"},
            {"count", "yy"},
            {"count"},
            {"year", "count"},
            {"ord", "nth"},
            {"nth"},
            {"numdate"},
            {"numweak"},
            {"pair"},
            {"figures"},
            {"figures", "monthyear"},
            {"time"},
            {"code"},
            {"phone"},
            {"dash"},
        ),
    )
)
"""Every set of kinds that figures can have."""


def is_year(value: int) -> bool:
    """Whether a number of four figures can be a year, of either calendar."""
    return value in _YEARS or value in _JALALI_YEARS


def plain_number(token: str) -> Kinds:
    """What figures without separators may be."""
    value, length = int(token[:9]), len(token)
    if length == 4 and is_year(value):
        return {"year": value, "count": value}
    if length <= 2 and 1 <= value <= 31:
        return {"num": value, "yy": value} if length == 2 else {"num": value}
    if length == 2:
        return {"count": value, "yy": value}
    return {"count": value} if length == 3 and token[0] != "0" else _CODE


def cluster_nodes(token: str, point: bool, dotted: bool) -> list[Placed]:
    """What figures with separators are. `dotted`: a point follows, as in `15.2.`"""
    marks = [char for char in token if not char.isdecimal()]
    middle = _middle_dash(token, marks)
    if middle is not None:
        left = _one(token[:middle], point, False)
        right = _one(token[middle + 1 :], point, dotted)
        if "code" in left or "code" in right:
            return [(_CODE, 0, len(token))]
        return [(left, 0, middle), ({"dash": None}, middle, middle + 1), (right, middle + 1, len(token))]
    return [(_one(token, point, dotted), 0, len(token))]


def _middle_dash(token: str, marks: list[str]) -> int | None:
    """Where a range of two dates is joined: the only dash, or the third of five."""
    if marks.count("-") == 1 and len(marks) > 1:
        return token.index("-")
    if marks == ["-"] * 5:
        return [match.end() for match in _PARTS.finditer(token)][2]
    return None


def _one(token: str, point: bool, dotted: bool) -> Kinds:
    parts = _PARTS.findall(token)
    marks = {char for char in token if not char.isdecimal()}
    if not marks:
        return plain_number(token)
    if len(marks) > 1 or max(map(len, parts)) > 4:
        return _CODE
    mark = marks.pop()
    if mark == ":":
        return {"time": None} if len(parts) <= 3 else _CODE
    if mark not in "/.-":
        return {"figures": None}
    if len(parts) == 3:
        return _three(parts)
    return _two(parts, mark, point, dotted) if len(parts) == 2 else _CODE


def _three(parts: list[str]) -> Kinds:
    lengths, (a, b, c) = [len(part) for part in parts], [int(part) for part in parts]
    if lengths[0] == 4 and is_year(a) and max(lengths[1:]) <= 2 and _day_and_month(b, c):
        return {"numdate": Numeric(b, c, a, year_first=True)}
    if max(lengths[:2]) <= 2 and lengths[2] in (2, 4) and _day_and_month(a, b):
        return {"numdate": Numeric(a, b, c)} if lengths[2] == 2 or is_year(c) else _CODE
    return _CODE


def _two(parts: list[str], mark: str, point: bool, dotted: bool) -> Kinds:  # noqa: PLR0911 - one return a kind
    a, b = int(parts[0]), int(parts[1])
    if len(parts[0]) == 4 and is_year(a) and len(parts[1]) <= 2 and 1 <= b <= 12:
        return {"figures": None, "monthyear": (a, b)}
    if len(parts[1]) == 4 and is_year(b) and len(parts[0]) <= 2 and 1 <= a <= 12:
        return {"figures": None, "monthyear": (b, a)}
    if max(map(len, parts)) > 2 or not (1 <= a <= 31 and 1 <= b <= 31):
        return {"figures": None} if mark == "." else _CODE
    if mark == "-":
        return {"pair": (a, b)}
    if not _day_and_month(a, b):
        return {"figures": None}
    if mark == "." and not dotted and (point or len(parts[0]) < 2 or len(parts[1]) < 2):
        return {"numweak": Numeric(a, b, None)}
    return {"numdate": Numeric(a, b, None)}


def _day_and_month(a: int, b: int) -> bool:
    return (1 <= a <= 31 and 1 <= b <= 12) or (1 <= a <= 12 and 1 <= b <= 31)
