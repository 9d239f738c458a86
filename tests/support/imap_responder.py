"""A small IMAP server that answers as it is told to: for what real servers do seldom, and hostile ones at will."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Self

Talk = Callable[[socket.socket], None]


class RawServer:
    """A TCP server on loopback; `talk` has each connection to itself."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listening.accept()
                threading.Thread(target=self._one, args=(sock,), daemon=True).start()

    def _one(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), sock:
            self._talk(sock)


class Responder(RawServer):
    """Lets anybody in, or with XOAUTH2 the one token in `token`; any other command is answered by the first of
    `answers` whose pattern fits it: its untagged lines, and a tagged OK (or `NO …`, `BAD …` where the last line says
    so). `said` holds every command.
    """

    def __init__(self, answers: Iterable[tuple[str, list[bytes]]] = (), capability: str = "", token: str = "") -> None:
        super().__init__(self._speak)
        self._answers = [(re.compile(pattern, re.I), lines) for pattern, lines in answers]
        self._capability = f"* CAPABILITY IMAP4rev1 {capability}\r\n".encode()
        self.token = token
        self.said: list[str] = []

    def _speak(self, sock: socket.socket) -> None:
        reader = sock.makefile("rb")
        sock.sendall(b"* OK ready\r\n")
        for line in reader:
            tag, _, command = line.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
            self.said.append(command)
            if command.upper().startswith("AUTHENTICATE XOAUTH2"):
                sock.sendall(b"+ \r\n")
                known = f"auth=Bearer {self.token}\x01".encode() in base64.b64decode(reader.readline())
                if not known:
                    sock.sendall(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
                    assert reader.readline().strip() == b""
                reply = [b"OK in"] if known else [b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"]
            else:
                reply = list(self._reply(command))
            last = reply.pop() if reply and reply[-1][:3] in (b"OK ", b"NO ", b"BAD") else b"OK done"
            sock.sendall(b"".join(one + b"\r\n" for one in reply) + tag.encode() + b" " + last + b"\r\n")
            if command.upper() == "LOGOUT":
                return

    def _reply(self, command: str) -> list[bytes]:
        if command.upper() == "CAPABILITY":
            return [self._capability.rstrip()]
        return next((lines for pattern, lines in self._answers if pattern.match(command)), [])
