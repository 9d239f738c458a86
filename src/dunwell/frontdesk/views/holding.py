"""The link of a forewarning: a page that asks whether tomorrow's letter is to be held back, and does it once."""

from __future__ import annotations

from dunwell.desk import forewarning
from dunwell.frontdesk.ask import Answer, Ask, Moved, Shown


def page(ask: Ask) -> Shown:
    """The letter that the link is about. To follow a link changes nothing: mail programs do so by themselves."""
    return Shown("hold.html", {"told": forewarning.look(ask.office, ask.path["token"], ask.moment)})


def hold_back(ask: Ask) -> Answer:
    """Hold the letter back."""
    found = forewarning.hold_back(ask.office, ask.path["token"], ask.who, ask.said_in("reason"), ask.moment)
    return Moved("/", f"{ask.labels('saved')} {found.planned.account}: {ask.labels('held_back')}")
