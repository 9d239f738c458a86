"""The tables of the front desk: users, their sessions, and who tried to sign in. Moments are ISO 8601 texts in UTC."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class UserRow(SQLModel, table=True):
    """One of our own people. `key` is the name in one case, so that it is one user's; `password` an Argon2id hash."""

    __tablename__ = "user"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    role: str
    password: str
    language: str | None = None
    made_on: date
    disabled_on: date | None = None


class SessionRow(SQLModel, table=True):
    """A session of a user: `token` is the SHA-256 of what the browser has. `said` is told on the next page, once."""

    __tablename__ = "session"
    token: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    began_at: str
    seen_at: str
    said: str = Field(default="", sa_column=Column(Text, nullable=False))


class SignInRow(SQLModel, table=True):
    """An attempt to sign in: under which name's key, from which address, and whether it was let in."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_key", "key", "at"), Index("ix_sign_in_address", "address", "at"))
    id: int | None = Field(default=None, primary_key=True)
    key: str
    address: str
    at: str
    let_in: bool = False
