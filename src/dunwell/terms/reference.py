"""Signed reply addresses and Message-IDs: how a reply finds its account again.

The token in a reply address is the account's number under a keyed hash (HMAC-SHA256, 80 bits): it finds the account
and cannot be made up by somebody who does not hold the key. Alone it proves nothing about who writes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def _tag(key: str, purpose: str, text: str) -> str:
    digest = hmac.new(key.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def reply_address(mailbox: str, key: str, account_number: str) -> str:
    """The collections mailbox with the account's signed token: `collections+token@example.com`."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token(key, account_number)}@{domain}"


def token(key: str, account_number: str) -> str:
    """The account's token: 16 letters and digits, safe in an address whatever its case."""
    return _tag(key, "reply", account_number)


def message_id(key: str, slot: str, domain: str) -> str:
    """The Message-ID of the letter in a slot (with brackets): the same letter always has the same one."""
    return f"<dunwell.{_tag(key, 'letter', slot)}@{domain}>"
