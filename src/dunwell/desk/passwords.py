"""Passwords: hashed with Argon2id, so that whoever reads the ledger cannot sign in with what he finds there."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dunwell.desk.refusals import CannotDo

SHORTEST, LONGEST = 8, 256
"""How many characters a password has: NIST SP 800-63B-3 (5.1.1.2) asks for 8 at least, and for no other rule."""

_HASHER = PasswordHasher()
"""The library's defaults: RFC 9106's second recommendation (64 MiB, three passes)."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each check takes 64 MiB: many at once would be a way to take the machine down."""


def hashed(password: str) -> str:
    """The hash to keep; raises CannotDo for a password that is too short or too long."""
    if len(password) < SHORTEST:
        raise CannotDo(f"the password is too short: it needs {SHORTEST} characters or more")
    if len(password) > LONGEST:
        raise CannotDo(f"the password is too long: at most {LONGEST} characters")
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether the password is the one of this hash; without a hash (nobody has that name) it takes as long."""
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobodys(), password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
