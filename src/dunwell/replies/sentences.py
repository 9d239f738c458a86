"""Sentences and clauses of a text, with what stands in each: phrases, days and amounts. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.replies.amounts import FoundAmount, find_amounts
from dunwell.replies.dates import FoundDate, find_dates
from dunwell.replies.folding import fold
from dunwell.replies.intents import Found, find_phrases

_END = re.compile(r"[!?؟]+|\.{2,}|[.](?=\s|$)|;(?=\s)|\n[ \t]*\n\s*|\n")
_LAST_WORD = re.compile(r"[^\s]{1,20}$")
_SHORT = 45
_LINE = re.compile(r"(?:(?<=^)|(?<=\n))[^\n]{1,44}\n")
_AND = re.compile(r"\s(?=(?:and|e|et|y|und|și|si|şi|и|а|و|va)\s)", re.IGNORECASE)
_VERBS = frozenset({"promise", "reply", "paid", "negated", "recount", "refusal", "third"})
_CLAUSE = re.compile(
    r"[,،](?=\s)|:(?=\s)|\s[-–—]\s|[()]|\n|\s(?=(?:but|ma|mais|pero|aber|но|dar|însă|اما|ولی|vali|ama|sino|however)\s)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence between commas."""

    start: int
    end: int
    kinds: frozenset[str]
    dates: tuple[FoundDate, ...]
    amounts: tuple[FoundAmount, ...]
    since: frozenset[int] = frozenset()
    """Where days begin from which something counts ('since May', 'your letter of 3 May')."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its place in the text, what kinds of phrases stand in it, and its clauses."""

    start: int
    end: int
    text: str
    kinds: frozenset[str]
    clauses: tuple[Clause, ...]
    asks: bool
    opens: bool

    @property
    def dates(self) -> tuple[FoundDate, ...]:
        """All its days."""
        return tuple(one for clause in self.clauses for one in clause.dates)

    @property
    def amounts(self) -> tuple[FoundAmount, ...]:
        """All its amounts."""
        return tuple(one for clause in self.clauses for one in clause.amounts)


def read_sentences(text: str, language: str, written: date, country: str) -> list[Sentence]:
    """The sentences of a text, each with what stands in it."""
    phrases = find_phrases(fold(text), language, text)
    lines = _LINE.sub(lambda line: line[0][:-1] + ";", text)
    dates = find_dates(lines, language, written, country)
    amounts = find_amounts(lines, language, country)
    taken = [(one.start, one.end) for one in dates] + [(one.start, one.end) for one in amounts]
    blamed = [(one.start, one.end) for one in phrases if one.kind == "complaint"]
    dates = [one for one in dates if not any(first <= one.start < last for first, last in blamed)]
    found = []
    for start, end in _bounds(text, language, taken):
        clauses = []
        for first, last in _parted(text, _clauses(text, start, end, taken), phrases, taken):
            here = [one for one in phrases if first <= one.start < last and one.end <= end]
            days = tuple(one for one in dates if first <= one.start < last)
            before = [one for one in here if one.kind == "since"]
            marks = {one.end for one in before} | {one.end + 1 for one in before} | {one.start for one in before}
            clauses.append(
                Clause(
                    first,
                    last,
                    _kinds(here, days, written),
                    days,
                    tuple(one for one in amounts if first <= one.start < last),
                    frozenset(one.start for one in days if one.start in marks),
                )
            )
        inside = text[start:end]
        kinds = frozenset().union(*(one.kinds for one in clauses)) if clauses else frozenset()
        asks = inside.rstrip(' \n)"»')[-1:] in ("?", "؟") or "¿" in inside
        found.append(Sentence(start, end, inside, kinds, tuple(clauses), asks, inside.rstrip()[-1:] == ":"))
    return found


def _kinds(here: list[Found], days: tuple[FoundDate, ...], written: date) -> frozenset[str]:
    """The kinds of phrases of a clause.

    'Instead of' disputes, unless it tells how the writer paid. 'Is paid' beside a day that is plainly to come is an
    undertaking; a bare weekday may have been the last one.
    """
    kinds = {one.kind for one in here}
    if "paid" in kinds and days and all(one.date and one.date > written for one in days):
        latest = max(one.date for one in days if one.date)
        if any(char.isdigit() for one in days for char in one.words) or latest > written + timedelta(7):
            kinds = kinds - {"paid"} | {"promise"}
    if "instead" in kinds and "paid" not in kinds:
        kinds.add("dispute")
    return frozenset(kinds)


def _parted(
    text: str, clauses: list[tuple[int, int]], phrases: list[Found], taken: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Clauses parted at 'and' where something is said on both sides of it."""
    said = [one for one in phrases if one.kind in _VERBS]
    found = []
    for start, end in clauses:
        first = start
        for match in _AND.finditer(text, start, end):
            place = match.start() + 1
            before = any(first <= one.start < place and one.end <= place for one in said)
            after = any(place <= one.start < end for one in said)
            if before and after and not _inside(place, taken):
                found.append((first, place))
                first = place
        found.append((first, end))
    return found


def _inside(place: int, taken: list[tuple[int, int]]) -> bool:
    return any(first < place < last for first, last in taken)


def _bounds(text: str, language: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    bounds, start = [], 0
    for match in _END.finditer(text):
        if match.start() < start or not _ends(text, match, start, language) or _inside(match.start() + 1, taken):
            continue
        if text[start : match.end()].strip():
            bounds.append((start, match.end()))
        start = match.end()
    if text[start:].strip():
        bounds.append((start, len(text)))
    return bounds[:300]


def _ends(text: str, match: re.Match[str], start: int, language: str) -> bool:
    mark = match[0]
    if mark == "\n":
        line = text[max(text.rfind("\n", 0, match.start()) + 1, 0) : match.start()]
        return len(line) < _SHORT and line.rstrip()[-1:] != ","
    if mark != ".":
        return True
    word = _LAST_WORD.search(text, max(start, match.start() - 20), match.start())
    after = text[match.end() : match.end() + 2].strip()[:1]
    if word is None:
        return True
    if word[0].replace(".", "").replace("/", "").isdigit():
        return not after.islower() and (language != "de" or len(word[0]) > 2)
    if after.islower() and len(word[0]) <= 4:
        return False
    return not (after.isdigit() and len(word[0]) <= 5) and not ("." in word[0] and len(word[0]) <= 4)


def _clauses(text: str, start: int, end: int, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found, first = [], start
    for match in _CLAUSE.finditer(text, start, end):
        if _inside(match.start() + 1, taken) or match.start() <= first:
            continue
        found.append((first, match.end()))
        first = match.end()
    return [*found, (first, end)] if first < end else found
