"""`dunwell watchlist` and `dunwell terms`: exit codes, messages and JSON."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.firm import MONDAY, Firm
from tests.support.project import Project

DAY = timedelta(days=1)
BY = ("--by", "anne", "--reason", "agreed by telephone")


def test_watchlist_and_back_test(project: Project, firm_of: Firm) -> None:
    firm_of.customers(MONDAY, ["A", "B"])
    due = MONDAY - 200 * DAY
    firm_of.invoices(
        MONDAY,
        f"A,INV-1,{due - 30 * DAY},{due},100.00,GBP",
        f"B,INV-2,{due - 30 * DAY},{due},70.00,GBP",
    )
    firm_of.payments(MONDAY, f"B,INV-2,{due},70.00,GBP,R")
    (one,) = project("watchlist", "--json", DUNWELL_TODAY=MONDAY.isoformat()).json
    assert (one["account"], one["points"], one["advice"], one["terms"]) == ("A", 5, ["call"], None)
    assert one["reasons"][0]["sign"] == "later_than_usual"
    assert one["exposure"] == [{"amount": "100.00", "currency": "GBP"}]
    (test,) = project("watchlist", "--backtest", "--json", DUNWELL_TODAY=MONDAY.isoformat()).json
    assert test["defaults"] == 1
    assert test["until"] == MONDAY.isoformat()
    for name in ("watchlist", "oldest_invoice"):
        assert set(test[name]) == {"named", "right", "precision", "found", "lead_days"}
    assert test["watchlist"]["found"] == 1
    early = project("watchlist", "--backtest", DUNWELL_TODAY=date(2025, 9, 1).isoformat())
    assert early.code == 2
    assert "too little history" in early.err


def test_terms(project: Project, firm_of: Firm) -> None:
    firm_of.customers(MONDAY, ["A"])
    firm_of.invoices(MONDAY, "A,INV-1,2026-02-20,2026-03-20,100.00,GBP")
    today = {"DUNWELL_TODAY": MONDAY.isoformat()}
    done = project("terms", "agree", "A", "--advance", "50", "--days", "14", "--limit", "500", *BY, **today)
    assert (done.code, done.out.strip()) == (0, "A: 50 % in advance, 14 days to pay, at most 500.00 GBP open")
    (one,) = project("terms", "list", "--json", **today).json
    assert one == {
        "account": "A", "agreed_on": "2026-03-02", "advance": "50", "days": 14, "limit": "500.00", "currency": "GBP",
        "ended_on": None, "who": "anne", "reason": "agreed by telephone",
    }  # fmt: skip
    (listed,) = project("watchlist", "--json", **today).json
    assert (listed["points"], listed["terms"]["days"]) == (0, 14)
    bad = project("terms", "agree", "A", "--advance", "half", *BY, **today)
    assert (bad.code, bad.err.strip()) == (2, "--advance: 'half' is no number above zero; write it like 1234.50")
    assert project("terms", "end", "A", *BY, **today).code == 0
    assert len(project("terms", "list", "--all", "--json", **today).json) == 1
