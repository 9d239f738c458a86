"""The litigation queue, the report and the forewarning by the command line: exit codes, messages, JSON."""

from __future__ import annotations

import json

import pytest

from dunwell.rules.tomltext import TomlProblems
from dunwell.settings import load
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer
from tests.support.project import Project
from tests.support.queue import referred

DAY = {"DUNWELL_TODAY": str(MONDAY)}
BY = ("--by", "the owner", "--reason", "it is worth it")
COUNSEL = {
    **DAY, "DUNWELL_PEOPLE__COUNSEL": "clerk@chambers.example",
    "DUNWELL_LIAISON__COUNSEL_PASSPHRASE": "correct horse battery",
}  # fmt: skip


def test_a_referral_from_the_decision_to_the_acknowledgement(project: Project, firm_of: Firm, mail: MailServer) -> None:
    referred(firm_of, MONDAY)
    for bad, says in [
        (("decide", "1", "--as", "sue", "--until", "2026-05-01", *BY), "it is for `wait`"),
        (("settle", "1", "--as", "lost", *BY), "acknowledged, sent, not_sent"),
        (("settle", "9", "--as", "sent", *BY), "no referral has the id 9"),
    ]:
        ended = project("queue", *bad, **COUNSEL)
        assert (ended.code, says in " ".join(ended.err.split())) == (2, True), ended.err
    assert project("queue", "decide", "1", "--as", "sue", *BY, **COUNSEL).code == 0
    assert project("run", "--direct", **COUNSEL).code == 0
    assert len(mail.to("clerk@chambers.example")) == 1
    (one,) = project("queue", "list", "--json", **COUNSEL).json
    assert (one["state"], one["disposition"], one["total"], one["approved_by"]) == ("decided", "sue", "1000.00", [])
    (word,) = one["hand_over"]
    assert (word["kind"], word["to"], word["way"], word["state"]) == ("hand_over", "counsel", "mail", "sent")
    done = project("queue", "settle", "1", "--as", "acknowledged", *BY, **COUNSEL)
    assert done.out.strip() == "hand-over of referral 1: confirmed"


@pytest.mark.parametrize(("settings", "says"), [
    ({"DUNWELL_PEOPLE__COUNSEL": "a@b.example"}, "liaison.counsel_passphrase: is not set"),
    ({**COUNSEL, "DUNWELL_LIAISON__COUNSEL_PASSPHRASE": "short"}, "12 characters"),
    ({**COUNSEL, "DUNWELL_LIAISON__COUNSEL_URL": "https://c.example/x"}, "liaison.counsel_secret: is needed"),
    ({"DUNWELL_FRONTDESK__URL": "http://desk.example"}, "must be an https address"),
])  # fmt: skip
def test_settings_by_which_a_dossier_would_go_open_are_refused(settings: dict[str, str], says: str) -> None:
    with pytest.raises(TomlProblems, match=says) as refused:
        load(None, settings)
    assert "correct horse" not in str(refused.value)


def test_report_and_forewarning(project: Project, firm_of: Firm) -> None:
    owing(firm_of, MONDAY, 1)
    firm_of.payments(MONDAY)
    (one,) = project("report", "--json", **DAY).json
    assert (one["week"], one["ageing"][0]["days_1_30"], one["ageing"][0]["currency"]) == ("2026-W09", "100.00", "GBP")
    done = project("report", "--to", "reports", "--week", "2026-03-04", **DAY)
    assert done.code == 0
    written = json.loads((project.folder / "reports" / "report-2026-W10.json").read_text("utf-8"))
    assert written["as_of"] == str(MONDAY)
    assert "## Ageing" in (project.folder / "reports" / "report-2026-W10.md").read_text("utf-8")

    told = project("forewarn", "--json", DUNWELL_TODAY="2026-03-01")
    assert "is off" in told.err
    (one,) = told.json
    assert (one["on"], one["account"], one["letter"], one["held_by"]) == ("2026-03-02", "A001", "past_due_first", None)
