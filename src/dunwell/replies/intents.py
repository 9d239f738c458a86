"""The words by which customers mean something: the data files of every language, made ready for search."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from dunwell.replies.wording import MAYBE, REST, any_of

_MOST = 100


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
    return sorted(_apart(found), key=lambda one: one.start)


def _apart(found: list[Found]) -> list[Found]:
    """Without an undertaking that is part of a longer phrase (`was paid`), and a claim that is part of one."""
    promises = [one for one in found if one.kind == "promise"]
    longer = [one for one in found if one.kind in ("paid", "negated", "refusal", "offer", "third")]
    kept = {
        one
        for one in promises
        if not any(
            other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
            for other in longer
        )
    }
    return [
        one
        for one in found
        if (one.kind != "promise" or one in kept)
        and not (one.kind == "paid" and any(other.start < one.start < other.end for other in kept))
    ]
