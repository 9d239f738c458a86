"""The words by which customers mean something: the data files of every language, made ready for search."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from dunwell.replies.phrasebook import Phrasebook, named

_MOST = 60
_ALL = 300
_WEAK = frozenset({"promise", "payment", "partial", "agree", "question", "arrives", "each"})
"""Kinds whose phrases do not hide those within them."""
_KEPT = frozenset({"partial", "arrives", "each"})
"""Kinds that count within any other."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SHARP = str.maketrans({"ß": "ss"})


@dataclass(frozen=True, slots=True)
class Found:
    """Where in a folded text a phrase of a kind stands."""

    kind: str
    start: int
    end: int


def _phrases(language: str) -> Iterator[tuple[str, str]]:
    """Every phrase of a language with its kind."""
    folder = files("dunwell.replies") / "phrases" / language
    for kind, phrases in tomllib.loads((folder / "intents.toml").read_text(encoding="utf-8")).items():
        for phrase in phrases:
            yield kind, phrase
    table = tomllib.loads((folder / "sayings.toml").read_text(encoding="utf-8"))
    for kind, phrases in table["kinds"].items():
        for phrase in phrases:
            yield kind, named(phrase, table["words"])


@lru_cache(maxsize=16)
def _book(language: str) -> Phrasebook:
    book = Phrasebook()
    for kind, phrase in _phrases(language):
        spelt = {phrase, phrase.translate(_SHARP), phrase.translate(_UMLAUTS)} if language == "de" else {phrase}
        for one in sorted(spelt):
            book.add(kind, one)
    return book


def find_phrases(folded: str, language: str, text: str) -> list[Found]:
    """Every phrase of every kind in a text and its folded form, in the order of their places."""
    best = _book(language).find(folded, text.lower())
    found: list[Found] = []
    ends: dict[str, int] = {}
    counts: dict[str, int] = {}
    for (kind, start), end in sorted(best.items(), key=lambda one: (one[0][1], -one[1])):
        if start < ends.get(kind, 0) or counts.get(kind, 0) >= _MOST:
            continue
        ends[kind], counts[kind] = end, counts.get(kind, 0) + 1
        found.append(Found(kind, start, end))
    return _apart(found[:_ALL])


def _apart(found: list[Found]) -> list[Found]:
    """Without phrases that are a part of a longer one of another kind (`paid` in `has not been paid`)."""
    return [
        one
        for one in found
        if one.kind in _KEPT or not any(_swallows(other, one) for other in found if other.kind != one.kind)
    ]


def _swallows(other: Found, one: Found) -> bool:
    if other.start > one.start:
        return False
    if one.kind == "paid" and other.kind == "promise" and other.start < one.start < other.end:
        return True
    longer = other.end >= one.end and other.end - other.start > one.end - one.start
    return longer and (other.kind not in _WEAK or one.kind in ("payment", "paid", "ack"))
