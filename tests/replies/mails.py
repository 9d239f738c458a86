"""Mails for the tests: short to write, and as they come over the wire."""

from __future__ import annotations

from dunwell.replies.message import Message, read_message

HEAD = (
    "From: Peter Hill <peter@hill.example>\nTo: accounts@creditor.example\nSubject: {subject}\n"
    "Date: Mon, 4 May 2026 10:00:00 +0200\nMessage-ID: <1@hill.example>\nMIME-Version: 1.0\n"
)


def raw(body: str, subject: str = "Re: Payment reminder", kind: str = "text/plain", **headers: str) -> bytes:
    """A mail of one part in UTF-8; `headers` with underscores for dashes, `From_` replaces the sender."""
    head = HEAD.format(subject=subject)
    for name, value in headers.items():
        if name == "From_":
            head = head.replace("Peter Hill <peter@hill.example>", value)
        else:
            head += f"{name.replace('_', '-')}: {value}\n"
    head += f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    return (head + "\n" + body + "\n").encode()


def mail(body: str, subject: str = "Re: Payment reminder", kind: str = "text/plain", **headers: str) -> Message:
    """The same, read."""
    return read_message(raw(body, subject, kind, **headers))


def parts(kind: str, *bodies: str) -> bytes:
    """A multipart of that kind; each body brings its own head."""
    inside = "".join(f"--=b\n{body}\n" for body in bodies)
    return (HEAD.format(subject="Re: x") + f'Content-Type: {kind}; boundary="=b"\n\n{inside}--=b--\n').encode()


PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n"
