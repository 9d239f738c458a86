"""Who may do what: the one table. Every route says which right it needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dunwell.terms.user import User, UserRole


class Right(StrEnum):
    """What a route needs. `open`: nothing, not even a session."""

    OPEN = "open"
    SEE = "see"
    WORK = "work"
    OVERRIDE = "override"
    DECIDE = "decide"


RIGHTS: Mapping[UserRole, frozenset[Right]] = {
    UserRole.COLLECTOR: frozenset({Right.SEE, Right.WORK}),
    UserRole.CONTROLLER: frozenset({Right.SEE, Right.WORK, Right.OVERRIDE, Right.DECIDE}),
    UserRole.OWNER: frozenset({Right.SEE, Right.WORK, Right.OVERRIDE, Right.DECIDE}),
    UserRole.AUDITOR: frozenset({Right.SEE}),
}
"""What each role may do."""

GENTLE = ("pause", "release")
"""Actions of an override that `work` is enough for; the others need `override`."""
_THEIRS = {"owner": Right.DECIDE}
"""Tasks for these roles are ended by those with this right alone."""


def may(user: User | None, right: Right) -> bool:
    """Whether the user may; nobody (None) may only what is open."""
    return right is Right.OPEN or (user is not None and right in RIGHTS[user.role])


def needed_for_action(action: str) -> Right:
    """The right that an action of an override needs."""
    return Right.WORK if action in GENTLE else Right.OVERRIDE


def needed_for_task(role: str) -> Right:
    """The right to say what came of a task for this role."""
    return _THEIRS.get(role, Right.WORK)
