"""Reading one file of rates: every key is known and has its kind, and an error names the file, the line and the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, NoReturn

from dunwell.rules.tomltext import Key, Problem, TomlProblems, dotted, line_of, lines, nearest, parse
from dunwell.terms.money import MINOR_DIGITS

_KEYS = (
    *("name", "law", "reference", "publisher", "since", "before", "basis", "day_count", "margins", "fixed_sums"),
    *("currencies", "round_up_to", "compounds", "rates_of", "rates", "valid_until"),
)


@dataclass(slots=True)
class Reader:
    """A table of a file, asked key by key."""

    source: str
    table: Mapping[str, Any]
    places: Mapping[Key, int] = field(default_factory=dict)
    path: Key = ()

    @classmethod
    def of(cls, text: str, source: str) -> Reader:
        """A reader of a whole file; raises TomlProblems for what is no TOML."""
        return cls(source, parse(text, source), lines(text))

    def refuse(self, key: str, message: str) -> NoReturn:
        """Raise TomlProblems about a key of this table."""
        whole = (*self.path, key) if key else self.path
        raise TomlProblems(self.source, [Problem(line_of(whole, self.places), dotted(whole), message)])

    def end(self) -> None:
        """Raise TomlProblems if the file has a key that nobody reads."""
        for key in self.table:
            if key not in _KEYS:
                self.refuse(key, f"unknown key{nearest(key, _KEYS)}; known here: {', '.join(_KEYS)}")

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self.table

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; without a default the key is required."""
        value = self.table.get(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.refuse(key, "a text is needed here")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of currencies; none where the key is missing."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or any(one not in MINOR_DIGITS for one in value):
            self.refuse(key, 'a list of ISO 4217 codes is needed here, such as ["EUR"]')
        return tuple(value)

    def currency(self, key: str) -> str:
        """An ISO 4217 code."""
        value = self.text(key)
        if value not in MINOR_DIGITS:
            self.refuse(key, f"{value!r} is no ISO 4217 code such as EUR")
        return value

    def day(self, key: str) -> date:
        """A day, written without quotes."""
        value = self.table.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(key, "a day is needed here, written 2026-01-01 without quotes")
        return value

    def number(self, key: str) -> Decimal:
        """A number, whole or with a point, exact."""
        value = self.table.get(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
            self.refuse(key, "a number is needed here, such as 2.15")
        return Decimal(value)

    def one_of(self, key: str, kinds: Iterable[StrEnum]) -> str:
        """One of the words of an enumeration."""
        value, known = self.table.get(key), [str(one) for one in kinds]
        if value not in known:
            self.refuse(key, f"{value!r} is none of {', '.join(known)}")
        return str(value)

    def parts(self, key: str, *, required: bool = True) -> tuple[Reader, ...]:
        """The tables of a list, in their order."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or any(not isinstance(one, dict) for one in value) or (required and not value):
            self.refuse(key, "a list of tables is needed here")
        return tuple(Reader(self.source, one, self.places, (*self.path, key, at)) for at, one in enumerate(value))

    def sorted(self, key: str, days: Sequence[date], begins: date | None = None) -> None:
        """Raise TomlProblems unless the days rise, and the first is not after `begins`."""
        for earlier, later in pairwise(days):
            if later <= earlier:
                self.refuse(key, f"{later} stands after {earlier}: each begins later than the one before")
        if begins is not None and days[0] > begins:
            self.refuse(key, f"nothing is given from {begins} to {days[0]}")
