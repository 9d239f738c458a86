"""Checking DKIM signatures (RFC 6376) of mails that came, with keys that are at hand; nothing is asked of DNS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import dkim

_MOST = 5
"""Signatures of one mail that are looked at."""


def keys_in(folder: Path) -> dict[str, bytes]:
    """The key records in a folder: files named `SELECTOR._domainkey.DOMAIN.txt` that hold what DNS would answer."""
    return {
        file.name.removesuffix(".txt").lower(): file.read_bytes().strip()
        for file in sorted(folder.glob("*._domainkey.*.txt"))
    }


def signed_by(raw: bytes, keys: Mapping[str, bytes]) -> tuple[tuple[str, bool], ...]:
    """The domains that signed the mail and whose key is at hand, each with whether the signature holds."""
    if not keys or b"dkim-signature:" not in raw[:65_536].lower():
        return ()

    def at_hand(name: bytes, timeout: int = 5) -> bytes | None:
        return keys.get(name.decode("ascii", "replace").rstrip(".").lower())

    found: list[tuple[str, bool]] = []
    for index in range(_MOST):
        try:
            mail = dkim.DKIM(raw, minkey=1024)
        except (dkim.DKIMException, ValueError):
            break
        if index >= sum(name.lower() == b"dkim-signature" for name, _ in mail.headers):
            break
        try:
            holds = bool(mail.verify(idx=index, dnsfunc=at_hand))
        except (dkim.DKIMException, ValueError, KeyError, IndexError):
            holds = False
        domain, selector = _text(mail.domain), _text(mail.selector)
        # Without its key at hand a signature proves nothing, neither for nor against.
        if domain and f"{selector}._domainkey.{domain}" in keys:
            found.append((domain, holds))
    return tuple(found)


def _text(value: bytes | str | None) -> str:
    return (value.decode("ascii", "replace") if isinstance(value, bytes) else value or "").lower()
