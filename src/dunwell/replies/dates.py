"""The days in a text: what `find_dates` finds, in eight languages and two calendars. Pure.

A bare number is never a day, nor is part of an invoice's number, an amount, a telephone number or a time. A day that
has passed is found as well; whether it is promised or recounted is for the reader of meaning to say.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from dunwell.replies.folding import fold_marks
from dunwell.replies.languages import COUNTRY, LANGUAGES
from dunwell.replies.when.alone import ALONE
from dunwell.replies.when.calendars import ONE, Scene
from dunwell.replies.when.counting import LENGTHS, NUMBERS
from dunwell.replies.when.grammar import Grammar
from dunwell.replies.when.lexicon import Lexicon, lexicon_of
from dunwell.replies.when.loose import settle_loose
from dunwell.replies.when.nodes import Node, read_nodes
from dunwell.replies.when.periods import PARTS, PERIODS
from dunwell.replies.when.points import DAYS, FIGURES, WEEKDAYS
from dunwell.replies.when.spans import EDGES, JOINED, RANGES, SHARED, period
from dunwell.replies.when.values import Span

_MONTH_FIRST = frozenset({"US"})
_POINT = frozenset({"en"})
_PASSES = [NUMBERS, LENGTHS, PERIODS, FIGURES, RANGES, DAYS, WEEKDAYS, PARTS, SHARED, ALONE, EDGES, JOINED]
_MADE = frozenset(
    {"wnum", "nth", "year", "length", "lengths", "day", "week", "weekend"}
    | {"month", "monthref", "yearref", "span", "numbers", "numbers_from"}
)
_PIECE = 4000
_OVERLAP = 200


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text, from `start` to `end`.

    `date` is the day, or the day on which something promised for the `window` is due. `window` is None for a day.
    `grain` says what was named: day, week, weekend, month, quarter, half, year, or a part or range of days.
    """

    start: int
    end: int
    date: dt.date | None
    window: tuple[dt.date, dt.date] | None
    grain: str
    words: str


@lru_cache(maxsize=16)
def _grammar(language: str) -> tuple[Lexicon, Grammar[Scene]]:
    lexicon = lexicon_of(language)
    return lexicon, Grammar(_PASSES, lexicon, _MADE)


def find_dates(text: str, language: str, written_on: dt.date, country: str | None = None) -> list[FoundDate]:
    """The dates in `text`, in their order. Never raises, whatever the text.

    `language` is one of the eight (else the words are taken for English). `country` decides how 05/06 is read and
    which days are business days; without one it is that of the language.
    """
    language = language[:2].lower() if language[:2].lower() in LANGUAGES else "en"
    country = (country or COUNTRY[language]).upper()
    scene = Scene(written_on, country, jalali=language == "fa", month_first=country[:2] in _MONTH_FIRST)
    lexicon, grammar = _grammar(language)
    folded = fold_marks(text)
    found: list[FoundDate] = []
    for start, end in _pieces(folded.text):
        nodes = grammar.run(read_nodes(folded.text[start:end], lexicon, language in _POINT), scene)
        settle_loose(scene, nodes)
        for node in nodes:
            span = _span(scene, node)
            if span is not None:
                first, last = folded.span(node.start + start, node.end + start)
                found.append(_found(span, first, last, text[first:last]))
    return found


def _pieces(text: str) -> list[tuple[int, int]]:
    """A long text in pieces, cut at a line's or sentence's end, or at a space."""
    pieces, start = [], 0
    while len(text) - start > _PIECE:
        limit = start + _PIECE
        cut = max(text.rfind(mark, limit - _OVERLAP, limit) for mark in ("\n", ". ", " "))
        end = cut + 1 if cut > 0 else limit
        pieces.append((start, end))
        start = end
    return [*pieces, (start, len(text))]


def _span(scene: Scene, node: Node) -> Span | None:
    for kind in ("day", "week", "monthref", "span", "weekend", "yearref"):
        if kind in node.kinds:
            value = node.kinds[kind]
            try:
                return _weekend(scene, value) if kind == "weekend" else period(scene, value)
            except (ValueError, OverflowError):
                return None
    return None


def _weekend(scene: Scene, start: dt.date) -> Span:
    first = scene.last_workday(start) + ONE
    return Span(first, start + 6 * ONE, "weekend", start + 6 * ONE)


def _found(span: Span, start: int, end: int, words: str) -> FoundDate:
    window = None if span.grain == "day" else (span.first, span.last)
    return FoundDate(start, end, span.due, window, span.grain, words)
