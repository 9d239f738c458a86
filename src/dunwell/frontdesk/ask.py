"""What a page is asked, and what it can answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.frontdesk.labels import Labels
from dunwell.frontdesk.rights import Right, may
from dunwell.terms.moment import Moment
from dunwell.terms.user import User


class Check(Protocol):
    """Something that was looked at: its name, its state (well, note, wrong, away), and what was found."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def what(self) -> str: ...


@dataclass(frozen=True)
class Desk:
    """What the pages work with. `moment` is the time to act at, `clock` the real one, by which sessions end; `checks`
    looks at the settings, as far as that is done at once."""

    office: Callable[[], Office]
    moment: Callable[[], Moment]
    clock: Callable[[], datetime]
    checks: Callable[[], Iterable[Check]]


class NotFound(LookupError):
    """There is no such page, account, invoice or the like."""


class Forbidden(Exception):
    """The user's role does not have the right."""


@dataclass(frozen=True)
class Ask:
    """One request, understood. `user` is None only where a route is open; `problem` is why what was asked for before
    could not be done; `fragment`: only a piece of the page is wanted."""

    desk: Desk
    moment: Moment
    at: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, tuple[str, ...]]
    labels: Labels
    csrf: str
    user: User | None = None
    token: str | None = None
    address: str = ""
    said: str = ""
    problem: str = ""
    fragment: bool = False

    @property
    def office(self) -> Office:
        """The office, joined once a process."""
        return self.desk.office()

    @property
    def who(self) -> str:
        """The user's name, for the journal."""
        return self.person.name

    @property
    def person(self) -> User:
        """The user, where the route is not open."""
        if self.user is None:
            raise Forbidden
        return self.user

    def may(self, right: str) -> bool:
        """Whether the user has the right of this name."""
        return may(self.user, Right(right))

    def need(self, right: Right) -> None:
        """Raise Forbidden unless the user has the right."""
        if not may(self.user, right):
            raise Forbidden

    def said_in(self, name: str) -> str:
        """A field of the form, without spaces around it; empty where it was not filled in."""
        return (self.form.get(name) or ("",))[0].strip()

    def or_none(self, name: str) -> str | None:
        """A field of the form; None where it was not filled in."""
        return self.said_in(name) or None

    def kept(self, at: str, name: str) -> str:
        """What stood in a field of the form that was sent to `at`, when it is shown again; else empty."""
        return self.said_in(name) if self.at == at else ""

    def all_in(self, name: str) -> tuple[str, ...]:
        """All values of a field, such as ticked boxes."""
        return tuple(value.strip() for value in self.form.get(name, ()) if value.strip())

    def day(self, name: str) -> date | None:
        """A day in the form or, without a form, in the address; raises CannotDo where it is none."""
        text = self.said_in(name) or self.query.get(name, "")
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise CannotDo(f"{text!r} is no date: write YYYY-MM-DD") from None

    def amount(self, name: str) -> Decimal | None:
        """An amount in the form, in major units; raises CannotDo where it is none."""
        text = self.said_in(name)
        if not text:
            return None
        try:
            found = Decimal(text)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found <= 0 or not text.isascii():
            raise CannotDo(f"{text!r} is no amount: write it like 1234.50")
        return found

    def page(self) -> int:
        """Which page of a list is wanted, from 1."""
        text = self.query.get("page", "1")
        return min(10_000, max(1, int(text))) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


@dataclass(frozen=True)
class Shown:
    """A page: a template and what it shows."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Moved:
    """Go to another page of ours, and be told something there. `token` is a new session, '' ends the browser's."""

    to: str
    said: str = ""
    token: str | None = None


@dataclass(frozen=True)
class Plain:
    """A plain text."""

    text: str
    status: int = 200


Answer = Shown | Moved | Plain
View = Callable[[Ask], Answer]
