"""The words by which customers mean something: the data files of every language, made ready for search.

A text is looked through word by word: only phrases that begin with the word at hand are tried, and only those are ever
compiled. So thousands of phrases cost neither time at the start nor time a mail.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from dunwell.replies.wording import MAYBE, REST, fold, pattern_of

_MOST = 60
_ALL = 300
_LONGEST_STEM = 16
_WORD = re.compile(r"\w+")
_CHOICE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"<(\w+)>")
_HEAD = re.compile(r"(\W*)(\w*)")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LIKE_SS = str.maketrans({"ß": "ss"})


@dataclass(frozen=True, slots=True)
class Found:
    """Where in a folded text a phrase of a kind stands."""

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class _Bucket:
    """The phrases that begin alike, by kind and by how far before the word they begin; compiled when first needed."""

    phrases: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    ready: list[tuple[str, int, re.Pattern[str]]] | None = None

    def patterns(self) -> list[tuple[str, int, re.Pattern[str]]]:
        """What to look for at a word."""
        if self.ready is None:
            self.ready = [(kind, before, pattern_of(said)) for (kind, before), said in self.phrases.items()]
            self.phrases = {}
        return self.ready


@dataclass(frozen=True, slots=True)
class _Book:
    """The phrases of a language by their first word, whole or as the beginning of one."""

    words: dict[str, _Bucket]
    stems: dict[str, _Bucket]

    def add(self, kind: str, phrase: str) -> None:
        """Put a folded phrase where it will be looked for."""
        head = _HEAD.match(phrase)
        if head is None or not head[2]:
            return
        whole = phrase[head.end() : head.end() + 1] not in (REST, MAYBE, "*")
        place = self.words if whole else self.stems
        bucket = place.setdefault(head[2] if whole else head[2][:_LONGEST_STEM], _Bucket())
        bucket.phrases.setdefault((kind, len(head[1])), []).append(phrase)

    def at(self, word: str) -> Iterator[_Bucket]:
        """The buckets to try at a word."""
        if word in self.words:
            yield self.words[word]
        for end in range(1, min(len(word), _LONGEST_STEM) + 1):
            if word[:end] in self.stems:
                yield self.stems[word[:end]]


def spread(phrase: str, words: dict[str, list[str]]) -> Iterator[str]:
    """Every phrase that `{a,b}` and `<name>` stand for."""
    name = _NAME.search(phrase)
    if name:
        for one in words[name[1]]:
            yield from spread(phrase[: name.start()] + one + phrase[name.end() :], words)
        return
    choice = _CHOICE.search(phrase)
    if choice:
        for one in choice[1].split(","):
            yield from spread(phrase[: choice.start()] + one + phrase[choice.end() :], words)
        return
    yield phrase


def _tables(language: str) -> Iterator[tuple[str, str]]:
    """Every phrase of a language with its kind."""
    folder = files("dunwell.replies") / "phrases" / language
    table = tomllib.loads((folder / "intents.toml").read_text(encoding="utf-8"))
    for kind, phrases in table.items():
        for phrase in phrases:
            yield kind, phrase
    source = folder / "sayings.toml"
    if source.is_file():
        table = tomllib.loads(source.read_text(encoding="utf-8"))
        for kind, phrases in table["kinds"].items():
            for phrase in phrases:
                for one in spread(phrase, table["words"]):
                    yield kind, one


@lru_cache(maxsize=16)
def _book(language: str) -> _Book:
    book = _Book({}, {})
    seen = set()
    for kind, phrase in _tables(language):
        signed = phrase.replace("~", REST).replace("_", MAYBE)
        for one in {signed, signed.translate(_LIKE_SS), signed.translate(_UMLAUTS)}:
            ready = " ".join(fold(one).split())
            if (kind, ready) not in seen:
                seen.add((kind, ready))
                book.add(kind, ready)
    return book


def find_phrases(folded: str, language: str) -> list[Found]:
    """Every phrase of every kind in a folded text, in the order of their places."""
    book = _book(language)
    best: dict[tuple[str, int], int] = {}
    for word in _WORD.finditer(folded):
        for bucket in book.at(word[0]):
            for kind, before, pattern in bucket.patterns():
                start = word.start() - before
                match = pattern.match(folded, start) if start >= 0 else None
                if match and match.end() > best.get((kind, start), 0):
                    best[kind, start] = match.end()
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
        if one.kind == "partial" or not any(_swallows(other, one) for other in found if other.kind != one.kind)
    ]


def _swallows(other: Found, one: Found) -> bool:
    if other.start > one.start:
        return False
    if one.kind == "paid" and other.kind == "promise" and other.start < one.start < other.end:
        return True
    longer = other.end >= one.end and other.end - other.start > one.end - one.start
    return longer and (other.kind not in ("promise", "payment", "partial") or one.kind in ("payment", "paid", "ack"))
