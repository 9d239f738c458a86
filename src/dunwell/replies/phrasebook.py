"""Phrases with choices in them, found in a text by the word that they begin with.

A text is looked through word by word: only phrases that begin with the word at hand are tried, and only those are ever
compiled. So thousands of phrases cost little, neither at the start nor a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dunwell.replies.folding import fold
from dunwell.replies.wording import MAYBE, REST, SIGNS

_LONGEST_STEM = 16
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"<(\w+)>")
_HEAD = re.compile(r"([^\w{]*)(\w*)")
_SIGN = re.compile(rf"[{REST}{MAYBE}*{{ ]")
_COVERS = {"*": 40, REST: 14, " ": 3}
_REST = re.compile(r"\w{0,14}(?!\w)")
_NONE = re.compile(r"(?!\w)")
_BLANKS = {ord(char): " " for char in "\n\r\t\x0b\x0c"}


@dataclass(slots=True)
class Entry:
    """A phrase of a kind; compiled when it is first tried. `strict` ones want the accents as they are written."""

    kind: str
    phrase: str
    strict: bool
    pattern: re.Pattern[str] | None = None
    plain: str = ""
    more: bool = False
    """The phrase where it is plain text, and whether the rest of a word may follow."""
    needs: list[list[str]] | None = None
    """Of each word and choice, what must follow within the phrase's length; so most patterns are never compiled."""
    longest: int = 0

    def end(self, folded: str, spaced: str, start: int) -> int:
        """Where the phrase ends that begins there, -1 where it does not. `spaced` has a blank for every white space."""
        if self.plain:
            if not spaced.startswith(self.plain, start):
                return -1
            tail = (_REST if self.more else _NONE).match(spaced, start + len(self.plain))
            return tail.end() if tail else -1
        if self.pattern is None:
            if self.needs is None:
                self.needs, self.longest = _needs(self.phrase), _longest(self.phrase)
            place, reach = start, start + self.longest
            for words in self.needs:
                found = [at for word in words if (at := folded.find(word, place, reach)) >= 0]
                if not found:
                    return -1
                place = min(found)
            self.pattern = re.compile(rf"(?:{_regex(self.phrase)})(?!\w)")
        match = self.pattern.match(folded, start)
        return match.end() if match else -1


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Phrases by their first word, whole (`words`, `alone` where there is nothing else) or as its beginning."""

    alone: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, list[tuple[int, Entry]]] = field(default_factory=dict)
    stems: dict[str, list[tuple[int, Entry]]] = field(default_factory=dict)

    def add(self, kind: str, phrase: str) -> None:
        """Put a phrase where it will be looked for."""
        strict = phrase.startswith("=")
        ready = " ".join(fold(phrase.removeprefix("=").replace("~", REST).replace("_", MAYBE)).split())
        entry = Entry(kind, ready, strict)
        bare = ready.removesuffix(REST)
        if not strict and not any(sign in bare for sign in (REST, MAYBE, "*", "{")):
            entry.plain, entry.more = bare, bare != ready
        if strict:
            entry.pattern = re.compile(re.escape(phrase[1:].lower()) + r"(?!\w)")
        for before, word, whole, rest in set(_heads(ready)):
            if whole and not rest and not before and not strict:
                kinds = self.alone.setdefault(word, [])
                if kind not in kinds:
                    kinds.append(kind)
            else:
                place = self.words if whole else self.stems
                key = word if whole else word[:_LONGEST_STEM]
                place.setdefault(key, []).append((before, entry))

    def find(self, folded: str, text: str) -> dict[tuple[str, int], int]:
        """Every phrase in a folded text, by kind and beginning, with the end of the longest. `text` is as written."""
        best: dict[tuple[str, int], int] = {}
        spaced = folded.translate(_BLANKS)
        for match in _WORD.finditer(folded):
            word, place = match[0], match.start()
            for kind in self.alone.get(word, ()):
                best[kind, place] = max(match.end(), best.get((kind, place), 0))
            for before, entry in self._at(word):
                start = place - before
                if start < 0:
                    continue
                end = entry.end(text if entry.strict else folded, spaced, start)
                if end > best.get((entry.kind, start), 0):
                    best[entry.kind, start] = end
        return best

    def _at(self, word: str) -> Iterator[tuple[int, Entry]]:
        yield from self.words.get(word, ())
        for end in range(1, min(len(word), _LONGEST_STEM) + 1):
            yield from self.stems.get(word[:end], ())


def named(phrase: str, words: dict[str, list[str]]) -> str:
    """The phrase with `<name>` written as the choice that it stands for."""
    return _NAME.sub(lambda name: "{" + ",".join(words[name[1]]) + "}", phrase)


def _split(phrase: str) -> tuple[str, list[str], str] | None:
    """What stands before the first choice, its alternatives, and what follows; None where there is no choice."""
    first = phrase.find("{")
    if first < 0:
        return None
    depth, begin, options = 0, first + 1, []
    for place in range(first, len(phrase)):
        char = phrase[place]
        if char == "{":
            depth += 1
        elif char == "," and depth == 1:
            options.append(phrase[begin:place])
            begin = place + 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                options.append(phrase[begin:place])
                return phrase[:first], options, phrase[place + 1 :]
    raise ValueError(phrase)


def _heads(phrase: str) -> Iterator[tuple[int, str, bool, bool]]:
    """For each way to begin: the signs before the first word, that word, whether it is whole, whether more follows."""
    phrase = phrase.lstrip()
    head = _HEAD.match(phrase)
    after = phrase[head.end() : head.end() + 1] if head else ""
    if head and head[2] and after != "{":
        yield len(head[1]), head[2], after not in (REST, MAYBE, "*"), bool(after)
        return
    parts = _split(phrase)
    if parts is None:
        return
    before, options, behind = parts
    for option in options:
        yield from _heads(before + option + behind)


def _needs(phrase: str) -> list[list[str]]:
    """Each word, and the beginnings of the alternatives of every choice that can be told without a pattern."""
    parts = _split(phrase)
    needs = [[word] for word in _SIGN.split(phrase if parts is None else parts[0]) if word]
    if parts is None:
        return needs
    words = [_SIGN.split(option.strip(), maxsplit=1)[0] for option in parts[1]]
    return [*needs, *([words] if all(words) else []), *_needs(parts[2])]


def _longest(phrase: str) -> int:
    """How many characters of a text the phrase can cover at most."""
    parts = _split(phrase)
    if parts is None:
        return sum(_COVERS.get(char, 1) for char in phrase)
    return _longest(parts[0]) + max(_longest(one) for one in parts[1]) + _longest(parts[2])


def _regex(phrase: str) -> str:
    """The pattern of a phrase; of a choice, the longest first."""
    parts = _split(phrase)
    if parts is None:
        return "".join(SIGNS.get(char, re.escape(char)) for char in " ".join(phrase.split(" ")))
    before, options, behind = parts
    if "" in options and before.endswith(" ") and behind.startswith(" "):
        behind = behind[1:]
        options = [f"{one} " if one else one for one in options]
    chosen = sorted((one.lstrip() if before.endswith(" ") else one for one in options), key=len, reverse=True)
    return f"{_regex(before)}(?:{'|'.join(_regex(one) for one in chosen)}){_regex(behind)}"
