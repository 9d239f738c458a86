"""The amounts in a text: figures or number words with a currency, and shares such as `half` and `the rest`. Pure.

A number is an amount when a currency or a word for thousands stands beside it, or when it is written as money is
(`1.250,00`). A percentage, an invoice's number, a date, a telephone number or an IBAN is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from dunwell.replies.dates import find_dates
from dunwell.replies.figures import FIGURE, parts_of, value_of, words_value
from dunwell.replies.folding import Folded, fold_marks
from dunwell.replies.languages import COUNTRY, LANGUAGES
from dunwell.replies.when.lexicon import read_table, variants
from dunwell.terms.money import MINOR_DIGITS

_WORD = re.compile(r"[^\W\d_]+")
_CENTS = re.compile(r"[0-9]{3,}[.,][0-9]{2}|[0-9]{1,3}(?:[ .,'][0-9]{3})+[.,][0-9]{2}")
_BEFORE = 24
# Persian writes 2/5 million for 2.5 million.
_SLASHED = re.compile(r"(?<![0-9/])([0-9]{1,3})/([0-9]{1,2})(?= ?(?:میلی|ملیون|هزار|م ))")
_SOME_DAY = date(2026, 1, 1)
# What a sign means in a country, where it means more than one currency.
_LOCAL = {
    "dollar": {"CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MX": "MXN"},
    "krone": {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"},
    "peso": {"MX": "MXN", "AR": "ARS", "CO": "COP", "CL": "CLP", "UY": "UYU", "PH": "PHP"},
    "leu": {"MD": "MDL"},
    "franc": {"CH": "CHF", "LI": "CHF"},
    "yen": {"CN": "CNY"},
}
_USUAL = {"dollar": "USD", "leu": "RON", "franc": "CHF", "yen": "JPY"}
_SIGNS = {"€": "EUR", "£": "GBP", "$": "dollar", "₽": "RUB", "﷼": "IRR", "¥": "yen", "₺": "TRY", "₴": "UAH", "₹": "INR"}


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount in a text, from `start` to `end`.

    `value` is in major units of `currency`, an ISO 4217 code, or IRT for toman (ten rials), as written; None where no
    currency was said. A share has no value: half, all, rest, or a fraction such as 1/3.
    """

    start: int
    end: int
    value: Decimal | None
    currency: str | None
    share: str | None
    words: str


