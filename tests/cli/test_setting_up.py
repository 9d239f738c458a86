"""`init`, settings and the policy, as somebody meets them who has just installed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.mail_server import MailServer
from tests.support.project import Project


def test_init_sets_up_a_folder_and_leaves_what_is_there(tmp_path: Path) -> None:
    project = Project(tmp_path)
    first = project("init", "work")
    assert first.code == 0, first.err
    names = {file.name for file in (tmp_path / "work").iterdir()}
    assert {"dunwell.toml", "policy.toml", "templates", "dunwell.db"} <= names
    (tmp_path / "work" / "policy.toml").write_text("# mine\n" + (tmp_path / "work" / "policy.toml").read_text())
    second = project("init", "work")
    assert second.code == 0
    assert "left as it is" in second.out
    assert (tmp_path / "work" / "policy.toml").read_text().startswith("# mine")


@pytest.mark.parametrize(
    ("old", "new", "line_of", "key", "hint"),
    [
        ("days_between_letters = 2", 'days_between_letters = "two"', "days_between_letters", "days_between_letters", ""),
        ("days_between_letters = 2", "days_betwen_letters = 2", "days_betwen_letters", "days_betwen_letters",
         "days_between_letters"),
        ('letter = "past_due_first"', 'letter = "past_du_first"', "past_du_first", "letter", "past_due_first"),
        ("from_day = 16", "from_day = 12", "from_day = 12", "late", ""),
        ('every = "weekly", letter = "late"', 'every = "sometimes", letter = "late"', "sometimes", "every", "weekly"),
        ("[stage.late]", "[stage.later]", "[stage.later]", "later", "late"),
        ('allocation = "principal_first"', 'allocation = "law', 'allocation = "law', "", ""),
    ],
)  # fmt: skip
def test_a_broken_policy_names_its_line_and_key_and_what_is_allowed(
    project: Project, root: Path, old: str, new: str, line_of: str, key: str, hint: str
) -> None:
    text = (root / "src/dunwell/rules/policies/default.toml").read_text(encoding="utf-8")
    broken = text.replace(old, new, 1)
    assert broken != text
    line = next(i for i, row in enumerate(broken.splitlines(), 1) if line_of in row and not row.startswith("#"))
    project.file("broken.toml", broken)
    ended = project("policy", "check", "broken.toml")
    assert ended.code == 2
    assert f"broken.toml:{line}" in ended.err, ended.err
    assert key in ended.err
    assert hint in ended.err


def test_a_sound_policy_is_said_to_be_sound(project: Project, root: Path) -> None:
    ended = project("policy", "check", str(root / "src/dunwell/rules/policies/default.toml"))
    assert (ended.code, "sound" in ended.out) == (0, True)


def test_an_unknown_setting_fails_with_the_nearest_known_name(project: Project, mail: MailServer) -> None:
    project.settings(mail.port, more="\n[cycle]\nflow_run_bugdet = 3\n")
    ended = project("run", "--direct")
    assert ended.code == 2
    assert "flow_run_bugdet" in ended.err
    assert "flow_run_budget" in ended.err
    assert "dunwell.toml:" in ended.err
    project.settings(mail.port)
    ended = project("run", "--direct", DUNWELL_SMTP__PROT="1")
    assert ended.code == 2
    assert "DUNWELL_SMTP__PROT" in ended.err
    assert "DUNWELL_SMTP__PORT" in ended.err


def test_a_secret_is_read_from_the_file_that_the_environment_names(project: Project, mail: MailServer) -> None:
    project.file("secret", "s3cret")
    missing = project("doctor", "--json", DUNWELL_SMTP__PASSWORD_FILE="nothing")
    assert missing.code == 2
    ended = project("doctor", "--json", DUNWELL_SMTP__PASSWORD_FILE="secret")
    assert next(check for check in ended.json if check["name"] == "smtp")["state"] == "well"
    assert "s3cret" not in ended.out + ended.err


def test_mail_in_the_clear_goes_to_this_machine_only(project: Project) -> None:
    ended = project("run", "--direct", DUNWELL_SMTP__HOST="mail.elsewhere.example")
    assert ended.code == 2
    assert "loopback" in ended.err


def test_the_doctor_says_what_is_away_and_ends_with_75(project: Project, mail: MailServer) -> None:
    mail.stop()
    ended = project("doctor", "--json")
    assert ended.code == 75
    checks = {check["name"]: check["state"] for check in ended.json}
    assert checks["smtp"] == "away"
    assert checks["ledger"] == "well"


def test_a_ledger_of_a_newer_version_is_refused_by_every_command(project: Project) -> None:
    from sqlalchemy import text

    with project.books.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for command in (("run", "--direct"), ("init",), ("preview",)):
        ended = project(*command)
        assert (ended.code, "newer Dunwell" in ended.err) == (2, True), command
