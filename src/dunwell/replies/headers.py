"""The head of a mail: fields, encoded words, addresses, parameters and dates, whoever wrote them and however badly."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from dunwell.replies.charsets import decode

_MOST_FIELDS = 2_000
_LONGEST_FIELD = 20_000
_MOST_ADDRESSES = 200
_FIELD = re.compile(rb"^([!-9;-~]{1,76})[ \t]*:")
_ENCODED = re.compile(r"=\?([\w.+:()-]{1,60})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\r\n]*)\?=([ \t]+(?==\?))?")
_BARE_ADDRESS = re.compile(r"[^\s<>\"(),;:]{1,128}@[^\s<>\"(),;:]{1,255}")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_ENDS_WITH_ZONE = re.compile(r"\s*\([^()]*\)\s*$")


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody in a head: the address in lower case, '' if none could be read, and the name shown beside it."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one head in their order: names in lower case, values unfolded and as they were sent."""

    all: tuple[tuple[str, bytes], ...]

    def first(self, name: str) -> str:
        """The first field of that name as text, '' without one."""
        return next((text_of(value) for key, value in self.all if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """All fields of that name, in their order."""
        return tuple(text_of(value) for key, value in self.all if key == name)


def fields_of(head: bytes) -> tuple[Fields, bool]:
    """The fields of a head, and whether all of it could be read."""
    found: list[tuple[str, list[bytes]]] = []
    whole = True
    for line in head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if found and sum(map(len, found[-1][1][:50])) < _LONGEST_FIELD and len(found[-1][1]) < _MOST_FIELDS:
                found[-1][1].append(line[:_LONGEST_FIELD])
            continue
        match = _FIELD.match(line)
        if match and len(found) < _MOST_FIELDS:
            found.append((match[1].decode("ascii").lower(), [line[match.end() : match.end() + _LONGEST_FIELD]]))
        elif line.strip() and not line.startswith((b"From ", b">From ")):
            whole = False
    return Fields(tuple((name, b"".join(lines).strip()) for name, lines in found)), whole


def text_of(value: bytes) -> str:
    """A field as text, encoded words decoded; line breaks and control characters become blanks."""
    text, _ = decode(value, None)
    if "=?" in text:
        text = _ENCODED.sub(_word, text)
    if text.isprintable():
        return text.strip()
    return "".join(char if char.isprintable() or char in "\u200c\u200d" else " " for char in text).strip()


def _word(match: re.Match[str]) -> str:
    charset, how, body = match[1], match[2], match[3]
    if how in "bB":
        data = base64_of(body.encode("ascii", "ignore"))
    else:
        data = binascii.a2b_qp(body.encode("utf-8", "replace"), header=True)
    return decode(data, charset)[0]


def base64_of(data: bytes) -> bytes:
    """Base64 with whatever is missing or amiss left out."""
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    spare = len(clean) % 4
    clean = clean[:-1] if spare == 1 else clean + b"=" * (-spare % 4)
    try:
        return binascii.a2b_base64(clean)
    except binascii.Error:
        return b""


def addresses_of(values: tuple[str, ...]) -> tuple[Address, ...]:
    """Everybody in fields such as To, in their order."""
    found: list[Address] = []
    for value in values:
        for piece in _pieces(value):
            if (address := _address(piece)) and len(found) < _MOST_ADDRESSES:
                found.append(address)
    return tuple(found)


def _pieces(value: str) -> Iterator[str]:
    """What stands between commas or semicolons that are in no quotation marks and no brackets."""
    start, quoted, angle = 0, False, False
    for place, char in enumerate(value):
        if char == '"' and value[place - 1 : place] != "\\":
            quoted = not quoted
        elif char in "<>" and not quoted:
            angle = char == "<"
        elif char in ",;" and not quoted and not angle:
            yield value[start:place]
            start = place + 1
    yield value[start:]


def _address(piece: str) -> Address | None:
    piece = piece.strip()
    opens, closes = piece.rfind("<"), piece.rfind(">")
    if 0 <= opens < closes:
        inside = _BARE_ADDRESS.search(piece[opens + 1 : closes])
        name = piece[:opens]
    else:
        inside = _BARE_ADDRESS.search(piece)
        name = piece.replace(inside[0], "") if inside else piece
    name = name.strip(" \t\"'()<>").replace('\\"', '"')
    if inside is None:
        return Address("", name) if name and not name.endswith(":") else None
    email = inside[0].strip("'").lower()
    return Address(email, "" if name.lower() == email else name)


def ids_of(value: str) -> tuple[str, ...]:
    """The message ids in a field, without their brackets."""
    return tuple(_MESSAGE_ID.findall(value[:_LONGEST_FIELD]))


def parameters_of(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x` as the value in lower case and its parameters (RFC 2231 put together)."""
    main, *rest = _split_parameters(value)
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for piece in rest[:100]:
        key, _, held = piece.partition("=")
        key, held = key.strip().lower(), held.strip()
        if len(held) > 1 and held[0] == '"' and held[-1] == '"':
            held = held[1:-1].replace('\\"', '"')
        name, _, tail = key.partition("*")
        number = tail.rstrip("*")
        pieces.setdefault(name, []).append(
            (int(number) if number.isdecimal() else 0, held, tail.endswith("*") or key.endswith("*"))
        )
    return main.strip().lower(), {name: _joined(sorted(held)) for name, held in pieces.items() if name}


def _split_parameters(value: str) -> list[str]:
    parts, start, quoted = [], 0, False
    for place, char in enumerate(value):
        if char == '"' and value[place - 1 : place] != "\\":
            quoted = not quoted
        elif char == ";" and not quoted:
            parts.append(value[start:place])
            start = place + 1
    return [*parts, value[start:]]


def _joined(pieces: list[tuple[int, str, bool]]) -> str:
    text = "".join(held for _, held, _ in pieces)
    if not any(encoded for _, _, encoded in pieces):
        return text
    charset, quote, rest = text.partition("'")
    rest = rest.partition("'")[2] if quote else text
    return decode(unquote_to_bytes(rest), charset if quote else None)[0]


def moment_of(value: str) -> datetime | None:
    """A Date field as an aware moment on the writer's own clock; None if it cannot be read."""
    try:
        found = parsedate_to_datetime(_ENDS_WITH_ZONE.sub("", value[:100]))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
