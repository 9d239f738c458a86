"""Reading the customers' mailbox over IMAP, as any mail program does, and laying its letters out as files."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from imapclient import IMAPClient

from dunwell.demo.servers import CUSTOMERS, HOST, MailServers

_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


@contextlib.contextmanager
def _inbox(servers: MailServers) -> Iterator[tuple[IMAPClient, Mapping[bytes, int]]]:
    client = IMAPClient(HOST, servers.imap_port, ssl=False, timeout=30)
    client.login(CUSTOMERS, servers.password)
    try:
        yield client, client.select_folder("INBOX", readonly=True)
    finally:
        client.logout()


def count(servers: MailServers) -> int:
    """How many letters the customers' mailbox holds; one that went to several of them counts once."""
    with _inbox(servers) as (client, _):
        fetched = client.fetch(client.search("ALL"), [_ID]) if client.search("ALL") else {}
        return len({_message_id(one) for one in fetched.values()})


_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"


def _message_id(fetched: Mapping[bytes, bytes]) -> str:
    head = next(value for key, value in fetched.items() if key.startswith(b"BODY["))
    return str(message_from_bytes(head)["Message-ID"]).strip()


def next_uid(servers: MailServers) -> int:
    """What the next letter to arrive will be known by."""
    with _inbox(servers) as (_, selected):
        return int(selected[b"UIDNEXT"])


def arrived(servers: MailServers, since: int) -> list[EmailMessage]:
    """The letters that have arrived since `next_uid` was `since`, as the server holds them; each once."""
    with _inbox(servers) as (client, _):
        # In IMAP `n:*` names the last letter even where its number is below n.
        uids = [uid for uid in client.search(["UID", f"{since}:*"]) if uid >= since]
        fetched = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
    found: dict[str, EmailMessage] = {}
    for uid in sorted(fetched):
        message = message_from_bytes(fetched[uid][b"BODY[]"], policy=policy.default)
        found.setdefault(str(message["Message-ID"]), message)
    return list(found.values())


def save(message: EmailMessage, name: str, folder: Path) -> Path:
    """Write a letter as .eml, its text, HTML and PDFs beside it; returns the .eml file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{_SAFE.sub('_', name)}.eml"
    file.write_bytes(message.as_bytes())
    for kind, suffix in (("plain", ".txt"), ("html", ".html")):
        part = message.get_body((kind,))
        if part is not None:
            file.with_suffix(suffix).write_text(part.get_content(), encoding="utf-8")
    for part in message.iter_attachments():
        if part.get_content_type() == "application/pdf":
            content = part.get_content()
            folder.joinpath(f"{file.stem}_{_SAFE.sub('_', str(part.get_filename()))}").write_bytes(content)
    return file
