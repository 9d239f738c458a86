"""The stages of the escalation, mildest first."""

from __future__ import annotations

STAGES = ("issued", "upcoming", "past_due", "late", "delinquent", "on_hold", "litigation")
"""All stages. From past_due on no case skips one."""

CHASING = STAGES[2:]
"""The stages in which an invoice is overdue."""

RANK = {stage: rank for rank, stage in enumerate(STAGES)}
"""How far a stage has escalated."""
