"""Until when a claim can be brought to court, by country: data with its source. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True, slots=True)
class Limitation:
    """The last day on which a claim can be brought, and under which law; nothing that interrupts it is known here."""

    until: date
    law: str


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, object]]:
    text = (files("dunwell.litigation") / "limitation.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def limitation(due: date, country: str) -> Limitation | None:
    """When a claim due on `due` against a customer in `country` becomes time-barred; None where that is not known."""
    entry = _table().get(country) or _table().get(country.partition("-")[0])
    if entry is None:
        return None
    begins = date(due.year, 12, 31) if entry.get("end_of_year") else due
    return Limitation(begins + relativedelta(years=int(str(entry["years"]))), str(entry["law"]))
