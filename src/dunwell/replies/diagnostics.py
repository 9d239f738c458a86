"""What a server's words and codes say about an address: gone for good (hard), or another day, another mail (soft)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from dunwell.replies.folding import fold
from dunwell.replies.wording import any_of, tables_of

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.\[-])([45][0-5]\d)(?=[\s:-])(?!\.\d)")
# Enhanced codes (RFC 3463) that say what the words may not.
_HARD_CODES = re.compile(r"5\.(?:1\.(?:0|1|2|3|4|6|10)|2\.1|4\.310|0\.350)")
_SOFT_CODES = re.compile(r"5\.(?:1\.(?:5|7|8|9)|2\.[2-9]|3\.\d+|4\.\d+|6\.\d+|7\.\d+)")


class BounceKind(StrEnum):
    """Hard: the address takes no mail. Soft: it did not take this mail today."""

    HARD = "hard"
    SOFT = "soft"


_KEYS = ("subjects", "sure_subjects", "texts", "hard", "soft")


@dataclass(frozen=True, slots=True)
class Phrases:
    """What servers say, ready to be matched against folded text."""

    subjects: re.Pattern[str]
    sure_subjects: re.Pattern[str]
    texts: re.Pattern[str]
    hard: re.Pattern[str]
    soft: re.Pattern[str]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The phrases of the servers in all languages."""
    tables = list(tables_of("bounces.toml"))
    found = {key: any_of(phrase for table in tables for phrase in table[key]) for key in _KEYS}
    return Phrases(**found)


def status_in(text: str) -> str | None:
    """The most telling status code in `text`: an enhanced one that is more than x.0.0, else a reply code's class."""
    codes: list[str] = [code for code in _STATUS.findall(text) if code[0] in "45"]
    if telling := [code for code in codes if not code.endswith(".0.0")]:
        return telling[0]
    if codes:
        return codes[0]
    reply = _REPLY.search(text)
    return _of_reply(reply[1]) if reply else None


def _of_reply(code: str) -> str:
    """A reply code as the enhanced code that it stands for."""
    known = {"552": "5.2.2", "452": "4.2.2", "553": "5.1.3", "550": "5.0.0"}
    return known.get(code, f"{code[0]}.0.0")


def kind_of(status: str | None, words: str) -> BounceKind:
    """Hard or soft, by what the server said and, where its words are not known, by its code."""
    if status and status.startswith("4"):
        return BounceKind.SOFT
    folded = fold(words[:4000])
    known = phrases()
    hard, soft = known.hard.search(folded), known.soft.search(folded)
    if hard and not (soft and status and _SOFT_CODES.fullmatch(status)):
        return BounceKind.HARD
    if status and _HARD_CODES.fullmatch(status):
        return BounceKind.HARD
    if soft or (status and _SOFT_CODES.fullmatch(status)):
        return BounceKind.SOFT
    return BounceKind.HARD
