"""The parts of a policy about what people agree with customers: disputes and how they end. Validated data."""

from __future__ import annotations

from dunwell.rules.policy_parts import Days, Part


class Disputes(Part):
    """What follows when a dispute ends: so many days of `notice` before the next letter, and so many for what is
    credited to show in the ledger (`credit_within`)."""

    notice: Days = 7
    credit_within: Days = 30
