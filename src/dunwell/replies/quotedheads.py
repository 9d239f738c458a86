"""The head that mail programs put above a quoted or forwarded mail: From, Sent, To and Subject, a line each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dunwell.replies.folding import fold
from dunwell.replies.wording import core, wording

_MOST_LINES = 16
_LONGEST_LINE = 1_000
_LABEL = re.compile(r"[\s>*_|]*([^\W\d_][^:：\n]{0,22}?)[\s*_]*[:：](?!//)[\s*_]*(.*)$")
_EVIDENCE = re.compile(r"@|(?<!\d)\d{1,2}[:.]\d{2}(?!\d)|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d|[./])")
_RULE = re.compile(r"^[\s>]*(?:[-_=*~—–]\s?){3,}[\s>]*$")


@dataclass(frozen=True, slots=True)
class Head:
    """A quoted head on the lines `first` up to but not with `until`; `values` by what the labels name."""

    first: int
    until: int
    values: dict[str, str] = field(default_factory=dict)


def label_of(line: str) -> tuple[str, str] | None:
    """What a line's label names and what stands behind it, None for a line without a label."""
    if len(line) > _LONGEST_LINE or (":" not in line[:40] and "：" not in line[:40]):
        return None
    found = _LABEL.match(line)
    if not found:
        return None
    kind = wording().labels.get(core(fold(found[1])))
    return (kind, found[2].strip(" *_\t")) if kind else None


def head_at(lines: Sequence[str], first: int) -> Head | None:
    """The quoted head that begins at `lines[first]`, None if none does."""
    opening = label_of(lines[first])
    if opening is None or opening[0] == "other":
        return None
    values: dict[str, str] = {}
    last, missed, emails, place, evidence = "", 0, 0, first, False
    end = first
    while place < min(len(lines), first + _MOST_LINES):
        line = lines[place]
        label = label_of(line)
        if label and (label[0] not in values or label[0] == "other"):
            last, missed = label[0], 0
            values[last] = label[1]
            end = place + 1
            evidence = evidence or (last != "subject" and bool(_EVIDENCE.search(label[1])))
            emails += "@" in label[1] and last != "subject"
        elif not line.strip():
            if not (place + 1 < len(lines) and label_of(lines[place + 1])) or len(values) > 5:
                break
        elif last and missed < 2 and not label:
            missed += 1
            if last in ("from", "to", "cc") and missed == 1 and "@" in line:
                values[last] = f"{values[last]} {line.strip()}"
                emails += 1
                evidence = True
                end = place + 1
        else:
            break
        place += 1
    return Head(first, _end(lines, end, last), values) if _is_head(values, evidence, emails) else None


def notes_head_at(lines: Sequence[str], first: int) -> Head | None:
    """Lotus Notes' own head, whose labels stand alone: a name, a date, To, an address, cc, Subject, the subject."""
    if not _EVIDENCE.search(lines[first]) and not (first + 1 < len(lines) and _EVIDENCE.search(lines[first + 1])):
        return None
    places: dict[str, int] = {}
    for place in range(first, min(len(lines), first + _MOST_LINES)):
        if 0 < len(lines[place].strip()) < 20 and (kind := wording().labels.get(core(fold(lines[place])))):
            places.setdefault(kind, place)
    if not (
        {"to", "subject"} <= set(places) and first < places["to"] <= first + 6 and places["to"] < places["subject"]
    ):
        return None
    if "cc" not in places and "@" not in "".join(lines[first : places["subject"]]):
        return None
    sender = next((line.strip() for line in lines[first : places["to"]] if line.strip()), "")
    return Head(first, min(places["subject"] + 2, len(lines)), {"from": sender})


def _end(lines: Sequence[str], end: int, last: str) -> int:
    """The end of a head, a subject's or list's second line included."""
    if last in ("to", "cc") and end < len(lines) and "@" in lines[end] and "<" in lines[end] and lines[end].strip():
        return end + 1
    return end


def _is_head(values: dict[str, str], evidence: bool, emails: int) -> bool:
    kinds = set(values) - {"other"}
    if len(kinds) < 2:
        return False
    if "subject" in kinds and len(kinds) >= 3:
        return True
    if "subject" in kinds:
        return evidence and ("from" in kinds or "date" in kinds or "to" in kinds)
    if "from" in kinds and kinds >= {"date", "to"} and _TIME.search(values["date"]):
        return True
    if "from" in kinds:
        return emails > 0 and evidence
    return kinds >= {"date", "to"} and emails > 0


def separator_at(line: str) -> str:
    """`original` or `forwarded` for a line such as '-----Original Message-----', '' for any other."""
    if len(line) > 200 or not line.strip():
        return ""
    folded = fold(line).strip(" >*\t")
    framed = folded.startswith(("--", "__", "==", "- ", "**", "~~")) or folded.rstrip().endswith((":", "--"))
    bare = core(folded)
    if not framed and not bare.startswith("original message processed"):
        return ""
    words = wording()
    if words.original.fullmatch(bare):
        return "original"
    return "forwarded" if words.forwarded.fullmatch(bare) else ""


def is_rule(line: str) -> bool:
    """Whether a line is only a ruled line: dashes, underscores, equals signs."""
    return len(line) < 200 and bool(_RULE.match(line))
