"""The message: its parts nest as mail programs expect, and its attachments are called right everywhere."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dunwell.mailroom.envelope import Addressed, Enclosure, Picture, file_name, message
from dunwell.mailroom.signing import BadKey, SigningKey, signed

ADDRESSED = Addressed(
    from_name="Northwind Ltd",
    from_email="collections@northwind.example",
    to_name="Accounts payable",
    to_email="ap@alder.example",
    reply_to="collections+token@northwind.example",
    message_id="<dunwell.x@northwind.example>",
    thread=(),
    at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    language="en",
)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


def parsed(raw: bytes) -> EmailMessage:
    raw.decode("ascii")
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def kinds(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk()]


def test_each_part_stands_where_mail_programs_look_for_it() -> None:
    plain = parsed(message("S", "Text", "<p>H</p>", ADDRESSED))
    assert kinds(plain) == ["multipart/alternative", "text/plain", "text/html"]
    raw = message("S", "T", "<p>H</p>", ADDRESSED, [Picture("a@letter", "png", b"P")], [Enclosure("x.pdf", PDF)])
    assert kinds(parsed(raw)) == [
        "multipart/mixed",
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert "\nContent-ID: <a@letter>" in raw.decode()


@pytest.mark.parametrize(
    "name",
    ["INV-1.pdf", "Kontoübersicht C-1.pdf", "گردش حساب C-10482 2026-04-20.pdf", "Выписка.pdf", "« été » 😀.pdf"],
)
def test_a_name_in_any_script_is_read_by_new_programs_and_by_old_ones(name: str) -> None:
    raw = message("S", "T", "<p>H</p>", ADDRESSED, (), [Enclosure(name, PDF)])
    (part,) = parsed(raw).iter_attachments()
    assert part.get_filename() == name
    old = message_from_bytes(raw).get_payload(1).get_param("name")  # type: ignore[union-attr]
    assert str(make_header(decode_header(str(old)))) == name
    assert part.get_content() == PDF


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.pdf", "etc-passwd.pdf"),
        ('a"b\r\nBcc: x.pdf', "a-b-Bcc- x.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoice-fdp.exe.pdf"),
        ("A" * 300 + ".pdf", "A" * 115 + ".pdf"),
        ("", "document.pdf"),
    ],
)
def test_a_name_can_do_no_harm(name: str, safe: str) -> None:
    assert file_name(name) == safe
    raw = message("S", "T", "<p>H</p>", ADDRESSED, (), [Enclosure(name, PDF)])
    assert parsed(raw)["Bcc"] is None


def test_copies_are_named() -> None:
    mail = parsed(message("S", "T", "H", replace(ADDRESSED, cc=(("Frau Ö", "boss@alder.example"),))))
    assert str(mail["Cc"]) == "Frau Ö <boss@alder.example>"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return SigningKey("northwind.example", "dunwell", pem.decode())


def test_a_signed_letter_verifies_and_a_changed_one_does_not(key: SigningKey) -> None:
    private = serialization.load_pem_private_key(key.pem.encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    asked: list[bytes] = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record

    raw = message("Überfällig", "Text – mit Strich", "<p>H</p>", ADDRESSED, (), [Enclosure("x.pdf", PDF)])
    letter = signed(raw, key)
    assert dkim.verify(letter, dnsfunc=dns)
    assert asked == [b"dunwell._domainkey.northwind.example."]
    assert not dkim.verify(letter.replace(b"ap@alder.example", b"ap@elder.example"), dnsfunc=dns)
    assert parsed(letter)["Subject"] == "Überfällig"


def test_a_key_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(BadKey, match=r"dkim\.key cannot sign"):
        signed(b"From: a@b.example\r\n\r\nx\r\n", SigningKey("b.example", "s", "-----BEGIN RSA PRIVATE KEY-----\nno"))
