"""Numbers as people export them, and how to tell a decimal comma from a thousands comma.

What a number looks like in itself is *proof* (`1.234,56`, `12,5`, `0.500`, `1.234.567`). A single separator before
exactly three digits (`1,234`) proves nothing. Failing proof from any other number of the file, the currency may settle
it: a currency without minor units must mean thousands, one with three (KWD, TND) means decimals, provided the file
writes none of that currency's amounts without them. Else the file is refused: a guess would be wrong a thousandfold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from dunwell.intake.errors import IntakeError, Unfit
from dunwell.terms.money import MINOR_DIGITS, Money, MoneyError

_POINT, _COMMA, _UNSURE = ".", ",", "?"
_MAX_DIGITS = 15
_MAX_LENGTH = 60
_GROUP_OF_THREE = 3
_ASCII = str.maketrans(
    {ord(char): str(value % 10) for value, char in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
    | dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " ")
    | dict.fromkeys(map(ord, "\u2019\u02bc\u2032`"), "'")
    | dict.fromkeys(map(ord, "\u2212\u2013\ufe63\uff0d"), "-")
    | {ord("،"): ","}
    # Marks of writing direction stand beside numbers in right-to-left exports and mean nothing to their value.
    | dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
)
_SIGNS: dict[str, frozenset[str]] = {
    sign: frozenset(codes.split())
    for signs, codes in {
        "€": "EUR",
        "£": "GBP",
        "¥ ￥ 円": "JPY CNY",
        "元": "CNY",
        "₽ \u0440\u0443\u0431 \u0440": "RUB",
        "zł": "PLN",
        "lei leu": "RON MDL",
        "kč": "CZK",
        "ft": "HUF",
        "₺ tl": "TRY",
        "₹ rs": "INR",
        "₪": "ILS",
        "₴ грн": "UAH",
        "₩": "KRW",
        "₫": "VND",
        "﷼ ریال": "IRR",
        "fr sfr": "CHF",
        "kr": "SEK NOK DKK ISK",
        "r$": "BRL",
        "us$": "USD",
        "a$": "AUD",
        "c$": "CAD",
        "د.ك": "KWD",
        "$": "USD AUD CAD NZD SGD HKD MXN CLP COP ARS TWD",
    }.items()
    for sign in signs.split()
}

_BODY = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.DOTALL)
_ROUND = re.compile(r"([.,])--?(?![0-9])")
_SINGLE = re.compile(r"([0-9]*)([.,])([0-9]+)")
_PROOFS = (
    (re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+"), _POINT),
    (re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+"), _COMMA),
    (re.compile(r"[1-9][0-9]{0,2}([ '٬])[0-9]{3}(?:\1[0-9]{3})*\.[0-9]+"), _POINT),
    (re.compile(r"[1-9][0-9]{0,2}([ '٬])[0-9]{3}(?:\1[0-9]{3})*,[0-9]+"), _COMMA),
    (re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}"), _POINT),
    (re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"), _COMMA),
    (re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"), _POINT),
)
_GROUPED = {
    # The last alternative is how India groups: 12,34,567.
    _POINT: r"[1-9][0-9]{0,2}(?P<gap>[, '٬])[0-9]{3}(?:(?P=gap)[0-9]{3})*|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}",
    _COMMA: r"[1-9][0-9]{0,2}(?P<gap>[. '٬])[0-9]{3}(?:(?P=gap)[0-9]{3})*",
}
_NUMBER = {
    mark: re.compile(rf"(?P<whole>[0-9]*|{_GROUPED[mark]})(?:[{mark}\u066b](?P<part>[0-9]+))?")
    for mark in (_POINT, _COMMA)
}
# What nearly every amount looks like, read the short way.
_EASY = {
    mark: re.compile(rf"-?(?:[0-9]{{1,12}}|[1-9][0-9]{{0,2}}(?:[{other}][0-9]{{3}}){{0,3}})(?:[{mark}][0-9]{{1,3}})?")
    for mark, other in ((_POINT, _COMMA), (_COMMA, _POINT))
}


@dataclass(frozen=True, slots=True)
class _Parts:
    negative: bool
    core: str
    words: tuple[str, ...]


def _parts(text: str) -> _Parts:
    """Sign, digits with their separators, and whatever is written beside them."""
    match = _BODY.fullmatch(text.translate(_ASCII).strip()) if len(text) <= _MAX_LENGTH else None
    if match is None:
        raise Unfit(f"{text[:_MAX_LENGTH]!r} is not a number")
    before, core, after = match.groups()
    bracketed = before.startswith("(") and after.endswith(")")
    if bracketed:
        before, after = before[1:], after[:-1]
    if round_amount := _ROUND.match(after):
        # 12.- and 12,-- are twelve and nothing beside, not minus twelve.
        core, after = f"{core}{round_amount[1]}0", after[round_amount.end() :]
    minus = before.count("-") + after.count("-") + bracketed
    if minus > 1 or (minus and "+" in before):
        raise Unfit(f"{text[:_MAX_LENGTH]!r} is not a number")
    before = before.replace("-", "").replace("+", "").strip()
    if before in {_POINT, _COMMA, "\u066b"}:
        before, core = "", before + core
    words = (before.strip(" ."), after.replace("-", "").strip(" ."))
    return _Parts(bool(minus), core, tuple(word for word in words if word))


def _value(text: str, parts: _Parts, decimal: str) -> Decimal:
    match = _NUMBER[decimal].fullmatch(parts.core)
    if match is None:
        raise Unfit(f"{text!r} is not a number, or not one with the file's decimal separator {decimal!r}")
    whole, part = re.sub(r"[^0-9]", "", match["whole"]), match["part"] or ""
    if len(whole.lstrip("0")) + len(part) > _MAX_DIGITS:
        raise Unfit(f"{text!r} has more than {_MAX_DIGITS} digits")
    return Decimal(f"{'-' if parts.negative else ''}{whole or '0'}.{part or '0'}")


def parse_number(text: str, decimal: str) -> Decimal:
    """A bare number with the decimal separator `decimal`; a percent sign after it is allowed."""
    parts = _parts(text)
    if parts.words not in {(), ("%",), ("٪",)}:
        raise Unfit(f"{text[:_MAX_LENGTH]!r} is not a number")
    return _value(text, parts, decimal)


def parse_money(text: str, currency: str, decimal: str) -> Money:
    """An amount in `currency`. A currency sign or code beside it is taken when it agrees."""
    try:
        if _EASY[decimal].fullmatch(text):
            plain = text if decimal == _POINT else text.replace(_POINT, "").replace(_COMMA, _POINT)
            return Money.of(Decimal(plain.replace(_COMMA, "")), currency)
        parts = _parts(text)
        for word in parts.words:
            if currency not in _currencies(word, text):
                raise Unfit(f"{text!r} says {word}, the currency is {currency}")
        return Money.of(_value(text, parts, decimal), currency)
    except MoneyError as error:
        raise Unfit(str(error)) from None


def _currencies(word: str, text: str) -> frozenset[str]:
    if word.upper() in MINOR_DIGITS:
        return frozenset({word.upper()})
    known = _SIGNS.get(word.lower())
    if known is None:
        raise Unfit(f"{text!r} is not an amount")
    return known


def proof(core: str) -> str:
    """The decimal separator that a number's own form proves: '.' or ',', '?' when it may be either, '' when neither."""
    if match := _SINGLE.fullmatch(core):
        whole, mark, part = match.groups()
        groups = len(part) == _GROUP_OF_THREE and 0 < len(whole) <= _GROUP_OF_THREE and whole[0] != "0"
        return _UNSURE if groups else mark
    return next((mark for pattern, mark in _PROOFS if pattern.fullmatch(core)), "")


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column!r}: {self.text!r}"


