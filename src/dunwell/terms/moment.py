"""The time of an act: a moment and the creditor's day that it falls on. Always passed in, never read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """The aware moment `now`, on the creditor's day `on`.

    A day that was said (`--date`, DUNWELL_TODAY) obeys days of rest but no hours: `keeps_hours` is False for it.
    """

    now: datetime
    on: date
    keeps_hours: bool = True
