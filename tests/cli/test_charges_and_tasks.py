"""`dunwell charges` and `dunwell tasks`, as processes on a real ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.ledger import calls, charges
from dunwell.ledger.journal import Pen
from dunwell.rules.charging import Charge
from dunwell.terms.money import Money
from tests.support.dump import assert_money_adds_up
from tests.support.firm import MONDAY, Firm, moment
from tests.support.project import Project

DAY = {"DUNWELL_TODAY": str(MONDAY)}
CHARGE_KEYS = ["id", "account", "invoice", "kind", "on", "amount", "currency", "state", "reason"]
TASK_KEYS = ["id", "kind", "role", "account", "invoice", "made_on", "due_on", "text", "state"]


@pytest.fixture
def owed(project: Project, firm_of: Firm) -> Project:
    """An invoice with a late fee, and a call about it."""
    firm_of.customers(MONDAY, ["=A"])
    firm_of.invoices(MONDAY, f"=A,I-1,2025-12-01,{MONDAY - timedelta(days=40)},2000.00,GBP")
    with firm_of.books.write() as work:
        pen = Pen(moment(MONDAY).now, MONDAY)
        fee = Charge("late_fee:1", "late_fee", MONDAY, Money(3000, "GBP"), "1.5 %")
        charges.book(work, 1, [fee], pen)
        calls.give(work, work.lock_account(1), 1, "late", MONDAY, MONDAY)
    return project


def test_charges_are_listed_and_waived_once(owed: Project) -> None:
    (one,) = owed("charges", "list", "--json").json
    assert list(one) == CHARGE_KEYS
    assert (one["account"], one["invoice"], one["kind"], one["amount"], one["currency"], one["state"]) == (
        "=A", "I-1", "late_fee", "30.00", "GBP", "open",
    )  # fmt: skip
    assert owed("charges", "list", "I-1", "--json").json == [one]
    unknown = owed("charges", "list", "I-9")
    assert (unknown.code, unknown.err.strip()) == (2, "there is no invoice I-9")
    waive = ("charges", "waive", str(one["id"]), "--by", "Pat", "--reason", "goodwill")
    done = owed(*waive, **DAY)
    assert (done.code, done.out.strip()) == (0, "waived: late fee of 30.00 GBP on I-1")
    again = owed(*waive, **DAY)
    assert (again.code, "waived on 2026-03-02 already" in again.err) == (2, True)
    assert owed("charges", "list", "--json").json[0]["reason"] == "goodwill"
    assert owed("charges", "waive", "99", "--by", "Pat", "--reason", "x").code == 2
    assert "late fee" in owed("charges", "list").out
    assert_money_adds_up(owed.books)


def test_tasks_are_listed_and_done(owed: Project) -> None:
    (one,) = owed("tasks", "list", "--json").json
    assert list(one) == TASK_KEYS
    assert (one["kind"], one["role"], one["account"], one["state"]) == ("call", "collector", "=A", "open")
    assert "2030.00 GBP overdue in all" in one["text"]
    assert owed("tasks", "list", "--role", "owner", "--json").json == []
    assert owed("tasks", "list", "--due", "2026-03-01", "--json").json == []
    assert len(owed("tasks", "list", "--due", "2026-03-02", "--json").json) == 1
    bad = owed("tasks", "list", "--role", "pirate")
    assert (bad.code, "collector" in bad.err) == (2, True)
    assert owed("tasks", "list", "--csv", "tasks.csv").code == 0
    assert "'=A" in (owed.folder / "tasks.csv").read_text("utf-8-sig"), "no formula for a spreadsheet"
    odd = owed("tasks", "done", one["id"], "--outcome", "vanished", "--by", "Pat")
    assert (odd.code, "promised, paid, disputed" in odd.err) == (2, True)
    assert owed("tasks", "done", "99", "--outcome", "done", "--by", "Pat", **DAY).code == 2
    code = owed("tasks", "done", one["id"], "--outcome", "disputed", "--code", "weather", "--by", "Pat", **DAY)
    assert (code.code, "not_delivered" in code.err) == (2, True)
    promise = ("tasks", "done", one["id"], "--outcome", "promised", "--by", "Pat", "--promise-date")
    past = owed(*promise, "2026-03-01", **DAY)
    assert (past.code, "has passed" in past.err) == (2, True)
    assert owed(*promise, "2026-03-06", "--amount", "9999.00", **DAY).code == 2
    assert owed(*promise, "2026-03-06", "--amount", "nine", **DAY).code == 2
    good = owed(*promise, "2026-03-06", "--amount", "2030.00", "--reason", "said so", **DAY)
    assert (good.code, good.out.strip()) == (
        0, f"task {one['id']}: promised; promise of 2030.00 GBP by 2026-03-06 recorded",
    )  # fmt: skip
    assert owed("tasks", "list", "--json").json == []
