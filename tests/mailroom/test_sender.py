"""One letter and a real server: what each answer means, and what reaches the other side byte for byte."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunwell.mailroom.envelope import Addressed, message
from dunwell.mailroom.sender import (
    Accepted,
    Answer,
    InDoubt,
    MailServerAway,
    MailServerRefuses,
    PutOff,
    Refused,
    Route,
    Sender,
)
from tests.support.certificates import self_signed
from tests.support.firm import MONDAY, moment
from tests.support.mail_server import MailServer

FROM, TO = "us@creditor.example", "them@customer.example"
TEXT = b"Subject: hello\r\n\r\nPlease pay.\r\n"


def route(mail: MailServer, **changes: object) -> Route:
    return Route(**{"host": "127.0.0.1", "port": mail.port, "security": "none", "timeout": 5, **changes})  # type: ignore[arg-type]


def send(mail: MailServer, raw: bytes = TEXT, to: str = TO, **changes: object) -> Answer:
    with Sender(route(mail, **changes)) as sender:
        sender.connect()
        return sender.send(FROM, to, raw)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secure_mail(certificate: tuple[Path, ssl.SSLContext]) -> Iterator[MailServer]:
    with MailServer(tls=certificate[1], users={"northwind": "s3cret"}, require_starttls=True) as server:
        yield server


@pytest.mark.parametrize(
    ("answer", "bad_address"),
    [
        ("550 5.1.1 User unknown", True),
        ("550 5.1.10 Recipient address has null MX", True),
        ("550 5.2.1 Mailbox disabled", True),
        ("553 5.1.3 Bad address syntax", True),
        ("550 No such user here", True),
        ("550 5.7.1 Relaying denied", False),
        ("554 5.7.1 Relay access denied", False),
        ("550 5.7.26 Unauthenticated mail is not accepted", False),
        ("550 Blocked by our spam policy", False),
        ("550 5.2.2 Mailbox full", False),
        ("530 5.7.0 Authentication required", False),
        ("552 Message too large", False),
    ],
)
def test_a_refusal_is_final_and_blames_the_address_only_where_the_server_does(
    mail: MailServer, answer: str, bad_address: bool
) -> None:
    mail.rcpt[TO].append(answer)
    assert send(mail) == Refused(answer, bad_address)
    assert mail.letters == []


@pytest.mark.parametrize("answer", ["450 4.2.1 busy", "421 4.3.2 closing", "452 4.2.2 full"])
def test_a_4xx_is_put_off_at_the_recipient_and_at_the_text(mail: MailServer, answer: str) -> None:
    mail.rcpt[TO].append(answer)
    assert send(mail) == PutOff(answer)
    mail.data.append(answer)
    assert send(mail) == PutOff(answer)
    assert send(mail) == Accepted("250 2.0.0 Ok: queued as 1")


def test_a_refusal_of_the_text_never_blames_the_address(mail: MailServer) -> None:
    mail.data.append("550 5.1.1 the filter says this")
    assert send(mail) == Refused("550 5.1.1 the filter says this", bad_address=False)


def test_a_refused_letter_does_not_spoil_the_next_over_the_same_connection(mail: MailServer) -> None:
    mail.rcpt[TO].append("550 5.1.1 User unknown")
    with Sender(route(mail)) as sender:
        sender.connect()
        assert isinstance(sender.send(FROM, TO, TEXT), Refused)
        sender.connect()
        assert isinstance(sender.send(FROM, "other@customer.example", TEXT), Accepted)
    assert [letter.recipients for letter in mail.letters] == [("other@customer.example",)]
    assert len(mail.connections) == 1


@pytest.mark.parametrize(("point", "kind"), [("RCPT", PutOff), ("DATA", PutOff), ("taken", InDoubt), ("lost", InDoubt)])
def test_a_connection_that_breaks_is_in_doubt_only_once_the_text_has_left(
    mail: MailServer, point: str, kind: type[Answer]
) -> None:
    mail.drop.append(point)
    with Sender(route(mail)) as sender:
        sender.connect()
        assert isinstance(sender.send(FROM, TO, TEXT), kind)
        sender.connect()
        assert isinstance(sender.send(FROM, TO, TEXT), Accepted)


@pytest.mark.parametrize("noise", [b"what?\r\n", b"354 go ahead\r\n", b"\r\n", b"250"])
def test_an_answer_to_the_text_that_is_none_is_in_doubt(mail: MailServer, noise: bytes) -> None:
    mail.noise = noise
    assert isinstance(send(mail), InDoubt | Accepted)
    if noise != b"250":
        mail.noise = noise
        assert isinstance(send(mail), InDoubt)


def test_a_server_that_says_nothing_after_the_text_is_in_doubt_after_the_timeout(mail: MailServer) -> None:
    mail.on_taken = lambda _letter: time.sleep(1.6)
    assert isinstance(send(mail, answer_timeout=1), InDoubt)


def test_a_server_that_is_away_is_temporary_before_anything_is_reserved(mail: MailServer) -> None:
    mail.stop()
    with Sender(route(mail)) as sender, pytest.raises(MailServerAway, match=f"127.0.0.1:{mail.port}"):
        sender.connect()


def test_a_connection_that_the_server_closed_in_between_is_opened_again(mail: MailServer) -> None:
    with Sender(route(mail)) as sender:
        sender.connect()
        assert isinstance(sender.send(FROM, TO, TEXT), Accepted)
        mail.stop()
        mail.start()
        sender.connect()
        assert isinstance(sender.send(FROM, TO, TEXT), Accepted)


def test_starttls_with_a_certificate_that_nobody_vouches_for_is_refused(secure_mail: MailServer) -> None:
    with pytest.raises(MailServerRefuses, match="certificate"):
        send(secure_mail, security="starttls", username="northwind", password="s3cret")


def test_starttls_with_the_servers_own_authority_and_login_is_taken(
    secure_mail: MailServer, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    answer = send(
        secure_mail, security="starttls", username="northwind", password="s3cret", ca_file=str(certificate[0])
    )
    assert isinstance(answer, Accepted)
    assert secure_mail.letters[0].secure


def test_tls_from_the_first_byte_asks_for_a_certificate_and_logs_in(
    certificate: tuple[Path, ssl.SSLContext],
) -> None:
    with MailServer(tls=certificate[1], users={"northwind": "s3cret"}, implicit=True) as server:
        login = {"security": "tls", "username": "northwind", "password": "s3cret"}
        with pytest.raises(MailServerRefuses, match="certificate"):
            send(server, **login)
        assert isinstance(send(server, **login, ca_file=str(certificate[0])), Accepted)
        assert len(server.letters) == 1


def test_a_wrong_password_is_a_matter_of_settings(
    secure_mail: MailServer, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    with pytest.raises(MailServerRefuses, match="535"):
        send(secure_mail, security="starttls", username="northwind", password="wrong", ca_file=str(certificate[0]))


def test_a_server_without_starttls_gets_nothing_in_the_clear(mail: MailServer) -> None:
    with pytest.raises(MailServerRefuses, match="STARTTLS"):
        send(mail, security="starttls", username="northwind", password="s3cret")
    assert mail.letters == []


@pytest.mark.parametrize(
    ("raw", "arrives"),
    [
        (b"A: b\n\n.\n..\n.x\nend", b"A: b\r\n\r\n.\r\n..\r\n.x\r\nend\r\n"),
        (b"A: b\r\n\r\n.\r\nRCPT TO:<x@y.example>\r\n", b"A: b\r\n\r\n.\r\nRCPT TO:<x@y.example>\r\n"),
        (b"A: b\r\n\r\nx\r.\rMAIL FROM:<a@b.example>\r\n", b"A: b\r\n\r\nx\r\n.\r\nMAIL FROM:<a@b.example>\r\n"),
        (b".A: b\r\n\r\nx", b".A: b\r\n\r\nx\r\n"),
        (b"A: b\r\n\r\n" + b"y" * 980 + b"\r\n", b"A: b\r\n\r\n" + b"y" * 980 + b"\r\n"),
        ("A: b\r\n\r\nпривет — ünï\r\n".encode(), "A: b\r\n\r\nпривет — ünï\r\n".encode()),
    ],
)
def test_dots_line_ends_long_lines_and_other_scripts_arrive_as_they_were(
    mail: MailServer, raw: bytes, arrives: bytes
) -> None:
    """Dot stuffing (RFC 5321, 4.5.2): no text ends the message early or smuggles in another."""
    assert isinstance(send(mail, raw), Accepted)
    assert [letter.raw for letter in mail.letters] == [arrives]
    assert mail.letters[0].recipients == (TO,)


def test_a_letter_in_any_language_with_long_lines_and_dots_survives_the_wire(mail: MailServer) -> None:
    text = "\n".join([".", "..", "x" * 3000, "Уважаемый клиент", "فاکتور شماره ۱۲", "zł € ß", ".end", ""])
    addressed = Addressed(
        from_name="Müller & Söhne", from_email=FROM, to_name="شرکت", to_email=TO, reply_to="us+abc@creditor.example",
        message_id="<a@creditor.example>", thread=[f"<{n}@creditor.example>" for n in range(40)], at=moment(MONDAY).now,
        language="fa",
    )  # fmt: skip
    raw = message("Напоминание " * 20, text, "<p>" + "ü" * 2500 + "</p>", addressed)
    assert raw.isascii()
    assert isinstance(send(mail, raw), Accepted)
    assert all(len(line) <= 998 for line in mail.letters[0].raw.split(b"\r\n"))
    got = mail.letters[0].message
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == text.splitlines()
    assert html.get_content().strip() == "<p>" + "ü" * 2500 + "</p>"
    assert got["Subject"] == ("Напоминание " * 20).strip()
    assert got["To"] == f"شرکت <{TO}>"
    assert str(got["References"]).split()[-1] == "<39@creditor.example>"
    assert got["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("field", ["from_name", "to_name", "subject"])
def test_no_name_or_subject_can_add_a_header(field: str) -> None:
    evil = "Nice\r\nBcc: thief@evil.example\r\n\r\nbody"
    values = {"from_name": "A", "to_name": "B", "subject": "C", field: evil}
    names, at = (values["from_name"], FROM, values["to_name"], TO), moment(MONDAY).now
    raw = message(values["subject"], "text", "<p>text</p>", Addressed(*names, FROM, "<a@b.example>", [], at, "en"))
    assert b"\nBcc:" not in raw


def test_an_international_domain_goes_in_its_ascii_form(mail: MailServer) -> None:
    assert isinstance(send(mail, to="ap@bücher.example"), Accepted)
    assert mail.letters[0].recipients == ("ap@xn--bcher-kva.example",)


def test_letters_keep_the_pace_that_is_set(mail: MailServer) -> None:
    with Sender(route(mail, letters_per_minute=300)) as sender:
        sender.connect()
        began = time.monotonic()
        for _ in range(4):
            assert isinstance(sender.send(FROM, TO, TEXT), Accepted)
        assert time.monotonic() - began >= 0.6
