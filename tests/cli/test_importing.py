"""`dunwell import`: every kind of file, what is refused, and how it ends."""

from __future__ import annotations

from tests.support.dump import everything, money
from tests.support.firm import MONDAY, Firm
from tests.support.project import Project

ACCOUNTS = ("account,name,country,language", "A,Firm A,GB,en", "B,Firm B,IT,it")
CONTACTS = ("account,name,email,role", "A,Ann,ann@a.example,accounts_payable", "B,Bo,bo@b.example,owner")
INVOICES = (
    "account,invoice,issued,due,amount,currency,kind",
    "A,X,2026-01-01,2026-02-01,100.00,GBP,invoice",
    "A,N,2026-01-02,,10.00,GBP,credit_note",
    "B,Y,2026-01-01,2026-02-01,200.00,EUR,invoice",
)
PAYMENTS = ("account,invoice,date,amount,currency,reference", "B,Y,2026-02-20,50.00,EUR,r1")
TODAY = {"DUNWELL_TODAY": "2026-03-02"}


def files(project: Project) -> list[str]:
    """All kinds, in an order in which none could be taken alone."""
    return [
        project.file("4.csv", *PAYMENTS),
        project.file("3.csv", *INVOICES),
        project.file("2.csv", *CONTACTS),
        project.file("1.csv", *ACCOUNTS),
    ]


def test_all_kinds_at_once_in_any_order_and_again_without_effect(project: Project) -> None:
    first = project("import", "--json", *files(project), **TODAY)
    assert first.code == 0, first.err
    assert {one["kind"]: one["new"] for one in first.json} == {
        "accounts": 2, "contacts": 2, "invoices": 3, "payments": 1
    }  # fmt: skip
    before = everything(project.books)
    again = project("import", "--json", *files(project), **TODAY)
    assert again.code == 0
    assert [(one["new"], one["changed"]) for one in again.json] == [(0, 0)] * 4
    assert everything(project.books) == before
    found = money(project.books)["invoices"]
    assert {number: row[2] for number, row in found.items()} == {"X": 9000, "N": 0, "Y": 15000}


def test_an_import_makes_the_ledger_where_there_is_none(project: Project) -> None:
    (project.folder / "dunwell.db").unlink()
    assert project("import", *files(project), **TODAY).code == 0
    assert set(money(project.books)["invoices"]) == {"X", "N", "Y"}


def test_rows_that_cannot_be_taken_are_kept_with_line_and_reason_and_the_rest_is_taken(
    project: Project, firm_of: Firm
) -> None:
    firm_of.take("\n".join(ACCOUNTS).encode(), MONDAY)
    name = project.file(
        "more.csv", INVOICES[0], "A,X2,2026-01-01,2026-02-01,1.00,GBP,invoice",
        "A,X3,2026-01-01,31 Feb,1.00,GBP,invoice", "Z,X4,2026-01-01,2026-02-01,1.00,GBP,invoice",
    )  # fmt: skip
    ended = project("import", "--json", name, **TODAY)
    assert ended.code == 1
    (told,) = ended.json
    assert (told["new"], told["rejected"]) == (1, 2)
    rejects = (project.folder / "more.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rejects) == 3
    assert "X3" in rejects[1]
    assert "3" in rejects[1]
    assert "unknown account Z" in rejects[2]


def test_a_file_that_cannot_be_read_as_a_whole_changes_nothing_not_even_by_the_files_beside_it(
    project: Project,
) -> None:
    before = everything(project.books)
    ended = project("import", project.file("1.csv", *ACCOUNTS), project.file("bad.csv", "a,b,c", "1,2,3"), **TODAY)
    assert ended.code == 2
    assert "bad.csv" in ended.err
    assert everything(project.books) == before


def test_a_dry_run_says_what_would_be_and_changes_nothing(project: Project) -> None:
    before = everything(project.books)
    ended = project("import", "--dry-run", "--json", *files(project), **TODAY)
    assert ended.code == 0, ended.err
    assert {one["kind"]: one["new"] for one in ended.json}["invoices"] == 3
    assert everything(project.books) == before
    assert not list(project.folder.glob("*.rejects.csv"))


def test_an_open_items_list_stands_alone_and_a_complete_one_closes(project: Project) -> None:
    head = "account,name,email,country,language,invoice,issued,due,amount,open,currency"
    x = "A,Firm A,ann@a.example,GB,en,X,2026-01-01,2026-02-01,100.00,80.00,GBP"
    y = "A,Firm A,ann@a.example,GB,en,Y,2026-01-01,2026-02-01,30.00,30.00,GBP"
    assert project("import", project.file("l1.csv", head, x, y), **TODAY).code == 0
    ended = project("import", "--complete", "--json", project.file("l2.csv", head, x), **TODAY)
    assert ended.code == 0, ended.err
    assert ended.json[0]["missing"] == ["Y"]
    assert {number: row[2] for number, row in money(project.books)["invoices"].items()} == {"X": 8000, "Y": 0}
    ahead = project("import", "--as-of", "2026-03-03", project.file("l4.csv", head, x), **TODAY)
    assert ahead.code == 2
