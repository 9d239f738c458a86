"""`dunwell letters list|show|check|render|gallery`, as somebody meets them who writes templates."""

from __future__ import annotations

import shutil
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from dunwell.letters.templates import builtin_folder
from dunwell.terms.letter import LETTERS
from tests.support.firm import MONDAY, Firm, owing
from tests.support.project import Project


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """A folder without settings and without a ledger."""
    return Project(tmp_path)


def written(project: Project, *arguments: str) -> bytes:
    done = project("letters", "render", *arguments)
    assert done.code == 0, done.err
    return done.raw


def test_list_names_every_letter_in_every_language(bare: Project) -> None:
    found = bare("letters", "list", "--json").json
    assert len(found) == len(LETTERS) * 8
    assert {"letter": "on_hold", "stage": "on_hold", "language": "fa"}.items() <= found[
        LETTERS.index("on_hold") + 75
    ].items()
    assert {one["stage"] for one in found if one["letter"] == "released"} == {None}
    one = bare("letters", "list", "--language", "it", "--json").json
    assert [row["letter"] for row in one] == list(LETTERS)


def test_render_needs_no_ledger_and_writes_each_form(bare: Project) -> None:
    html = written(bare, "--letter", "on_hold", "--language", "fa", "--format", "html").decode()
    assert '<html lang="fa" dir="rtl"' in html
    text = written(bare, "--letter", "on_hold", "--language", "de").decode()
    assert text.startswith("Sperre")
    pdf = written(bare, "--letter", "released", "--language", "ru", "--format", "pdf")
    assert pdf.startswith(b"%PDF-")
    mail = message_from_bytes(
        written(bare, "--letter", "late", "--language", "fr", "--format", "eml"), policy=policy.default
    )
    assert mail.get_content_type() == "multipart/mixed"
    assert {part.get_content_type() for part in mail.walk()} >= {
        "text/plain",
        "text/html",
        "application/pdf",
        "image/png",
    }


def test_render_a_real_invoice(project: Project, firm_of: Firm) -> None:
    owing(firm_of, MONDAY, 1)
    for letter in ("past_due_first", "final_notice", "promise_broken", "plan_offered", "payment_received", "released"):
        text = written(project, "--letter", letter, "--invoice", "INV-A001").decode()
        assert "Northwind Ltd" in text
        if letter not in ("payment_received", "released"):
            assert "INV-A001" in text
    assert b"%PDF" in written(project, "--letter", "late", "--invoice", "INV-A001", "--format", "pdf")[:20]
    assert firm_of.letters() == [], "nothing is written down"
    wrong = project("letters", "render", "--letter", "late", "--invoice", "INV-7")
    assert (wrong.code, "no open invoice INV-7" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--letter", "lat", "--language", "de"), "there is no letter 'lat' (did you mean 'late'?)"),
        (("--letter", "late", "--language", "xx"), "'xx' has no folder; there are de, en"),
        (("--letter", "late", "--language", "de", "--format", "docx"), "use html, text, pdf or eml"),
        (("--letter", "late"), "say in which language"),
    ],
)
def test_what_is_not_known_is_told_with_what_is(arguments: tuple[str, ...], said: str, bare: Project) -> None:
    ended = bare("letters", "render", *arguments)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())


def test_show_writes_the_template(bare: Project) -> None:
    ended = bare("letters", "show", "--letter", "late", "--language", "en")
    assert ended.out == (builtin_folder() / "en" / "late.md.j2").read_text("utf-8")
    assert "en/late.md.j2" in ended.err.replace("\n", "")


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("late.md.j2", ("{{ salutation }}", "{{ salutaton }}"), "did you mean 'salutation'"),
        ("late.md.j2", ("{{ salutation }}", "{{ ''.__class__ }}"), "late.md.j2:4"),
        ("late.md.j2", ("{{ salutation }}", "**Hello {{ salutation }}"), "a ** has no partner"),
        ("late.md.j2", ("{{ salutation }}", "[here](http://x.example)"), "https"),
        ("late.md.j2", ("{{ salutation }}", "{% set x = 1 %}{{ salutation }}"), "'x' is set and never used"),
        ("promise_due.md.j2", ("promise.by", "as_of"), "the fact 'promise.by' is not used"),
        ("labels.toml", ('balance = "Balance"', ""), "the word 'balance' is missing"),
        ("labels.toml", ("Page {page} of {pages}", "Page"), "must hold {page}"),
        ("sentences.toml", ("released =", "relased ="), "unknown sentence 'relased'"),
        ("sentences.toml", ("{{ received_amount }}", "{{ recieved_amount }}"), "did you mean 'received_amount'"),
    ],
)
def test_check_names_the_file_and_what_to_do(file: str, change: tuple[str, str], said: str, project: Project) -> None:
    folder = project.folder / "templates" / "en"
    folder.mkdir(parents=True)
    text = (builtin_folder() / "en" / file).read_text("utf-8")
    assert change[0] in text
    (folder / file).write_text(text.replace(*change), "utf-8")
    settings = project.folder / "dunwell.toml"
    settings.write_text(settings.read_text() + '\n[templates]\nfolder = "templates"\n')
    ended = project("letters", "check", "--language", "en")
    assert ended.code == 2
    assert said in " ".join(ended.out.split())
    assert f"en/{file}" in ended.out.replace("\n", "")


