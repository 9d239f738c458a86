"""Mailboxes to read in tests: of a real Dovecot, and of pymap as the demo has it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from dunwell.demo.servers import CREDITOR, MailServers
from dunwell.mailroom.mailbox import Account
from tests.support.dovecot import BINARY, Dovecot

SERVERS = ["dovecot", "pymap"] if BINARY else ["pymap"]


def mail(number: int, octets: int = 0) -> bytes:
    """A mail with its number in subject and Message-ID, of `octets` at least."""
    head = f"From: a@b.example\r\nSubject: mail {number}\r\nMessage-ID: <{number}@b.example>\r\n\r\n".encode()
    line = b"x" * 76 + b"\r\n"
    return head + b"hello\r\n" + line * (octets // len(line))


@dataclass
class Box:
    """A mailbox of its own, empty; `kind` is the server's name."""

    kind: str
    account: Account

    def to(self, **changes: Any) -> Account:
        return replace(self.account, **changes)

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Another mail program at the same mailbox."""
        with IMAPClient("127.0.0.1", self.account.port, ssl=False, timeout=30) as client:
            client.login(self.account.username, self.account.password)
            yield client

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            for one in mails:
                client.append(folder, one, msg_time=datetime(2026, 5, 4, 9, 30, tzinfo=UTC))

    def make(self, folder: str) -> None:
        with self.client() as client:
            client.create_folder(folder)

    def remove(self, folder: str) -> None:
        with self.client() as client:
            client.delete_folder(folder)


def dovecot_box(server: Dovecot) -> Box:
    name = f"u{uuid.uuid4().hex[:12]}"
    return Box("dovecot", Account("127.0.0.1", server.port, "none", name, server.password, timeout=10))


@contextmanager
def pymap_box(folder: Path) -> Iterator[Box]:
    with MailServers(folder, "creditor.example") as servers:
        yield Box("pymap", Account("127.0.0.1", servers.imap_port, "none", CREDITOR, servers.password, timeout=10))
