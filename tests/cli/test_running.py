"""`dunwell run` and what looks on: every refusal, every promise of sending once, as processes on a real ledger."""

from __future__ import annotations

import shutil
from datetime import timedelta

from tests.support.dump import everything
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer
from tests.support.project import Project

DAY = str(MONDAY)
LETTER_KEYS = [
    "account",
    "letter",
    "stage",
    "language",
    "invoices",
    "to",
    "message_id",
    "state",
    "on",
    "reason",
    "carrier",
]
EXPLAIN_KEYS = {"held_up_by",
    "invoice", "account", "stage", "state", "days_overdue", "outstanding", "currency", "principal", "charges", "due",
    "next", "reasons", "history", "journal",
}  # fmt: skip


def test_a_night_sends_once_whatever_is_run_again(project: Project, firm_of: Firm, mail: MailServer) -> None:
    owing(firm_of, MONDAY, 2)
    firm_of.payments(MONDAY)
    first = project("run", "--direct", "--date", DAY, "--json")
    assert first.code == 0, first.err
    assert (first.json[0]["expected"], first.json[0]["sent"], first.json[0]["state"]) == (2, 2, "done")
    again = project("run", "--direct", "--json", DUNWELL_TODAY=DAY)
    assert (again.code, again.json[0]["sent"]) == (0, 2)
    assert len(mail.letters) == 2

    sent = project("letters", "sent", "--json").json
    assert [list(one) for one in sent] == [LETTER_KEYS] * 2
    assert sent[0] == {
        "account": "A001", "letter": "past_due_first", "stage": "past_due", "language": "en", "invoices": ["INV-A001"],
        "to": "a001@a001.example", "message_id": mail.letters[0].message_id, "state": "sent", "on": DAY,
        "reason": "250 2.0.0 Ok: queued as 1", "carrier": "email",
    }  # fmt: skip
    assert project("letters", "sent", "--json", "--date", "2026-03-01").json == []

    older = project("run", "--direct", "--date", str(MONDAY - timedelta(days=1)))
    assert older.code == 2
    assert "older than the last cycle" in older.err
    assert len(mail.letters) == 2


def test_old_payments_are_refused_until_a_person_says_otherwise(
    project: Project, firm_of: Firm, mail: MailServer
) -> None:
    owing(firm_of, MONDAY, 1)
    firm_of.payments(MONDAY, as_of=MONDAY - timedelta(days=14))
    refused = project("run", "--direct", "--date", DAY)
    assert refused.code == 4
    assert "--even-if-stale" in refused.err
    assert mail.letters == []
    assert everything(firm_of.books)["cycle"] == []
    preview = project("preview", "--date", DAY)
    assert (preview.code, "refuses unless --even-if-stale" in preview.err) == (0, True)
    assert project("run", "--direct", "--date", DAY, "--even-if-stale").code == 0
    assert len(mail.letters) == 1


def test_an_unusual_night_stops_until_it_is_confirmed(project: Project, firm_of: Firm, mail: MailServer) -> None:
    shutil.copy(_default_policy(), project.folder / "policy.toml")
    text = (project.folder / "policy.toml").read_text(encoding="utf-8").replace("first = 1000", "first = 2")
    (project.folder / "policy.toml").write_text(text, encoding="utf-8")
    project.settings(mail.port, more='\n[policy]\nfile = "policy.toml"\n')
    owing(firm_of, MONDAY, 3)
    firm_of.payments(MONDAY)
    stopped = project("run", "--direct", "--date", DAY)
    assert stopped.code == 4
    assert "--confirm-volume" in stopped.err
    assert mail.letters == []
    assert project("run", "--direct", "--date", DAY, "--confirm-volume").code == 0
    assert len(mail.letters) == 3


def _default_policy() -> str:
    from pathlib import Path

    import dunwell

    return str(Path(dunwell.__file__).parent / "rules" / "policies" / "default.toml")


