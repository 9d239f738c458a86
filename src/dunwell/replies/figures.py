"""Figures of money as people write them: `1.250,00`, `1,250.00`, `1 250`, `1'250.-`; and numbers in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

FIGURE = re.compile(
    r"\d{1,3}(?:[ ][0-9]{3})+(?:[.,٫][0-9]{1,2})?(?![0-9])"
    r"|\d{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]{1,2})?(?![0-9])"
    r"|\d+(?:[.,'٬٫][0-9]+)*"
)
"""A number with its separators; in folded text, where digits are those of ASCII."""

_SHAPE = re.compile(r"(?P<whole>[0-9]+(?:[ .,'٬][0-9]+)*?)(?:[.,٫](?P<part>[0-9]{1,2}))?")
_MAX_LENGTH, _MAX_WORD, _MAX_DIGITS = 30, 60, 15


def value_of(figure: str, scaled: bool = False) -> Decimal | None:
    """What a number of money is worth; None where its separators make no sense.

    A separator before one or two figures at the end is the decimal one, before three it groups thousands. `scaled`
    (1,5 million) allows up to three decimals of a single separator.
    """
    if len(figure) > _MAX_LENGTH:
        return None
    if scaled:
        pieces = re.split(r"[.,٫]", figure)
        if len(pieces) == 2 and len(pieces[0]) <= 3 and pieces[0].isdecimal() and pieces[1].isdecimal():
            return Decimal(f"{pieces[0]}.{pieces[1]}")
    match = _SHAPE.fullmatch(figure)
    if match is None:
        return None
    groups = re.split(r"[ .,'٬]", match["whole"])
    seen = set(re.findall(r"[ .,'٬]", match["whole"]))
    if len(seen) > 1 or not _grouped(groups, "," in seen):
        return None
    digits = "".join(groups)
    return Decimal(f"{digits}.{match['part'] or '0'}") if len(digits) <= _MAX_DIGITS else None


def _grouped(groups: list[str], indian: bool) -> bool:
    if len(groups) == 1:
        return True
    threes = all(len(group) == 3 for group in groups[1:])
    twos = indian and all(len(group) == 2 for group in groups[1:-1]) and len(groups[-1]) == 3
    return (threes or twos) and 1 <= len(groups[0]) <= 3 and groups[0] != "0"


def words_value(words: list[str], numbers: Mapping[str, int]) -> int | None:
    """What number words are worth together: `two thousand five hundred`, `zweitausendfünfhundert`."""
    total = current = 0
    for word in words:
        for value in parts_of(word, numbers) or [-1]:
            if value < 0:
                return None
            if value >= 1000:
                total, current = total + max(current, 1) * value, 0
            elif value == 100:
                current = max(current, 1) * 100 if current < 10 else current + 100
            else:
                current += value
    return total + current


def parts_of(word: str, numbers: Mapping[str, int]) -> list[int] | None:
    """The values of a number word, taken apart where it is written as one: `millecinquecento`; None if it is none."""
    if word in numbers:
        return [numbers[word]]
    values, at = [], 0
    if len(word) > _MAX_WORD:
        return None
    while at < len(word):
        end = next((end for end in range(min(len(word), at + 14), at, -1) if word[at:end] in numbers), None)
        if end is not None:
            values.append(numbers[word[at:end]])
            at = end
        elif word.startswith("und", at) and at:
            at += 3
        else:
            return None
    return values if len(values) > 1 else None
