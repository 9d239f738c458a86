"""What is to be charged on a case today: the contract's late fee, or interest and fixed sum by law. Pure.

Nothing is charged before the letter of the stage that begins it has gone, nor before the payments are known up to the
charge's day, for which it waits as long as payments may be old. A late fee whose day finds the case held up (promised,
said to be paid, disputed, paused, stopped, in the litigation queue, excluded) is let go for that month; interest, which
runs by law, is booked once nothing holds it up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from dunwell.rules import agreements, ramp, stops
from dunwell.rules.charges import late_fees, statutory_interest_allowed
from dunwell.rules.interest import Balance, Period, half_up, interest
from dunwell.rules.policy import Policy
from dunwell.rules.rates import Law, LawError, RateTable
from dunwell.rules.stages import CHASING
from dunwell.terms.calendar import working_days_between
from dunwell.terms.case import Case
from dunwell.terms.decision import Reason
from dunwell.terms.money import Money

ONE_DAY = timedelta(days=1)
LET_GO = frozenset(
    {
        Reason.PROMISED,
        Reason.DISPUTED,
        Reason.CLAIMED,
        Reason.STOPPED,
        Reason.PAUSED,
        Reason.REFERRED,
        Reason.EXCLUDED,
    }
)
"""What a case waits for while its late fee is let go."""


@dataclass(frozen=True, slots=True)
class Change:
    """What reduced the principal, in minor units, on a day. `corrects`: a credit note, as if never owed."""

    on: date
    minor: int
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """A charge that the books have, by its key within its invoice; `let_go`: written down so as not to be charged."""

    key: str
    kind: str
    on: date
    minor: int
    waived: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge to book. `let_go` says why it is not charged after all, and is on record so that it never is."""

    key: str
    kind: str
    on: date
    amount: Money
    why: str
    let_go: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the books know of a case's principal and charges."""

    changes: tuple[Change, ...] = ()
    booked: tuple[Booked, ...] = ()


def fee_stage(rules: Policy) -> str | None:
    """The stage with which late fees begin; None where the policy has none."""
    return next((stage for stage in CHASING if rules.stage[stage].late_fee), None)


def late_fees_due(case: Case, percent: Decimal | None, rules: Policy, history: History, today: date) -> list[Charge]:
    """The late fees of the terms, `percent` a month, that are to be booked today."""
    stage = fee_stage(rules)
    charged = [one for one in history.booked if one.kind == "late_fee"]
    by_law = any(one.kind == "interest" and not one.waived for one in history.booked)
    since = _since(case, rules, stage, charged, today) if stage and percent and not by_law else None
    if since is None:
        return []
    held = stops.ending(case, rules) or stops.agreed(case, rules, today)
    if held and held.reason not in LET_GO:
        return []
    account = replace(case.account, late_fee_percent=percent)
    balances = _principal(case, history.changes)
    disputed = sum(one.amount.minor for one in case.agreements.disputes if one.amount is not None)
    found = []
    for fee in late_fees(account, balances, since, today, {one.key for one in charged}):
        if not held and not _known(case, fee.on, rules, today):
            break
        principal = Money(max(0, fee.principal.minor - disputed), fee.principal.currency)
        exact = Fraction(principal.minor) * Fraction(fee.percent) / 100
        amount = Money(half_up(exact), principal.currency)
        if amount:
            why = f"{fee.percent:f} % of {principal} for month {fee.number} from {since}"
            found.append(Charge(fee.key, "late_fee", fee.on, amount, why, held.reason.value if held else None))
    return found


def interest_due(
    case: Case, law: tuple[Law, RateTable], fee: Decimal | None, rules: Policy, history: History, today: date
) -> list[Charge]:
    """The interest by law, and its fixed sum, that are to be booked today. `fee`: the late fee that the terms state.

    Raises LawError where the law or its rates do not reach.
    """
    charged = [one for one in history.booked if one.kind == "interest"]
    by_contract = any(one.kind == "late_fee" and not one.waived for one in history.booked)
    allowed = statutory_interest_allowed(replace(case.account, late_fee_percent=fee)) and not by_contract
    since = _since(case, rules, rules.interest.from_stage, charged, today) if allowed else None
    due = case.invoice.due
    if since is None or due is None or stops.ending(case, rules) or stops.agreed(case, rules, today):
        return []
    balances = _bearing(case, due, history.changes)
    if not balances[0].open:
        return []
    return _interest(case, law, balances, rules, history, (since, today))


