"""Which of a mail's parts its reader reads, and their text."""

from __future__ import annotations

import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field

from dunwell.replies.charsets import decode
from dunwell.replies.headers import base64_of
from dunwell.replies.htmlmarks import Mark
from dunwell.replies.htmltext import Seen, seen_of
from dunwell.replies.mime import Part

_MOST_BYTES = 1_500_000
_MOST_TEXT = 200_000
_CHUNK = 1 << 20
_MOST_TEXTS = 20
_QUOTES_IN_HTML = re.compile(
    r"gmail_quote|yahoo_quoted|divRplyFwdMsg|appendonsend|OLK_SRC_BODY|moz-cite-prefix|protonmail_quote|"
    r"<blockquote|reply-intro|border-top:\s?solid #(?:E1E1E1|B5C4DF)",
    re.IGNORECASE,
)
_LOOKS_LIKE_HTML = re.compile(r"\s{0,200}(?:<!doctype html|<html|<head|<body|<div|<p>|<meta)", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"(?:html|rich[- ]?text).{0,80}(?:view|display|support|enabled|e-?mail client|version|format)|"
    r"(?:view|support|display|read).{0,80}\bhtml\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail and where it is from: `text/plain`, `text/html` or '' without any."""

    text: str
    part: str = ""
    marks: tuple[Mark, ...] = ()
    hidden: bool = False


@dataclass(slots=True)
class Reader:
    """Reads the texts of one mail, as much as there is room for, and notes what was wrong with them."""

    raw: bytes
    problems: list[str] = field(default_factory=list)
    room: int = _MOST_BYTES
    read: set[int] = field(default_factory=set)

    def problem(self, text: str) -> None:
        if text not in self.problems and len(self.problems) < 50:
            self.problems.append(text)

    def plain(self, part: Part) -> str:
        """The text of one text part, decoded."""
        self.read.add(id(part))
        data = self._bytes(part)
        text, wrong = decode(data, part.parameters.get("charset"))
        if wrong:
            self.problem(f"charset: {wrong}")
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
        if len(text) > _MOST_TEXT and part.type != "text/html":
            self.problem("a text too long to be read whole")
            text = text[:_MOST_TEXT]
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
        return text

    def _bytes(self, part: Part) -> bytes:
        start, end = part.start, part.end
        how = part.fields.first("content-transfer-encoding").lower().strip()
        most = self.room * (4 if how == "quoted-printable" else 2)
        if end - start > most:
            self.problem("a text too long to be read whole")
        data = transferred(self.raw[start : min(end, start + most)], how)[: self.room]
        self.room -= len(data)
        return data


def transferred(data: bytes, how: str) -> bytes:
    """A part's bytes without its transfer encoding; an unknown one is taken for none."""
    if how == "base64":
        return base64_of(data)
    if how == "quoted-printable":
        return binascii.a2b_qp(data)
    if how in ("x-uuencode", "uuencode", "x-uue"):
        return _uudecoded(data)
    return data


def _uudecoded(data: bytes) -> bytes:
    out = []
    for line in data.splitlines():
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(out)


def measured(raw: bytes, part: Part) -> tuple[int, str]:
    """The size and SHA-256 of a part's content, worked out piece by piece."""
    how = part.fields.first("content-transfer-encoding").lower().strip()
    digest, size, spare = hashlib.sha256(), 0, b""
    for start in range(part.start, part.end, _CHUNK):
        piece = raw[start : min(part.end, start + _CHUNK)]
        if how == "base64":
            clean = spare + piece.translate(None, b"\r\n \t=")
            cut = len(clean) - len(clean) % 4
            piece, spare = _quickly(clean[:cut]), clean[cut:]
        elif how != "":
            piece = transferred(piece, how)
        digest.update(piece)
        size += len(piece)
    rest = base64_of(spare) if spare else b""
    digest.update(rest)
    return size + len(rest), digest.hexdigest()


def _quickly(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        return base64_of(data)


def is_attached(part: Part) -> bool:
    """Whether a part is shown as a file rather than as words of the mail."""
    how, parameters = part.disposition
    if part.type not in ("text/plain", "text/html", "text/enriched", "text/richtext"):
        return True
    return how == "attachment" or bool(parameters.get("filename")) or bool(how == "" and part.parameters.get("name"))


def body_of(reader: Reader, part: Part) -> Body:
    """The words of a mail or part."""
    if not part.parts:
        return Body("") if is_attached(part) or part.type.startswith("multipart/") else _leaf(reader, part)
    if part.type == "multipart/alternative":
        return _best(reader, part)
    if part.type == "multipart/related":
        return body_of(reader, part.parts[0])
    if part.type in ("multipart/signed", "multipart/report"):
        return body_of(reader, part.parts[0])
    return _together([body_of(reader, inner) for inner in part.parts[:_MOST_TEXTS]])


def _together(bodies: list[Body]) -> Body:
    """Texts that follow each other; one that says the same again is left out."""
    kept: list[Body] = []
    for body in bodies:
        words = body.text.split()
        if words and all(words != other.text.split() for other in kept):
            kept.append(body)
    if len(kept) < 2:
        return kept[0] if kept else Body("", hidden=any(body.hidden for body in bodies))
    marks, line = [], 0
    for body in kept:
        lines = body.text.count("\n") + 1
        for mark in body.marks:
            marks.append(Mark(mark.kind, mark.line + line, line + (lines if mark.until is None else mark.until)))
        line += lines + 1
    text = "\n\n".join(body.text for body in kept)
    return Body(text, kept[0].part, tuple(marks), any(body.hidden for body in kept))


def _leaf(reader: Reader, part: Part) -> Body:
    text = reader.plain(part)
    if part.type == "text/html" or (part.type == "text/plain" and _LOOKS_LIKE_HTML.match(text)):
        return _shown(reader, seen_of(text))
    return Body(text, "text/plain")


def _shown(reader: Reader, seen: Seen) -> Body:
    if not seen.whole:
        reader.problem("a text too long to be read whole")
    return Body(seen.text, "text/html", seen.marks, seen.hidden)


def _best(reader: Reader, part: Part) -> Body:
    """The plain text where it is real and quotes as plain texts do; else what the HTML shows."""
    plain = html = None
    for inner in part.parts[:_MOST_TEXTS]:
        if inner.type == "text/plain" and plain is None and not is_attached(inner):
            plain = inner
        elif inner.type == "text/html" or inner.type.startswith("multipart/"):
            html = inner
    text = reader.plain(plain) if plain else ""
    if html is None:
        return (
            Body(text, "text/plain" if plain else "") if plain else _together([body_of(reader, p) for p in part.parts])
        )
    if html.type != "text/html":
        other = body_of(reader, html)
        return (
            Body(text, "text/plain")
            if _is_real(text) and other.part == "text/plain"
            else other
            if other.text
            else Body(text, "text/plain")
        )
    source = reader.plain(html)
    if _is_real(text) and ("\n>" in text or text.startswith(">") or not _QUOTES_IN_HTML.search(source)):
        return Body(text, "text/plain")
    shown = _shown(reader, seen_of(source))
    return shown if shown.text.strip() else Body(text, "text/plain", hidden=shown.hidden)


def _is_real(text: str) -> bool:
    """Whether a plain alternative holds the mail rather than an excuse or somebody's HTML."""
    if not text.strip() or _LOOKS_LIKE_HTML.match(text):
        return False
    return not (len(text) < 400 and _NO_TEXT.search(text))


def unflowed(text: str, del_space: bool) -> str:
    """format=flowed (RFC 3676): lines that end in a blank go on in the next one of the same depth."""
    lines: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if open_depth == depth and bare != "-- ":
            lines[-1] += bare
        else:
            lines.append((">" * depth + " " if depth else "") + bare)
        flows = bare.endswith(" ") and bare != "-- "
        if flows and del_space:
            lines[-1] = lines[-1].removesuffix(" ")
        open_depth = depth if flows else None
    return "\n".join(lines)
