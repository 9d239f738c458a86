"""Mail servers on this machine: SMTP (aiosmtpd) that delivers into mailboxes which IMAP (pymap) serves.

Both listen on loopback only and know two mailboxes: the creditor's own, and one that holds what all customers get.
Nothing is passed on to anywhere else.
"""

from __future__ import annotations

import asyncio
import mailbox
import secrets
import socket
import threading
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.maildir import Config, Identity, Login, MaildirBackend
from pymap.imap import IMAPServer, IMAPService
from pymap.user import Passwords, UserMetadata

HOST = "127.0.0.1"
CUSTOMERS = "customers"
"""The mailbox of everybody who is written to."""
CREDITOR = "creditor"
"""The creditor's own mailbox: replies come here."""
_READY_SECONDS = 30


class ServerError(Exception):
    """The mail servers did not start."""


@dataclass(frozen=True)
class _Config:
    """Whose mailbox is the creditor's, and the answers to recipients that are not taken."""

    creditor_domain: str
    answers: Mapping[str, str]


class _Delivery:
    """aiosmtpd's handler: recipients are taken or refused, mail is laid into a maildir."""

    def __init__(self, folder: Path, config: _Config) -> None:
        self._config = config
        self._boxes = {name: mailbox.Maildir(folder / name, create=True) for name in (CUSTOMERS, CREDITOR)}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or give the answer that is set for it."""
        if answer := self._config.answers.get(address.lower()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Deliver a copy to the mailbox of each recipient; it is on disk before it is acknowledged."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        keys = []
        for recipient in envelope.rcpt_tos:
            head = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {recipient}\r\n".encode()
            own = recipient.lower().endswith(f"@{self._config.creditor_domain}")
            if own:
                head = self._found(envelope.mail_from or "", content) + head
            keys.append(self._boxes[CREDITOR if own else CUSTOMERS].add(head + content))
        return f"250 2.0.0 delivered as {keys[0].partition('.')[0]}" if keys else "554 5.5.1 no recipient"

    def _found(self, envelope_from: str, content: bytes) -> bytes:
        """What a receiving server says of the sender (RFC 8601). On loopback every envelope counts as its domain's own
        (SPF); DMARC passes where the sender that is shown has that domain."""
        domain = envelope_from.rpartition("@")[2].lower()
        shown = parseaddr(str(message_from_bytes(content[:20_000])["From"]))[1].rpartition("@")[2].lower()
        passed = "pass" if domain and domain == shown else "fail"
        return (
            f"Authentication-Results: mx.{self._config.creditor_domain};\r\n"
            f" spf={'pass' if domain else 'none'} smtp.mailfrom={domain or 'empty'};\r\n"
            f" dmarc={passed} header.from={shown}\r\n"
        ).encode()


class _LocalConfig(Config):
    """pymap's settings, without asking the network for this machine's name."""

    @property
    def greeting(self) -> bytes:
        """What the server says first."""
        return b"Dunwell's demo mailbox"


@dataclass
class MailServers:
    """SMTP and IMAP on free loopback ports, with their mail in `folder`; up while the context lasts.

    `answers` gives recipients that are not taken, each with the SMTP answer that it meets.
    """

    folder: Path
    creditor_domain: str
    answers: Mapping[str, str] = field(default_factory=dict)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    smtp_port: int = 0
    imap_port: int = 0
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _ended: asyncio.Event | None = None
    _error: BaseException | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        sockets = _bound(self.smtp_port), _bound(self.imap_port)
        self.smtp_port, self.imap_port = (int(one.getsockname()[1]) for one in sockets)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(*sockets, ready), name="mail servers", daemon=True)
        self._thread.start()
        if not ready.wait(_READY_SECONDS) or self._error is not None:
            raise ServerError(f"the mail servers did not start: {self._error or 'no answer'}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._ended is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)
        if self._thread is not None:
            self._thread.join(_READY_SECONDS)

    def _run(self, smtp: socket.socket, imap: socket.socket, ready: threading.Event) -> None:
        try:
            asyncio.run(self._serve(smtp, imap, ready))
        except BaseException as error:  # told to whoever waits for the start
            self._error = error
            ready.set()

    async def _serve(self, smtp: socket.socket, imap: socket.socket, ready: threading.Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        delivery = _Delivery(self.folder, _Config(self.creditor_domain, self.answers))
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                await self._loop.create_server(
                    lambda: SMTP(delivery, hostname="localhost", ident="demo", enable_SMTPUTF8=True, loop=self._loop),
                    sock=smtp,
                )
            )
            await stack.enter_async_context(await self._imap(imap, stack))
            ready.set()
            await self._ended.wait()

    async def _imap(self, sock: socket.socket, stack: AsyncExitStack) -> asyncio.AbstractServer:
        parser = ArgumentParser()
        parser.set_defaults(passlib_cfg=None, debug=False)
        MaildirBackend.add_subparser("maildir", parser.add_subparsers())
        IMAPService.add_arguments(parser)
        config = _LocalConfig.from_args(parser.parse_args(["--no-tls", "--host", HOST, "maildir", str(self.folder)]))
        config.apply_context()
        login = Login(config)
        for name in (CUSTOMERS, CREDITOR):
            password = await Passwords(config).hash_password(self.password)
            user = UserMetadata(config, name, password=password)
            await Identity(config, login.tokens, name, None, set()).set(user)
        await MaildirBackend(login, config).start(stack)
        reader = ProxyProtocolReader(config.proxy_protocol)
        return await asyncio.start_server(reader.get_callback(IMAPServer(login, config)), sock=sock)


def _bound(port: int) -> socket.socket:
    """A loopback socket on `port`, or on a free one for 0."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((HOST, port))
    return sock