def test_looking_changes_nothing_and_shows_what_will_go(project: Project, firm_of: Firm, mail: MailServer) -> None:
    """`preview`, `run --dry-run`, `explain` and `simulate` leave every byte of the ledger as it was."""
    owing(firm_of, MONDAY, 2)
    firm_of.payments(MONDAY)
    before = everything(firm_of.books)

    preview = project("preview", "--date", DAY, "--json")
    assert preview.code == 0, preview.err
    assert [(one["account"], one["letter"], one["invoices"]) for one in preview.json] == [
        ("A001", "past_due_first", ["INV-A001"]),
        ("A002", "past_due_first", ["INV-A002"]),
    ]
    assert all(one["reason"] for one in preview.json)
    folder = project.folder / "preview" / DAY
    assert sorted(file.name for file in folder.iterdir()) == [
        f"A00{n}_past_due_first.{kind}" for n in (1, 2) for kind in ("eml", "html", "txt")
    ]
    dry = project("run", "--dry-run", "--date", DAY)
    assert dry.code == 0
    assert "would send 2 letters" in dry.out

    explained = project("explain", "INV-A001", "--json", DUNWELL_TODAY=DAY)
    assert explained.code == 0
    (told,) = explained.json
    assert set(told) == EXPLAIN_KEYS
    assert (told["stage"], told["outstanding"], told["days_overdue"]) == ("past_due", "100.00", 4)
    assert told["next"] == {"on": DAY, "what": "past_due_first"}
    assert told["reasons"][0] == "touch_due"

    simulated = project("simulate", "--days", "20", "--json", "--csv", "events.csv", DUNWELL_TODAY=DAY)
    assert simulated.code == 0
    assert set(simulated.json[0]) == {"on", "account", "what", "letter", "stage", "invoices", "reason"}
    assert [one["what"] for one in simulated.json if one["account"] == "A001"][:2] == [
        "past_due_first",
        "past_due_second",
    ]
    assert len((project.folder / "events.csv").read_text(encoding="utf-8-sig").splitlines()) == len(simulated.json) + 1

    unknown = project("explain", "INV-A01", DUNWELL_TODAY=DAY)
    assert (unknown.code, "INV-A001" in unknown.err) == (2, True)
    assert mail.letters == []
    assert everything(firm_of.books) == before

    assert project("run", "--direct", "--date", DAY).code == 0
    eml = (folder / "A001_past_due_first.eml").read_bytes()
    assert eml.replace(b"\r\n", b"\n").strip() == mail.letters[0].raw.replace(b"\r\n", b"\n").strip()


def test_seven_missed_nights_send_one_nights_letters(project: Project, firm_of: Firm, mail: MailServer) -> None:
    owing(firm_of, MONDAY, 2)
    firm_of.run(MONDAY)
    late = MONDAY + timedelta(days=18)
    firm_of.payments(late)
    assert project("run", "--direct", DUNWELL_TODAY=str(late)).code == 0
    assert len(mail.letters) == 4
    assert {one["stage"] for one in project("letters", "sent", "--json", "--date", str(late)).json} == {"late"}


def test_a_day_that_is_none_is_refused(project: Project) -> None:
    ended = project("run", "--direct", "--date", "2026-02-30")
    assert (ended.code, "2026-02-30" in ended.err) == (2, True)
    ended = project("run", "--direct", DUNWELL_TODAY="yesterday")
    assert (ended.code, "DUNWELL_TODAY" in ended.err) == (2, True)


def test_a_mail_server_that_is_away_ends_with_75_and_one_that_refuses_with_1(
    project: Project, firm_of: Firm, mail: MailServer
) -> None:
    owing(firm_of, MONDAY, 1)
    firm_of.payments(MONDAY)
    mail.stop()
    away = project("run", "--direct", "--date", DAY)
    assert away.code == 75
    assert "ALARM: letters expected: 1, sent: none" in away.err
    mail.start()
    mail.rcpt["a001@a001.example"].append("550 5.1.1 no such user")
    refused = project("run", "--direct", "--date", DAY)
    assert refused.code == 1
    assert project("letters", "sent", "--json").json[0]["state"] == "failed"


def test_a_letter_in_doubt_is_settled_by_a_named_person(project: Project, firm_of: Firm, mail: MailServer) -> None:
    owing(firm_of, MONDAY, 1)
    mail.drop.append("lost")
    firm_of.run(MONDAY)
    message_id = firm_of.letters()[0].message_id
    wrong = project("letters", "settle", "<other>", "--as", "sent", "--by", "Ada", "--reason", "x", DUNWELL_TODAY=DAY)
    assert wrong.code == 2
    nonsense = project("letters", "settle", message_id, "--as", "lost", "--by", "A", "--reason", "x")
    assert nonsense.code == 2
    done = project(
        "letters", "settle", message_id, "--as", "not_sent", "--by", "Ada", "--reason", "looked", DUNWELL_TODAY=DAY
    )
    assert done.code == 0
    assert project("run", "--direct", "--date", DAY).code == 0
    assert len(mail.letters) == 1
    (told,) = project("explain", "INV-A001", "--json", DUNWELL_TODAY=DAY).json
    assert told["history"][-1]["state"] == "sent"


def test_of_two_runs_at_once_the_second_ends_with_3(project: Project, firm_of: Firm, mail: MailServer) -> None:
    import time

    owing(firm_of, MONDAY, 40)
    firm_of.payments(MONDAY)
    mail.on_taken = lambda _letter: time.sleep(0.12)
    runs = [project.start("run", "--direct", "--date", DAY) for _ in range(2)]
    ends = [(run.communicate(timeout=60)[1], run.returncode) for run in runs]
    assert sorted(code for _, code in ends) == [0, 3]
    assert "another daily cycle is running" in next(err for err, code in ends if code == 3)
    assert len(mail.letters) == 40


def test_without_payments_or_accounts_nothing_is_sent_and_nothing_breaks(project: Project, mail: MailServer) -> None:
    assert project("run", "--direct", "--date", DAY).code == 4
    ended = project("run", "--direct", "--date", DAY, "--even-if-stale", "--json")
    assert (ended.code, ended.json[0]["expected"]) == (0, 0)
    assert mail.letters == []
