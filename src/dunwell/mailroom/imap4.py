"""An IMAP connection with bounds: no answer is larger or slower than what was asked for may be."""

from __future__ import annotations

import imaplib
import selectors
import socket
import ssl
import time
from typing import Any

from imapclient import IMAPClient

_LONGEST_LINE = 1_000_000
_SMALL = 1_500_000
_CHUNK = 64 * 1024
_SLOWEST = 16 * 1024
"""Octets a second below which a server counts as away."""


class _Imap4(imaplib.IMAP4):
    """imaplib's protocol over a socket that is read within a budget of octets and of time.

    imaplib itself reads what a server announces, however much, and waits anew for each octet.
    """

    def __init__(self, host: str, port: int, timeout: float, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._seconds = timeout
        self._buffer = bytearray()
        self.allow(0)
        super().__init__(host, port, timeout)

    def _create_socket(self, timeout: float) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        if self._tls is None:
            return sock
        try:
            return self._tls.wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise

    def allow(self, octets: int, seconds: float | None = None) -> None:
        """What the answers from here on may take together: `octets` of mail, or `seconds` where they are waited for."""
        self._left = _SMALL + octets
        self._until = time.monotonic() + (self._seconds + octets / _SLOWEST if seconds is None else seconds)

    def read(self, size: int) -> bytes:
        """A literal, as announced. Raises imaplib's abort where it is more than was asked for."""
        self._spend(size)
        while len(self._buffer) < size:
            self._receive()
        found = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return found

    def readline(self) -> bytes:
        """A line with its end."""
        looked_at = 0
        while (end := self._buffer.find(b"\n", looked_at)) < 0:
            looked_at = len(self._buffer)
            if looked_at > _LONGEST_LINE:
                raise self.abort("the server sends a line without an end")
            self._receive()
        line = bytes(memoryview(self._buffer)[: end + 1])
        del self._buffer[: end + 1]
        self._spend(len(line))
        return line

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """Go on over TLS; what came in the clear before is not taken for what comes after (RFC 9051, 11.1)."""
        answer = super().starttls(ssl_context)
        if self._buffer:
            raise self.abort("the server sends on in the clear after STARTTLS")
        return answer

    def has_more(self, seconds: float) -> bool:
        """Whether something can be read now or within `seconds`."""
        if self._buffer or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.sock, selectors.EVENT_READ)
            return bool(waiting.select(max(seconds, 0.0)))

    def _spend(self, octets: int) -> None:
        self._left -= octets
        if self._left < 0:
            raise self.abort("the server sends more than was asked for")

    def _receive(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server takes too long to answer")
        self.sock.settimeout(min(left, self._seconds))
        part = self.sock.recv(_CHUNK)
        if not part:
            raise self.abort("the server closed the connection")
        self._buffer += part


class Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient over such a connection; it logs nothing of what is said, passwords and mails least of all."""

    def __init__(self, host: str, port: int, timeout: float, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        super().__init__(host, port, ssl=tls is not None, timeout=timeout)
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> _Imap4:
        return _Imap4(self.host, self.port, self._timeout.connect, self._tls)

    def allow(self, octets: int = 0, seconds: float | None = None) -> None:
        """Begin a new budget: see `_Imap4.allow`."""
        self._imap.allow(octets, seconds)

    def authenticate(self, mechanism: str, answer: str) -> None:
        """SASL with one answer; a challenge after it is a refusal and is answered with nothing. Raises imaplib's."""
        answers = [answer.encode("utf-8")]
        kind, said = self._imap.authenticate(mechanism, lambda _challenge: answers.pop() if answers else b"")
        self._checkok("authenticate", kind, said)

    def ask_what_it_can(self) -> None:
        """Ask for the capabilities anew: they may change with the login."""
        self.allow()
        self._imap.untagged_responses.clear()
        self._cached_capabilities = self._do_capabilites()

    def idle_until_news(self, seconds: float) -> bool:
        """IDLE (RFC 2177) for up to `seconds`: whether the server said how many mails there are now."""
        imap: _Imap4 = self._imap
        until = time.monotonic() + seconds
        self.allow()
        tag = imap._command("IDLE")
        while imap._get_response() is not None:  # some servers report before they say that they idle
            if imap.tagged_commands[tag]:
                raise imap.error("IDLE is refused")
        news = False
        while not news and (left := until - time.monotonic()) > 0:
            if imap.has_more(left):
                self.allow()
                line = imap._get_line().upper().split()
                if line[1:2] == [b"BYE"]:
                    raise imap.abort("the server says goodbye")
                news = line[2:3] == [b"EXISTS"]
        self.allow()
        imap.send(b"DONE\r\n")
        self._consume_until_tagged_response(tag, "IDLE")
        imap.untagged_responses.clear()
        return news
