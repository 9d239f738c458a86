"""Mails as customers send them, with what the creditor's own mail server adds on top."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from email.utils import make_msgid

SERVER = "mx.northwind.example"


def mail(
    sender: str,
    text: str,
    *,
    on: date,
    to: str = "collections@northwind.example",
    subject: str = "Re: your invoice",
    answers: str | None = None,
    passed: str | None = "dmarc=pass header.from={domain}",
    message_id: str | None = None,
) -> bytes:
    """A mail written at ten in the morning. `passed` is what our server found, None for nothing."""
    message = EmailMessage()
    message["Received"] = "from mx.elsewhere.example by mx.northwind.example; Mon, 02 Mar 2026 10:00:01 +0000"
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = on.strftime("%a, %d %b %Y 10:00:00 +0000")
    message["Message-ID"] = message_id or make_msgid(domain="customer.example")
    if answers:
        message["In-Reply-To"] = answers
    message.set_content(text)
    raw = message.as_bytes().replace(b"\n", b"\r\n")
    if passed is None:
        return raw
    found = passed.format(domain=sender.rpartition("@")[2].strip(">"))
    return f"Authentication-Results: {SERVER}; {found}\r\n".encode() + raw
