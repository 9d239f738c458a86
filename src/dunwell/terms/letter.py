"""The letters there are, by name."""

from __future__ import annotations

LETTERS = (
    "issued",
    "upcoming_before",
    "upcoming_due",
    "past_due_first",
    "past_due_second",
    "late",
    "delinquent",
    "on_hold",
    "final_notice",
)
"""The letters of the daily cycle, mildest first."""
