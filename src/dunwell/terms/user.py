"""Our own people who sign in to the front desk, and the roles that they have there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class UserRole(StrEnum):
    """What a user is in the firm: it decides what he may do. An auditor only reads."""

    COLLECTOR = "collector"
    CONTROLLER = "controller"
    OWNER = "owner"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class User:
    """A user. `name` goes into the journal; `language` is the pages', None for the browser's. `disabled_on`: since when
    he may not sign in."""

    id: int
    name: str
    role: UserRole
    language: str | None
    made_on: date
    disabled_on: date | None = None
