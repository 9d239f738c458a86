"""Days as people export them, and how to tell the fifth of January from the first of May.

Always clear: ISO (also with a time, which is dropped, and as 20260105), any form that starts with the year, and dots
(05.01.2026 is day, month, year). `05/01/2026` and `05-01-2026` depend on the file: one date with a part above 12
settles it, two that contradict each other or none at all refuse it. Two-digit years are taken as 20xx only where the
mapping states `date_order`; otherwise 26/02/05 could be any of three days, and its row is rejected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dunwell.intake.errors import IntakeError, Unfit

ORDERS = ("dmy", "mdy", "ymd")
_DAYS_KEPT = 16384
_SHOWN = 60
_YEARS = range(1900, 2200)
_JALALI_YEARS = range(1300, 1500)
_DIGITS = str.maketrans(
    {ord(char): str(value % 10) for value, char in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
    | dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
)
_TIME = (
    r"(?:[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?:\s?[AaPp][Mm])?\s?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})\.?{_TIME}")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_TIME}")
_SHORT = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{2}}){_TIME}")
_SPACED_DOT = re.compile(r"\.\s+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class DateStyle:
    """The order of day, month and year in a file; `stated` when the mapping says so, None when no date needs it."""

    order: str | None = None
    stated: bool = False


def _plain(text: str) -> str:
    return _SPACED_DOT.sub(".", text.translate(_DIGITS).strip())


def parse_date(text: str, style: DateStyle) -> date:
    """The day that `text` names; raises Unfit when it names none."""
    plain = _plain(text)
    if match := _ISO.fullmatch(plain):
        return _day(text, *match.groups())
    if match := _YEAR_FIRST.fullmatch(plain):
        year, _, month, day = match.groups()
        return _day(text, year, month, day)
    if match := _COMPACT.fullmatch(plain):
        return _day(text, *match.groups())
    if match := _YEAR_LAST.fullmatch(plain):
        return _in_order(text, match, style)
    if match := _SHORT.fullmatch(plain):
        return _short(text, match, style)
    raise Unfit(f"{text[:_SHOWN]!r} is not a date: write it as 2026-01-31")


def _in_order(text: str, match: re.Match[str], style: DateStyle) -> date:
    first, separator, second, year = match.groups()
    # Dots mean day first whatever the slashes of the file mean; only the mapping's word goes before that.
    order = style.order if style.stated or separator != "." else "dmy"
    if order == "ymd":
        raise Unfit(f"{text!r} does not start with the year, as date_order in the mapping says")
    return _day(text, year, first, second) if order == "mdy" else _day(text, year, second, first)


def _short(text: str, match: re.Match[str], style: DateStyle) -> date:
    if not style.stated:
        raise Unfit(f"{text!r} has a two-digit year: write it in full, or set date_order in the mapping")
    first, _, second, third = match.groups()
    match style.order:
        case "ymd":
            return _day(text, f"20{first}", second, third)
        case "mdy":
            return _day(text, f"20{third}", first, second)
        case _:
            return _day(text, f"20{third}", second, first)


def _day(text: str, year: str, month: str, day: str) -> date:
    if int(year) in _JALALI_YEARS:
        raise Unfit(f"{text!r} looks like a date of the Persian calendar: write the Gregorian date")
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise Unfit(f"{text!r} is not a date: there is no such day") from None
    if found.year not in _YEARS:
        raise Unfit(f"{text!r} is not a date of our time")
    return found


class OrderEvidence:
    """Collects what the dates of a file prove, then settles its order of day and month."""

    def __init__(self) -> None:
        self._proof: dict[str, str] = {}
        self._unsure: tuple[str, str] | None = None
        self._seen: set[str] = set()

    def add(self, line: int, column: str, text: str) -> None:
        """Take one cell into account."""
        if text in self._seen:
            return
        if len(self._seen) < _DAYS_KEPT:
            self._seen.add(text)
        match = _YEAR_LAST.fullmatch(_plain(text))
        if match is None or match[2] == ".":
            return
        orders = [order for order in ("dmy", "mdy") if _fits(text, order)]
        place = f"line {line}, column {column!r}: {text!r}"
        if len(orders) == 1:
            self._proof.setdefault(orders[0], place)
        elif orders and int(match[1]) != int(match[3]):
            self._unsure = self._unsure or (place, text)

    def settle(self, name: str) -> str | None:
        """The file's order, None when it matters nowhere; raises IntakeError when contradictory or left open."""
        if len(self._proof) > 1:
            raise IntakeError(
                f"{name}: {self._proof['dmy']} has the day first, but {self._proof['mdy']} has the month first. "
                'Correct the file, or set date_order = "dmy" or date_order = "mdy" in the mapping (--mapping): '
                "rows written otherwise are then rejected."
            )
        if self._proof:
            return next(iter(self._proof))
        if self._unsure is None:
            return None
        place, text = self._unsure
        readings = {order: parse_date(text, DateStyle(order)) for order in ("dmy", "mdy")}
        raise IntakeError(
            f"{name}: {place} may be {readings['dmy']} or {readings['mdy']}, and no other date in the file settles it. "
            f'Set in the mapping (--mapping) date_order = "dmy" if it is {readings["dmy"]}, '
            f'or date_order = "mdy" if it is {readings["mdy"]} ("ymd" is year first, for two-digit years).'
        )


def _fits(text: str, order: str) -> bool:
    try:
        parse_date(text, DateStyle(order))
    except Unfit:
        return False
    return True
