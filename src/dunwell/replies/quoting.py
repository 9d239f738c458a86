"""What is new in a mail: the words that this writer wrote now, without what they quote, forward and sign with.

Quoted text comes in three forms: lines behind `>`, everything below an attribution, and everything below a quoted
head. Answers among quoted lines and below them are kept. When in doubt what is below counts as quoted, because words
of ours must never be read as the customer's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dunwell.replies.cutting import Lines, sort_lines
from dunwell.replies.folding import fold
from dunwell.replies.headers import Address, addresses_of
from dunwell.replies.htmlmarks import Mark
from dunwell.replies.message import Message
from dunwell.replies.quotedheads import head_at, label_of
from dunwell.replies.signatures import end_of_words, start_of_words
from dunwell.replies.wording import wording

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


def _read(text: str, marks: tuple[Mark, ...], forward: bool, depth: int) -> Quoted:
    return _taken_apart(sort_lines(text, marks), forward, depth)


def _taken_apart(found: Lines, forward: bool, depth: int) -> Quoted:
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


def _own_words(found: Lines) -> tuple[list[str], list[str]]:
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
            start = 0 if words else start_of_words(run)
            signature += run[:start]
            run = run[start:]
            end = end_of_words(run)
            words += run[:end]
            signature += run[end:]
            if any(part.strip() for part in run[:end]):
                words.append("")
            run = []
    return words, signature


def _is_interleaved(found: Lines) -> bool:
    kinds = [kind for line, kind in zip(found.lines[: found.cut], found.kinds, strict=False) if line.strip()]
    return ">" in kinds and " " in kinds[kinds.index(">") :]


def _forwarded(found: Lines, depth: int) -> Forwarded | None:
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
