"""What guards every answer: security headers, sessions' cookies, tokens against forged forms, and where one may go."""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Robots-Tag": "noindex",
}
"""What every answer carries."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LOCAL = re.compile(r"/(?!/)[A-Za-z0-9/_.~%:@!$()*+,;=-]*(?:\?[A-Za-z0-9/_.~%:@!$()*+,;=&-]*)?")
_YEAR = 31_536_000


class Guarded:
    """An ASGI application with the headers on every answer; what is private is kept by no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        public = scope["path"].startswith("/assets/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = dict(HEADERS)
                own["Cache-Control"] = "public, max-age=3600" if public else "no-store"
                if not is_loopback(request):
                    own["Strict-Transport-Security"] = f"max-age={_YEAR}"
                message["headers"] = [
                    *message["headers"],
                    *((name.lower().encode(), value.encode()) for name, value in own.items()),
                ]
            await send(message)

        await self._app(scope, receive, with_headers)


def is_loopback(request: Request) -> bool:
    """Whether the browser asked this machine by a loopback name: there alone cookies go without TLS."""
    return urlsplit(f"//{request.headers.get('host', '')}").hostname in _LOOPBACK


def _name(request: Request, what: str) -> str:
    return f"dunwell_{what}" if is_loopback(request) else f"__Host-dunwell_{what}"


def cookie(request: Request, what: str) -> str | None:
    """The browser's cookie: `session`, or `door` before anybody is signed in."""
    value = request.cookies.get(_name(request, what), "")
    return value if 20 <= len(value) <= 100 and value.isascii() else None


def set_cookie(request: Request, response: Response, what: str, value: str) -> None:
    """Give the browser a cookie that no script sees and no other site's request carries; an empty value takes it."""
    secure = not is_loopback(request)
    response.set_cookie(
        _name(request, what), value, max_age=None if value else 0, httponly=True, samesite="strict", secure=secure,
        path="/",
    )  # fmt: skip


def csrf_of(token: str) -> str:
    """The token that a form must bring, of the session's own; the session's cannot be told from it."""
    return hmac.new(token.encode(), b"dunwell form", hashlib.sha256).hexdigest()


def is_forged(request: Request, token: str | None, brought: str) -> bool:
    """Whether a form did not come from a page of ours in this browser's session."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        return True
    return token is None or not hmac.compare_digest(csrf_of(token).encode(), brought.encode())


def local(path: str) -> str:
    """`path` where it is a page of ours, else the first page: nobody is sent elsewhere."""
    return path if _LOCAL.fullmatch(path) else "/"
