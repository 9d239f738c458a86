"""Claims of payment: whether a payment that nobody has matched may be the one that a customer speaks of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.terms.agreement import Claim
from dunwell.terms.money import Money

_BEFORE = timedelta(days=60)
"""How long before the claim a payment may have come: older ones are other stories."""
_SHORT = 4
"""Shorter references are in too many texts to say anything."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim with what can be looked for: its invoices' numbers, what was open on them, the account's name."""

    claim: Claim
    numbers: Sequence[str]
    open: Money
    name: str


@dataclass(frozen=True, slots=True)
class Loose:
    """A payment that is not matched with the claim's invoices: its value date, amount, the words that came with it."""

    on: date
    amount: Money
    words: str


def fits(claimed: Claimed, payment: Loose) -> tuple[str, ...]:
    """What speaks for the payment being the one: amount, reference, name. Empty where that is too little.

    The reference alone is enough, and so are any two.
    """
    if payment.on < claimed.claim.made_on - _BEFORE:
        return ()
    found = []
    if payment.amount == (claimed.claim.amount or claimed.open):
        found.append("amount")
    words = _plain(payment.words)
    if any(len(one) >= _SHORT and one in words for one in _references(claimed)):
        found.append("reference")
    name = _plain(claimed.name)
    if len(name) >= _SHORT and name in words:
        found.append("name")
    return tuple(found) if "reference" in found or len(found) > 1 else ()


def _references(claimed: Claimed) -> list[str]:
    return [_plain(one) for one in (claimed.claim.reference or "", *claimed.numbers)]


def _plain(text: str) -> str:
    """Letters and digits alone, in lower case: banks drop the rest."""
    return re.sub(r"[\W_]+", "", text.casefold())