def _interest(
    case: Case,
    law: tuple[Law, RateTable],
    balances: Sequence[Balance],
    rules: Policy,
    history: History,
    days: tuple[date, date],
) -> list[Charge]:
    since, today = days
    keys = {one.key for one in history.booked}
    so_far = sum(one.minor for one in history.booked if one.kind == "interest")
    found: list[Charge] = []
    number, on = 1, since
    while on <= today and _known(case, on, rules, today):
        if (key := f"interest:{number}") not in keys and on >= balances[0].since:
            whole = interest(balances, *law, on)
            more = whole.total.minor - so_far
            if more > 0:
                why = f"{law[0].name}: {whole.days} days up to {on}"
                found.append(Charge(key, "interest", on, Money(more, whole.total.currency), why))
                so_far += more
            fixed = whole.fixed_sum
            if rules.interest.fixed_sum and fixed and "fixed_sum" not in keys and _same(fixed, case):
                keys.add("fixed_sum")
                found.append(Charge("fixed_sum", "fixed_sum", on, fixed, law[0].citation))
        on = since + relativedelta(months=number)
        number += 1
    return found


def interest_periods(case: Case, law: tuple[Law, RateTable], history: History) -> tuple[Period, ...]:
    """The periods that the interest charged on a case is the sum of, to be shown beside it; none where nothing was
    charged, or where people waived part of it and so no table adds up to what is asked for.

    Raises LawError where the law or its rates do not reach.
    """
    charged = [one for one in history.booked if one.kind == "interest"]
    due = case.invoice.due
    if not charged or due is None or any(one.waived for one in charged):
        return ()
    whole = interest(_bearing(case, due, history.changes), *law, max(one.on for one in charged))
    return whole.periods if whole.total.minor == sum(one.minor for one in charged) else ()


def _known(case: Case, on: date, rules: Policy, today: date) -> bool:
    """Whether the payments are known up to a charge's day; they are waited for as long as payments may be old."""
    waited = working_days_between(on, today, case.account.country)
    return agreements.known(case, on) or waited > rules.limits.payments_max_age


def _same(fixed: Money, case: Case) -> bool:
    """A fixed sum in another currency than the invoice's is not charged: there is no rate of exchange here."""
    return fixed.currency == case.invoice.amount.currency


def _since(case: Case, rules: Policy, stage: str, charged: Sequence[Booked], today: date) -> date | None:
    """The day of the first charge: as booked, else the first day of the stage, once its letter has gone."""
    if case.invoice.due is None or today <= case.invoice.due:
        return None
    if first := next((one.on for one in charged if one.key.endswith(":1")), None):
        return first
    return ramp.begun(case, case.invoice.due, rules, stage)


def _principal(case: Case, changes: Sequence[Change]) -> tuple[Balance, ...]:
    """The open principal as it changed. What was paid on a day was not open on that day any more."""
    start = min((case.invoice.issued, *(one.on for one in changes)))
    return _stepped(case.invoice.amount, start, [(start if one.corrects else one.on, one.minor) for one in changes])


def _bearing(case: Case, due: date, changes: Sequence[Change]) -> tuple[Balance, ...]:
    """The principal that bears interest as it changed: from the day after the due date; the day of payment bears it.

    A credit note corrects the debt: what it takes off never bore interest.
    """
    start = due + ONE_DAY
    steps = [(start if one.corrects else max(start, one.on + ONE_DAY), one.minor) for one in changes]
    return _stepped(case.invoice.amount, start, steps)


def _stepped(amount: Money, start: date, steps: Sequence[tuple[date, int]]) -> tuple[Balance, ...]:
    left = {start: amount.minor}
    open_ = amount.minor
    for day, minor in sorted(steps):
        open_ -= minor
        left[day] = open_
    return tuple(Balance(day, Money(max(0, minor), amount.currency)) for day, minor in left.items())


__all__ = [
    "Booked",
    "Change",
    "Charge",
    "History",
    "LawError",
    "fee_stage",
    "interest_due",
    "interest_periods",
    "late_fees_due",
]
