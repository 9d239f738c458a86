"""The doctor's checks of the mailbox: each folder, and whose word on a sender's authenticity is believed."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator

from dunwell import wiring
from dunwell.cli.check import Check
from dunwell.mailroom.inbox import Inbox
from dunwell.mailroom.mailbox import MailboxAway, MailboxRefuses, MoveTo, mark_of
from dunwell.settings import Located

_AUTHSERV_ID = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,254})\s*(?:\d+\s*)?(?:;|$)")


def mailbox_checks(found: Located) -> Iterator[Check]:
    """Every check of the mailbox; where it cannot be opened, that alone."""
    account = wiring.mailbox()
    if account is None:
        yield Check("imap", "note", "imap.username is not set: replies are not read")
        return
    try:
        with Inbox(account) as inbox:
            yield from _folders(inbox, found)
            yield _believed(inbox, found)
    except MailboxAway as error:
        yield Check("imap", "away", f"{error}: is imap.host right, is the server up?")
    except MailboxRefuses as error:
        yield Check("imap", "wrong", f"{error}: check imap.security, username, password or oauth, and ca_file")


def _folders(inbox: Inbox, found: Located) -> Iterator[Check]:
    imap = found.settings.imap
    for key, folder in (("folder", imap.folder), ("junk", imap.junk), ("sent", imap.sent), ("archive", imap.archive)):
        if folder is None:
            continue
        name = "imap" if key == "folder" else f"imap.{key}"
        try:
            state = inbox.look(folder)
        except MailboxRefuses as error:
            yield Check(name, "wrong", f"{error}: check imap.{key}")
        else:
            yield Check(name, "well", f"{imap.host}:{imap.port} {state.name} has {state.messages} messages")
    mark = mark_of(imap.processed)
    if isinstance(mark, MoveTo) and mark.folder not in inbox.folders():
        yield Check("imap.processed", "note", f"there is no folder {mark.folder!r} yet: it is made with the first mail")


def _believed(inbox: Inbox, found: Located) -> Check:
    """Whether a server is named whose Authentication-Results count, and which the newest mail suggests."""
    imap = found.settings.imap
    if imap.authserv_id:
        return Check("imap.authserv_id", "well", f"believed: {', '.join(imap.authserv_id)}")
    what = "is not set: no reply is acted upon by itself, every one waits for a person"
    try:
        newest = inbox.newest(imap.folder)
    except MailboxRefuses:
        newest = None
    seen = authserv_id(newest.raw) if newest else None
    hint = f"; the newest mail's is {seen!r}: set it if that is your own mail server" if seen else ""
    return Check("imap.authserv_id", "note", what + hint)


def authserv_id(raw: bytes) -> str | None:
    """Who wrote the topmost Authentication-Results of a mail (RFC 8601); None where it does not say."""
    said = email.message_from_bytes(raw)["Authentication-Results"]
    match = _AUTHSERV_ID.match(" ".join(str(said).split())) if said is not None else None
    return match[1] if match else None
