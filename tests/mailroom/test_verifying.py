"""DKIM signatures checked with keys at hand."""

from __future__ import annotations

import base64
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dunwell.mailroom.verifying import keys_in, signed_by

MAIL = b"From: ap@buyer.example\r\nTo: us@seller.example\r\nSubject: re\r\n\r\nWe will pay on Friday.\r\n"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(key: rsa.RSAPrivateKey, domain: str = "buyer.example") -> bytes:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return bytes(dkim.sign(MAIL, b"s1", domain.encode(), pem, include_headers=[b"from", b"subject"])) + MAIL


def record(key: rsa.RSAPrivateKey) -> bytes:
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_a_signature_holds_where_its_key_is_at_hand(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    (tmp_path / "s1._domainkey.buyer.example.txt").write_bytes(record(key) + b"\n")
    keys = keys_in(tmp_path)
    assert signed_by(signed(key), keys) == (("buyer.example", True),)
    changed = signed(key).replace(b"on Friday", b"on Monday")
    assert signed_by(changed, keys) == (("buyer.example", False),)


def test_without_its_key_a_signature_proves_nothing(key: rsa.RSAPrivateKey) -> None:
    assert signed_by(signed(key), {}) == ()
    assert signed_by(signed(key), {"s2._domainkey.other.example": record(key)}) == ()
    assert signed_by(MAIL, {"s1._domainkey.buyer.example": record(key)}) == ()


@pytest.mark.parametrize(
    "header",
    [b"DKIM-Signature: \r\n", b"DKIM-Signature: v=1; a=rsa-sha256; d=; s=\r\n", b"DKIM-Signature: \xff\xfe;;;=\r\n"],
)
def test_broken_signatures_raise_nothing(key: rsa.RSAPrivateKey, header: bytes) -> None:
    assert signed_by(header + MAIL, {"s1._domainkey.buyer.example": record(key)}) == ()
