"""Where a key stands in a TOML text, so that an error can name its line. Pure."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Key = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where it is and what is allowed."""

    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.key}: {self.message}" if self.key else f"{place}{self.message}"


class TomlProblems(ValueError):
    """A file that cannot be taken, with every problem found in it."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{source}: {problem}" for problem in self.problems))


def parse(text: str, source: str) -> dict[str, Any]:
    """The tables of a TOML text, fractions as Decimal; raises TomlProblems with the line of a syntax error."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"line (\d+)", str(error))
        line = int(match[1]) if match else None
        raise TomlProblems(source, [Problem(line, "", f"not valid TOML: {error}")]) from None


def lines(text: str) -> dict[Key, int]:
    """The line (from 1) on which each table and key of a TOML text stands; items of `[[table]]` are numbered from 0."""
    found: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    here: Key = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = _resolve(_parts(header[2]), counts)
            if header[1] == "[[":
                counts[here] = counts.get(here, -1) + 1
                here = (*here, counts[here])
            found.setdefault(here, number)
        elif key := _KEY.match(line):
            found.setdefault((*here, *_parts(key[1])), number)
    return found


def line_of(key: Key, found: Mapping[Key, int]) -> int | None:
    """The line of `key`, or of the nearest table around it."""
    while key:
        if key in found:
            return found[key]
        key = key[:-1]
    return None


def dotted(key: Key) -> str:
    """`key` as a person writes it: `stage.late.touch[0].letter`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' with the known word most like `word`, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the keys of `over` laid over it, tables key by key."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = overlaid(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _parts(dotted_key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted_key))


def _resolve(parts: tuple[str, ...], counts: Mapping[Key, int]) -> Key:
    """The key of a header below the latest item of each array of tables on its way."""
    here: Key = ()
    for part in parts[:-1]:
        here = (*here, part)
        if here in counts:
            here = (*here, counts[here])
    return (*here, parts[-1]) if parts else here
