"""A test receiver of notices: `python -m dunwell.demo.receiver --secret SECRET`.

Listens on loopback, verifies each notice's signature and time, and prints it. It answers 204 to a good one, 401 to one
that is not to be believed, and 204 without printing to one whose `webhook-id` it has had: what a receiver of your own
should do too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from dunwell import wiring
from dunwell.liaison.webhook import verified

_MOST = 1_000_000


def server(port: int, secret: str, clock: Callable[[], int], tell: Callable[[str], None]) -> HTTPServer:
    """A receiver on loopback that tells what comes in; `clock` gives the seconds since 1970."""
    known: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit() and int(length) <= _MOST):
                self._answer(413)
                return
            body = self.rfile.read(int(length))
            if why := verified(secret, dict(self.headers), body, clock()):
                tell(f"refused: {why}")
                self._answer(401)
                return
            key = self.headers["webhook-id"]
            if key not in known:
                known.add(key)
                tell(f"{key} {body.decode('utf-8', 'replace')}")
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    return HTTPServer(("127.0.0.1", port), Handler)


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Receive notices until it is stopped with Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m dunwell.demo.receiver", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--port", type=int, default=8787, help="the port on loopback (default: 8787; 0: any)")
    parser.add_argument("--secret", required=True, help="as in liaison.service_secret")
    chosen = parser.parse_args(arguments)
    with server(chosen.port, chosen.secret, lambda: int(wiring.now().timestamp()), _tell) as listening:
        _tell(f"listening on http://127.0.0.1:{listening.server_port}/")
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
