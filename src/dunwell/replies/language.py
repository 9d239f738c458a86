"""The language of a text: by its script, its letters and its commonest words. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from dunwell.replies.folding import fold
from dunwell.replies.languages import LANGUAGES

_MOST = 4_000
_SURE = 0.4
_TRUST = 0.2
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LETTERS = {
    "de": re.compile("[äöüß]"),
    "es": re.compile("[ñ¿¡]|ción"),
    "fr": re.compile(r"[êçœùâ]|è\w|(?<!\w)(?:j|qu|n|m|s|t)['’][aeéihouy]"),
    "it": re.compile(r"[ìò]|zione|[àù] |(?<!\w)è(?!\w)|(?<=[aeiou]ll)['’]"),
    "ro": re.compile("[ășțăşţ]"),
}
_WRITTEN_IN = {"MD": "ro", "AT": "de", "MX": "es", "AR": "es", "CO": "es", "BE": "fr", "GB": "en", "US": "en"}


def language_of(text: str, *others: str, country: str | None = None) -> str:
    """The language of `text`; where that does not tell, of the other texts, each less trusted; else the country's."""
    scores = dict.fromkeys(LANGUAGES, 0.0)
    weight = 1.0
    for source in (text, *others):
        script = _script(source[:_MOST])
        if script:
            return script
        _add(scores, source[:_MOST], weight)
        first, second = sorted(scores.values(), reverse=True)[:2]
        if first - second > _SURE:
            return max(scores, key=lambda one: scores[one])
        weight *= _TRUST
    if max(scores.values()) > 0:
        return max(scores, key=lambda one: scores[one])
    land = (country or "").upper()
    return land.lower() if land.lower() in LANGUAGES else _WRITTEN_IN.get(land, "fa" if land == "IR" else "en")


def _script(text: str) -> str | None:
    lowered = text.lower()
    arabic = sum("\u0600" <= char <= "\u06ff" or "\ufb50" <= char <= "\ufefc" for char in lowered)
    cyrillic = sum("\u0400" <= char <= "\u04ff" for char in lowered)
    latin = sum("a" <= char <= "z" for char in lowered)
    if arabic and arabic * 2 >= latin and arabic >= cyrillic:
        return "fa"
    return "ru" if cyrillic and cyrillic * 2 >= latin else None


def _add(scores: dict[str, float], text: str, weight: float) -> None:
    lowered = text.lower()
    for match in _WORD.finditer(fold(lowered)):
        for language, share in _words().get(match[0], ()):
            scores[language] += share * weight
    for language, letters in _LETTERS.items():
        scores[language] += min(len(letters.findall(lowered)), 6) * 0.8 * weight


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[tuple[str, float], ...]]:
    """For each common word, the languages that it is of; one that many share says little."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        source = files("dunwell.replies") / "phrases" / language / "common.toml"
        for word in dict.fromkeys(tomllib.loads(source.read_text(encoding="utf-8"))["words"].split()):
            found.setdefault(fold(word), []).append(language)
    return {word: tuple((one, 1 / len(set(of))) for one in set(of)) for word, of in found.items()}