def test_check_names_a_file_that_no_letter_has_the_name_of_and_what_a_new_language_lacks(project: Project) -> None:
    folder = project.folder / "templates"
    shutil.copytree(builtin_folder() / "en", folder / "pt")
    (folder / "pt" / "late.md.j2").rename(folder / "pt" / "latee.md.j2")
    settings = project.folder / "dunwell.toml"
    settings.write_text(settings.read_text() + '\n[templates]\nfolder = "templates"\n')
    ended = project("letters", "check")
    said = " ".join(ended.out.split())
    assert ended.code == 2
    assert "there is no letter 'latee': did you mean late.md.j2?" in said
    assert "pt: late.md.j2 is missing: write it in this language" in said


def test_the_gallery_shows_every_letter(bare: Project) -> None:
    ended = bare("letters", "gallery", "--language", "fa")
    assert ended.code == 0, ended.err
    folder = bare.folder / "gallery"
    assert {file.name for file in (folder / "fa").iterdir()} == {
        f"{letter}{ending}" for letter in LETTERS for ending in (".html", "-dark.html", ".txt.html", ".pdf")
    }
    page = (folder / "index.html").read_text("utf-8")
    assert all(f"<option>{letter}</option>" in page for letter in LETTERS)
    assert "cid:" not in "".join(file.read_text("utf-8") for file in (folder / "fa").glob("*.html"))


def test_doctor_tells_of_a_logo_that_is_none_and_of_dns(project: Project, firm_of: Firm) -> None:
    owing(firm_of, MONDAY - timedelta(days=1), 1)
    (project.folder / "logo.png").write_text("no picture")
    ended = project("doctor", "--json", DUNWELL_CREDITOR__LOGO="logo.png")
    assert ended.code == 2
    said = " ".join(ended.out.split()) + ended.err
    assert "logo.png" in said
    assert "no picture" in said


def test_doctor_tells_what_letters_would_lack(project: Project, firm_of: Firm) -> None:
    """A language that no folder serves, a colour that nobody can read, a currency without a bank account."""
    firm_of.customers(MONDAY, ["A"], language="pt-BR")
    firm_of.customers(MONDAY, ["B"], language="de-AT")
    firm_of.invoices(MONDAY, f"A,INV-1,{MONDAY},{MONDAY + timedelta(days=30)},100.00,CHF")
    ended = project(
        "doctor",
        "--json",
        DUNWELL_CREDITOR__LANGUAGE="dee",
        DUNWELL_CREDITOR__COLOR="#ffcc00",
        DUNWELL_CREDITOR__STRICT_CURRENCY="true",
    )
    told = {(one["name"], one["state"]): one["what"] for one in ended.json}
    assert ended.code == 2
    assert told["creditor.language", "wrong"].startswith("'dee' has no folder (did you mean 'de'?); there are de, en")
    assert "#ffcc00 is hard to read on white: a contrast of 1." in told["creditor.color", "note"]
    assert "are open in CHF, with no bank account" in told["creditor.bank", "wrong"]
    assert told["languages", "note"].startswith("1 accounts or contacts are to be written to in 'pt-BR'")
    assert "their letters go in 'en'" in told["languages", "note"]


def test_a_slip_in_a_currency_is_told_with_what_was_meant(project: Project) -> None:
    settings = project.folder / "dunwell.toml"
    settings.write_text(settings.read_text() + '\n[creditor.bank]\neURO = "DE89 3704 0044 0532 0130 00"\n')
    ended = project("letters", "list")
    assert ended.code == 2
    assert "eURO is not an ISO 4217 currency code (did you mean 'EUR'?)" in " ".join(ended.err.split())
