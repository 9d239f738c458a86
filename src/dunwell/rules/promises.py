"""Promises: which are taken as they are, how a part is spread, and whether one was kept. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dunwell.rules.policy import Policy
from dunwell.terms.account import Account
from dunwell.terms.agreement import PromiseState
from dunwell.terms.calendar import add_working_days, is_rest, working_day_until
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Offered:
    """A promise as somebody made it: by the day `by`, of `amount` (None: all that is open)."""

    by: date
    amount: Money | None = None


def against(offered: Offered, open_sum: Money, made: int, rules: Policy, today: date) -> str | None:
    """Why a promise is for a person to decide about, in words; None where the policy takes it.

    `open_sum` is what is open on its cases, in one currency; `made` how many promises the most promised of them had.
    """
    return impossible(offered, open_sum, today) or beyond(offered, made, rules, today)


def impossible(offered: Offered, open_sum: Money, today: date) -> str | None:
    """Why nobody can record such a promise, in words: its day has passed, or nothing like it is owed."""
    if offered.by < today:
        return f"the promised day, {offered.by}, has passed"
    return None if offered.amount is None else _amount_against(offered.amount, open_sum)


def beyond(offered: Offered, made: int, rules: Policy, today: date) -> str | None:
    """Which limit of the policy a promise goes beyond, in words: a reply may not, a person may."""
    limits = rules.promises
    if offered.by > today + timedelta(days=limits.days_ahead):
        return f"{offered.by} is more than {limits.days_ahead} days ahead"
    if made >= limits.per_case:
        return f"{made} promises were made before; the policy takes {limits.per_case}"
    return None


def _amount_against(amount: Money, open_sum: Money) -> str | None:
    if amount.currency != open_sum.currency:
        return f"{amount} is promised, and {open_sum} is open: another currency"
    return None if 0 < amount.minor <= open_sum.minor else f"{amount} is promised, and {open_sum} is open"


def stops(offered: Offered, open_sum: Money, rules: Policy) -> bool:
    """Whether the promise stops its cases: of all that is open, or of the policy's part of it."""
    if offered.amount is None or open_sum.minor <= 0:
        return True
    return Decimal(offered.amount.minor) * 100 >= rules.promises.stops_from * open_sum.minor


def spread(amount: Money, open_amounts: Sequence[Money]) -> list[Money]:
    """The promised amount over the cases in their order, as a payment would reduce them; what is left over is not
    spread."""
    left, shares = amount.minor, []
    for open_amount in open_amounts:
        share = max(0, min(left, open_amount.minor))
        shares.append(Money(share, amount.currency))
        left -= share
    return shares


def reminds(by: date, made_on: date, rules: Policy, country: str, today: date) -> bool:
    """Whether the letter that reminds of a promise is due: from the working day before its own on, until that comes;
    never on the day on which it was made, nor on a day of rest."""
    first = working_day_until(by - timedelta(days=1), country)
    return rules.promises.remind and made_on < today and first <= today < by and not is_rest(today, country)


def judged(
    by: date,
    promised: Money,
    received: Money,
    left: Money,
    account: Account,
    rules: Policy,
    known: date | None,
    today: date,
) -> PromiseState:
    """What became of an open promise of `promised`, made for the day `by`, as of `today`.

    Kept as soon as the money came, or nothing worth chasing is left; else it stays open until its grace has passed
    and the payments are known up to then.
    """
    if received.minor >= promised.minor or left.minor <= 0 or rules.amounts.tolerated(left):
        return PromiseState.KEPT
    last = add_working_days(by, rules.promises.grace, account.country)
    if today <= last or known is None or known < last:
        return PromiseState.OPEN
    return PromiseState.PART_KEPT if received.minor > 0 else PromiseState.BROKEN
