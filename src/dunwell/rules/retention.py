"""Retention: how long letters, mails and records are kept for the law, and what may be erased when. Pure.

The periods by country, each with its law, are in retention.toml beside this file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from dunwell.rules.policy_parts import Part

_CAUTIOUS = 10
"""Years where the creditor's country is not among those of the file: the longest that it has."""


class Retention(Part):
    """How long letters and mails are kept. `years` after the end of the calendar year; unset, as the law of the
    creditor's country wants it."""

    years: Annotated[int, Field(ge=1, le=100, strict=True)] | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Years after the end of the calendar year, for letters and for accounting records, and by what law."""

    letters: int
    records: int
    law: str

    def until(self, on: date) -> date:
        """The last day on which a letter of the day `on` is kept."""
        return date(on.year + self.letters, 12, 31)

    def over(self, today: date) -> date:
        """The last day whose letters are past their period on `today`."""
        return date(today.year - self.letters - 1, 12, 31)


@dataclass(frozen=True, slots=True)
class Piece:
    """A letter or a mail of the day `on`. `held`: an open case or a standing referral rests on it; `proof`: it is a
    business letter, which a mail that said and did nothing is not."""

    key: int
    on: date
    held: bool
    proof: bool = True


def period(country: str, rules: Retention) -> Period:
    """The period for a creditor in `country` (`DE` serves `DE-BY`): the law's, with the policy's years for letters."""
    law = _laws().get(country.partition("-")[0])
    if law is None:
        law = Period(_CAUTIOUS, _CAUTIOUS, f"no period is on file for {country}: the longest known")
    if rules.years is None:
        return law
    return Period(rules.years, law.records, "the policy's retention.years")


def to_erase(pieces: Iterable[Piece], today: date, law: Period) -> list[int]:
    """Which of the pieces are to be erased on `today`: nothing rests on them, and no law wants them any more."""
    return [one.key for one in pieces if not one.held and (not one.proof or law.until(one.on) < today)]


@cache
def _laws() -> dict[str, Period]:
    text = (files("dunwell.rules") / "retention.toml").read_text(encoding="utf-8")
    return {country: Period(**values) for country, values in tomllib.loads(text).items()}
