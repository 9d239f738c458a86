"""The parts of a policy about deciding on litigation, and about the forewarning. Validated data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dunwell.rules.policy_parts import Part

_Some = Annotated[int, Field(ge=1, le=365, strict=True)]


class Litigation(Part):
    """How long a referral may wait for a decision, in days. `decide_within`: after that it is decided that it waits,
    for `wait` days more, and is asked about again. `remind_every`: the owner is reminded so often meanwhile."""

    decide_within: _Some = 30
    remind_every: _Some = 7
    wait: _Some = 30


class Forewarning(Part):
    """`send`: the collector gets a mail in the evening about the letters of the next cycle."""

    send: bool = False
