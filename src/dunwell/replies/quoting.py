"""What is new in a mail: the words that this writer wrote now, without what they quote, forward and sign with.

Quoted text comes in three forms: lines behind `>`, everything below an attribution, and everything below a quoted
head. Answers among quoted lines and below them are kept. When in doubt what is below counts as quoted, because words
of ours must never be read as the customer's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dunwell.replies.attributions import attribution_ending, could_end
from dunwell.replies.headers import Address, addresses_of
from dunwell.replies.htmlmarks import Mark, MarkKind
from dunwell.replies.message import Message
from dunwell.replies.quotedheads import Head, head_at, is_rule, label_of, separator_at
from dunwell.replies.signatures import end_of_words, is_mobile_footer
from dunwell.replies.wording import fold, wording

_MOST_LINES = 20_000
_DEEPEST_FORWARD = 3
_LEADING = re.compile(r"^(?:>\s?)+")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail that the writer passed on: whose it is and its own new words. `written` is its date as the head has it."""

    sender: Address
    written: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A mail's text taken apart.

    `text` is what the writer wrote now, without closing and signature; `quoted` and `signature` are the lines taken
    away. `forwarded` is the mail that was passed on, if it is a forward: then `text` is only the remark above it, and
    whoever wrote that is the colleague, not the one whose words count. `interleaved` says that quoted lines stand
    between or above the words: an answer may need them to be understood.
    """

    text: str
    quoted: str = ""
    signature: str = ""
    forwarded: Forwarded | None = None
    interleaved: bool = False


def new_text(message: Message) -> Quoted:
    """What is new in a mail."""
    return _read(message.text, message.marks, _is_forward(message.subject), 0)


def _is_forward(subject: str) -> bool:
    return bool(wording().subject_prefix.match(fold(subject[:200])))


@dataclass(slots=True)
class _Lines:
    """The lines of a text and what each is: ' ' words, '>' quoted, 'h' a head of a quotation, 's' signature."""

    lines: list[str]
    kinds: list[str]
    cut: int
    below: int
    """Where the quoted mail's own text begins, when everything from `cut` on is quoted."""
    head: Head | None = None
    forward: bool = False


def _read(text: str, marks: tuple[Mark, ...], forward: bool, depth: int) -> Quoted:
    lines = text.split("\n")[:_MOST_LINES]
    found = _Lines(lines, [">" if _is_quoted(line) else " " for line in lines], len(lines), len(lines))
    _apply(found, marks)
    _find_cut(found)
    _mend(found)
    return _taken_apart(found, forward, depth)


def _is_quoted(line: str) -> bool:
    """Whether a line stands behind `>`; arrows around words are no quotation."""
    bare = line.lstrip(" ")
    return bare.startswith(">") and not (bare.startswith(">>") and bare.rstrip().endswith("<<"))


def _apply(found: _Lines, marks: tuple[Mark, ...]) -> None:
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


def _find_cut(found: _Lines) -> None:
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


def _more_of(found: _Lines, place: int, kind: str) -> bool:
    return place + 1 < len(found.kinds) and found.kinds[place + 1] == kind


def _first_of(found: _Lines, place: int, kind: str) -> int:
    while place and found.kinds[place - 1] == kind:
        place -= 1
    return place


def _cut(found: _Lines, first: int, below: int) -> None:
    """Everything from `first` on is quoted, ruled lines above it too."""
    while first and (not found.lines[first - 1].strip() or is_rule(found.lines[first - 1])):
        if is_rule(found.lines[first - 1]) and found.lines[first - 1].strip() == "--":
            break
        first -= 1
    found.cut, found.below = first, below


def _at_separator(found: _Lines, place: int) -> int:
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


def _at_head(found: _Lines, place: int) -> int:
    if label_of(found.lines[place]) is None:
        return 0
    head = head_at(found.lines, place)
    if head is None:
        return 0
    found.head = head
    _cut(found, place, head.until)
    return place


