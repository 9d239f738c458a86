"""The laws of late payment and the rates that they refer to, read from data files. Pure.

A law is a file with a country's code, `rates/GB.toml`. It names the law, its reference rate with every period, where
each rate comes from, and the last day for which the last rate is known. `rates/ECB.toml` has rates alone, which several
laws share. Files of the same name in a folder of one's own stand before the built-in ones. The shape of a file is
documented in docs/interest.md.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from dunwell.rules.ratefile import Reader
from dunwell.rules.tomltext import Problem, TomlProblems, nearest
from dunwell.terms.money import Money

_BUILT_IN = Path(__file__).parent / "rates"
_ONE_DAY = timedelta(days=1)


class LawError(ValueError):
    """What a law or its rates cannot answer; the message says what to do. `about` is the option that it concerns."""

    def __init__(self, about: str, message: str) -> None:
        self.about = about
        super().__init__(message)


class RateBasis(StrEnum):
    """Whose rate a day bears: the one of the day on which interest starts, or the one in force on the day itself."""

    START = "start"
    EACH = "each"


class DayCount(StrEnum):
    """What a year is divided by: always 365; 366 for days in a leap year; always 360."""

    FIXED_365 = "365"
    CALENDAR_YEAR = "365/366"
    FIXED_360 = "360"


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """A reference rate in per cent a year, from the day `since` on; `source` says who published it."""

    since: date
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class RateTable:
    """Reference rates in order of their days. The last one is known to hold until `valid_until`, that day included."""

    file: str
    rates: tuple[ReferenceRate, ...]
    valid_until: date
    publisher: str = ""

    def at(self, day: date) -> ReferenceRate:
        """The rate in force on `day`; raises LawError where the table does not cover it."""
        first = self.rates[0].since
        if day < first:
            raise LawError("due", f"{self.file} has no rate for {day}: it begins on {first}")
        if day > self.valid_until:
            gap = f"from {self.valid_until + _ONE_DAY} on"
            raise LawError(
                "paid",
                f"{self.file} has no rate {gap}, and {day} needs one: add it to a copy of the file in a folder of your "
                f"own and name that with --rates, or compute with the last known rate by --assume-last-rate"
                + (f" (published at {self.publisher})" if self.publisher else ""),
            )
        return self.rates[bisect_right(self.rates, day, key=lambda rate: rate.since) - 1]

    def changes(self, first: date, last: date) -> tuple[date, ...]:
        """The days after `first`, up to and with `last`, on which another period begins."""
        return tuple(rate.since for rate in self.rates if first < rate.since <= last)

    def assuming_last(self) -> RateTable:
        """The table with its last rate going on for ever; the source of those days says that it is assumed."""
        if self.valid_until == date.max:
            return self
        last = self.rates[-1]
        known = f"assumed: the last known rate, of {last.since} ({last.source})"
        further = ReferenceRate(self.valid_until + _ONE_DAY, last.rate, known)
        return replace(self, rates=(*self.rates, further), valid_until=date.max)


@dataclass(frozen=True, slots=True)
class Step:
    """A sum in major units for debts of at least `bound`, or of more than `bound` when not `inclusive`."""

    bound: Decimal
    inclusive: bool
    sum: Decimal

    def reached(self, amount: Decimal) -> bool:
        """Whether a debt of that many major units is on this step."""
        return amount >= self.bound if self.inclusive else amount > self.bound


@dataclass(frozen=True, slots=True)
class FixedSum:
    """The fixed sum for the cost of recovery, for debts late from the day `since` on."""

    since: date
    currency: str
    steps: tuple[Step, ...]

    def of(self, principal: Decimal) -> Money:
        """The sum for a debt of that many major units: the last step that it reaches."""
        reached = [step.sum for step in self.steps if step.reached(principal)]
        return Money.of(reached[-1] if reached else Decimal(0), self.currency)


@dataclass(frozen=True, slots=True)
class Law:
    """A law of late payment between businesses.

    `margins` are percentage points above the reference rate, each for debts late from its day on. `currencies` are the
    only ones for which the law's rate or fixed sum is known; empty is any. `round_up_to` is the step to which the whole
    rate is rounded up. `compounds` says why sums for more than a year cannot be simple interest under this law.
    """

    country: str
    name: str
    citation: str
    reference: str
    since: date
    before: str
    basis: RateBasis
    day_count: DayCount
    margins: tuple[tuple[date, Decimal], ...]
    fixed_sums: tuple[FixedSum, ...] = ()
    currencies: frozenset[str] = frozenset()
    round_up_to: Decimal | None = None
    compounds: str = ""

    def margin(self, starts: date) -> Decimal:
        """Percentage points above the reference rate for a debt that bears interest from `starts` on."""
        return [points for since, points in self.margins if since <= starts][-1]

    def fixed_sum(self, starts: date, principal: Money) -> Money | None:
        """The fixed sum for a debt that bears interest from `starts` on; None where the law has none."""
        found = [one for one in self.fixed_sums if one.since <= starts]
        return found[-1].of(principal.amount) if found else None

    def rate(self, reference: Decimal, starts: date) -> Decimal:
        """The whole rate in per cent a year over that reference rate, rounded up where the law rounds it."""
        whole = reference + self.margin(starts)
        if self.round_up_to is None:
            return whole
        return (whole / self.round_up_to).to_integral_value(ROUND_CEILING) * self.round_up_to


def countries(folder: Path | None = None) -> tuple[str, ...]:
    """The codes of all countries whose law is known, those of `folder` among them."""
    folders = [_BUILT_IN, *([folder] if folder else [])]
    return tuple(sorted({file.stem for one in folders for file in one.glob("*.toml") if len(file.stem) == 2}))


def load(country: str, folder: Path | None = None) -> tuple[Law, RateTable]:
    """The law of a country (`GB`; a region, `DE-BY`, is its country) with its rates.

    Raises LawError for a country without one, and TomlProblems for a file that is not sound.
    """
    code = country.strip().upper().partition("-")[0]
    known = countries(folder)
    if code not in known:
        hint = " (did you mean 'GB'?)" if code == "UK" else nearest(code, known)
        raise LawError("country", f"no law of late payment is known for {country!r}{hint}; known: {', '.join(known)}")
    return _law(code, folder)


@lru_cache(maxsize=64)
def _law(code: str, folder: Path | None) -> tuple[Law, RateTable]:
    reader = _open(code, folder)
    law = Law(
        country=code,
        name=reader.text("name"),
        citation=reader.text("law"),
        reference=reader.text("reference"),
        since=reader.day("since"),
        before=reader.text("before", ""),
        basis=RateBasis(reader.one_of("basis", RateBasis)),
        day_count=DayCount(reader.one_of("day_count", DayCount)),
        margins=tuple((part.day("from"), part.number("points")) for part in reader.parts("margins")),
        fixed_sums=tuple(_fixed_sum(part) for part in reader.parts("fixed_sums", required=False)),
        currencies=frozenset(reader.texts("currencies")),
        round_up_to=reader.number("round_up_to") if reader.has("round_up_to") else None,
        compounds=reader.text("compounds", ""),
    )
    reader.sorted("margins", [since for since, _ in law.margins], begins=law.since)
    shared = reader.text("rates_of", "")
    table = _table(_open(shared, folder, reader) if shared else reader)
    reader.end()
    return law, table


def _open(name: str, folder: Path | None, asked_by: Reader | None = None) -> Reader:
    places = [one / f"{name}.toml" for one in ((folder, _BUILT_IN) if folder else (_BUILT_IN,))]
    file = next((one for one in places if one.is_file()), None)
    if file is None:
        if asked_by:
            asked_by.refuse("rates_of", f"there is no {name}.toml beside it")
        raise LawError("country", f"there is no {name}.toml")
    shown = file.name if file.parent == _BUILT_IN else str(file)
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise TomlProblems(shown, [Problem(None, "", "not UTF-8: save it as UTF-8 text")]) from None
    return Reader.of(text, shown)


def _fixed_sum(part: Reader) -> FixedSum:
    steps = [
        Step(one.number("from"), True, one.number("sum"))
        if one.has("from")
        else Step(one.number("above"), False, one.number("sum"))
        for one in part.parts("steps")
    ]
    return FixedSum(part.day("from"), part.currency("currency"), tuple(steps))


def _table(reader: Reader) -> RateTable:
    rates = tuple(
        ReferenceRate(part.day("from"), part.number("rate"), part.text("source")) for part in reader.parts("rates")
    )
    reader.sorted("rates", [one.since for one in rates])
    valid_until = reader.day("valid_until")
    if valid_until < rates[-1].since:
        reader.refuse("valid_until", f"{valid_until} is before the last rate, which begins on {rates[-1].since}")
    return RateTable(reader.source, rates, valid_until, reader.text("publisher", ""))
