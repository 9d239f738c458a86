"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `state` is 'well', 'note', 'wrong' (mend it) or 'away' (try later)."""

    name: str
    state: str
    what: str