def _at_attribution(found: _Lines, place: int) -> int:
    """An attribution that ends within the next lines, tried when its last line comes."""
    line = found.lines[place]
    if not could_end(line):
        return 0
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


def _note_head(found: _Lines, place: int) -> None:
    for at in range(place, min(place + 6, len(found.lines))):
        if separator_at(found.lines[at]) == "forwarded":
            found.forward = True
        head = head_at(found.lines, at) if label_of(found.lines[at]) else None
        if head:
            found.head, found.below = head, head.until
            return


def _next_words(found: _Lines, place: int) -> int:
    while place < len(found.lines) and not found.lines[place].strip():
        place += 1
    return place


def _quote_follows(found: _Lines, place: int) -> bool:
    """Whether the next line that is not blank is quoted."""
    place = _next_words(found, place)
    return place < len(found.lines) and found.kinds[place] == ">"


def _mend(found: _Lines) -> None:
    """A quoted line that was broken in two leaves its second half without a mark."""
    lines, kinds = found.lines, found.kinds
    for place in range(1, min(found.cut, len(lines)) - 1):
        if kinds[place] == " " and kinds[place - 1] == ">" and kinds[place + 1] == ">":
            line, before = lines[place], lines[place - 1].rstrip()
            if line.strip() and not line[0].isspace() and not line[0].isupper() and not before.endswith((".", "?", "!", ":", ">")):
                kinds[place] = ">"


def _taken_apart(found: _Lines, forward: bool, depth: int) -> Quoted:
    words, signature = _own_words(found)
    quoted = [line for line, kind in zip(found.lines[: found.cut], found.kinds, strict=False) if kind in ">h"]
    rest = found.lines[found.cut :]
    text = "\n".join(words).strip()
    passed_on = None
    if depth < _DEEPEST_FORWARD and (found.forward or forward):
        passed_on = _forwarded(found, depth)
    return Quoted(
        text=text,
        quoted="\n".join([*quoted, *rest]).strip(),
        signature="\n".join(signature).strip(),
        forwarded=passed_on,
        interleaved=_is_interleaved(found),
    )


def _own_words(found: _Lines) -> tuple[list[str], list[str]]:
    """The writer's own lines, each run of them without its signature."""
    words: list[str] = []
    signature: list[str] = []
    run: list[str] = []
    for line, kind in [*zip(found.lines[: found.cut], found.kinds, strict=False), ("", "end")]:
        if kind == " ":
            run.append(line)
            continue
        if kind == "s":
            signature.append(line)
        elif run:
            end = end_of_words(run)
            words += run[:end]
            signature += run[end:]
            if any(part.strip() for part in run[:end]):
                words.append("")
            run = []
    return words, signature


def _is_interleaved(found: _Lines) -> bool:
    kinds = [kind for line, kind in zip(found.lines[: found.cut], found.kinds, strict=False) if line.strip()]
    return ">" in kinds and " " in kinds[kinds.index(">") :]


def _forwarded(found: _Lines, depth: int) -> Forwarded | None:
    """The mail passed on: below the cut, or in the quoted lines."""
    head = found.head
    if found.cut < len(found.lines):
        below, values = found.lines[found.below :], head.values if head else {}
    else:
        below = [_LEADING.sub("", line) for line, kind in zip(found.lines, found.kinds, strict=True) if kind == ">"]
        start = next((at for at, line in enumerate(below) if label_of(line)), None)
        inner = head_at(below, start) if start is not None and start < 6 else None
        if inner is None:
            return None
        below, values = below[inner.until :], inner.values
    if not values and not found.forward:
        return None
    sender = next(iter(addresses_of((values.get("from", ""),))), Address(""))
    inside = _read("\n".join(below), (), False, depth + 1)
    return Forwarded(sender, values.get("date", ""), values.get("subject", ""), inside.text)


__all__ = ["Forwarded", "Quoted", "is_mobile_footer", "new_text"]
