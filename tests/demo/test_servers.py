"""The demo's mail servers: what SMTP takes is what IMAP gives."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from dunwell.demo import inbox
from dunwell.demo.servers import CREDITOR, CUSTOMERS, HOST, MailServers

GONE, LATER = "gone@customer.example", "later@customer.example"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[MailServers]:
    answers = {GONE: "550 5.1.1 no such mailbox", LATER: "451 4.7.1 try again later"}
    with MailServers(tmp_path / "mail", "creditor.example", answers) as found:
        yield found


def letter(to: str, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "collections@creditor.example", to, subject
    mail["Message-ID"] = f"<{subject}@creditor.example>"
    mail.set_content("Grüße\n.\n.. dots at the start of lines\nسلام\n")
    mail.add_alternative("<p>Grüße</p>", subtype="html")
    return mail


def test_a_letter_goes_round(servers: MailServers, tmp_path: Path) -> None:
    with smtplib.SMTP(HOST, servers.smtp_port, timeout=10) as smtp:
        smtp.send_message(letter("ap@customer.example", "first"))
        before = inbox.next_uid(servers)
        smtp.send_message(letter("ap@other.example", "second"))
        smtp.send_message(letter("collections+token@creditor.example", "reply"))
    assert inbox.count(servers) == 2
    (found,) = inbox.arrived(servers, before)
    assert found["Subject"] == "second"
    assert found["Delivered-To"] == "ap@other.example"
    file = inbox.save(found, "C-1/second", tmp_path / "letters")
    assert file.name == "C-1_second.eml"
    assert ".. dots at the start of lines\nسلام" in file.with_suffix(".txt").read_text(encoding="utf-8")
    assert file.with_suffix(".html").read_text(encoding="utf-8").strip() == "<p>Grüße</p>"
    assert inbox.arrived(servers, inbox.next_uid(servers)) == []


def test_replies_come_to_the_creditor(servers: MailServers) -> None:
    with smtplib.SMTP(HOST, servers.smtp_port, timeout=10) as smtp:
        smtp.send_message(letter("collections+token@creditor.example", "reply"))
    client = IMAPClient(HOST, servers.imap_port, ssl=False, timeout=10)
    client.login(CREDITOR, servers.password)
    assert client.select_folder("INBOX")[b"EXISTS"] == 1
    client.logout()


@pytest.mark.parametrize(("address", "code"), [(GONE, 550), (LATER, 451)])
def test_an_address_is_refused_or_put_off(servers: MailServers, address: str, code: int) -> None:
    with smtplib.SMTP(HOST, servers.smtp_port, timeout=10) as smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            smtp.send_message(letter(address, "never"))
        assert refused.value.recipients[address][0] == code
        smtp.send_message(letter("ap@customer.example", "after"))
    assert inbox.count(servers) == 1


def test_a_wrong_password_is_refused(servers: MailServers) -> None:
    client = IMAPClient(HOST, servers.imap_port, ssl=False, timeout=10)
    with pytest.raises(LoginError):
        client.login(CUSTOMERS, "wrong")
    client.shutdown()


def test_the_ports_are_free_again_afterwards(tmp_path: Path) -> None:
    with MailServers(tmp_path / "mail", "creditor.example") as first:
        smtp, imap = first.smtp_port, first.imap_port
        with smtplib.SMTP(HOST, smtp, timeout=10) as client:
            client.send_message(letter("ap@customer.example", "kept"))
    with MailServers(tmp_path / "mail", "creditor.example", smtp_port=smtp, imap_port=imap) as second:
        assert (second.smtp_port, second.imap_port) == (smtp, imap)
        assert inbox.count(second) == 1
