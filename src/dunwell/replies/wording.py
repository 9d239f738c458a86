"""The phrases by which mails quote, forward, close and answer by themselves, from the data files of all languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dunwell.replies.folding import fold

REST, MAYBE = "\ue000", "\ue001"
"""In a phrase: the rest of a word, and a blank that may be missing."""

SIGNS = {"*": r"[^\n]{0,40}?", " ": r"\s{1,3}", REST: r"\w{0,14}", MAYBE: r"\s?"}
"""What the signs of a phrase are in a pattern."""
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def core(folded: str) -> str:
    """A folded line without the signs and blanks around its words, and with single blanks within."""
    return " ".join(_EDGES.sub("", folded).split())


@dataclass(frozen=True, slots=True)
class Wording:
    """What the data files say, ready to be matched against folded text.

    `labels` gives for a label of a quoted head what it names (from, date, to, cc, subject or other).
    """

    opens: re.Pattern[str]
    verbs: re.Pattern[str]
    labels: dict[str, str]
    original: re.Pattern[str]
    forwarded: re.Pattern[str]
    subject_prefix: re.Pattern[str]
    closings: re.Pattern[str]
    mobile: re.Pattern[str]
    from_device: re.Pattern[str]
    devices: re.Pattern[str]
    telling: re.Pattern[str]
    disclaimers: re.Pattern[str]
    banners: re.Pattern[str]
    postscripts: re.Pattern[str]


@lru_cache(maxsize=1)
def wording() -> Wording:
    """The wording of all languages together: a mail in one often quotes in another."""
    tables = list(tables_of("quoting.toml"))
    labels: dict[str, str] = {}
    for table in tables:
        for kind, names in table["labels"].items():
            for name in names:
                labels.setdefault(core(fold(name)), kind)
    return Wording(
        opens=re.compile(rf"[\W_]*(?:{_any(_all(tables, 'attribution', 'opens'))})(?=[\W\d])"),
        verbs=re.compile(
            rf"(?:(?<=[\W\d_])|^|(?<=[^\x00-\u052f]))(?:{_any(_all(tables, 'attribution', 'verbs'))})(?=\W|$|님)"
        ),
        labels=labels,
        original=_whole(_all(tables, "separators", "original")),
        forwarded=_whole(_all(tables, "separators", "forwarded")),
        subject_prefix=re.compile(
            rf"\W*(?:\w{{1,5}}\W{{1,3}}){{0,3}}?(?:{_any(_all(tables, 'separators', 'subject_prefixes'))})\s?:"
        ),
        closings=_whole(_all(tables, "ends", "closings")),
        mobile=_whole(_all(tables, "ends", "mobile")),
        from_device=_whole(_all(tables, "ends", "mobile_from_device")),
        devices=any_of(phrase for table in tables for phrase in table["ends"].get("devices", ())),
        telling=any_of(phrase for table in tables for phrase in table["ends"].get("telling", ())),
        disclaimers=re.compile(_any(_all(tables, "ends", "disclaimers"))),
        banners=any_of(phrase for table in tables for phrase in table["ends"].get("banners", ())),
        postscripts=re.compile(rf"[\W_]*(?:{_any(_all(tables, 'ends', 'postscripts'))})\s{{0,3}}[:.;\-]"),
    )


def tables_of(name: str) -> Iterator[dict[str, Any]]:
    """The data file of that name of every language that has one."""
    folder = files("dunwell.replies") / "phrases"
    for language in sorted(folder.iterdir(), key=lambda found: found.name):
        source = language / name
        if source.is_file():
            yield tomllib.loads(source.read_text(encoding="utf-8"))


def _all(tables: list[dict[str, Any]], section: str, key: str) -> list[str]:
    return [phrase for table in tables for phrase in table[section][key]]


def _any(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, as a tree by their first letters: a plain list would be tried from end to end.

    `*` is up to forty characters of the same line.
    """
    tree: dict[str, Any] = {}
    for phrase in phrases:
        node = tree
        for char in " ".join(fold(phrase).split()):
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(tree) if tree else r"(?!)"


def _branches(tree: dict[str, Any]) -> str:
    """The pattern of a tree, longer phrases before those that they begin with."""
    pieces = [SIGNS.get(char, re.escape(char)) + _branches(below) for char, below in tree.items() if char]
    if not pieces:
        return ""
    if "" not in tree and len(pieces) == 1:
        return pieces[0]
    return f"(?:{'|'.join(pieces)}){'?' if '' in tree else ''}"


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases, as words of their own, in folded text."""
    return re.compile(rf"(?<!\w)(?:{_any(phrases)})(?!\w)")


def beginning_with(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds figures, and words that begin with any of the phrases, in folded text."""
    return re.compile(rf"\d|(?<!\w)(?:{_any(phrases)})")


def _whole(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that the core of a whole line has to match."""
    cores = {core(fold(phrase)) + ("*" if phrase.endswith("*") else "") for phrase in phrases}
    starred = {
        ("*" if phrase.startswith("*") else "") + core(fold(phrase)) for phrase in phrases if phrase.startswith("*")
    }
    return re.compile("|".join(f"(?:{piece})" for piece in [_any({*cores, *starred})]))
