"""How each language writes dates, amounts, numbers and identifiers. Pure.

Babel's CLDR data gives the rule; what is below are the places where CLDR and good business letters differ.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

import jdatetime
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from dunwell.terms.money import Money, minor_digits

NBSP = "\u00a0"
FSI, PDI = "\u2068", "\u2069"
"""First strong isolate and its end: text between them has its own direction and does not disturb its neighbours."""

_LOCALES = {"en": "en_GB"}
# CLDR's English short date is all digits, which are read in two ways; its comma after the weekday is not British.
_DAY_PATTERNS = {"en": "d MMM y"}
_WEEKDAY_PATTERNS = {"en": "EEEE d MMMM y"}
# In running text these languages write the first of a month as an ordinal; CLDR has the bare number.
_FIRST_OF_MONTH = {"fr": "1er", "it": "1°"}

_PERSIAN_DIGITS = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")
_PERSIAN_MONTHS = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
_PERSIAN_WEEKDAYS = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
_PERSIAN_UNITS = {"IRR": "ریال", "USD": "دلار آمریکا", "GBP": "پوند"}

_STRONGLY_RTL = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_CODE_BESIDE_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")
_NUMBER_PART = re.compile(r"[#,]*0(\.0+)?")
_ONE_D, _ONE_M, _TWO_Y = re.compile(r"(?<!d)d(?!d)"), re.compile(r"(?<!M)M(?!M)"), re.compile(r"y+")


def tag(language: str) -> str:
    """`language` as its folder is called: de, de-AT, zh-Hant; `de_at` and `DE-at` mean de-AT."""
    first, *rest = language.strip().replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part.title() for part in rest)])


def chain(language: str, creditor_language: str) -> tuple[str, ...]:
    """Where to look for a letter, best first: de-AT, de, the creditor's language, English; nothing twice."""
    wanted: list[str] = []
    for name in (tag(language), tag(creditor_language), "en"):
        parts = name.split("-")
        wanted += ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys(wanted))


