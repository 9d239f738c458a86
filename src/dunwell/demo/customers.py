"""What the sample portfolio's customers write back: mails in their languages, sent to the collections mailbox.

An impostor, a delivery report and an out-of-office note are among them. What becomes of each is for the inbox to find
out: here nothing but the mails is made up.
"""

from __future__ import annotations

import smtplib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from importlib.resources import files

from jdatetime import date as JalaliDate

from dunwell.demo.servers import HOST, MailServers
from dunwell.demo.settings_file import DOMAIN

_ZONE = timezone(timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that a customer got: who got it, in which language, and the first of the invoices that it asks for."""

    message: EmailMessage
    to: str
    language: str
    invoice: str
    stage: str | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer to a letter in `language`; blanks are {invoice}, {day}, {later} and {before}."""

    language: str
    text: str
    automatic: bool = False
    impostor: bool = False


def _answers() -> list[_Answer]:
    source = files("dunwell.demo") / "answers.toml"
    return [_Answer(**one) for one in tomllib.loads(source.read_text(encoding="utf-8"))["answer"]]


def write_back(servers: MailServers, letters: Sequence[Letter], today: date) -> int:
    """Send the answers to the letters of the last cycle; returns how many mails were sent."""
    left = list(letters)
    sent: list[tuple[str, str, bytes]] = []
    for answer in _answers():
        letter = next((one for one in left if one.language == answer.language), None)
        if letter is not None:
            left.remove(letter)
            # An impostor shows the customer's address; the envelope is his own, and so the mail server can tell.
            envelope = "finance@quick-settlements.example" if answer.impostor else letter.to
            sent.append((envelope, _to(letter), _written(letter, answer, today).as_bytes(policy=SMTP)))
    if left:
        sent.append(("", str(left[-1].message["From"]), _returned(left[-1], today)))
    with smtplib.SMTP(HOST, servers.smtp_port, timeout=30) as server:
        for sender, to, raw in sent:
            server.sendmail(sender, [to], raw)
    return len(sent)


def _to(letter: Letter) -> str:
    return str(letter.message["Reply-To"])


def _written(letter: Letter, answer: _Answer, today: date) -> EmailMessage:
    message = EmailMessage()
    message["From"] = letter.to
    message["To"] = _to(letter)
    message["Subject"] = f"Re: {letter.message['Subject']}"
    message["Date"] = _at(today)
    message["Message-ID"] = f"<answer.{letter.invoice.lower()}@{letter.to.rpartition('@')[2]}>"
    message["In-Reply-To"] = str(letter.message["Message-ID"])
    text = answer.text.lstrip().format_map(_blanks(letter, today))
    if answer.automatic:
        message["Auto-Submitted"] = "auto-replied"
        message.set_content(text)
    else:
        message.set_content(f"{text}\n{_above(letter)}\n{_body(letter.message)}\n")
    return message


def _above(letter: Letter) -> str:
    return f"On {letter.message['Date']}, {letter.message['From']} wrote:"


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    words = part.get_content() if part is not None else ""
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines()[:30])


def _blanks(letter: Letter, today: date) -> Mapping[str, str]:
    soon = today + timedelta(days=10)
    return {
        "invoice": letter.invoice,
        "day": _day(soon, letter.language),
        "later": _day(today + timedelta(days=18), letter.language),
        "before": _day(today - timedelta(days=2), letter.language),
    }


_WRITTEN = {"en": "%d %B %Y", "de": "%d.%m.%Y", "ru": "%d.%m.%Y", "ro": "%d.%m.%Y"}


def _day(day: date, language: str) -> str:
    """The day as a clerk there types it."""
    if language == "fa":
        return str(JalaliDate.fromgregorian(date=day).strftime("%Y/%m/%d"))
    return day.strftime(_WRITTEN.get(language, "%d/%m/%Y"))


_REPORT = """\
From: Mail Delivery Subsystem <mailer-daemon@mx.{domain}>
To: {to}
Subject: Delivery Status Notification (Failure)
Date: {date}
Message-ID: <report.{invoice}@mx.{domain}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=us-ascii

Your message to {failed} could not be delivered: 550 5.1.1 no such user.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.{domain}

Final-Recipient: rfc822; {failed}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--report
Content-Type: text/rfc822-headers

Message-ID: {original}

--report--
"""


def _returned(letter: Letter, today: date) -> bytes:
    """A delivery report (RFC 3464): the address is not known there any more."""
    text = _REPORT.format(
        domain=DOMAIN,
        to=letter.message["From"],
        date=_at(today),
        invoice=letter.invoice.lower(),
        failed=letter.to,
        original=letter.message["Message-ID"],
    )
    return text.replace("\n", "\r\n").encode()


def _at(today: date) -> str:
    return format_datetime(datetime.combine(today, time(11, 30), _ZONE))
