"""`dunwell notices`, and restoring after an import that pays, as processes on a real ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dunwell.ledger import agreeing, notices
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import TouchRow
from dunwell.liaison.webhook import verified
from tests.liaison.web import Web
from tests.support.firm import MONDAY, Firm, moment
from tests.support.project import Project

KEYS = ["id", "event", "account", "invoices", "on", "by", "state", "attempts", "reason"]
DAY = {"DUNWELL_TODAY": str(MONDAY)}


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        server.answers["/notices"] = (200, {}, b"")
        yield server


@pytest.fixture
def suspended(project: Project, firm_of: Firm) -> Project:
    """An account on hold with a suspension proposed."""
    firm_of.customers(MONDAY, ["A"])
    firm_of.invoices(MONDAY, f"A,I-1,2025-10-01,{MONDAY - timedelta(days=105)},500.00,GBP")
    firm_of.payments(MONDAY)
    on = MONDAY - timedelta(days=9)
    with firm_of.books.write() as work:
        work.session.add(
            TouchRow(invoice_id=1, stage="on_hold", round=1, letter="on_hold", due_on=on, on=on, state="sent")
        )
        pen, by = Pen(moment(MONDAY).now, MONDAY), MONDAY + timedelta(days=5)
        notices.propose(work, work.lock_account(1), "suspend", agreeing.open_of(work, 1), by, pen, "day 100")
    return project


def _service(web: Web, folder: Path) -> dict[str, str]:
    (folder / "secret").write_text("s3cret\n")
    return {
        **DAY,
        "DUNWELL_LIAISON__SERVICE_URL": f"{web.url}/notices",
        "DUNWELL_LIAISON__SERVICE_SECRET_FILE": str(folder / "secret"),
        "DUNWELL_LIAISON__ALLOW_PRIVATE": "true",
    }


def test_a_cycle_posts_it_and_an_import_that_pays_restores_at_once(suspended: Project, web: Web) -> None:
    service = _service(web, suspended.folder)
    (before,) = suspended("notices", "--json").json
    assert list(before) == KEYS
    names = ("event", "account", "invoices", "state")
    assert [before[name] for name in names] == ["suspend", "A", ["I-1"], "proposed"]
    assert suspended("run", "--direct", **service).code == 0
    (one,) = suspended("notices", "list", "--json").json
    assert (one["state"], one["attempts"]) == ("confirmed", 1)
    suspended.file("paid.csv", "account,invoice,date,amount,currency,reference", f"A,I-1,{MONDAY},500.00,GBP,x")
    taken = suspended("import", "paid.csv", **service)
    assert (taken.code, "restore A: confirmed" in taken.err) == (0, True)
    assert suspended("import", "paid.csv", **service).code == 0
    bodies = [json.loads(body) for *_, body in web.asked]
    assert [body["event"] for body in bodies] == ["suspend", "restore"]
    _, _, headers, body = web.asked[0]
    assert verified("s3cret", headers, body, int(headers["webhook-timestamp"])) is None
    assert "restore" in suspended("notices").out


def test_done_is_reported_once(suspended: Project) -> None:
    done = suspended("notices", "done", "1", "--by", "Pat", "--reason", "by hand", **DAY)
    assert (done.code, done.out.strip()) == (0, "reported as done: suspend for A")
    assert suspended("notices", "done", "1", "--by", "Pat", **DAY).code == 2
    assert suspended("notices", "done", "9", "--by", "Pat", **DAY).code == 2
    assert suspended("notices", "--json").json[0]["state"] == "reported"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"DUNWELL_LIAISON__SERVICE_URL": "http://service.example/n"}, "https"),
        ({"DUNWELL_LIAISON__SERVICE_URL": "https://service.example/n"}, "liaison.service_secret"),
        (
            {"DUNWELL_LIAISON__SERVICE_URL": "https://s.example/n", "DUNWELL_LIAISON__SERVICE_SECRET": "whsec_!"},
            "base64",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(suspended: Project, settings: dict[str, str], said: str) -> None:
    ended = suspended("run", "--direct", **DAY, **settings)
    assert (ended.code, said in ended.err) == (2, True), ended.err
