"""Text as it is compared: lower case, no accents, one kind of dash, quote, space and digit. The only such table."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640]")
_SAME: dict[int, str] = (
    dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
    | dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u2032`´"), "'")
    | dict.fromkeys(map(ord, "\u201c\u201d\u201e«»"), '"')
    # No-break spaces, the Persian half space, and marks of writing direction.
    | dict.fromkeys([0xA0, 0x2007, 0x2009, 0x202F, 0x3000, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xFEFF], " ")
    | dict.fromkeys([0x061C, 0xAD, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], " ")
    | {ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک", ord("ة"): "ه", ord("،"): ",", ord("؛"): ";", ord("؟"): "?"}
    | {ord("："): ":", ord("，"): ",", ord("（"): "(", ord("）"): ")", ord("º"): "°", ord("ª"): "°"}
    | {ord("ı"): "i", ord("ł"): "l", ord("ø"): "o", ord("đ"): "d", ord("ß"): "s"}
)


class _Folds(dict[int, str]):
    """Every character's folded form, worked out when it is first met; always one character."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _one(chr(code))
        return folded


def _one(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    base = unicodedata.normalize("NFD", char)[0].lower()[:1]
    return _SAME.get(ord(base), base)


_FOLDS = _Folds(_SAME)


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` folded; `places[i]` is where its i-th character stands in the original (None: in the same place)."""

    text: str
    places: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original of a span in the folded text, with the marks on its last letter."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end] if end > start else self.places[start]


def fold(text: str) -> str:
    """`text` folded, and as long as before: separate combining marks stay."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def fold_marks(text: str) -> Folded:
    """`text` folded without separate combining marks, with the way back to it."""
    if text.isascii() or not _MARKS.search(text):
        return Folded(fold(text))
    places = tuple(place for place, char in enumerate(text) if not _MARKS.match(char))
    return Folded("".join(text[place] for place in places).translate(_FOLDS), (*places, len(text)))


def fold_word(text: str) -> str:
    """A word or phrase of a table, folded without marks."""
    return fold_marks(text).text
