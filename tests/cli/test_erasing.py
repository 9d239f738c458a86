"""`dunwell erase` and `dunwell retention`: exit codes, messages and JSON."""

from __future__ import annotations

from datetime import timedelta

from dunwell.cli.prefect_server import free_port
from tests.support.firm import MONDAY, Firm, owing
from tests.support.project import Project

BY = ("--by", "pat", "--reason", "asked by letter")
TODAY = {"DUNWELL_TODAY": MONDAY.isoformat()}


def test_erase(project: Project, firm_of: Firm) -> None:
    owing(firm_of, MONDAY, 1)
    firm_of.payments(MONDAY, f"A001,INV-A001,{MONDAY},100.00,GBP,x")
    (listed,) = project("contact", "list", "A001", "--json", **TODAY).json
    assert (listed["id"], listed["email"], listed["erased_on"]) == (1, "a001@a001.example", None)
    (would,) = project("erase", "1", *BY, "--dry-run", "--json", **TODAY).json
    assert (would["dry_run"], would["erased"]["contacts"], would["contacts"]) == (True, 1, [1])
    done = project("erase", "A001@a001.example", *BY, **TODAY)
    assert done.code == 0
    assert done.out.startswith("account A001: erased: 1 contacts")
    assert "kept: 2 invoices and payments: accounting records, which the law wants 6 years" in done.out
    assert "Not Dunwell's to erase: the mailbox" in done.out
    (again,) = project("erase", "a001@a001.example", *BY, "--json", **TODAY).json
    assert (again["erased"], again["erased_before"], again["dry_run"]) == ({}, MONDAY.isoformat(), False)
    assert [(one["what"], one["until"]) for one in again["kept"]] == [("invoices and payments", None)]
    (gone,) = project("contact", "list", "A001", "--json", **TODAY).json
    assert (gone["name"], gone["email"], gone["erased_on"]) == ("[erased]", "[erased]", MONDAY.isoformat())


def test_erase_refuses_what_it_does_not_know(project: Project, firm_of: Firm) -> None:
    owing(firm_of, MONDAY, 1)
    for said, why in (("x@y.example", "nobody with the address x@y.example"), ("7", "no contact with the id 7")):
        ended = project("erase", said, *BY, **TODAY)
        assert (ended.code, why in ended.err) == (2, True)
    assert project("erase", "1", "--by", " ", "--reason", "x", **TODAY).code == 2


def test_retention_without_prefect(project: Project, firm_of: Firm) -> None:
    owing(firm_of, MONDAY, 1)
    firm_of.run(MONDAY)
    firm_of.payments(MONDAY, f"A001,INV-A001,{MONDAY},100.00,GBP,x")
    later = {"DUNWELL_TODAY": (MONDAY + timedelta(days=7 * 366)).isoformat()}
    (would,) = project("retention", "--direct", "--dry-run", "--json", **later).json
    assert (would["letters"], would["runs"], would["years"]) == (1, None, 6)
    done = project("retention", "--direct", **later)
    assert (done.code, done.out.split(" up to ")[0]) == (0, "1 letters and 0 replies")
    (again,) = project("retention", "--direct", "--json", **later).json
    assert again["letters"] == 0


def test_retention_with_prefect_away(project: Project, firm_of: Firm) -> None:
    ended = project("retention", PREFECT_API_URL=f"http://127.0.0.1:{free_port()}/api", **TODAY)
    assert (ended.code, "is away" in ended.err) == (75, True)
