"""The words by which customers mean something: the data files of every language, made ready for search."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from dunwell.replies.wording import MAYBE, REST, any_of

_MOST = 60
_ALL = 300


@dataclass(frozen=True, slots=True)
class Found:
    """Where in a folded text a phrase of a kind stands."""

    kind: str
    start: int
    end: int


@lru_cache(maxsize=16)
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    source = files("dunwell.replies") / "phrases" / language / "intents.toml"
    table: dict[str, list[str]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        kind: any_of(phrase.replace("~", REST).replace("_", MAYBE) for phrase in phrases)
        for kind, phrases in table.items()
    }


def find_phrases(folded: str, language: str) -> list[Found]:
    """Every phrase of every kind in a folded text, in the order of their places."""
    found = [
        Found(kind, match.start(), match.end())
        for kind, pattern in _patterns(language).items()
        for match in islice(pattern.finditer(folded), _MOST)
    ]
    return _apart(sorted(found, key=lambda one: (one.start, -one.end))[:_ALL])


def _apart(found: list[Found]) -> list[Found]:
    """Without phrases that are a part of a longer one of another kind (`paid` in `has not been paid`)."""
    return [
        one
        for one in found
        if one.kind == "partial" or not any(_swallows(other, one) for other in found if other.kind != one.kind)
    ]


def _swallows(other: Found, one: Found) -> bool:
    if other.start > one.start:
        return False
    if one.kind == "paid" and other.kind == "promise" and other.start < one.start < other.end:
        return True
    longer = other.end >= one.end and other.end - other.start > one.end - one.start
    return longer and (other.kind not in ("promise", "payment", "partial") or one.kind in ("payment", "paid", "ack"))
