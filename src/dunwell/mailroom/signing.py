"""DKIM: signing letters ourselves (RFC 6376), for a mail server that does not."""

from __future__ import annotations

from dataclasses import dataclass

import dkim

_HEADERS = [
    b"from",
    b"to",
    b"cc",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"auto-submitted",
    b"content-type",
    b"content-language",
    b"mime-version",
]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A domain's key under a selector; `pem` is the private RSA key."""

    domain: str
    selector: str
    pem: str


class BadKey(ValueError):
    """A key that cannot sign; the message says what to do."""


def signed(raw: bytes, key: SigningKey) -> bytes:
    """The message with its signature on top (relaxed/relaxed); raises BadKey."""
    message = b"\r\n".join(raw.splitlines()) + b"\r\n"
    try:
        signature = dkim.sign(
            message,
            key.selector.encode("ascii"),
            key.domain.encode("idna"),
            key.pem.encode("ascii"),
            canonicalize=(b"relaxed", b"relaxed"),
            # Named once more than they stand there, so that nobody can add a second one (RFC 6376, 8.15).
            include_headers=[*(name for name in _HEADERS if _has(message, name)), b"from", b"to", b"subject"],
        )
    except (dkim.DKIMException, ValueError, UnicodeError, IndexError) as error:
        raise BadKey(f"dkim.key cannot sign: {error}; give a private RSA key in PEM") from None
    return bytes(signature) + message


def _has(message: bytes, header: bytes) -> bool:
    head = message.partition(b"\r\n\r\n")[0].lower()
    return head.startswith(header + b":") or b"\r\n" + header + b":" in head
