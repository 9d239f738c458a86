"""Templates to pages: an environment of its own, in which everything from outside is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dunwell.frontdesk import charts
from dunwell.frontdesk.ask import Ask, Shown
from dunwell.frontdesk.labels import LANGUAGES

_FOLDER = Path(__file__).parent


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["inpath"] = lambda text: quote(str(text), safe="")
    env.filters["as_day"] = date.fromisoformat
    env.filters["marked"] = marked
    env.filters["money_in"] = lambda amount, show: show(amount)
    env.globals.update(charts=charts, languages=LANGUAGES)
    return env


def render(ask: Ask, shown: Shown) -> str:
    """The page as HTML."""
    labels = ask.labels
    facts: dict[str, Any] = {
        "ask": ask,
        "t": labels,
        "word": labels.word,
        "day": labels.formats.day,
        "long_day": labels.formats.weekday_date,
        "money": labels.formats.money,
        "today": ask.moment.on,
        **shown.facts,
    }
    return _environment().get_template(shown.template).render(facts)


def marked(text: str, words: Sequence[str]) -> Markup:
    """The text, escaped, with each of these words in it marked where it stands first, however it is broken there."""
    spans: list[tuple[int, int]] = []
    for one in sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True):
        found = re.search(r"\s+".join(map(re.escape, one.split())), text)
        if found and not any(start < found.end() and found.start() < end for start, end in spans):
            spans.append(found.span())
    done, at = Markup(""), 0
    for start, end in sorted(spans):
        done += Markup("{}<mark>{}</mark>").format(text[at:start], text[start:end])
        at = end
    return done + Markup("{}").format(text[at:])
