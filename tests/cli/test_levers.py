"""The commands by which people change a case: exit codes, messages and JSON."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.firm import MONDAY, Firm, owing
from tests.support.project import Project

TUESDAY = (MONDAY + timedelta(days=1)).isoformat()
BY = ("--by", "anne", "--reason", "said so")


@pytest.fixture
def chased(project: Project, firm_of: Firm) -> Project:
    """A001 owes INV-A001 (100.00 GBP), A002 INV-A002 (101.00 GBP); both had a letter on Monday."""
    owing(firm_of, MONDAY, 2)
    firm_of.run(MONDAY)
    return project


def test_promise(chased: Project) -> None:
    done = chased("promise", "add", "INV-A001", "--date", "2026-03-20", "--tell", *BY, DUNWELL_TODAY=TUESDAY)
    assert (done.code, done.err) == (0, "")
    assert "promise 1 recorded" in done.out
    assert "promise_thanked" in done.out
    (one,) = chased("promise", "list", "--json").json
    assert one["id"] == "1"
    assert (one["invoices"], one["date"], one["amount"], one["state"]) == (["INV-A001"], "2026-03-20", None, "open")
    beyond = chased("promise", "add", "INV-A002", "--date", "2027-03-20", "--by", "anne", DUNWELL_TODAY=TUESDAY)
    assert beyond.code == 0
    assert "45 days ahead" in beyond.err
    for bad, says in [
        (("promise", "add", "INV-A001", "--date", "2026-03-01", *BY), "has passed"),
        (("promise", "add", "INV-A001", "--date", "soon", *BY), "YYYY-MM-DD"),
        (("promise", "add", "INV-A001", "--date", "2026-03-20", "--amount", "1000", *BY), "100.00 GBP is open"),
        (("promise", "add", "INV-A001", "--date", "2026-03-20", "--amount", "x", *BY), "no number above zero"),
        (("promise", "add", "INV-A9", "--date", "2026-03-20", *BY), "no invoice INV-A9"),
        (("promise", "withdraw", "77", *BY), "no promise has the id 77"),
    ]:
        ended = chased(*bad, DUNWELL_TODAY=TUESDAY)
        assert ended.code == 2, bad
        assert says in " ".join(ended.err.split())
    assert chased("promise", "withdraw", "2", *BY, DUNWELL_TODAY=TUESDAY).code == 0
    states = [one["state"] for one in chased("promise", "list", "--all", "--json").json]
    assert states == ["open", "withdrawn"]


def test_dispute(chased: Project) -> None:
    done = chased(
        "dispute", "open", "INV-A001", "--code", "price", "--amount", "40.00", "--tell", *BY, DUNWELL_TODAY=TUESDAY
    )
    assert (done.code, done.err) == (0, "")
    assert "dispute_acknowledged" in done.out
    (one,) = chased("dispute", "list", "--json", DUNWELL_TODAY="2026-03-13").json
    assert (one["invoice"], one["amount"], one["code"], one["owner"], one["age"]) == (
        "INV-A001", "40.00", "price", "anne", 10,
    )  # fmt: skip
    for bad, says in [
        (("dispute", "open", "INV-A001", "--code", "mood", *BY), "quality, quantity, price, not_ordered"),
        (("dispute", "open", "INV-A001", "--code", "tax", "--amount", "99", *BY), "60.00 GBP is open"),
        (("dispute", "open", "INV-X", "--code", "tax", *BY), "no invoice INV-X"),
        (("dispute", "resolve", "1", "--outcome", "lost", *BY), "credited, rejected, partly"),
        (("dispute", "resolve", "8", "--outcome", "rejected", *BY), "no dispute has the id 8"),
    ]:
        ended = chased(*bad, DUNWELL_TODAY=TUESDAY)
        assert ended.code == 2, bad
        assert says in " ".join(ended.err.split())
    done = chased(
        "dispute", "resolve", "1", "--outcome", "partly", "--amount", "10", *BY, DUNWELL_TODAY="2026-03-13"
    )  # fmt: skip
    assert done.code == 0
    assert chased("dispute", "list", "--json").json == []
    (one,) = chased("dispute", "list", "--all", "--json").json
    assert (one["state"], one["credited"], one["credit"]) == ("partly", "10.00", "awaited")


def test_overrides(chased: Project) -> None:
    assert chased("pause", "INV-A001", "--until", "2026-04-01", *BY, DUNWELL_TODAY=TUESDAY).code == 0
    found = chased("explain", "INV-A001", "--json", DUNWELL_TODAY=TUESDAY).json[0]
    assert found["reasons"][0] == "paused"
    assert found["held_up_by"] == ["person: until 2026-04-01: said so"]
    assert "1 ended" in chased("resume", "INV-A001", "--by", "anne", DUNWELL_TODAY=TUESDAY).out
    assert "nothing was held" in chased("resume", "INV-A001", "--by", "anne", DUNWELL_TODAY=TUESDAY).out
    (one,) = chased(
        "override", "INV-A001", "--action", "set_stage", "--stage", "late", "--dry-run", "--json", *BY,
        DUNWELL_TODAY=TUESDAY,
    ).json  # fmt: skip
    assert (one["dry_run"], one["after"]["letter"]) == (True, "late")
    assert chased("exclude", "A002", *BY, DUNWELL_TODAY=TUESDAY).code == 0
    found = chased("explain", "INV-A002", "--json", DUNWELL_TODAY=TUESDAY).json[0]
    assert found["reasons"][0] == "excluded"
    for bad, says in [
        (("pause", "INV-A003", "--until", "2026-04-01", *BY), "did you mean"),
        (("pause", "INV-A001", "--until", "2026-03-01", *BY), "has passed"),
        (("override", "INV-A001", "--action", "nod", *BY), "set_stage, keep, skip"),
        (("override", "INV-A001", "--action", "set_stage", "--stage", "cold", *BY), "past_due, late"),
    ]:
        ended = chased(*bad, DUNWELL_TODAY=TUESDAY)
        assert ended.code == 2, bad
        assert says in " ".join(ended.err.split())


def test_writeoff(chased: Project) -> None:
    assert chased("writeoff", "INV-A001", "--amount", "40.00", *BY, DUNWELL_TODAY=TUESDAY).code == 0
    assert "60.00 GBP written off" in chased("writeoff", "INV-A001", *BY, DUNWELL_TODAY=TUESDAY).out
    found = chased("explain", "INV-A001", "--json", DUNWELL_TODAY=TUESDAY).json[0]
    assert (found["state"], found["reasons"][0]) == ("write_off", "written_off")
    assert chased("writeoff", "INV-A001", *BY, DUNWELL_TODAY=TUESDAY).code == 2
    assert chased("writeoff", "INV-A001", "--undo", *BY, DUNWELL_TODAY=TUESDAY).code == 0
    assert chased("writeoff", "INV-A001", "--undo", "--amount", "1", *BY, DUNWELL_TODAY=TUESDAY).code == 2
    assert chased("explain", "INV-A001", "--json", DUNWELL_TODAY=TUESDAY).json[0]["outstanding"] == "60.00"


def test_claims_are_listed_and_closed(chased: Project) -> None:
    assert chased("claims", "--json").json == []
    assert chased("claims", "list", "--json").json == []
    assert chased("claims", "close", "4", *BY).code == 2


def test_plan(chased: Project) -> None:
    done = chased("plan", "offer", "INV-A001", *BY, DUNWELL_TODAY=TUESDAY)
    assert (done.code, done.err) == (0, "")
    assert "plan_offered" in done.out
    (one,) = chased("plan", "list", "--json").json
    assert (one["id"], one["state"], one["total"], one["currency"]) == ("1", "offered", "100.00", "GBP")
    assert [part["amount"] for part in one["parts"]] == ["33.33", "33.33", "33.34"]
    assert "plan_agreed" in chased("plan", "agree", "1", *BY, DUNWELL_TODAY=TUESDAY).out
    again = ("plan", "agree", "INV-A002", "--parts", "2", "--first", "2026-04-01", *BY)
    assert chased(*again, DUNWELL_TODAY=TUESDAY).code == 0
    for bad, says in [
        (("plan", "agree", "1", *BY), "plan 1 is agreed"),
        (("plan", "agree", "9", *BY), "no plan has the id 9"),
        (("plan", "offer", "INV-X", *BY), "no invoice INV-X"),
        (("plan", "offer", "INV-A001", "INV-A002", *BY), "different accounts"),
        (("plan", "void", "9", *BY), "no plan has the id 9"),
    ]:
        ended = chased(*bad, DUNWELL_TODAY=TUESDAY)
        assert ended.code == 2, bad
        assert says in " ".join(ended.err.split())
    assert chased("plan", "void", "1", *BY, DUNWELL_TODAY=TUESDAY).code == 0
    assert [one["state"] for one in chased("plan", "list", "--all", "--json").json] == ["void", "agreed"]
