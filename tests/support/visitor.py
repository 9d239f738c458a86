"""A visitor of the front desk: the real application over its real protocol, without a browser."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html import unescape
from typing import Any

from httpx import ASGITransport, AsyncClient, Response

from dunwell.cli.check import Check
from dunwell.desk import passwords, users
from dunwell.frontdesk.app import application
from dunwell.frontdesk.ask import Desk
from dunwell.ledger import users as kept
from tests.support.firm import MONDAY, Firm, moment

PASSWORD = "a long enough password"
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass
class Clock:
    """The real time, as the tests set it."""

    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **much: float) -> None:
        self.now += timedelta(**much)


def desk_of(firm: Firm, on: date = MONDAY, clock: Clock | None = None) -> Desk:
    """The front desk's way into a firm, on a day."""

    def checks() -> Iterable[Check]:
        return [Check("policy", "well", "default"), Check("smtp.<b>", "note", "not asked")]

    return Desk(lambda: firm.office, lambda: moment(on), clock or Clock(), checks)


@dataclass
class Visitor:
    """Somebody with a browser's session, at a front desk."""

    firm: Firm
    on: date = MONDAY
    clock: Clock = field(default_factory=Clock)
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        way = ASGITransport(application(desk_of(self.firm, self.on, self.clock)), raise_app_exceptions=False)
        base = f"{'http' if self.host == '127.0.0.1' else 'https'}://{self.host}"
        self.client = AsyncClient(transport=way, base_url=base)
        self.csrf = ""

    def asks(self, method: str, path: str, **more: Any) -> Response:
        """One request."""
        return asyncio.run(self.client.request(method, path, **more))

    def plant(self, token: str) -> None:
        """Put a session's token into the browser."""
        self.client.cookies.set("dunwell_session", token, domain="127.0.0.1", path="/")

    def get(self, path: str, **more: Any) -> Response:
        """A page; its token for forms is kept."""
        found = self.asks("GET", path, **more)
        if token := _CSRF.search(found.text):
            self.csrf = token[1]
        return found

    def post(
        self, path: str, *, forged: bool = False, headers: dict[str, str] | None = None, **fields: Any
    ) -> Response:
        """A form, with the token of the last page unless it is forged."""
        data = {"csrf": "" if forged else self.csrf, **fields}
        return self.asks("POST", path, data=data, headers=headers)

    def text(self, path: str) -> str:
        """The page's words, without its tags; it must be there."""
        found = self.get(path)
        assert found.status_code == 200, (path, found.status_code, found.text[:500])
        return words_of(found)

    def signs_in(self, name: str, password: str = PASSWORD) -> Response:
        """Through the door."""
        self.get("/login")
        found = self.post("/login", name=name, password=password)
        if found.status_code == 303:
            self.get("/")
        return found


def words_of(found: Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"(?s)<head>.*?</head>", "", found.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def employ(firm: Firm, role: str, name: str | None = None) -> str:
    """A user of this role; returns the name. The password's hash is made once: it is slow on purpose."""
    shown = name or role.title()
    with firm.books.write() as work:
        assert kept.add(work, shown.casefold(), shown, users.role_of(role), _hash(), MONDAY)
    return shown


@cache
def _hash() -> str:
    return passwords.hashed(PASSWORD)


def visitor(firm: Firm, role: str = "controller", on: date = MONDAY) -> Visitor:
    """A user of this role with a session; the door itself is tried in tests/frontdesk/test_door.py."""
    found = Visitor(firm, on)
    name, token = employ(firm, role), secrets.token_urlsafe(32)
    with firm.books.write() as work:
        user = kept.find(work, name.casefold())
        assert user is not None
        digest = hashlib.sha256(token.encode()).hexdigest()
        kept.begin(work, digest, user.user.id, found.clock().isoformat(timespec="seconds"))
    found.plant(token)
    assert found.get("/").status_code == 200
    return found
