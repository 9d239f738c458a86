"""Figures by which collections are judged. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from dunwell.terms.money import Money, MoneyError

DSO_DAYS = 90
"""Over how many days DSO looks at what was invoiced."""


def dso(open_sum: Money, invoiced: Money, days: int = DSO_DAYS) -> int | None:
    """Days sales outstanding: what is open over what was invoiced in the last `days` days, times these; in whole days.

    None where nothing was invoiced. Raises MoneyError for two currencies.
    """
    if open_sum.currency != invoiced.currency:
        raise MoneyError(f"{open_sum.currency} and {invoiced.currency} do not mix")
    if invoiced.minor <= 0:
        return None
    return int((Decimal(open_sum.minor) * days / invoiced.minor).quantize(Decimal(1), ROUND_HALF_UP))


def kept_percent(by_state: Mapping[str, int]) -> int | None:
    """Of the promises that were kept or broken, how many in a hundred were kept; None where there is none.

    One that was kept in part is not kept; what is open or withdrawn does not count.
    """
    kept = by_state.get("kept", 0)
    ended = kept + by_state.get("part_kept", 0) + by_state.get("broken", 0)
    return None if ended == 0 else int((Decimal(100) * kept / ended).quantize(Decimal(1), ROUND_HALF_UP))
