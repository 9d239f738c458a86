"""The parts of a policy about what customers say and people agree with them. Validated data."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dunwell.rules.policy_parts import Amount, Days, Part


class Disputes(Part):
    """What follows when a dispute ends: so many days of `notice` before the next letter, and so many for what is
    credited to show in the ledger (`credit_within`)."""

    notice: Days = 7
    credit_within: Days = 30


class Plans(Part):
    """Instalment plans. `offer`: the machine offers one by itself to whoever asks for parts, once a case, for sums from
    `minimum` to `maximum` in major units. `parts` a month apart, the first at once or a month after the answer;
    `grace`: business days after a part's day; `remind`: a letter on the working day before it."""

    offer: bool = False
    minimum: Amount = Decimal(0)
    maximum: Amount | None = None
    parts: Annotated[int, Field(ge=2, le=36, strict=True)] = 3
    first_at_once: bool = True
    answer_within: Annotated[int, Field(ge=1, le=60, strict=True)] = 7
    grace: Annotated[int, Field(ge=0, le=30, strict=True)] = 2
    remind: bool = True


class Claims(Part):
    """What 'already paid' does: so many business days for the bank to show it, then proof is asked for."""

    wait: Annotated[int, Field(ge=1, le=30, strict=True)] = 5


class Reviews(Part):
    """How many business days the next touch waits, at most and once, for a person to read an unclear reply."""

    wait: Annotated[int, Field(ge=0, le=10, strict=True)] = 3
