"""When a notice to service delivery is posted again. Pure."""

from __future__ import annotations

from datetime import timedelta

_WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MOST_ATTEMPTS = 10
"""After so many attempts, over some six days, a person is asked instead."""


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]