class DecimalEvidence:
    """Collects what the numbers of a file prove, then settles its decimal separator."""

    def __init__(self) -> None:
        self._proof: dict[str, _Place] = {}
        self._hint: dict[str, _Place] = {}
        self._unsure: _Place | None = None
        self._three_digits_left_out = False

    def add(self, line: int, column: str, text: str, currency: str | None, percent: bool) -> None:
        """Take one cell into account; `currency` is None when the row names none."""
        if text.isdigit() and text.isascii():
            # A dinar amount without its three decimals: this file may then write 1,234 for a thousand or so.
            self._three_digits_left_out |= currency is not None and _digits(currency) == _GROUP_OF_THREE
            return
        # Most cells are a number and nothing else; the others are taken apart first.
        core = text if (found := proof(text)) else _core(text)
        found = found or proof(core)
        if found == _UNSURE:
            mark = _POINT if _POINT in core else _COMMA
            self._weigh(mark, _Place(line, column, text), currency, percent)
        elif found and found not in self._proof:
            self._proof[found] = _Place(line, column, text)

    def _weigh(self, mark: str, place: _Place, currency: str | None, percent: bool) -> None:
        if percent:
            # A thousand per cent and more is no discount and no fee.
            self._proof.setdefault(mark, place)
            return
        self._unsure = self._unsure or place
        digits = _digits(currency)
        if digits == 0:
            self._hint.setdefault(_COMMA if mark == _POINT else _POINT, place)
        elif digits == _GROUP_OF_THREE:
            self._hint.setdefault(mark, place)

    def settle(self, name: str) -> str:
        """The file's decimal separator; raises IntakeError when its numbers contradict each other or leave it open."""
        if len(self._proof) > 1:
            raise IntakeError(
                f"{name}: {self._proof[_POINT]} has a decimal point, but {self._proof[_COMMA]} has a decimal comma. "
                'Correct the file, or set decimal = "." or decimal = "," in the mapping (--mapping): '
                "rows written otherwise are then rejected."
            )
        if self._proof:
            return next(iter(self._proof))
        if self._unsure is None:
            return _POINT
        if len(self._hint) == 1 and not self._three_digits_left_out:
            return next(iter(self._hint))
        raise IntakeError(_open_question(name, self._unsure))


def _core(text: str) -> str:
    try:
        return _parts(text).core
    except Unfit:
        return ""


def _digits(currency: str | None) -> int | None:
    return MINOR_DIGITS.get(currency) if currency else None


def _open_question(name: str, place: _Place) -> str:
    core = _core(place.text)
    mark = _POINT if _POINT in core else _COMMA
    whole, _, part = core.partition(mark)
    other = _COMMA if mark == _POINT else _POINT
    return (
        f"{name}: {place} may be {whole}{part} or {whole}.{part}, and no other amount in the file settles it. "
        f'Set in the mapping (--mapping) decimal = "{other}" if it is {whole}{part}, '
        f'or decimal = "{mark}" if it is {whole}.{part}.'
    )
