"""The letter as a message: headers, text and HTML, ready for the wire."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

_UTF8 = charset.Charset("utf-8")
_UTF8.body_encoding = charset.QP
_LINE_BREAKS = re.compile(r"[\r\n\x00-\x1f\x7f]+")


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


def message(letter_subject: str, text: str, html: str, addressed: Addressed) -> bytes:
    """The message's bytes, ASCII throughout.

    `Auto-Submitted` (RFC 3834) keeps robots from answering; `References` (RFC 5322) keeps all letters of a case in
    one thread.
    """
    # The same letter has the same bytes; quoted-printable never writes `=_`, so no text can hold the boundary.
    mail = MIMEMultipart("alternative", boundary=f"=_{hashlib.sha256(addressed.message_id.encode()).hexdigest()[:32]}")
    mail["From"] = _address(addressed.from_name, addressed.from_email)
    mail["To"] = _address(addressed.to_name, addressed.to_email)
    mail["Reply-To"] = _address(addressed.from_name, addressed.reply_to)
    mail["Subject"] = Header(_one_line(letter_subject), "utf-8", header_name="Subject").encode()
    mail["Date"] = format_datetime(addressed.at)
    mail["Message-ID"] = addressed.message_id
    if addressed.thread:
        mail["In-Reply-To"] = addressed.thread[-1]
        mail["References"] = " ".join([addressed.thread[0], *addressed.thread[1:][-9:]])
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail["Content-Language"] = addressed.language
    mail.attach(MIMEText(text, "plain", _UTF8))  # type: ignore[arg-type]
    mail.attach(MIMEText(html, "html", _UTF8))  # type: ignore[arg-type]
    return mail.as_bytes()


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
