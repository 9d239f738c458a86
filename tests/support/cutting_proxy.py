"""A TCP proxy on loopback that cuts connections after so many octets from the server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from typing import Self


class CuttingProxy:
    """Passes everything on to `port`; `cuts` says after how many octets each connection in turn is cut, 0 for never."""

    def __init__(self, port: int, *cuts: int) -> None:
        self._target = port
        self._cuts = deque(cuts)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.connections = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self.connections += 1
                server = socket.create_connection(("127.0.0.1", self._target))
                cut = self._cuts.popleft() if self._cuts else 0
                for one, other, left in ((client, server, 0), (server, client, cut)):
                    threading.Thread(target=_pump, args=(one, other, left), daemon=True).start()


def _pump(one: socket.socket, other: socket.socket, cut: int) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while part := one.recv(4096):
            if cut and passed + len(part) >= cut:
                other.sendall(part[: cut - passed])
                break
            other.sendall(part)
            passed += len(part)
    for sock in (one, other):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
