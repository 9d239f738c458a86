"""The part of a policy about letters on paper. Validated data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dunwell.rules.policy_parts import Part


class Post(Part):
    """Letters on paper. `unreachable`: an account without a working address, whose postal one is known, gets the first
    letter of each stage from `from_stage` on by post; `days`: business days that the post takes."""

    unreachable: bool = True
    from_stage: Literal["past_due", "late", "delinquent", "on_hold", "litigation"] = "past_due"
    days: Annotated[int, Field(ge=0, le=30, strict=True)] = 3
