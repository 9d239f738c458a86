"""`dunwell letters print`, `posted` and `spoilt`: exit codes, messages and JSON."""

from __future__ import annotations

from datetime import timedelta

from tests.support.firm import ACCOUNTS, MONDAY, Firm, csv, owing
from tests.support.project import Project

TUESDAY = (MONDAY + timedelta(days=1)).isoformat()


def test_letters_are_printed_posted_and_spoilt(project: Project, firm_of: Firm) -> None:
    owing(firm_of, MONDAY, 2)
    firm_of.take(
        csv(f"{ACCOUNTS},address", *(f'A00{n},Firm A00{n},GB,en,"{n} Mill Lane, Leeds"' for n in (1, 2))), MONDAY
    )
    assert firm_of.mail is not None
    firm_of.mail.refuse = lambda _address: "550 5.1.1 no such user"
    firm_of.run(MONDAY)
    run = project("run", "--direct", "--json", "--even-if-stale", DUNWELL_TODAY=TUESDAY)
    assert run.code == 0, run.err
    found = project("letters", "print", "--json", DUNWELL_TODAY=TUESDAY).json
    assert [(one["account"], one["letter"]) for one in found] == [
        ("A001", "past_due_first"),
        ("A002", "past_due_first"),
    ]
    for one in found:
        for name in one["files"]:
            assert (project.folder / "post" / name).read_bytes().startswith(b"%PDF")
    ids = [str(one["id"]) for one in found]
    posted = project("letters", "posted", ids[0], "--by", "anne", DUNWELL_TODAY=TUESDAY)
    assert (posted.code, posted.out.strip()) == (0, f"posted: {ids[0]}")
    again = project("letters", "posted", ids[0], "--by", "anne", DUNWELL_TODAY=TUESDAY)
    assert (again.code, again.err.strip()) == (2, f"letter {ids[0]} is sent already")
    assert project("letters", "spoilt", ids[1], "--by", "anne", "--reason", "torn", DUNWELL_TODAY=TUESDAY).code == 0
    states = [(one["account"], one["state"], one["carrier"]) for one in project("letters", "sent", "--json").json]
    assert ("A001", "sent", "letter") in states
    assert not [one for one in states if one[0] == "A002" and one[2] == "letter"]
