"""What may be charged beside the principal: the contract's monthly late fee, or the law's interest, never both. Pure.

The late fee falls due on the first day on hold and on the same day of each month after, on the principal that is open
on that day. A month that lacks the day has it on its last one, and the next month is counted from the first day again:
31 January, 28 February, 31 March.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from dunwell.rules.interest import Balance, half_up
from dunwell.terms.account import Account, Kind
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class LateFee:
    """A late fee of the `number`-th month, from 1: `percent` of `principal`, rounded half up to the minor unit.

    `key` names it among the charges of its invoice, whenever it is asked for: with its key there, it is not due again.
    """

    key: str
    number: int
    on: date
    percent: Decimal
    principal: Money
    amount: Money


def late_fees(
    account: Account, balances: Sequence[Balance], on_hold_since: date, today: date, charged: Collection[str] = ()
) -> tuple[LateFee, ...]:
    """The late fees of one invoice that are due by `today` and not among the keys `charged`, oldest first.

    `balances` is the open principal as it changed, oldest first; a fee is charged on what is open on its day. None for
    a consumer, for terms without a fee, and for a day on which nothing is open.
    """
    percent = account.late_fee_percent
    if account.kind is Kind.CONSUMER or not percent or percent <= 0:
        return ()
    found = []
    number, on = 1, on_hold_since
    while on <= today:
        principal = _open_on(balances, on)
        key = f"late_fee:{number}"
        if principal is not None and key not in charged:
            amount = Money(half_up(Fraction(principal.minor) * Fraction(percent) / 100), principal.currency)
            if amount:
                found.append(LateFee(key, number, on, percent, principal, amount))
        if on.year == date.max.year and on.month == 12:
            break
        on = on_hold_since + relativedelta(months=number)
        number += 1
    return tuple(found)


def statutory_interest_allowed(account: Account) -> bool:
    """Whether the law's interest may be charged: not to a consumer, and not beside a contract's late fee."""
    return account.kind is not Kind.CONSUMER and not account.late_fee_percent


def _open_on(balances: Sequence[Balance], day: date) -> Money | None:
    """The principal open on `day`; None when nothing is."""
    known = [one.open for one in balances if one.since <= day]
    return known[-1] if known and known[-1].minor > 0 else None
