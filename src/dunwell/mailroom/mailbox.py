"""A mailbox over IMAP: the way to it, what is found in it, what can be done with a mail, and how it can fail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the settings read this module: a start without a mailbox need not load an HTTP client
    from dunwell.mailroom.auth import OAuth

_KEYWORD = re.compile(r"[A-Za-z0-9$][A-Za-z0-9_.$-]{0,63}")


class MailboxAway(Exception):
    """The mailbox cannot be reached or will not serve now: temporary. Nothing has been lost."""


class Renumbered(MailboxAway):
    """The folder's UIDVALIDITY is another one: UIDs known of it mean nothing any more. Look again, then read anew."""


class MailboxRefuses(Exception):
    """The mailbox does not serve us as we are set up (certificate, login, folder): mend the settings."""


@dataclass(frozen=True, slots=True)
class Account:
    """The way to a mailbox. `security` is 'none' (loopback only), 'starttls' or 'tls'; certificates are verified.

    `oauth`, where set, takes the password's place. `timeout` is in seconds: for each answer as a whole, with more where
    mail is fetched. `ca_file` has certificates to trust instead of the system's, in PEM.
    """

    host: str
    port: int
    security: str
    username: str
    password: str = field(default="", repr=False)
    oauth: OAuth | None = None
    timeout: int = 30
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as it was when looked at. A UID means a mail only together with the folder's `uidvalidity`.

    `name` is the folder's name at the server, decoded. `uidnext` is above every UID so far; 0 where the server does
    not say. `messages` is how many mails there are.
    """

    name: str
    uidvalidity: int
    uidnext: int
    messages: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server holds it. `size` is in octets, as the server says; `received` is when it came in (aware).

    `raw` is the whole mail, or only its beginning: then `complete` is False. It is empty where the server has the mail
    and cannot give it. `received` is None where the server does not know.
    """

    folder: str
    uidvalidity: int
    uid: int
    size: int
    received: datetime | None
    raw: bytes
    complete: bool


@dataclass(frozen=True, slots=True)
class MoveTo:
    """A mail that is dealt with goes to this folder, which is made if it is missing."""

    folder: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """A mail that is dealt with gets this keyword; at Gmail this label."""

    name: str


Mark = MoveTo | Keyword | None


def mark_of(setting: str | None) -> Mark:
    """What `imap.processed` says: a folder's name, `keyword:NAME`, or nothing. Raises ValueError."""
    text = (setting or "").strip()
    if not text:
        return None
    if not text.lower().startswith("keyword:"):
        return MoveTo(text)
    name = text.partition(":")[2].strip()
    if not _KEYWORD.fullmatch(name):
        raise ValueError("a keyword has letters, digits, - _ . and $ only, 64 at most")
    return Keyword(name)
