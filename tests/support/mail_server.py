"""A real SMTP server in this process: it records every envelope, and can be told to misbehave at any point."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Delivered:
    """A message that the server took: its envelope and its bytes, dots already undone."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    secure: bool

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class _Protocol(SMTP):
    """SMTP that can break off where it is told to."""

    owner: MailServer

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.owner.connections.append(transport)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if self.owner.drops("RCPT"):
            self.transport.abort()
            return
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str | None) -> None:
        if self.owner.drops("DATA"):
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class MailServer:
    """An SMTP server on a loopback port.

    `rcpt` holds answers to RCPT by address, each used once; an answer under '*' is for any address. `data` holds
    answers to the whole message, each used once. `drop` names points (RCPT, DATA, taken, unanswered) at which the
    connection is broken once each: 'taken' after the message was taken and before the answer, 'lost' before it was
    taken, the text being read. `noise` is sent instead of an answer to the message.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        users: dict[str, str] | None = None,
        require_starttls: bool = False,
        implicit: bool = False,
    ) -> None:
        self.letters: list[Delivered] = []
        self.rcpt: defaultdict[str, deque[str]] = defaultdict(deque)
        self.data: deque[str] = deque()
        self.drop: list[str] = []
        self.noise: bytes | None = None
        self.refuse: Callable[[str], str | None] = lambda _address: None
        self.on_taken: Callable[[Delivered], None] = lambda _letter: None
        self.connections: list[Any] = []
        self.port = 0
        self._tls, self._users, self._require_starttls, self._implicit = tls, users, require_starttls, implicit
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, on the same port as before where there was one."""
        self._loop = asyncio.new_event_loop()
        started = threading.Event()

        def serve() -> None:
            assert self._loop is not None
            asyncio.set_event_loop(self._loop)
            self._server = self._loop.run_until_complete(
                self._loop.create_server(
                    self._protocol, "127.0.0.1", self.port, ssl=self._tls if self._implicit else None
                )
            )
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert started.wait(10), "the mail server did not start"

    def stop(self) -> None:
        """Stop listening and cut every connection."""
        if self._loop is None or self._thread is None:
            return

        def halt() -> None:
            assert self._server is not None
            assert self._loop is not None
            self._server.close()
            for transport in self.connections:
                transport.abort()
            self.connections.clear()
            self._loop.call_later(0.01, self._loop.stop)

        self._loop.call_soon_threadsafe(halt)
        self._thread.join(10)
        self._loop = self._thread = self._server = None

    def _protocol(self) -> _Protocol:
        protocol = _Protocol(
            self,
            hostname="mail.test",
            ident="test",
            tls_context=None if self._implicit else self._tls,
            require_starttls=self._require_starttls,
            authenticator=self._authenticate if self._users else None,
            auth_required=self._users is not None,
            auth_require_tls=self._tls is not None and not self._implicit,
            enable_SMTPUTF8=False,
            loop=self._loop,
        )
        protocol.owner = self
        return protocol

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if mechanism not in ("LOGIN", "PLAIN") or not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        known = (self._users or {}).get(data.login.decode())
        return AuthResult(success=known == data.password.decode(), handled=False)

    def drops(self, point: str) -> bool:
        if point in self.drop:
            self.drop.remove(point)
            return True
        return False

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        for name in (address, "*"):
            if self.rcpt[name]:
                answer = self.rcpt[name].popleft()
                if not answer.startswith("250"):
                    return answer
        if refused := self.refuse(address):
            return refused
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: _Protocol, session: Session, envelope: Envelope) -> str:
        if self.drops("lost"):
            server.transport.abort()
            return "250 nobody hears this"
        if self.data and not self.data[0].startswith("250"):
            return self.data.popleft()
        if self.data:
            self.data.popleft()
        letter = Delivered(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b"", bool(session.ssl)
        )
        self.letters.append(letter)
        self.on_taken(letter)
        if self.drops("taken"):
            server.transport.abort()
            return "250 nobody hears this"
        if self.noise is not None:
            server.transport.write(self.noise)
            server.transport.close()
            return ""
        return f"250 2.0.0 Ok: queued as {len(self.letters)}"

    def to(self, address: str) -> list[Delivered]:
        """The messages taken for this address."""
        return [letter for letter in self.letters if address in letter.recipients]
