"""Where in a mail's lines the quoted mail begins, and which lines before that are quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dunwell.replies.attributions import attribution_ending, could_end
from dunwell.replies.htmlmarks import Mark, MarkKind
from dunwell.replies.quotedheads import Head, head_at, is_rule, label_of, notes_head_at, separator_at

_MOST_LINES = 20_000
_MOST_ATTEMPTS = 1_500


@dataclass(slots=True)
class Lines:
    """The lines of a text and what each is: ' ' words, '>' quoted, 'h' a head of a quotation, 's' signature."""

    lines: list[str]
    kinds: list[str]
    cut: int
    below: int
    """Where the quoted mail's own text begins, when everything from `cut` on is quoted."""
    head: Head | None = None
    forward: bool = False
    attempts: int = 0


def sort_lines(text: str, marks: tuple[Mark, ...]) -> Lines:
    """The lines of a text, each with what it is."""
    lines = text.split("\n")[:_MOST_LINES]
    found = Lines(lines, [">" if _is_quoted(line) else " " for line in lines], len(lines), len(lines))
    _apply(found, marks)
    _find_cut(found)
    _mend(found)
    return found


def _is_quoted(line: str) -> bool:
    """Whether a line stands behind `>`; arrows around words are no quotation."""
    bare = line.lstrip(" ")
    return bare.startswith(">") and not (bare.startswith(">>") and bare.rstrip().endswith("<<"))


def _apply(found: Lines, marks: tuple[Mark, ...]) -> None:
    """What the marks of HTML say."""
    for mark in marks:
        until = len(found.lines) if mark.until is None or mark.kind is MarkKind.REST else mark.until
        if mark.kind is MarkKind.REST:
            if mark.line < found.cut:
                found.cut = found.below = mark.line
            continue
        kind = {MarkKind.QUOTED: ">", MarkKind.ATTRIBUTION: "h", MarkKind.SIGNATURE: "s"}[mark.kind]
        for place in range(mark.line, min(until, len(found.lines))):
            if found.kinds[place] == " ":
                found.kinds[place] = kind


def _find_cut(found: Lines) -> None:
    """The first line from which on everything is quoted, and the attributions of quoted lines before it."""
    place = 0
    while place < len(found.lines):
        line, kind = found.lines[place], found.kinds[place]
        if place >= found.cut:
            # A mark of HTML said so already; the head below it tells whose the quoted mail is.
            _note_head(found, place)
            return
        if kind == " " and line.strip():
            taken = _at_separator(found, place) or _at_head(found, place) or _at_attribution(found, place)
            if found.cut <= place:
                return
            if taken:
                place = taken
                continue
        elif kind == "h" and not _quote_follows(found, place + 1) and not _more_of(found, place, "h"):
            _cut(found, _first_of(found, place, "h"), place + 1)
            return
        place += 1


def _more_of(found: Lines, place: int, kind: str) -> bool:
    return place + 1 < len(found.kinds) and found.kinds[place + 1] == kind


def _first_of(found: Lines, place: int, kind: str) -> int:
    while place and found.kinds[place - 1] == kind:
        place -= 1
    return place


def _cut(found: Lines, first: int, below: int) -> None:
    """Everything from `first` on is quoted, ruled lines above it too."""
    while first and (not found.lines[first - 1].strip() or is_rule(found.lines[first - 1])):
        if is_rule(found.lines[first - 1]) and found.lines[first - 1].strip() == "--":
            break
        first -= 1
    found.cut, found.below = first, below


def _at_separator(found: Lines, place: int) -> int:
    kind = separator_at(found.lines[place])
    if not kind:
        return 0
    found.forward = kind == "forwarded"
    if _quote_follows(found, place + 1):
        found.kinds[place] = "h"
        return place + 1
    below = _next_words(found, place + 1)
    head = head_at(found.lines, below) if below < len(found.lines) else None
    found.head = head
    _cut(found, place, head.until if head else place + 1)
    return place


def _at_head(found: Lines, place: int) -> int:
    if label_of(found.lines[place]) is not None:
        head = head_at(found.lines, place)
    elif len(found.lines[place]) < 100 and not (place and found.lines[place - 1].strip()):
        head = notes_head_at(found.lines, place)
    else:
        return 0
    if head is None:
        return 0
    found.head = head
    _cut(found, place, head.until)
    return place


def _at_attribution(found: Lines, place: int) -> int:
    """An attribution that ends within the next lines, tried when its last line comes."""
    line = found.lines[place]
    if not could_end(line):
        return 0
    found.attempts += 1
    if found.attempts > _MOST_ATTEMPTS:
        # Nobody writes so many such lines: what follows is not looked at and counts as quoted.
        _cut(found, place, place)
        return place
    last = place
    if place + 1 < len(found.lines) and re.fullmatch(r">\s*:\s*", found.lines[place + 1]):
        found.kinds[place + 1] = "h"
        last = place + 1
    attribution = attribution_ending(found.lines, last, _quote_follows(found, last + 1))
    if attribution is None:
        return 0
    if attribution.before:
        found.lines.insert(attribution.first, attribution.before)
        found.kinds.insert(attribution.first, " ")
        found.cut += 1
        found.below += 1
        attribution = replace(attribution, first=attribution.first + 1, last=attribution.last + 1)
    if _quote_follows(found, attribution.last + 1):
        for at in range(attribution.first, attribution.last + 1):
            found.kinds[at] = "h"
        return attribution.last + 1
    _cut(found, attribution.first, attribution.last + 1)
    return attribution.first


def _note_head(found: Lines, place: int) -> None:
    for at in range(place, min(place + 6, len(found.lines))):
        if separator_at(found.lines[at]) == "forwarded":
            found.forward = True
        head = head_at(found.lines, at) if label_of(found.lines[at]) else None
        if head:
            found.head, found.below = head, head.until
            return


def _next_words(found: Lines, place: int) -> int:
    while place < len(found.lines) and not found.lines[place].strip():
        place += 1
    return place


def _quote_follows(found: Lines, place: int) -> bool:
    """Whether the next line that is not blank is quoted."""
    place = _next_words(found, place)
    return place < len(found.lines) and found.kinds[place] == ">"


def _mend(found: Lines) -> None:
    """A quoted line that was broken in two leaves its second half without a mark."""
    lines, kinds = found.lines, found.kinds
    for place in range(1, min(found.cut, len(lines)) - 1):
        if kinds[place] == " " and kinds[place - 1] == ">" and kinds[place + 1] == ">":
            line, before = lines[place], lines[place - 1].rstrip()
            if (
                line.strip()
                and not line[0].isspace()
                and not line[0].isupper()
                and not before.endswith((".", "?", "!", ":", ">"))
            ):
                kinds[place] = ">"
