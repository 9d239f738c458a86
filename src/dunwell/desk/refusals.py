"""What the desk refuses to do, having changed nothing."""

from __future__ import annotations


class DayRefused(Exception):
    """The day cannot be opened: it is older than the last, or a setting is missing. Nothing has changed."""


class UnsafeToChase(Exception):
    """Chasing now could hurt somebody who has paid, or flood customers. Says what to type to go on all the same."""


class CannotDo(ValueError):
    """What a person asked for cannot be done as it is; the message says why, and nothing has changed."""
