"""A grammar in passes. A rule is a row of kinds; what it matches becomes one node, which later passes may build on.

A pattern is written in the names of kinds: `the? d:num|ord of? m:month (comma? y:year)?`. `name:` keeps the node's
value under that name for the rule's function, `|` is either kind, `?` may be missing, brackets group. `!kind` forbids
what follows, `<kind` what stands before; `~kind` demands what stands before, `>` what follows, without taking it
(`edge` is the text's). `$name` is a part in MACROS. There is no repetition, so every pattern runs in linear time: each
kind of node is one character, and a pattern is a regular expression over the row of characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from dunwell.replies.when.lexicon import Kinds, Lexicon
from dunwell.replies.when.nodes import MARK_KINDS, Node

Scene = TypeVar("Scene")
Result = tuple[str, Any]
"""The kind and value of the node that a rule makes."""

_PIECE = re.compile(r"(?:(?P<name>[a-z]\w*):)?(?P<kinds>[a-z_]+(?:\|[a-z_]+)*)|(?P<mark>[()?<>!~])|\s+")
_MACRO = re.compile(r"\$(\w+)")
MACROS = {
    "the": "(the|theday|on|of|daylabel|open)? (the|theday|daylabel)? daylabel?",
    "of": "(of|in|comma)? (the|theday|of)?",
    "year": "(of|comma|dash|slash|the|apostrophe)? (the|theday)? y:year|yearref",
    "plain": "!unit|notday|month|num|count|wnum|time|slash|figures|code",
}
"""Parts of patterns that stand in many."""
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Rule(Generic[Scene]):
    """Patterns, and the function that reads what they match: None where it makes no sense after all."""

    patterns: tuple[str, ...]
    read: Callable[..., Result | None]


class Pass(Generic[Scene]):
    """Rules that compete: of the matches, the leftmost is taken, and of those the longest."""

    def __init__(self) -> None:
        self.rules: list[Rule[Scene]] = []

    def rule(self, *patterns: str) -> Callable[[Callable[..., Result | None]], Callable[..., Result | None]]:
        """Register the function below as the reader of these patterns."""

        def register(read: Callable[..., Result | None]) -> Callable[..., Result | None]:
            self.rules.append(Rule(patterns, read))
            return read

        return register


@dataclass(slots=True)
class _Compiled:
    """A pattern over signs. `needs` are sets of signs of each of which the row must have one: hardly any row has them
    all, so most patterns are never made into regular expressions."""

    source: str
    needs: tuple[frozenset[str], ...]
    names: tuple[tuple[str, tuple[str, ...]], ...]
    read: Callable[..., Result | None]
    regex: re.Pattern[str] | None = None

    def matches(self, row: str, present: frozenset[str]) -> Iterator[re.Match[str]]:
        """Every match in the row, whose signs are `present`."""
        for need in self.needs:
            if need.isdisjoint(present):
                return
        if self.regex is None:
            self.regex = re.compile(self.source)
        yield from self.regex.finditer(row)


class Grammar(Generic[Scene]):
    """The passes, made ready for one language's sets of kinds. `made` are the kinds that rules make."""

    def __init__(self, passes: list[Pass[Scene]], lexicon: Lexicon, made: frozenset[str]) -> None:
        sets = {*lexicon.kinds, *MARK_KINDS, *(frozenset({kind}) for kind in made)}
        places = count(0xE000)
        ordered = sorted(sets - {frozenset()}, key=sorted)
        self._signs: dict[frozenset[str], str] = {frozenset(): " "} | {one: chr(next(places)) for one in ordered}
        self._cache: dict[tuple[str, ...], str] = {}
        self._passes = [[self._compiled(p, rule) for rule in one.rules for p in rule.patterns] for one in passes]

    def _class(self, kinds: tuple[str, ...]) -> str:
        return "".join(sign for one, sign in self._signs.items() if not one.isdisjoint(kinds))

    def _compiled(self, pattern: str, rule: Rule[Scene]) -> _Compiled:
        names: list[tuple[str, tuple[str, ...]]] = []
        needs: list[frozenset[str]] = []
        regex, ahead, depth, wanted = "", "", 0, False
        for piece in _PIECE.finditer(_MACRO.sub(lambda macro: MACROS[macro[1]], pattern)):
            if piece["kinds"]:
                kinds = tuple(piece["kinds"].split("|"))
                signs = self._class(kinds)
                group = f"[{signs}]" if signs else "(?!)"
                if piece["name"]:
                    names.append((piece["name"], kinds))
                    group = f"(?P<{piece['name']}>{group})"
                regex += {"!": f"(?!{group})", "<": f"(?<!{group})", "~": f"(?<={group})", "": group}[ahead]
                wanted = depth == 0 and not ahead
                if wanted:
                    needs.append(frozenset(signs))
                ahead = ""
            elif piece["mark"] == "(":
                regex += "(?!" if ahead == "!" else "(?:"
                ahead, wanted = "", False
                depth += 1
            elif piece["mark"] == ">":
                regex += "(?="
            elif piece["mark"] in ("!", "<", "~"):
                ahead = piece["mark"]
            elif piece["mark"]:
                depth -= piece["mark"] == ")"
                if piece["mark"] == "?" and wanted:
                    needs.pop()
                wanted = False
                regex += piece["mark"]
        regex += ")" * (regex.count("(?=") if ">" in pattern else 0)
        return _Compiled(regex, tuple(needs), tuple(names), rule.read)

    def _row(self, nodes: list[Node]) -> str:
        return "".join([self._sign(node.kinds) for node in nodes])

    def _sign(self, kinds: Kinds) -> str:
        names = tuple(kinds)
        sign = self._cache.get(names)
        if sign is None:
            sign = self._cache[names] = self._signs.get(frozenset(names), " ")
        return sign

    def run(self, nodes: list[Node], scene: Scene) -> list[Node]:
        """The nodes after all passes."""
        row = self._row(nodes)
        if not row[1:-1].strip():
            return []
        for one in self._passes:
            for _ in range(_ROUNDS):
                taken = _leftmost_longest(_matches(one, row, nodes, scene))
                if not taken:
                    break
                nodes = _replaced(nodes, taken)
                row = self._row(nodes)
        return nodes


_Match = tuple[int, int, Result]


def _matches(rules: list[_Compiled], row: str, nodes: list[Node], scene: object) -> Iterator[_Match]:
    present = frozenset(row)
    for rule in rules:
        for match in rule.matches(row, present):
            values = {}
            for name, kinds in rule.names:
                place = match.start(name)
                if place >= 0:
                    held = nodes[place].kinds
                    values[name] = next(held[kind] for kind in kinds if kind in held)
            try:
                result = rule.read(scene, **values)
            except (ValueError, OverflowError):
                continue  # no such day: 31 April, the year 10000
            if result is not None and match.end() > match.start():
                yield match.start(), match.end(), result


def _leftmost_longest(matches: Iterator[_Match]) -> list[_Match]:
    taken: list[_Match] = []
    end = 0
    for match in sorted(matches, key=lambda one: (one[0], -one[1])):
        if match[0] >= end:
            taken.append(match)
            end = match[1]
    return taken


def _replaced(nodes: list[Node], taken: list[_Match]) -> list[Node]:
    result: list[Node] = []
    at = 0
    for first, last, (kind, value) in taken:
        result += nodes[at:first]
        result.append(Node({kind: value}, nodes[first].start, nodes[last - 1].end))
        at = last
    return result + nodes[at:]
