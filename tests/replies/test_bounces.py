"""Delivery reports, in the standard form and in the forms that servers make up."""

from __future__ import annotations

import pytest

from dunwell.replies.bounces import bounce
from dunwell.replies.diagnostics import BounceKind, kind_of, status_in
from dunwell.replies.message import Message, read_message
from tests.replies.mails import PLAIN, mail, parts

HARD, SOFT = BounceKind.HARD, BounceKind.SOFT
ORIGINAL = "Content-Type: text/rfc822-headers\n\nMessage-ID: <letter.1@creditor.example>\nSubject: Payment reminder\n"


def report(*groups: str) -> Message:
    status = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.hill.example\n\n" + "\n\n".join(groups)
    return read_message(parts("multipart/report; report-type=delivery-status", PLAIN + "Sorry.", status, ORIGINAL))


def group(status: str, diagnostic: str, action: str = "failed", recipient: str = "ap@hill.example") -> str:
    return (
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n"
    )


@pytest.mark.parametrize(
    ("status", "diagnostic", "action", "kind", "expected"),
    [
        ("5.1.1", "550 5.1.1 <ap@hill.example>: Recipient address rejected: User unknown", "failed", HARD, "5.1.1"),
        ("5.0.0", "550 5.1.1 no such user here", "failed", HARD, "5.1.1"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "failed", HARD, "5.1.10"),
        ("5.1.2", "Host or domain name not found. Name service error for name=hill.example", "failed", HARD, "5.1.2"),
        ("5.2.2", "552 5.2.2 mailbox full", "failed", SOFT, "5.2.2"),
        ("5.7.1", "550 5.7.1 message rejected as spam", "failed", SOFT, "5.7.1"),
        ("4.4.1", "connect to mx.hill.example: Connection timed out", "delayed", SOFT, "4.4.1"),
        ("4.2.2", "452 4.2.2 over quota", "failed", SOFT, "4.2.2"),
        ("5.4.7", "delivery time expired", "failed", SOFT, "5.4.7"),
    ],
)
def test_standard_reports(status: str, diagnostic: str, action: str, kind: BounceKind, expected: str) -> None:
    found = bounce(report(group(status, diagnostic, action)))
    assert found is not None
    assert (found.kind, found.recipient, found.status) == (kind, "ap@hill.example", expected)
    assert found.original_id == "letter.1@creditor.example"


def test_a_report_on_several() -> None:
    found = bounce(
        report(
            group("2.0.0", "250 ok", "delivered", "a@hill.example"),
            group("4.2.2", "mailbox full", "failed", "b@hill.example"),
            group("5.1.1", "user unknown", "failed", "c@hill.example"),
        )
    )
    assert found is not None
    assert (found.kind, found.recipient) == (HARD, "c@hill.example")
    assert [failure.recipient for failure in found.failures] == ["b@hill.example", "c@hill.example"]


LETTER = "\n\nReturn-Path: <accounts@creditor.example>\nMessage-ID: <letter.1@creditor.example>\nFrom: a@b.example\n"
EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
    "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
    "  ap@hill.example\n    {}\n\n------ This is a copy of the message, including all the headers. ------" + LETTER
)
QMAIL = (
    "Hi. This is the qmail-send program at hill.example.\nI'm afraid I wasn't able to deliver your message to the "
    "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<ap@hill.example>:\n{}\n\n--- Below this line is a copy of the message." + LETTER
)


@pytest.mark.parametrize(
    ("sender", "subject", "body", "kind", "status"),
    [
        ("mailer-daemon@x.example", "Mail delivery failed", EXIM.format("Unrouteable address"), HARD, None),
        ("Mailer-Daemon@x.example", "Mail delivery failed", EXIM.format("550 5.1.1 User unknown"), HARD, "5.1.1"),
        ("MAILER-DAEMON@x.example", "Warning", EXIM.format("452 4.2.2 Mailbox full"), SOFT, "4.2.2"),
        ("MAILER-DAEMON@x.example", "failure notice", QMAIL.format("Sorry, no mailbox here by that name."), HARD, None),
        ("MAILER-DAEMON@x.example", "failure notice", QMAIL.format("Remote host said: 554 blocked"), SOFT, "5.0.0"),
        (
            "System Administrator <postmaster@x.example>",
            "Undeliverable: Payment reminder",
            "Your message\n\n  Subject: x\n\ndid not reach the following recipient(s):\n\n"
            "ap@hill.example on Mon, 4 May\n"
            "    The recipient name is not recognized",
            HARD,
            None,
        ),
        (
            "Postmaster@x.example",
            "DELIVERY FAILURE: User Hill (ap@hill.example) not listed in Domino Directory",
            "Your message\n\nwas not delivered to:\n\n  ap@hill.example\n\nbecause:\n\n"
            "  User Hill not listed in Domino",
            HARD,
            None,
        ),
        (
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Delay)",
            "Delivery to the following recipient has been delayed:\n\n     ap@hill.example\n\n"
            "Message will be retried for 2 more day(s)",
            SOFT,
            None,
        ),
        (
            "mailer-daemon@corp.mail.ru",
            "Ваше сообщение не доставлено",
            "К сожалению, Ваше письмо не может быть доставлено:\n\n  ap@hill.example\n    550 ящик переполнен",
            SOFT,
            "5.0.0",
        ),
        (
            "Mailer Daemon <MAILER-DAEMON@x.example>",
            "Delivery status notification: error",
            "An error has occurred while attempting to deliver a message for\nthe following list of recipients:\n\n"
            "ap@hill.example: 550 5.1.1 no such user\n\nBelow is a copy of the original message:" + LETTER,
            HARD,
            "5.1.1",
        ),
        (
            "MAILER-DAEMON@mail.gmx.com",
            "Mail delivery failed: returning message to sender",
            'The following address\nfailed:\n\n"ap@hill.example":\nSMTP error from remote server after RCPT command:\n'
            "host: mx.hill.example\n5.2.2 <ap@hill.example>... Mailbox Full\nThis could not be delivered.",
            SOFT,
            "5.2.2",
        ),
        (
            "MAILER-DAEMON@x.example",
            "Unzustellbar: Mahnung",
            "An ap@hill.example konnte nicht zugestellt werden",
            HARD,
            None,
        ),
        (
            "postmaster@x.example",
            "Non remis : Relance",
            "ap@hill.example : boîte pleine, n'a pas pu être remis",
            SOFT,
            None,
        ),
    ],
)
def test_what_servers_make_up(sender: str, subject: str, body: str, kind: BounceKind, status: str | None) -> None:
    message = mail(body, subject, From_=sender)
    found = bounce(message)
    assert found is not None
    assert (found.kind, found.recipient, found.status) == (kind, "ap@hill.example", status)
    assert found.original_id == ("letter.1@creditor.example" if LETTER in body else None)


def test_failed_recipients_in_the_head() -> None:
    found = bounce(mail("sorry", "x", X_Failed_Recipients="ap@hill.example"))
    assert found is not None
    assert found.recipient == "ap@hill.example"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 x", "5.1.1"),
        ("status 5.0.0 and 5.2.2", "5.2.2"),
        ("host 192.0.2.5 said: 421 later", "4.0.0"),
        ("version 2.4.1", None),
        ("invoice 550", None),
    ],
)
def test_status_codes(text: str, status: str | None) -> None:
    assert status_in(text) == status


def test_a_temporary_code_is_soft_whatever_the_words() -> None:
    assert kind_of("4.1.1", "user unknown") is SOFT
