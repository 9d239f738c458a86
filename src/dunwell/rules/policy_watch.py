"""The part of a policy about the watch list: what each sign of difficulty counts, and from where an account is listed.
Validated data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dunwell.rules.policy_parts import Part

Points = Annotated[int, Field(ge=0, le=100, strict=True)]


class WatchPoints(Part):
    """What one occurrence of each sign counts; 0 leaves the sign out. `late` is for each whole `late_step` of days by
    which an account pays later than it used to."""

    late: Points = 1
    broken_promise: Points = 2
    part_payment: Points = 1
    bounce: Points = 1
    hardship: Points = 3
    over_limit: Points = 2


class Watchlist(Part):
    """Who is listed: from `listed_from` points on; from `stop_from` on the advice is to stop supply.

    Signs count for `recent_days`; what an account used to do is read from the `memory_days` before them, where it has
    paid at least `least_paid` invoices. No sign counts more than `most` in all. `late_step` is in days.
    """

    listed_from: Annotated[int, Field(ge=1, le=1000, strict=True)] = 3
    stop_from: Annotated[int, Field(ge=1, le=1000, strict=True)] = 8
    recent_days: Annotated[int, Field(ge=7, le=365, strict=True)] = 90
    memory_days: Annotated[int, Field(ge=30, le=3650, strict=True)] = 730
    least_paid: Annotated[int, Field(ge=1, le=100, strict=True)] = 3
    late_step: Annotated[int, Field(ge=1, le=90, strict=True)] = 7
    most: Annotated[int, Field(ge=1, le=1000, strict=True)] = 5
    default_after: Annotated[int, Field(ge=1, le=730, strict=True)] = 90
    horizon: Annotated[int, Field(ge=7, le=730, strict=True)] = 90
    points: WatchPoints = WatchPoints()