class Formats:
    """The forms of one language. Raises ValueError for a language that CLDR does not know."""

    def __init__(self, language: str, *, rtl: bool = False) -> None:
        name = tag(language).replace("-", "_")
        try:
            self._locale = Locale.parse(_LOCALES.get(name, name))
        except UnknownLocaleError as error:
            raise ValueError(f"no CLDR data for the language {language!r}: name the folder like de or de-AT") from error
        self._base = name.partition("_")[0]
        self._rtl = rtl
        self._persian = self._base == "fa"
        self._first = _FIRST_OF_MONTH.get(self._base)
        self._day_pattern = _DAY_PATTERNS.get(self._base) or _full_digits(self._locale.date_formats["short"].pattern)
        currency_pattern = self._locale.currency_formats["standard"].pattern
        number = _NUMBER_PART.search(currency_pattern)
        self._number_pattern = number[0].partition(".")[0] if number else "0"
        symbols = self._locale.number_symbols["latn"]
        self._thousands = self._number_pattern == "#,##0"
        self._separators = str.maketrans({",": symbols["group"], ".": symbols["decimal"]})
        self._around_one = lru_cache(maxsize=256)(self._around)
        # Formatting costs 10 to 40 microseconds a value and each stands twice in a letter: once as text, once as HTML.
        self.date = lru_cache(maxsize=2048)(self._date)
        self.day = lru_cache(maxsize=2048)(self._day)
        self.weekday_date = lru_cache(maxsize=2048)(self._weekday_date)
        self.money = lru_cache(maxsize=4096)(self._money)

    def _date(self, day: date) -> str:
        """The long date as prose has it: 1 March 2026, 1er mars 2026, ۱۰ اسفند ۱۴۰۴."""
        if self._persian:
            return _persian_date(day)
        return self._ordinal(format_date(day, "long", locale=self._locale), day)

    def _day(self, day: date) -> str:
        """The short date as tables have it, always with four digits of the year: 01.03.2026, ۱۴۰۴/۱۲/۱۰."""
        if self._persian:
            jalali = jdatetime.date.fromgregorian(date=day)
            return f"{jalali.year:04}/{jalali.month:02}/{jalali.day:02}".translate(_PERSIAN_DIGITS)
        return format_date(day, self._day_pattern, locale=self._locale)

    def _weekday_date(self, day: date) -> str:
        """The long date with its weekday: Sunday 1 March 2026."""
        if self._persian:
            return f"{_PERSIAN_WEEKDAYS[day.weekday()]} {_persian_date(day)}"
        pattern = _WEEKDAY_PATTERNS.get(self._base, "full")
        return self._ordinal(format_date(day, pattern, locale=self._locale), day)

    def _ordinal(self, written: str, day: date) -> str:
        if self._first is None or day.day != 1:
            return written
        return re.sub(r"(?<!\d)1(?!\d)", self._first, written, count=1)

    def _money(self, money: Money) -> str:
        """The amount with ISO 4217's decimals, never rounded.

        Where CLDR shows fewer for that currency (the rial: none), a whole amount is written without them.
        """
        digits = _shown_digits(money)
        if self._persian:
            return self._persian_money(money, digits)
        before, after = self._around_one(money.currency, money.minor < 0)
        return f"{before}{self._digits(abs(money.amount), digits)}{after}"

    def _around(self, currency: str, negative: bool) -> tuple[str, str]:
        """What stands before and behind the digits of an amount: finding it once is ten times as fast as each time."""
        pattern = _NUMBER_PART.sub("0", self._locale.currency_formats["standard"].pattern)
        one = -1 if negative else 1
        written = format_currency(one, currency, pattern, locale=self._locale, currency_digits=False)
        # CLDR keeps a code in letters apart from the digits, Babel does not: CHF 20.00, but US$20.00 and £20.00.
        before, _, after = _CODE_BESIDE_DIGIT.sub(NBSP, written).partition("1")
        return before, after

    def _digits(self, amount: Decimal, digits: int) -> str:
        if self._thousands:
            return f"{amount:,.{digits}f}".translate(self._separators)
        decimals = "." + "0" * digits if digits else ""
        return format_decimal(amount, f"{self._number_pattern}{decimals}", locale=self._locale)

    def _persian_money(self, money: Money, digits: int) -> str:
        number = f"{abs(money.amount):,.{digits}f}".translate(_PERSIAN_DIGITS)
        unit = _PERSIAN_UNITS.get(money.currency) or self._locale.currencies.get(money.currency, money.currency)
        sign = "\u200e\u2212" if money.minor < 0 else ""
        return f"{sign}{number}{NBSP}{unit}"

    def number(self, value: int | Decimal) -> str:
        """A number in the language's own digits and groups."""
        if self._persian:
            return f"{value:,}".translate(_PERSIAN_DIGITS)
        return str(value) if type(value) is int and 0 <= value < 1000 else format_decimal(value, locale=self._locale)

    def percent(self, value: int | Decimal) -> str:
        """A percentage given in hundredths: 2.5 is 2.5%, 2,5 %, ۲٫۵٪."""
        value = Decimal(value)
        if self._persian:
            return f"{value.normalize():f}".translate(_PERSIAN_DIGITS) + "٪"
        # CLDR's pattern rounds to whole percents; a rate keeps its decimals.
        pattern = self._locale.percent_formats[None].pattern.replace("#0", "#0.######")
        return format_percent(value / 100, pattern, locale=self._locale)

    def plural(self, value: int | Decimal) -> str:
        """The CLDR plural category of a number: zero, one, two, few, many or other."""
        return self._locale.plural_form(value)

    def isolate(self, identifier: str) -> str:
        """An identifier as it stands, isolated where the text around it could turn it round, or it the text."""
        if self._rtl or has_rtl(identifier):
            return f"{FSI}{identifier}{PDI}"
        return identifier

    def join(self, parts: list[str], word: str) -> str:
        """Some amounts as one phrase: A; A and B; A, B and C. `word` is the language's 'and'."""
        if len(parts) < 2:
            return "".join(parts)
        comma = "، " if self._base in ("fa", "ar", "ur") else ", "
        return f"{comma.join(parts[:-1])} {word} {parts[-1]}"


def has_rtl(text: str) -> bool:
    """Whether `text` holds a letter that is written from right to left."""
    return not text.isascii() and _STRONGLY_RTL.search(text) is not None


def iban(account: str) -> str:
    """An IBAN in groups of four, as banks print it."""
    bare = re.sub(r"\s+", "", account)
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def _full_digits(pattern: str) -> str:
    return _TWO_Y.sub("y", _ONE_M.sub("MM", _ONE_D.sub("dd", pattern)))


def _shown_digits(money: Money) -> int:
    digits = minor_digits(money.currency)
    return min(digits, get_currency_precision(money.currency)) if money.minor % 10**digits == 0 else digits


def _persian_date(day: date) -> str:
    jalali = jdatetime.date.fromgregorian(date=day)
    return f"{jalali.day} {_PERSIAN_MONTHS[jalali.month - 1]} {jalali.year}".translate(_PERSIAN_DIGITS)
