"""What a single cell may hold: each function takes its text and returns the value, or raises Unfit with the reason."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from dunwell.intake.errors import Unfit
from dunwell.intake.words import bare, listed, word_key
from dunwell.terms.calendar import CalendarError, check_country
from dunwell.terms.money import MINOR_DIGITS, MoneyError, minor_digits

MAX_LENGTH = 1000
_SHOWN = 80
_MAX_EMAIL, _MAX_LOCAL, _MAX_LABEL = 254, 64, 63
_Word = TypeVar("_Word", bound=StrEnum)

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_PLAIN_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_COUNTRY = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")
_COMMON_CODES = {"UK": "GB", "EL": "GR", "EN": "GB"}


def text(cell: str) -> str:
    """Free text on one line, as somebody wrote it: HTML, formulas and mixed scripts are only text here."""
    found = bare(cell)
    if not found.isascii():
        found = unicodedata.normalize("NFC", found)
    if len(found) > MAX_LENGTH:
        raise Unfit(f"is longer than {MAX_LENGTH} characters")
    return found


def number(cell: str) -> str:
    """The number of an account or invoice: text without invisible characters, which would make two of one."""
    found = text(cell)
    if found.isascii():
        return found
    return "".join(char for char in found if unicodedata.category(char) != "Cf").strip()


def email(cell: str) -> str:
    """One e-mail address, its domain in lower case."""
    found = unicodedata.normalize("NFC", cell.strip())
    local, at, domain = found.partition("@")
    if not at or "@" in domain:
        hint = ": give one address only" if at else ""
        raise Unfit(f"{_short(found)} is not an e-mail address{hint}")
    right = len(found) <= _MAX_EMAIL and len(local) <= _MAX_LOCAL and _LOCAL.fullmatch(local)
    if not right or not (_PLAIN_DOMAIN.fullmatch(domain) or _is_idn(domain)):
        raise Unfit(f"{_short(found)} is not an e-mail address")
    return f"{local}@{domain.lower()}"


def _is_idn(domain: str) -> bool:
    if domain.isascii() or "." not in domain:
        return False
    if any(not (char in ".-" or unicodedata.category(char)[0] in "LMN") for char in domain):
        return False
    try:
        labels = domain.encode("idna").split(b".")
    except UnicodeError:
        return False
    return all(0 < len(label) <= _MAX_LABEL and not label.startswith(b"-") and label[-1:] != b"-" for label in labels)


@lru_cache(maxsize=1024)
def _country(code: str) -> str | None:
    """Why `code` is no country, None when it is one. Kept, so that 100,000 wrong rows cost one look."""
    if better := _COMMON_CODES.get(code):
        return f"{code!r} is not the ISO 3166 code: write {better}"
    if not _COUNTRY.fullmatch(code):
        return f"{_short(code)} is not a country: use an ISO 3166 code such as IT or GB-SCT"
    try:
        check_country(code)
    except CalendarError as error:
        return str(error)
    return None


def country(cell: str) -> str:
    """An ISO 3166 code, with or without a region, in capitals."""
    code = bare(cell).upper()
    if problem := _country(code):
        raise Unfit(problem)
    return code


@lru_cache(maxsize=1024)
def language(cell: str) -> str:
    """A language tag such as `it`, `de-AT` or `zh-Hans-SG`."""
    match = _LANGUAGE.fullmatch(bare(cell))
    if match is None:
        raise Unfit(f"{_short(cell)} is not a language: use a code such as it or de-AT")
    code, script, region = match.groups()
    parts = (code.lower(), script and script.title(), region and region.upper())
    return "-".join(part for part in parts if part)


def currency(cell: str) -> str:
    """An ISO 4217 code in capitals."""
    if cell in MINOR_DIGITS:
        return cell
    code = cell.strip().upper()
    if code in MINOR_DIGITS:
        return code
    try:
        minor_digits(bare(cell)[:40])
    except MoneyError as error:
        raise Unfit(str(error)) from None
    return code


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def timezone(cell: str) -> str:
    """A time zone such as `Europe/Rome`."""
    name = bare(cell)
    if name not in _timezones():
        raise Unfit(f"{_short(name)} is not a time zone: use a name such as Europe/Rome")
    return name


def word(cell: str, words: type[_Word]) -> _Word:
    """A word of a fixed vocabulary, in any case, with blanks or hyphens for underscores."""
    try:
        return words(word_key(cell))
    except ValueError:
        raise Unfit(f"unknown word {_short(cell)}: use {listed(words)}") from None


def _short(cell: str) -> str:
    found = bare(cell)
    return repr(found if len(found) <= _SHOWN else found[: _SHOWN - 1] + "…")
