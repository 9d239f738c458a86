"""Disposition: what can be done about a referral, with the figures to choose by. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dunwell.litigation.limitation import Limitation, limitation
from dunwell.terms.account import Account
from dunwell.terms.case import Case
from dunwell.terms.money import Money, totals


class Disposition(StrEnum):
    """What a person decides about a referral."""

    SUE = "sue"
    AGENCY = "agency"
    SELL = "sell"
    SETTLE = "settle"
    INSTALMENTS = "instalments"
    WRITE_OFF = "write_off"
    WAIT = "wait"


HANDED_OVER = (Disposition.SUE, Disposition.AGENCY, Disposition.SELL)
"""Dispositions that give the referral to somebody outside."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What to choose by: what is open in each currency, the oldest case's days overdue, its limitation, the number of
    letters and calls so far."""

    totals: tuple[Money, ...]
    days_overdue: int
    limitation: Limitation | None
    letters: int
    calls: int


def figures(account: Account, cases: Sequence[Case], today: date) -> Figures:
    """The figures of a referral as of `today`."""
    dues = [case.invoice.due for case in cases if case.invoice.due is not None]
    oldest = min(dues, default=None)
    touches = [touch for case in cases for touch in case.touches]
    return Figures(
        totals=totals(case.outstanding for case in cases),
        days_overdue=max(0, (today - oldest).days) if oldest else 0,
        limitation=limitation(oldest, account.country) if oldest else None,
        letters=len({(touch.on, touch.channel) for touch in touches if touch.channel.value == "email"}),
        calls=len({touch.on for touch in touches if touch.channel.value == "call"}),
    )
