"""Disputes that ended with a credit: which of the credits the books show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """What we are to credit for a dispute, in minor units of one account and currency. `adjusted`: what the ledger took
    off the invoice itself since the dispute was opened; `notes`: the credit notes that came for the account since then.
    """

    minor: int
    adjusted: int
    notes: int


def shown(credits: Sequence[Credit]) -> list[bool]:
    """Which of an account's credits the books show, in the order of their disputes: a credit note counts once."""
    taken = 0
    found = []
    for one in credits:
        wanted = max(0, one.minor - max(0, one.adjusted))
        enough = one.notes - taken >= wanted
        if enough:
            taken += wanted
        found.append(enough)
    return found
