"""What can go wrong with a whole file, and with one cell."""

from __future__ import annotations


class IntakeError(Exception):
    """A file that cannot be read as a whole. The message names the file, the line or column, and the remedy."""


class Unfit(ValueError):
    """A cell that cannot be taken; the message goes into the reason of the row's reject."""
