"""Users: added, changed and disabled from the command line; signing in, and the sessions of those who did."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dunwell.desk import passwords
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import users
from dunwell.ledger.books import Books, Work
from dunwell.ledger.users import Credentials
from dunwell.terms.user import User, UserRole

IDLE = timedelta(hours=1)
"""A session that was not used for so long is over."""
LONGEST = timedelta(hours=12)
"""No session lasts longer."""
WITHIN = timedelta(minutes=15)
"""The time over which failed attempts are counted."""
MOST_NAMED, MOST_PLACED = 10, 30
"""More failed attempts under one name, or from one address, are refused unseen until enough time has passed."""
_SEEN_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=90)
_LONGEST_NAME = 80


class Refused(Exception):
    """Nobody was let in. `too_many`: without a look at the password."""

    def __init__(self, *, too_many: bool = False) -> None:
        super().__init__("too many attempts" if too_many else "name or password is wrong")
        self.too_many = too_many


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user at the front desk. `said` is what he is to be told on this page."""

    user: User
    said: str


def role_of(text: str) -> UserRole:
    """The role that is called so; raises CannotDo and lists the known ones."""
    try:
        return UserRole(text)
    except ValueError:
        raise CannotDo(f"--role: {text!r} is not known; the roles are {', '.join(UserRole)}") from None


def add(books: Books, name: str, role: str, password: str, on: date) -> None:
    """Add a user; raises CannotDo, having changed nothing."""
    shown = _name(name)
    wanted, kept = role_of(role), passwords.hashed(password)
    with books.write() as work:
        if not users.add(work, _key(shown), shown, wanted, kept, on):
            raise CannotDo(f"there is a user {shown} already: see `dunwell user list`")


def listed(books: Books) -> list[User]:
    """All users, by name."""
    with books.read() as work:
        return users.names(work)


def set_role(books: Books, name: str, role: str) -> None:
    """Give a user another role, at once; raises CannotDo."""
    wanted = role_of(role)
    with books.write() as work:
        users.change(work, _found(work, name).user.id, role=wanted)


def set_password(books: Books, name: str, password: str) -> None:
    """Give a user another password and end his sessions; raises CannotDo."""
    kept = passwords.hashed(password)
    with books.write() as work:
        users.change(work, _found(work, name).user.id, password=kept)


def disable(books: Books, name: str, on: date | None) -> None:
    """Let a user sign in no more, or again (None), and end his sessions; raises CannotDo."""
    with books.write() as work:
        users.disable(work, _found(work, name).user.id, on)


def role_in(work: Work, name: str) -> UserRole | None:
    """The role of the user who is called so; None where nobody is, or who is may not sign in."""
    found = users.find(work, _key(name))
    return found.user.role if found and found.user.disabled_on is None else None


def exists(books: Books) -> bool:
    """Whether there is anybody who could sign in."""
    return any(user.disabled_on is None for user in listed(books))


def sign_in(books: Books, name: str, password: str, address: str, now: datetime, *, before: str | None = None) -> str:
    """Let a user in, and return the token of a new session; the one of the token `before` ends. Raises Refused."""
    key = _key(name)[:_LONGEST_NAME]
    since = _text(now - WITHIN)
    with books.write() as work:
        # Written down before it is counted: of many attempts at once, none is left out.
        attempt = users.tried(work, key, address, _text(now))
    with books.read() as work:
        named, placed = users.refused_since(work, since, key, address)
        found = users.find(work, key)
    if named > MOST_NAMED or placed > MOST_PLACED:
        raise Refused(too_many=True)
    fits = passwords.fits(found.password if found else None, password)
    if found is None or not fits or found.user.disabled_on is not None:
        raise Refused
    token = secrets.token_urlsafe(32)
    with books.write() as work:
        users.let_in(work, attempt)
        users.forget(work, _text(now - LONGEST), _text(now - IDLE), _text(now - _KEPT))
        if before:
            users.end(work, _digest(before))
        users.begin(work, _digest(token), found.user.id, _text(now))
    return token


def signed_in(books: Books, token: str, now: datetime, *, hear: bool = True) -> SignedIn | None:
    """Who has this token; None where the session is over, or there is none.

    What was to be said is said once, to the first page that wants to `hear` it.
    """
    digest = _digest(token)
    with books.read() as work:
        session = users.session(work, digest)
    if session is None or session.began_at < _text(now - LONGEST) or session.seen_at < _text(now - IDLE):
        return None
    said = session.said if hear else ""
    if said or session.seen_at < _text(now - _SEEN_EVERY):
        with books.write() as work:
            users.seen(work, digest, _text(now))
            if said:
                users.say(work, digest, "")
    return SignedIn(session.user, said)


def say(books: Books, token: str, text: str) -> None:
    """Tell whoever has this token something on the next page."""
    with books.write() as work:
        users.say(work, _digest(token), text)


def sign_out(books: Books, token: str) -> None:
    """End the session of this token."""
    with books.write() as work:
        users.end(work, _digest(token))


def speak(books: Books, user: User, language: str | None) -> None:
    """Remember in which language a user reads."""
    with books.write() as work:
        users.speak(work, user.id, language)


def _found(work: Work, name: str) -> Credentials:
    found = users.find(work, _key(name))
    if found is None:
        known = [user.name for user in users.names(work)]
        raise CannotDo(
            f"there is no user {name}; known are {', '.join(known) or 'none: add one with `dunwell user add`'}"
        )
    return found


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise CannotDo(f"NAME: {text!r} is no name: write 1 to {_LONGEST_NAME} characters")
    return name


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
