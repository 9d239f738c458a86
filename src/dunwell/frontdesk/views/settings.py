"""The settings check: what the doctor sees at once."""

from __future__ import annotations

from dunwell.frontdesk.ask import Ask, Shown


def page(ask: Ask) -> Shown:
    """Every check, with what to do about it."""
    return Shown("settings.html", {"checks": list(ask.desk.checks())})
