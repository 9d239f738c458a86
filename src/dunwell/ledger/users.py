"""Users, sessions and attempts to sign in, as the books keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.user_tables import SessionRow, SignInRow, UserRow
from dunwell.terms.user import User, UserRole


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with the hash of his password."""

    user: User
    password: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session: whose it is, since when, when it was seen last, and what is to be told on its next page."""

    user: User
    began_at: str
    seen_at: str
    said: str


def add(work: Work, key: str, name: str, role: UserRole, password: str, on: date) -> bool:
    """Add a user; False where the name is taken."""
    if _row(work, key) is not None:
        return False
    work.session.add(UserRow(key=key, name=name, role=role.value, password=password, made_on=on))
    work.session.flush()
    return True


def find(work: Work, key: str) -> Credentials | None:
    """The user with this key."""
    row = _row(work, key)
    return None if row is None else Credentials(_user(row), row.password)


def names(work: Work) -> list[User]:
    """All users, by name."""
    return [_user(row) for row in work.session.execute(select(UserRow).order_by(col(UserRow.key))).scalars()]


def change(work: Work, user_id: int, *, role: UserRole | None = None, password: str | None = None) -> None:
    """Give a user another role, or the hash of another password; with another password his sessions end."""
    row = work.session.get_one(UserRow, user_id)
    if role is not None:
        row.role = role.value
    if password is not None:
        row.password = password
        end_all(work, user_id)


def disable(work: Work, user_id: int, on: date | None) -> None:
    """Let a user sign in no more from the day `on`, or again (None); his sessions end."""
    work.session.get_one(UserRow, user_id).disabled_on = on
    end_all(work, user_id)


def speak(work: Work, user_id: int, language: str | None) -> None:
    """Remember in which language a user reads."""
    work.session.get_one(UserRow, user_id).language = language


def begin(work: Work, token: str, user_id: int, at: str) -> None:
    """Begin a session under the hash of its token."""
    work.session.add(SessionRow(token=token, user_id=user_id, began_at=at, seen_at=at))


def session(work: Work, token: str) -> Session | None:
    """The session under the hash of its token; None where there is none, or its user is disabled."""
    query = select(SessionRow, UserRow).join(UserRow, col(UserRow.id) == col(SessionRow.user_id))
    found = work.session.execute(query.where(col(SessionRow.token) == token)).one_or_none()
    if found is None or found[1].disabled_on is not None:
        return None
    row, user = found
    return Session(_user(user), row.began_at, row.seen_at, row.said)


def seen(work: Work, token: str, at: str) -> None:
    """The session was used at this moment."""
    work.session.execute(update(SessionRow).where(col(SessionRow.token) == token).values(seen_at=at))


def say(work: Work, token: str, text: str) -> None:
    """Tell the session's user something on his next page."""
    work.session.execute(update(SessionRow).where(col(SessionRow.token) == token).values(said=text))


def end(work: Work, token: str) -> None:
    """End a session."""
    work.session.execute(delete(SessionRow).where(col(SessionRow.token) == token))


def end_all(work: Work, user_id: int) -> None:
    """End all sessions of a user."""
    work.session.execute(delete(SessionRow).where(col(SessionRow.user_id) == user_id))


def forget(work: Work, sessions_before: str, seen_before: str, attempts_before: str) -> None:
    """Delete the sessions begun, or seen last, before these moments, and the attempts before another."""
    work.session.execute(
        delete(SessionRow).where((col(SessionRow.began_at) < sessions_before) | (col(SessionRow.seen_at) < seen_before))
    )
    work.session.execute(delete(SignInRow).where(col(SignInRow.at) < attempts_before))


def tried(work: Work, key: str, address: str, at: str) -> int:
    """Write an attempt down; returns its id."""
    row = SignInRow(key=key, address=address, at=at)
    work.session.add(row)
    work.session.flush()
    return row.id or 0


def let_in(work: Work, attempt: int) -> None:
    """The attempt was let in."""
    work.session.get_one(SignInRow, attempt).let_in = True


def refused_since(work: Work, at: str, key: str, address: str) -> tuple[int, int]:
    """How many attempts since a moment were not let in: under this name, and from this address."""
    recent = (
        select(func.count()).select_from(SignInRow).where(col(SignInRow.at) >= at, col(SignInRow.let_in).is_(False))
    )
    named = work.session.execute(recent.where(col(SignInRow.key) == key)).scalar_one()
    placed = work.session.execute(recent.where(col(SignInRow.address) == address)).scalar_one()
    return int(named), int(placed)


def _row(work: Work, key: str) -> UserRow | None:
    return work.session.execute(select(UserRow).where(col(UserRow.key) == key)).scalar_one_or_none()


def _user(row: UserRow) -> User:
    return User(row.id or 0, row.name, UserRole(row.role), row.language, row.made_on, row.disabled_on)
