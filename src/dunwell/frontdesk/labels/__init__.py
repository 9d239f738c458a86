"""The labels of the pages, a file a language; English is complete, and the others have the same keys."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dunwell.letters.languages import Formats

LANGUAGES = ("en", "it", "fr", "ro", "ru", "fa", "de", "es")
"""English first: it is what is shown where the browser asks for none of these."""
_RIGHT_TO_LEFT = ("fa",)
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Labels:
    """The labels of one language, and how it writes days and amounts."""

    language: str
    words: dict[str, str]
    formats: Formats

    @property
    def direction(self) -> str:
        """'rtl' where it is written from right to left, else 'ltr'."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"

    def __call__(self, key: str) -> str:
        """The label; raises KeyError for one that there is not."""
        return self.words[key]

    def word(self, group: str, value: object) -> str:
        """The label of a value of a group, such as a stage; a value without one is shown as it is."""
        text = str(value)
        return self.words.get(f"{group}_{text}") or text.replace("_", " ")


@cache
def labels(language: str) -> Labels:
    """The labels of a language."""
    words = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Labels(language, words, Formats(language, rtl=language in _RIGHT_TO_LEFT))


def chosen(own: str | None, accepted: str) -> str:
    """The user's own language, else the first that the browser accepts (RFC 9110, 12.5.4), else English."""
    if own in LANGUAGES:
        return own or "en"
    for part in accepted[:500].split(","):
        first = part.partition(";")[0].strip().lower().partition("-")[0]
        if first in LANGUAGES:
            return first
    return LANGUAGES[0]
