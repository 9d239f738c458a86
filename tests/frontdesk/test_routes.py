"""Every route with every role: nobody gets what his role may not, and nothing changes without a token."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dunwell.desk import users
from dunwell.desk.refusals import CannotDo
from dunwell.frontdesk.rights import RIGHTS, Right, may, needed_for_action, needed_for_task
from dunwell.frontdesk.routes import ROUTES, Route
from dunwell.terms.user import User, UserRole
from tests.support.dump import everything
from tests.support.firm import MONDAY, Firm, owing
from tests.support.visitor import PASSWORD, Visitor, visitor

INSIDE = [route for route in ROUTES if route.right is not Right.OPEN]


def _path(route: Route) -> str:
    return re.sub(r"\{number:path\}", "A001", route.path).replace("{id}", "1")


def test_the_table_of_rights_is_the_one_that_is_documented(root: Path) -> None:
    """docs/frontdesk.md shows the same table."""
    text = (root / "docs" / "frontdesk.md").read_text("utf-8")
    head, *rows = re.findall(r"^\| (`?\w+`? .*\|)$", text[text.index("| role |") :], re.M)[: len(UserRole) + 1]
    rights = re.findall(r"`(\w+)`", head)
    told = {}
    for row in rows:
        role, *cells = (cell.strip(" `") for cell in row.strip("|").split("|"))
        told[role] = {right for right, cell in zip(rights, cells, strict=False) if cell == "yes"}
    assert told == {role.value: {right.value for right in owned} for role, owned in RIGHTS.items()}


def test_an_auditor_only_reads() -> None:
    assert RIGHTS[UserRole.AUDITOR] == {Right.SEE}
    assert all(route.right is not Right.SEE for route in INSIDE if route.method == "POST" and _changes_cases(route))


def _changes_cases(route: Route) -> bool:
    return route.path not in ("/logout", "/language")


def test_the_stronger_actions_need_the_stronger_right() -> None:
    assert {action: needed_for_action(action) for action in ("pause", "release")} == {
        "pause": Right.WORK,
        "release": Right.WORK,
    }
    for action in ("stop", "skip", "keep", "set_stage", "send_now", "whatever comes later"):
        assert needed_for_action(action) is Right.OVERRIDE
    assert needed_for_task("owner") is Right.DECIDE


@pytest.mark.parametrize("role", [None, *UserRole], ids=str)
def test_every_route_lets_in_exactly_whom_it_says(small_firm: Firm, role: UserRole | None) -> None:
    owing(small_firm, MONDAY, 1)
    found = Visitor(small_firm) if role is None else visitor(small_firm, role.value)
    found.get("/login")
    user = None
    if role is not None:
        found.get("/")
        user = next(one for one in _users(small_firm) if one.role is role)
    for route in INSIDE:
        if route.path == "/logout":
            continue
        answer = found.get(_path(route)) if route.method == "GET" else found.post(_path(route))
        if role is None:
            assert answer.status_code == 303, route
            assert answer.headers["location"].startswith("/login"), route
        elif may(user, route.right):
            assert answer.status_code not in (401, 403, 405, 500), (route, answer.status_code)
        else:
            assert answer.status_code == 403, (route, answer.status_code)


def _users(firm: Firm) -> list[User]:
    return users.listed(firm.books)


def test_nothing_changes_for_whoever_may_not_or_brings_no_token(small_firm: Firm) -> None:
    """The whole ledger is the same after every form was sent by nobody, by an auditor, and without a token."""
    owing(small_firm, MONDAY, 2)
    small_firm.run(MONDAY)
    nobody, auditor, owner = Visitor(small_firm), visitor(small_firm, "auditor"), visitor(small_firm, "owner")
    nobody.get("/login")
    fields = {
        "account": "A001", "action": "stop", "reason": "x", "invoice": "INV-A001", "by": "2026-03-20", "code": "price",
        "how": "reject", "outcome": "done", "disposition": "wait", "message_id": "<x>", "became": "sent", "id": "1",
    }  # fmt: skip
    before = everything(small_firm.books, without=("session",))
    for route in INSIDE:
        if route.method == "POST" and _changes_cases(route):
            assert nobody.post(_path(route), **fields).status_code == 303
            assert auditor.post(_path(route), **fields).status_code == 403, route
            assert owner.post(_path(route), forged=True, **fields).status_code == 403, route
    assert everything(small_firm.books, without=("session",)) == before


def test_a_role_that_is_changed_or_taken_away_holds_at_the_next_click(small_firm: Firm) -> None:
    found = visitor(small_firm, "controller")
    assert found.get("/settings").status_code == 200
    users.set_role(small_firm.books, "controller", "auditor")
    found.get("/")
    assert found.post("/override", account="A001", action="pause").status_code == 403
    users.disable(small_firm.books, "Controller", MONDAY)
    assert found.get("/").headers["location"].startswith("/login")
    assert found.signs_in("Controller").status_code == 401


def test_users_of_one_name_are_one(small_firm: Firm) -> None:
    users.add(small_firm.books, "Straße", "owner", PASSWORD, MONDAY)
    with pytest.raises(CannotDo, match="already"):
        users.add(small_firm.books, " STRASSE ", "owner", PASSWORD, MONDAY)
