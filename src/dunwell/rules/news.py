"""Good news for an account as a whole: a payment that ended its chase, a hold that ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.rules.stages import CHASING

PRESSING = ("delinquent", "on_hold", "litigation")
"""The stages past `late`: whoever was written to in one of them hears from us when the chase ends."""

HOLDING = ("on_hold", "litigation")
"""The stages in which the account is on hold."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands. `stages` are those of the letters that its open invoices got, of invoices whose
    principal is open still. `paid`: money has come in since it was pressed."""

    pressed_since: date | None
    hold_since: date | None
    stages: frozenset[str]
    paid: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What follows: the account's new days, and the news to tell."""

    pressed_since: date | None
    hold_since: date | None
    news: tuple[str, ...] = ()


def holds_good(kind: str, stages: frozenset[str]) -> bool:
    """Whether news may still be told, with what its account's open invoices have had: money can be taken back."""
    return not stages & set(CHASING if kind == "payment_received" else HOLDING)


def change(standing: Standing, today: date) -> Change:
    """What follows from where the account stands on `today`.

    `payment_received` is told when money ended the whole chase of an account that was pressed; `released` when none of
    its open invoices has reached a hold any more, however that came.
    """
    news: list[str] = []
    pressed, hold = standing.pressed_since, standing.hold_since
    if pressed is not None and not standing.stages & set(CHASING):
        pressed = None
        news += ["payment_received"] if standing.paid else []
    elif pressed is None and standing.stages & set(PRESSING):
        pressed = today
    if hold is not None and not standing.stages & set(HOLDING):
        hold = None
        news.append("released")
    elif hold is None and standing.stages & set(HOLDING):
        hold = today
    return Change(pressed, hold, tuple(news))