@dataclass(frozen=True, slots=True)
class _Words:
    """A language's words of money, made ready for search."""

    currency: dict[str, str]
    scale: dict[str, int]
    numbers: dict[str, int]
    shares: dict[str, str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    share: re.Pattern[str]
    label: re.Pattern[str]
    joiners: frozenset[str]


def _any(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"


def _flat(table: dict[str, list[str]]) -> dict[str, str]:
    return {variant: key for key, words in table.items() for word in words for variant in variants(word)}


@lru_cache(maxsize=16)
def _words_of(language: str) -> _Words:
    table = read_table(language, "amounts")
    currency = _flat(table["currency"]) | _SIGNS
    scale = {word: int(value) for word, value in _flat(table["scale"]).items()}
    cents = _flat({"cents": table.get("cents", [])})
    shares = _flat(table["share"]) | _flat({"": table.get("nothing", [])})
    labels = _flat({"": table.get("label", [])})
    money, link = _any(currency), _any(_flat({"": table.get("of", [])}))
    codes = r"[a-z]{3}"
    after = (
        rf"(?:[.,]?-(?!\w))?(?: ?(?P<scale>{_any(scale)})(?!\w)\.?)?(?: ?(?P<percent>%|per ?cent|prozent))?"
        rf"(?:(?: (?:{link})(?!\w)'?)? ?(?:(?P<money>{money})(?!\w)|(?P<code>{codes})(?![\w])))?"
        rf"(?:\.? ?(?:(?:{link}) )?(?P<cents>[0-9]{{1,2}}) ?(?:{_any(cents)})(?!\w))?"
    )
    return _Words(
        currency,
        scale,
        {word: int(value) for word, value in _flat(table["number"]).items()} | scale,
        shares,
        re.compile(rf"(?:(?<!\w)(?:(?P<money>{money})|(?P<code>{codes})))[ .:]? ?$"),
        re.compile(after),
        re.compile(rf"(?<!\w)(?:{_any(shares)})(?!\w)"),
        re.compile(rf"(?<!\w)(?:{_any(labels)})[ .:°#]{{0,3}}$"),
        frozenset(_flat({"": table.get("joiner", [])})),
    )


def find_amounts(text: str, language: str, country: str | None = None) -> list[FoundAmount]:
    """The amounts and shares in `text`, in their order. Never raises, whatever the text.

    `country` says whose dollar or peso is meant.
    """
    language = language[:2].lower() if language[:2].lower() in LANGUAGES else "en"
    words, folded = _words_of(language), fold_marks(text)
    if language == "fa":
        folded = replace(folded, text=_SLASHED.sub(r"\1.\2", folded.text))
    land = (country or COUNTRY[language]).upper()[:2]
    found = _figures(text, folded, words, land) + _in_words(folded, words, land)
    found += [
        FoundAmount(m.start(), m.end(), None, None, words.shares[m.group()], "")
        for m in words.share.finditer(folded.text)
        if words.shares[m.group()]
    ]
    return _placed(text, folded, _apart(text, language, found))


def _placed(text: str, folded: Folded, found: list[FoundAmount]) -> list[FoundAmount]:
    places = [(one, folded.span(one.start, one.end)) for one in found]
    return [replace(one, start=first, end=last, words=text[first:last]) for one, (first, last) in places]


def _apart(text: str, language: str, found: list[FoundAmount]) -> list[FoundAmount]:
    """Those that overlap neither another nor, having no currency, a date (`the first half of June`)."""
    unsure = any(one.currency is None for one in found)
    days = [(day.start, day.end) for day in find_dates(text, language, _SOME_DAY)] if unsure else []
    kept: list[FoundAmount] = []
    end, place = 0, 0
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        while place < len(days) and days[place][1] <= one.start:
            place += 1
        in_date = one.currency is None and place < len(days) and days[place][0] < one.end
        if one.start >= end and not in_date:
            kept.append(one)
            end = one.end
    return kept


def _currency(words: _Words, match: re.Match[str] | None, original: str, land: str) -> str | None:
    """The currency that a match names: by a word or sign, or by a code in capitals."""
    if match is None:
        return None
    if match["money"]:
        name = words.currency[match["money"]]
        return _LOCAL.get(name, {}).get(land) or _USUAL.get(name) or (name if name.isupper() else None)
    code = original[match.start("code") : match.end("code")] if match["code"] else ""
    return code if code in MINOR_DIGITS or code == "IRT" else None


def _figures(text: str, folded: Folded, words: _Words, land: str) -> list[FoundAmount]:
    found: list[FoundAmount] = []
    taken = 0
    original = text if folded.places is None else folded.text.upper()
    for match in FIGURE.finditer(folded.text):
        start, end = match.span()
        before = folded.text[max(taken, start - _BEFORE) : start]
        left = words.before.search(before)
        shift = start - len(before)
        sign = _currency(words, left, original[shift:start], land)
        right = words.after.match(folded.text, end)
        if right is None or right["percent"] or _is_code(before, sign):
            continue
        last = _end(right, end, sign is not None)
        unit = sign or _currency(words, right, original, land)
        value = value_of(match.group(), scaled=right["scale"] is not None)
        if value is None or not _is_money(unit, right, match.group(), before, folded.text[last : last + 1], words):
            continue
        value *= words.scale[right["scale"]] if right["scale"] else 1
        if right["cents"] and unit and not sign:
            value += Decimal(right["cents"]) / 100
        first = shift + left.start() if left and sign else start
        found.append(FoundAmount(first, last, _neat(value), unit, None, ""))
        taken = last
    return found


def _neat(value: Decimal) -> Decimal:
    """Without zeros after the point, and never with an exponent."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _is_code(before: str, sign: str | None) -> bool:
    """Whether a number goes on with letters, figures or a sign before it."""
    return sign is None and (before[-1:].isalnum() or before[-1:] in ("-", "/", "#", "_", "@", "№", "+", ".", ","))


def _end(right: re.Match[str], end: int, signed: bool) -> int:
    """Where an amount ends: with its currency, else with its scale or figures."""
    if signed or not (right["money"] or right["code"]):
        return right.end("scale") if right["scale"] else end
    return right.end() if right["cents"] else right.end("money") if right["money"] else right.end("code")


def _is_money(unit: str | None, right: re.Match[str], figure: str, before: str, follows: str, words: _Words) -> bool:
    if unit is not None:
        return True
    if right["money"]:
        return True
    if follows.isalnum() or follows in ("/", "-", ":") or words.label.search(before):
        return False
    scale = right["scale"] or ""
    return len(scale) > 1 or scale in ("k", "к") or bool(_CENTS.fullmatch(figure))


def _in_words(folded: Folded, words: _Words, land: str) -> list[FoundAmount]:
    """Numbers in words with a currency after them: two thousand euros."""
    found: list[FoundAmount] = []
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(folded.text):
        word = match.group()
        near = not run or match.start() - run[-1].end() <= 2
        if near and (parts_of(word, words.numbers) or (run and word in words.joiners)):
            run.append(match)
            continue
        if run and near:
            _finish(folded, words, land, run, match.start(), found)
        run = [match] if parts_of(word, words.numbers) else []
    return found


def _finish(
    folded: Folded, words: _Words, land: str, run: list[re.Match[str]], at: int, found: list[FoundAmount]
) -> None:
    right = words.after.match(folded.text, at)
    unit = _currency(words, right, folded.text, land)
    if right is None or not (right["money"] or unit) or len(run) > 12:
        return
    value = words_value([one.group() for one in run if one.group() not in words.joiners], words.numbers)
    if value:
        found.append(FoundAmount(run[0].start(), right.end("money"), Decimal(value), unit, None, ""))
