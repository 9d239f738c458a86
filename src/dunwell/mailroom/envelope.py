"""The letter as a message: headers, text and HTML, pictures and attachments, ready for the wire."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import charset
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from urllib.parse import quote

_UTF8 = charset.Charset("utf-8")
_UTF8.body_encoding = charset.QP
_LINE_BREAKS = re.compile(r"[\r\n\x00-\x1f\x7f]+")
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who a letter is from and to, and where it belongs: all that its headers need."""

    from_name: str
    from_email: str
    to_name: str
    to_email: str
    reply_to: str
    message_id: str
    thread: Sequence[str]
    at: datetime
    language: str
    cc: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with the letter, by the name that the receiver sees; `kind` is pdf or zip."""

    name: str
    content: bytes
    kind: str = "pdf"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside the letter: the HTML names it `cid:name`, and `name` has an @. `kind` is png or jpeg."""

    name: str
    kind: str
    content: bytes


def message(
    letter_subject: str,
    text: str,
    html: str,
    addressed: Addressed,
    pictures: Sequence[Picture] = (),
    enclosures: Sequence[Enclosure] = (),
) -> bytes:
    """The message's bytes, ASCII throughout.

    `Auto-Submitted` (RFC 3834) keeps robots from answering; `References` (RFC 5322) keeps all letters of a case in
    one thread. The parts nest as mail programs expect them: mixed (related (alternative (text, html), pictures), PDFs).
    """
    seed = addressed.message_id
    body = _multipart("alternative", seed)
    body.attach(MIMEText(text, "plain", _UTF8))  # type: ignore[arg-type]
    body.attach(MIMEText(html, "html", _UTF8))  # type: ignore[arg-type]
    if pictures:
        body = _around("related", seed, body, [_picture(one) for one in pictures])
    if enclosures:
        body = _around("mixed", seed, body, [_enclosure(one) for one in _named_apart(enclosures)])
    _head(body, letter_subject, addressed)
    return body.as_bytes()


def _head(mail: MIMEMultipart, subject: str, addressed: Addressed) -> None:
    mail["From"] = _address(addressed.from_name, addressed.from_email)
    mail["To"] = _address(addressed.to_name, addressed.to_email)
    if addressed.cc:
        mail["Cc"] = ", ".join(_address(name, email) for name, email in addressed.cc)
    mail["Reply-To"] = _address(addressed.from_name, addressed.reply_to)
    mail["Subject"] = Header(_one_line(subject), "utf-8", header_name="Subject").encode()
    mail["Date"] = format_datetime(addressed.at)
    mail["Message-ID"] = addressed.message_id
    if addressed.thread:
        mail["In-Reply-To"] = addressed.thread[-1]
        mail["References"] = " ".join([addressed.thread[0], *addressed.thread[1:][-9:]])
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail["Content-Language"] = addressed.language


def _multipart(kind: str, seed: str) -> MIMEMultipart:
    # The same letter has the same bytes; quoted-printable and base64 never write `=_`: no part holds the boundary.
    return MIMEMultipart(kind, boundary=f"=_{hashlib.sha256(f'{kind}{seed}'.encode()).hexdigest()[:32]}")


def _around(kind: str, seed: str, inner: MIMEMultipart, parts: Sequence[MIMEBase]) -> MIMEMultipart:
    outer = _multipart(kind, seed)
    outer.attach(inner)
    for part in parts:
        outer.attach(part)
    return outer


def _picture(picture: Picture) -> MIMEBase:
    part = _base64("image", picture.kind, picture.content)
    part["Content-ID"] = f"<{picture.name}>"
    ending = picture.kind.replace("jpeg", "jpg")
    part["Content-Disposition"] = f'inline; filename="{picture.name.partition("@")[0]}.{ending}"'
    return part


def _enclosure(enclosure: Enclosure) -> MIMEBase:
    name = enclosure.name
    part = _base64("application", enclosure.kind, enclosure.content)
    # Old programs read the name of Content-Type, encoded as in a subject; new ones that of RFC 2231.
    part.set_param("name", name if name.isascii() else Header(name, "utf-8", maxlinelen=10_000).encode())
    said = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name, safe='')}"
    part["Content-Disposition"] = f"attachment; {said}"
    return part


def _base64(main: str, sub: str, content: bytes) -> MIMEBase:
    part = MIMEBase(main, sub)
    part.set_payload(base64.encodebytes(content).decode("ascii"))
    part["Content-Transfer-Encoding"] = "base64"
    return part


def file_name(name: str, ending: str = "pdf") -> str:
    """A name that every system takes as that of a PDF, or of a file with another ending: no path, no control or
    direction characters, and short enough for one line of a header in any script (RFC 5322: 998 octets)."""
    stem = _NOT_IN_NAMES.sub("-", name).strip(" .")
    stem = stem[:-4] if stem.lower().endswith(f".{ending}") else stem
    stem = stem[:115].strip(" .-") or "document"
    while len(quote(stem, safe="")) > _MOST_OCTETS:
        stem = stem[:-1]
    return f"{stem}.{ending}"


_MOST_OCTETS = 600


def _named_apart(enclosures: Sequence[Enclosure]) -> list[Enclosure]:
    """The documents, each under a name of its own: saved together, none covers another."""
    taken: set[str] = set()
    found = []
    for one in enclosures:
        whole = file_name(one.name, one.kind)
        name, number = whole, 1
        while name.lower() in taken:
            number += 1
            name = f"{whole[:-4]} ({number}).{one.kind}"
        taken.add(name.lower())
        found.append(Enclosure(name, one.content, one.kind))
    return found


def _address(name: str, email: str) -> str:
    return formataddr((_one_line(name), wire_address(_one_line(email))), "utf-8")


def wire_address(email: str) -> str:
    """An address as SMTP and headers carry it: an international domain in its ASCII form (RFC 5891).

    Raises UnicodeError where the part before the @ is not ASCII: such a mailbox needs SMTPUTF8 all the way.
    """
    local, at, domain = email.rpartition("@")
    local.encode("ascii")
    return f"{local}{at}{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"


def _one_line(value: str) -> str:
    return _LINE_BREAKS.sub(" ", value).strip()
