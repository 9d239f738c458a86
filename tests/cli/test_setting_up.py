"""`init`, settings and the policy, as somebody meets them who has just installed it."""

from __future__ import annotations

import re
from pathlib import Path

from dunwell.ledger import due
from tests.support.mail_server import MailServer
from tests.support.project import Project


def test_init_sets_up_a_folder_and_leaves_what_is_there(tmp_path: Path) -> None:
    project = Project(tmp_path)
    first = project("init", "work")
    assert first.code == 0, first.err
    names = {file.name for file in (tmp_path / "work").iterdir()}
    assert {"dunwell.toml", "policy.toml", "templates", "dunwell.db"} <= names
    (tmp_path / "work" / "policy.toml").write_text("# mine\n" + (tmp_path / "work" / "policy.toml").read_text())
    with Project(tmp_path / "work").books.read() as work:
        assert due.note(work, "reply_key"), "the key is there before anybody looks"
    second = project("init", "work")
    assert second.code == 0
    assert "left as it is" in second.out
    assert (tmp_path / "work" / "policy.toml").read_text().startswith("# mine")


BROKEN = [
    ("days_between_letters = 2", 'days_between_letters = "two"', "limits.days_between_letters", "integer"),
    ("letters_in_window = 2 ", "letters_in_windw = 2 ", "limits.letters_in_windw", "letters_in_window"),
    ('letter = "past_due_first"', 'letter = "past_du_first"', "stage.past_due.touch[0].letter", "past_due_first"),
    ("from_day = 16", "from_day = 12", "stage.late.from_day", "begin on 16"),
    (
        'every = "weekly", letter = "late"',
        'every = "sometimes", letter = "late"',
        "stage.late.touch[0].every",
        "weekly",
    ),
    ('allocation = "principal_first"', 'allocation = "whim"', "payments.allocation", "law"),
    ("[amounts.currency.RON]", "[amounts.currency.RUN]", "amounts.currency.RUN", "ISO 4217"),
]


def test_a_broken_policy_names_every_line_and_key_and_what_is_allowed(project: Project, root: Path) -> None:
    text = (root / "src/dunwell/rules/policies/default.toml").read_text(encoding="utf-8")
    for old, new, _, _ in BROKEN:
        assert old in text
        text = text.replace(old, new, 1)
    ended = project("policy", "check", project.file("broken.toml", text))
    assert ended.code == 2
    lines = text.splitlines()
    for _, new, key, hint in BROKEN:
        told = [row for row in ended.err.splitlines() if f" {key}: " in row]
        assert told, f"{key} is not named in {ended.err}"
        found = re.match(r"broken\.toml: line (\d+): ", told[0])
        assert found, told[0]
        at = int(found[1])
        assert any(new in row for row in lines[at - 1 : at + 1]), f"line {at} is not that of {new}"
        assert hint in told[0]


def test_a_policy_that_is_no_toml_names_the_line(project: Project) -> None:
    ended = project("policy", "check", project.file("broken.toml", 'name = "x"', 'allocation = "law'))
    assert (ended.code, "broken.toml: line 2: " in ended.err) == (2, True)


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
    missing = project("letters", "sent", DUNWELL_SMTP__PASSWORD_FILE="nothing")
    assert (missing.code, "DUNWELL_SMTP__PASSWORD_FILE" in missing.err) == (2, True)


def test_mail_in_the_clear_goes_to_this_machine_only(project: Project) -> None:
    ended = project("run", "--direct", DUNWELL_SMTP__HOST="mail.elsewhere.example")
    assert ended.code == 2
    assert "loopback" in ended.err


def test_the_doctor_says_what_is_away_and_ends_with_75_and_tells_no_secret(project: Project, mail: MailServer) -> None:
    project.file("secret", "s3cret")
    mail.stop()
    ended = project("doctor", "--json", DUNWELL_SMTP__PASSWORD_FILE="secret")
    assert ended.code == 75
    checks = {check["name"]: check["state"] for check in ended.json}
    assert checks["smtp"] == "away"
    assert checks["ledger"] == "well"
    assert "s3cret" not in ended.out + ended.err


def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(project: Project) -> None:
    from sqlalchemy import text

    with project.books.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ended = project("init")
    assert (ended.code, "newer Dunwell" in ended.err) == (2, True)
