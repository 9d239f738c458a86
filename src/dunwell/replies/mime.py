"""The tree of a mail's parts, found by their boundaries without copying or decoding anything.

Written here because a reader of strangers' mail must be quick on fifty megabytes, on ten thousand parts and on a
thousand levels, and must make something of a tree that is broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dunwell.replies.headers import Fields, fields_of, parameters_of

_DEEPEST = 20
_MOST_PARTS = 1_000
_MOST_HITS = 20_000
_LONGEST_HEAD = 300_000
_END_OF_HEAD = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
_DASHES = re.compile(rb"^--([!-~]{10,70})[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its fields, its type, and where its body stands in the raw bytes; `parts` for a container."""

    fields: Fields
    type: str
    parameters: dict[str, str]
    start: int
    end: int
    parts: tuple[Part, ...] = ()

    @property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """`inline` or `attachment` with its parameters; '' if the part does not say."""
        return parameters_of(self.fields.first("content-disposition"))

    @property
    def name(self) -> str:
        """The file name, '' without one."""
        return self.disposition[1].get("filename") or self.parameters.get("name", "")

    def leaves(self) -> Iterator[Part]:
        """All parts that hold no others, in their order."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(slots=True)
class _Walk:
    raw: bytes
    left: int = _MOST_PARTS
    problems: list[str] = field(default_factory=list)

    def problem(self, text: str) -> None:
        if text not in self.problems:
            self.problems.append(text)


def tree_of(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """The mail as a tree of parts, and what was broken."""
    walk = _Walk(raw)
    start = 1 if raw[:1] == b"\n" else 0
    part = _part(walk, start, len(raw), "text/plain", 0)
    return part, tuple(walk.problems)


def _part(walk: _Walk, start: int, end: int, default: str, depth: int) -> Part:
    body, fields = _head(walk, start, end)
    kind, parameters = parameters_of(fields.first("content-type"))
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind):
        if kind:
            walk.problem(f"a part of no known type: {kind[:60]!r}")
        kind = "text/plain" if kind in ("text", "") and default == "text/plain" else default
    if not kind.startswith("multipart/"):
        return Part(fields, kind, parameters, body, end)
    if depth >= _DEEPEST:
        walk.problem(f"parts within parts, deeper than {_DEEPEST}")
        return Part(fields, "application/octet-stream", parameters, body, end)
    inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    spans = _spans(walk, body, end, parameters.get("boundary", "").strip())
    if not spans:
        walk.problem("a multipart without its parts")
        return Part(fields, "text/plain", {}, body, end)
    parts = []
    for first, last in spans:
        if walk.left <= 0:
            walk.problem(f"more than {_MOST_PARTS} parts")
            break
        walk.left -= 1
        parts.append(_part(walk, first, last, inner, depth + 1))
    return Part(fields, kind, parameters, body, end, tuple(parts))


def _head(walk: _Walk, start: int, end: int) -> tuple[int, Fields]:
    """Where the body begins, and the fields before it."""
    raw = walk.raw
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return start + (1 if raw[start : start + 1] == b"\n" else 2), Fields(())
    limit = min(end, start + _LONGEST_HEAD)
    found = _END_OF_HEAD.search(raw, start, limit)
    if found is None and limit < end:
        walk.problem(f"a head longer than {_LONGEST_HEAD} bytes")
    stop = found.start() if found else limit
    fields, whole = fields_of(raw[start:stop])
    if not fields.all and raw[start:stop].strip():
        walk.problem("a mail or part without a head")
        return start, fields
    if not whole:
        walk.problem("a head with lines that are no fields")
    return found.end() if found else limit, fields


def _spans(walk: _Walk, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Where the parts between the boundary's lines begin and end."""
    raw = walk.raw
    mark = b"--" + boundary.encode("utf-8", "replace")
    if not boundary or raw.find(mark, start, end) < 0:
        guess = _DASHES.search(raw, start, min(end, start + 100_000))
        if guess is None:
            return []
        walk.problem("a multipart that does not name its boundary")
        mark = b"--" + guess[1]
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    place, hits = raw.find(mark, start, end), 0
    while place >= 0 and hits < _MOST_HITS:
        hits += 1
        after = place + len(mark)
        closing = raw[after : after + 2] == b"--"
        line_end = raw.find(b"\n", after, min(end, after + 200))
        rest = raw[after + 2 * closing : line_end if line_end >= 0 else min(end, after + 200)]
        if (place == start or raw[place - 1 : place] == b"\n") and not rest.strip():
            if opened is not None:
                spans.append((opened, _before(raw, place, opened)))
            opened = None if closing else (line_end + 1 if line_end >= 0 else end)
            if closing:
                break
        place = raw.find(mark, after, end)
    if opened is not None:
        walk.problem("a multipart without its end")
        spans.append((opened, end))
    return spans


def _before(raw: bytes, place: int, least: int) -> int:
    """The end of what stands before a boundary's line, without the line break that belongs to it."""
    place -= raw[place - 1 : place] == b"\n"
    place -= raw[place - 1 : place] == b"\r"
    return max(place, least)
