"""A token endpoint on loopback (OAuth 2.0), and the introspection that Dovecot asks (RFC 7662)."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

Answer = tuple[int, bytes, dict[str, str]]


class TokenEndpoint:
    """Gives `token-1`, `token-2` and so on, each good for `seconds`; `answer`, where set, answers instead."""

    def __init__(self) -> None:
        self.seconds: Any = 3600
        self.answer: Callable[[], Answer] | None = None
        self.forms: list[dict[str, str]] = []
        self.withdrawn: set[str] = set()
        self.given: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/token"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _token(self) -> Answer:
        if self.answer is not None:
            return self.answer()
        self.given.append(f"token-{len(self.given) + 1}")
        said = {"access_token": self.given[-1], "token_type": "Bearer", "expires_in": self.seconds}
        return 200, json.dumps(said).encode(), {}

    def _introspection(self, bearer: str) -> Answer:
        active = bearer in self.given and bearer not in self.withdrawn
        return 200, json.dumps({"active": active, "username": "ann", "token_type": "Bearer"}).encode(), {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                endpoint.forms.append({key: values[0] for key, values in parse_qs(body).items()})
                self._send(endpoint._token())

            def do_GET(self) -> None:
                self._send(endpoint._introspection(self.headers.get("Authorization", "").removeprefix("Bearer ")))

            def _send(self, answer: Answer) -> None:
                status, body, headers = answer
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
