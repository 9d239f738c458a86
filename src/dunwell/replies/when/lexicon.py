"""The words of a language by their kind, from `phrases/<language>/dates.toml`, and how they are found in a text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from itertools import product
from typing import Any

from dunwell.replies.folding import fold_word
from dunwell.replies.languages import LANGUAGES

JALALI = 100
"""Added to the number of a Jalali month, to tell it from a Gregorian one."""
WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_CHOICE = re.compile(r"\{([^{}]*)\}")
_LONG, _LONGEST = 7, 16
_NAMED = {"number": "wnum", "jalali": "month"}
_NAMES = frozenset({"month", "weekday", "days"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

Kinds = dict[str, Any]
"""What a word may be: kind to value. `second` is {"nth": 2}; Spanish `de` is {"of": None, "from": None}."""


@dataclass(slots=True)
class Branch:
    """A place in the tree of phrases: what the words so far are, and which words may follow."""

    found: tuple[Kinds, ...] | None = None
    following: dict[str, Branch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A language's words.

    `suffixes` make a number an ordinal (15th, 15-го); with one of `day_suffixes` it can be a day without a month.
    `near` are long names with one letter dropped, to know them when they are misspelt. `kinds` are all sets of kinds
    there are.
    """

    words: Branch
    suffixes: frozenset[str]
    day_suffixes: frozenset[str]
    near: dict[str, Kinds]
    kinds: frozenset[frozenset[str]]

    def misspelt(self, word: str) -> Kinds | None:
        """The month, weekday or relative day that `word` is but for one letter."""
        if len(word) < _LONG or len(word) > _LONGEST:
            return None
        for shorter in (word, *shortened(word)):
            found = self.near.get(shorter)
            if found is not None:
                return found
        return None


def shortened(word: str) -> Iterator[str]:
    """`word` without one of its letters, the first always kept."""
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))


def variants(phrase: str) -> Iterator[str]:
    """`januar{y,ies}` as both words, and German umlauts in both spellings; everything folded."""
    pieces = _CHOICE.split(phrase)
    options = [piece.split(",") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    for parts in product(*options):
        word = "".join(parts)
        yield fold_word(word)
        if " " in word:
            yield fold_word(word.replace(" ", "-"))
        if word.translate(_UMLAUTS) != word:
            yield fold_word(word.translate(_UMLAUTS))


def read_table(language: str, name: str) -> dict[str, Any]:
    """A language's table of words as it stands in its file."""
    file = resources.files("dunwell.replies") / "phrases" / language / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def lexicon_of(language: str) -> Lexicon:
    """The words of `language`; those of English where it is none of the eight."""
    table = read_table(language if language in LANGUAGES else "en", "dates")
    entries: dict[str, Kinds] = {}
    for kind, words in table.get("kinds", {}).items():
        _enter(entries, kind, None, words)
    for kind in (
        "number",
        "nth",
        "month",
        "jalali",
        "weekday",
        "unit",
        "days",
        "holiday",
        "half",
        "duration",
        "shift",
        "ends",
    ):
        for value, words in table.get(kind, {}).items():
            name = _NAMED.get(kind, kind)
            _enter(entries, name, _value(kind, value), words)
    _mark_sure(entries, {variant for word in table.get("weak", []) for variant in variants(word)})
    root, kinds = Branch(), set()
    for phrase, found in entries.items():
        kinds.add(frozenset(found))
        _plant(root, phrase, (found,))
    for phrase, parts in table.get("split", {}).items():
        pieces = tuple(entries[fold_word(part)] for part in parts.split("|"))
        for variant in variants(phrase):
            _plant(root, variant, pieces)
    for phrase in (variant for one in table.get("nothing", []) for variant in variants(one)):
        _plant(root, phrase, ({"nothing": None},))
    near = {
        shorter: found
        for phrase, found in entries.items()
        if len(phrase) >= _LONG and " " not in phrase and _NAMES & found.keys()
        for shorter in (phrase, *shortened(phrase))
    }
    days, others = ({*map(fold_word, table.get(key, []))} for key in ("day_suffixes", "suffixes"))
    return Lexicon(root, frozenset(days | others), frozenset(days), near, frozenset(kinds))


def _value(kind: str, text: str) -> object:
    if kind in ("number", "nth", "month", "weekday", "days", "half", "shift"):
        return int(text)
    if kind == "jalali":
        return int(text) + JALALI
    if kind == "duration":
        count, unit = text.split()
        return int(count), unit
    return text


def _enter(entries: dict[str, Kinds], kind: str, value: object, words: list[str]) -> None:
    for word in words:
        for variant in variants(word):
            entries.setdefault(variant, {})[kind] = value


def _mark_sure(entries: dict[str, Kinds], weak: set[str]) -> None:
    """Months and weekdays whose names mean nothing else stand alone; `may` and `sun` need a word beside them."""
    for phrase, found in entries.items():
        for kind in ("month", "weekday"):
            if kind in found and phrase not in weak:
                found[f"sure_{kind}"] = found[kind]


def _plant(root: Branch, phrase: str, found: tuple[Kinds, ...]) -> None:
    branch = root
    for word in WORD.findall(phrase):
        branch = branch.following.setdefault(word, Branch())
    branch.found = found
