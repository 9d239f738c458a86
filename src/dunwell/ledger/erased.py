"""What stands where something was erased: a mark for names and addresses, a stand-in for an address, a mail for a mail.

An address gives way to an HMAC-SHA256 of itself, by a key of this ledger: the next import of the same contact is known
by it and refused, and nobody who lacks the key can tell the address from it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Iterable
from datetime import date

from dunwell.ledger import due
from dunwell.ledger.books import Work

MARK = "[erased]"
_STAND_IN = "erased:"
_KEY = "erasure_key"


def key(work: Work) -> str | None:
    """The ledger's key of stand-ins; None where nothing was ever erased."""
    return due.note(work, _KEY)


def make_key(work: Work) -> str:
    """The ledger's key of stand-ins, made where there is none."""
    found = key(work)
    if found is None:
        found = secrets.token_hex(32)
        due.remember(work, _KEY, found)
        work.session.flush()
    return found


def stand_in(secret: str, email: str) -> str:
    """What an erased contact has for an address."""
    return _STAND_IN + hmac.digest(secret.encode(), email.lower().encode(), "sha256").hex()


def body(raw: bytes, on: date, why: str) -> bytes:
    """What stands for a mail, both zlib-compressed: a mail that says when and why, with the old one's digest.

    `why` must be of one line.
    """
    digest = hashlib.sha256(zlib.decompress(raw)).hexdigest()
    said = f"Erased on {on}: {why}.\r\nSHA-256 of what stood here: {digest}\r\n"
    head = f"Subject: {MARK}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    return zlib.compress(f"{head}Content-Transfer-Encoding: 8bit\r\n\r\n{said}".encode(), 6)


def without(text: str, values: Iterable[str]) -> str:
    """`text` with each of these names and addresses, in whatever case, as a mark; parts of longer words stay.

    A name of one word is left: too many texts hold it and mean something else.
    """
    wanted = {one.strip() for one in values}
    for value in sorted((one for one in wanted if "@" in one or " " in one), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MARK, text, flags=re.IGNORECASE)
    return text
