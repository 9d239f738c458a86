"""Approving: when a referral is asked about, how many people have to agree, and which role may. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dunwell.rules.policy import Policy
from dunwell.terms.money import Money
from dunwell.terms.user import UserRole

TWO_PERSONS = ("sue", "agency", "sell", "settle", "write_off")
"""Dispositions that cost money or cannot be taken back: above the limit two people agree on them."""

_ALL = (*TWO_PERSONS, "instalments", "wait")
_MAY: dict[str, tuple[str, ...]] = {
    "owner": _ALL,
    "controller": _ALL,
    "collector": ("instalments", "wait"),
    "auditor": (),
}
"""Which dispositions each role may decide, or be one of the two for."""


def approvers(disposition: str, amounts: Sequence[Money], rules: Policy) -> int:
    """How many different people have to agree on this disposition of a referral with these totals: 1 or 2.

    Two where a total reaches `amounts.four_eyes` of its currency; without that key always one.
    """
    limits = [(money.amount, rules.amounts.four_eyes_from(money.currency)) for money in amounts]
    above = any(limit is not None and amount >= limit for amount, limit in limits)
    return 2 if above and disposition in TWO_PERSONS else 1


def may_write_off(role: UserRole | None, total: Money, rules: Policy) -> bool:
    """Whether somebody in this role may write so much of one invoice off in all.

    Without limits for the currency everybody may; with them nobody who is no user (None) and no auditor.
    """
    limits = rules.amounts.write_off_limits(total.currency)
    if not limits:
        return True
    if role is None or role is UserRole.AUDITOR:
        return False
    return total.amount <= limits.get(role, total.amount)


def may(role: str, disposition: str) -> bool:
    """Whether somebody in this role may decide so; an unknown role may nothing."""
    return disposition in _MAY.get(role, ())


def same_person(left: str, right: str) -> bool:
    """Whether two names are one person's: spaces and capitals tell nobody apart."""
    return " ".join(left.split()).casefold() == " ".join(right.split()).casefold()


def asked_since(since: date, wait_until: date | None) -> date:
    """Since when a queued referral is asked about: its first day in the queue, or the end of the last 'wait'."""
    return wait_until or since


def decide_by(asked: date, rules: Policy) -> date:
    """The last day on which a person can decide before it is decided that the referral waits."""
    return asked + timedelta(days=rules.litigation.decide_within)


def reminder_due(asked: date, reminded: date | None, rules: Policy, today: date) -> bool:
    """Whether the owner is to be reminded today."""
    return today >= max(asked, reminded or asked) + timedelta(days=rules.litigation.remind_every)
