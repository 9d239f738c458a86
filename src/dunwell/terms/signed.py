"""Signed links: a few words that cannot be made up by whoever does not hold the key, and that end at a moment.

HMAC-SHA256 over purpose, subject and end. It proves that we made the link, not who follows it: what it leads to is
confirmed by a person, and done once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime


class BadLink(ValueError):
    """A link that leads nowhere: made up, changed or too old; the message says which."""


def sign(key: str, purpose: str, subject: str, until: datetime) -> str:
    """A text for a link: letters, digits, `-`, `_` and `.` alone. `until` is an aware moment, to the second."""
    said = f"{subject}.{int(until.timestamp())}"
    return f"{said}.{_tag(key, purpose, said)}"


def verify(key: str, purpose: str, text: str, now: datetime) -> str:
    """The subject of a link; raises BadLink where it is not ours, or where `now` is past its end."""
    said, _, tag = text.rpartition(".")
    subject, _, end = said.rpartition(".")
    if not hmac.compare_digest(_tag(key, purpose, said).encode(), tag.encode()):
        raise BadLink("this link is not one of ours, or a part of it is missing")
    if now.timestamp() > int(end):
        raise BadLink(f"this link has ended on {datetime.fromtimestamp(int(end), UTC):%Y-%m-%d at %H:%M} UTC")
    return subject


def _tag(key: str, purpose: str, said: str) -> str:
    digest = hmac.digest(key.encode(), f"{purpose}\0{said}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
