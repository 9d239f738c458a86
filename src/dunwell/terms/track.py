"""How an account has behaved, as far as the books tell: what it was to pay and paid, and what else happened, by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dunwell.terms.money import Money


class Sign(StrEnum):
    """A sign that an account is in difficulty."""

    LATE = "later_than_usual"
    BROKEN = "promise_broken"
    PART = "part_payment"
    BOUNCE = "bounced"
    HARDSHIP = "hardship_words"
    OVER_LIMIT = "over_limit"


@dataclass(frozen=True, slots=True)
class Reduction:
    """What took `minor` units off an invoice on a day (negative where it was taken back). `paid`: it was money;
    `written_off`: people gave it up; neither: a credit note."""

    on: date
    minor: int
    paid: bool = True
    written_off: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An invoice with what reduced its principal, in the order of the days. `planned` are the days, both included, on
    which an agreed instalment plan took its place (the last is None while it does)."""

    number: str
    issued: date
    due: date
    amount: Money
    reductions: tuple[Reduction, ...] = ()
    planned: tuple[tuple[date, date | None], ...] = ()

    def open_on(self, on: date) -> int:
        """What was open of it at the end of the day `on`, in minor units."""
        return self.amount.minor - sum(one.minor for one in self.reductions if one.on <= on)

    def paid_on(self, on: date) -> date | None:
        """The day on which money settled it, as far as was known at the end of the day `on`; None where it was open
        then, or a credit note or a write-off settled it."""
        left, settled = self.amount.minor, None
        for one in self.reductions:
            if one.on > on:
                break
            before, left = left, left - one.minor
            if before > 0 >= left:
                settled = one
        return settled.on if settled is not None and left <= 0 and settled.paid else None


@dataclass(frozen=True, slots=True)
class NewTerms:
    """What was agreed with an account on `agreed_on` for what it orders from then on: `advance` percent paid before
    delivery, `days` to pay the rest, at most `limit` open. They held until the day before `ended_on`."""

    agreed_on: date
    advance: Decimal | None = None
    days: int | None = None
    limit: Money | None = None
    ended_on: date | None = None

    def hold_on(self, on: date) -> bool:
        """Whether they are in force on a day."""
        return self.agreed_on <= on and (self.ended_on is None or on < self.ended_on)

    @property
    def words(self) -> str:
        """What was agreed, in words."""
        parts = [
            f"{self.advance.normalize():f} % in advance" if self.advance is not None else "",
            f"{self.days} days to pay" if self.days is not None else "",
            f"at most {self.limit} open" if self.limit is not None else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Event:
    """A sign that showed on the day `on`; from the day `until` on it was known to have been none."""

    on: date
    sign: Sign
    until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it was taken for a sign on a day."""
        return self.on <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Limit:
    """A credit limit that the ledger had from the day `since`, in major units; it names no currency."""

    since: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Track:
    """An account's whole history. `events` are signs that need no reckoning; `limits` and `terms` oldest first."""

    account: str
    name: str
    items: tuple[Item, ...] = ()
    events: tuple[Event, ...] = ()
    limits: tuple[Limit, ...] = ()
    terms: tuple[NewTerms, ...] = ()

    def known_on(self, on: date) -> bool:
        """Whether anything had been invoiced by then."""
        return any(one.issued <= on for one in self.items)

    def terms_on(self, on: date) -> NewTerms | None:
        """The new terms in force on a day: the newest."""
        return next((one for one in reversed(self.terms) if one.hold_on(on)), None)
