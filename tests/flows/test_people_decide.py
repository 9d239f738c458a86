"""People decide in Prefect, by typed forms on a real server: about litigation, and over the policy.

One file, because each file of this folder may cost a server of its own.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import LogCreate
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.callables import parameter_schema

from dunwell import wiring
from dunwell.cli.prefect_server import load_flow, private_server
from dunwell.desk import refer
from dunwell.desk.approvals import DISPOSITIONS
from dunwell.desk.override import ACTIONS
from dunwell.litigation.disposition import Disposition
from dunwell.rules.stages import CHASING
from tests.support.court import Court
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer
from tests.support.project import Project
from tests.support.queue import pay_all, referred

SUE = {"disposition": "sue", "by": "the owner", "reason": "it is worth it"}
OTHER = {"disposition": "agency", "by": "the controller", "reason": "too small for court"}

WHY = {"reason": "agreed with sales", "who": "the controller"}


@pytest.fixture
def firm_here(tmp_path: Path, mail: MailServer, sqlite: Sqlite) -> Iterator[Firm]:
    """A firm whose settings this process has."""
    url = sqlite.fresh()
    Project(tmp_path).settings(mail.port, url=url)
    policy = wiring.default_policy_text().replace("# four_eyes = 20000", "four_eyes = 5000")
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    with open(tmp_path / "dunwell.toml", "a", encoding="utf-8") as settings:
        settings.write('\n[policy]\nfile = "policy.toml"\n')
    wiring.set_overrides(tmp_path / "dunwell.toml", MONDAY)
    firm = Firm(url, mail)
    referred(firm, MONDAY)
    yield firm
    wiring.office().books.engine.dispose()
    wiring.set_overrides()
    firm.close()


@pytest.fixture
def court(firm_here: Firm, prefect_api: str) -> Iterator[Court]:
    found = Court(firm_here, prefect_api)
    yield found
    found.api = prefect_api
    found.forget()


def test_a_person_decides_by_the_form_once_and_the_queue_is_a_table(court: Court) -> None:
    assert "asked about referral 1" in court.hourly()
    court.hourly()
    (run,) = court.runs()
    assert (run.name, court.state()[0]) == ("referral 1", "Suspended")
    assert "account:A" in run.tags
    with pytest.raises(Exception, match="disposition"):
        court.answer(run, disposition="forgive", by="the owner", reason="x")
    assert court.decided() == ("queued", None, None)
    court.answer(run, **SUE)
    assert court.decided() == ("decided", "sue", "the owner")
    assert court.state() == ("Completed", "referral 1: the owner decided 'sue'")
    with pytest.raises(Exception, match=r"(?i)paused|suspended|resume"):
        court.answer(run, **OTHER)
    assert "hand-over of referral 1: sent" in court.hourly()
    assert len(court.runs()) == 1, "it is asked about no more"

    async def table() -> Any:
        async with get_client() as client:
            key = ArtifactFilter(key=ArtifactFilterKey(any_=["litigation-queue"]))
            found = await client.read_artifacts(artifact_filter=key)
            return max(found, key=lambda one: str(one.created)).data

    assert "1000.00 GBP" in court.do(table())
    assert "sue by the owner" in str(court.do(table()))


def test_retention_deletes_runs_that_ended_and_leaves_the_one_that_waits(court: Court) -> None:
    court.hourly()
    (waits,) = court.runs()
    flows = load_flow("retention")

    async def ended() -> list[Any]:
        async with get_client() as client:
            runs = await client.read_flow_runs(limit=200)
            return [run for run in runs if run.state is not None and run.state.is_final()]

    async def traces(runs: list[Any]) -> tuple[int, int]:
        """Artifacts and lines of the log that these runs have left."""
        ids = [run.id for run in runs]
        async with get_client() as client:
            mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=ids))
            lines = await client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=ids)))
            return len(await client.read_artifacts(artifact_filter=mine)), len(lines)

    async def note() -> None:
        async with get_client() as client:
            at = waits.created
            await client.create_logs([
                LogCreate(name="x", level=20, message="old", timestamp=at, flow_run_id=run.id) for run in old
            ])  # fmt: skip

    old = court.do(ended())
    assert old, "the hourly flow has ended"
    court.do(note())
    artifacts, lines = court.do(traces(old))
    assert artifacts >= 1
    assert lines >= len(old)
    last = max(run.end_time for run in old)
    assert court.do(flows.count_runs(last - timedelta(days=60))) == 0
    state = court.do(flows.retention((last + timedelta(days=59)).date(), return_state=True))
    assert "0 runs and 0 artifacts deleted" in state.message, "they are too young"
    state = court.do(flows.retention((last + timedelta(days=62)).date(), return_state=True))
    assert f"{len(old) + 1} runs and {artifacts} artifacts deleted in Prefect" in state.message, state.message
    assert court.state()[0] == "Suspended"
    for _ in range(50):
        if court.do(traces(old)) == (0, 0):
            break
        time.sleep(0.2)
    assert court.do(traces(old)) == (0, 0), "their logs go with them"
    court.answer(waits, **SUE)
    assert court.decided() == ("decided", "sue", "the owner")


def test_a_decision_made_elsewhere_wins_and_ends_the_wait(court: Court) -> None:
    court.hourly()
    refer.decide(court.firm.office, "1", Disposition.AGENCY, "the controller", "too small", moment(MONDAY))
    assert "its run waits no more" in court.hourly()
    assert court.state() == ("Completed", "referral 1: the controller decided 'agency'")
    with pytest.raises(Exception, match=r"(?i)paused|suspended|resume"):
        court.answer(court.runs()[0], **SUE)
    assert court.decided() == ("decided", "agency", "the controller")


def test_a_form_that_comes_late_loses_cleanly(court: Court) -> None:
    court.hourly()
    refer.decide(court.firm.office, "1", Disposition.AGENCY, "the controller", "too small", moment(MONDAY))
    court.answer(court.runs()[0], **SUE)
    assert court.state() == ("Completed", "referral 1: the controller decided 'agency'")
    assert court.decided() == ("decided", "agency", "the controller")


def test_an_approval_together_with_a_payment_hands_nothing_over(court: Court, mail: MailServer) -> None:
    court.hourly()
    pay_all(court.firm, MONDAY)
    court.answer(court.runs()[0], **SUE)
    assert court.state()[0] == "Completed"
    court.hourly()
    assert court.decided() == ("recalled", None, None)
    assert mail.letters == []


def test_two_people_decide_above_the_limit_in_one_run(firm_here: Firm, prefect_api: str) -> None:
    court = Court(firm_here, prefect_api)
    refer.decide(firm_here.office, "1", Disposition.WAIT, "the owner", "first the other", moment(MONDAY))
    assert referred(firm_here, MONDAY, "B", "9000.00") == "2"
    court.hourly()
    (run,) = court.runs()
    court.answer(run, **SUE)
    court.answer(run, **SUE)
    assert refer.find(firm_here.office, "2").state == "queued", "one person is not two"
    court.answer(run, **{**SUE, "by": "the controller"})
    assert refer.find(firm_here.office, "2").decided_by == "the owner and the controller"
    assert court.state() == ("Completed", "referral 2: the owner and the controller decided 'sue'")
    court.forget()


def test_nobody_decides_it_waits_and_is_asked_about_again(court: Court) -> None:
    court.hourly()
    late = MONDAY + timedelta(days=31)
    assert "nobody has decided" in court.hourly(late)
    assert court.decided() == ("queued", "wait", "dunwell")
    assert court.state()[0] == "Completed"
    assert len(court.runs()) == 1
    wiring.set_overrides(wiring.located().file, late + timedelta(days=30))
    court.hourly(late + timedelta(days=30))
    assert [run.state.name for run in court.runs() if run.state] == ["Completed", "Suspended"]


def test_a_wiped_prefect_asks_again(court: Court) -> None:
    court.hourly()
    court.forget()
    assert "there is no deployment" in court.hourly()
    court.deploy()
    court.hourly()
    court.answer(court.runs()[0], **SUE)
    assert court.decided() == ("decided", "sue", "the owner")


@pytest.mark.deploy  # a second server costs as much as all the rest of this file
def test_a_server_that_was_restarted_waits_still(court: Court, tmp_path: Path) -> None:
    """Another process on what the server had written down: what it had in memory alone is gone."""
    court.hourly()
    home, before = tmp_path / "prefect", os.environ["PREFECT_HOME"]
    home.mkdir()
    with sqlite3.connect(Path(before) / "prefect.db") as there, sqlite3.connect(home / "prefect.db") as here:
        there.backup(here)
    os.environ["PREFECT_HOME"] = str(home)
    try:
        with private_server(home) as api:
            court.api = api
            assert court.state()[0] == "Suspended"
            court.answer(court.runs()[0], **SUE)
            assert court.decided() == ("decided", "sue", "the owner")
            assert court.state()[0] == "Completed"
    finally:
        os.environ["PREFECT_HOME"] = before


def test_the_form_knows_every_disposition() -> None:
    flows = load_flow("litigation")
    assert flows.Decision.model_json_schema()["properties"]["disposition"]["enum"] == list(DISPOSITIONS)


@pytest.fixture
def chasing_firm(tmp_path: Path, mail: MailServer, sqlite: Sqlite) -> Iterator[Firm]:
    """A firm with an invoice that had its first letter on Monday; it is Tuesday."""
    url = sqlite.fresh()
    Project(tmp_path).settings(mail.port, url=url)
    firm = Firm(url, mail)
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    wiring.set_overrides(tmp_path / "dunwell.toml", MONDAY + timedelta(days=1))
    yield firm
    wiring.office().books.engine.dispose()
    wiring.set_overrides()
    firm.close()


def overridden(api: str, **form: Any) -> Any:
    with temporary_settings({PREFECT_API_URL: api}):
        return asyncio.run(load_flow("override").override(**form, return_state=True))


def test_the_form_has_every_action_and_stage_to_choose_from() -> None:
    schema = parameter_schema(load_flow("override").override.fn).model_dump()
    form = schema["properties"]
    assert form["action"]["enum"] == list(ACTIONS)
    assert form["stage"]["anyOf"][0]["enum"] == list(CHASING)
    assert form["dry_run"]["type"] == "boolean"
    assert form["until"]["anyOf"][0]["format"] == "date"
    assert set(schema["required"]) == {"number", "action", "reason", "who"}


def test_a_trial_shows_what_would_follow_and_the_next_cycle_obeys_the_real_one(
    chasing_firm: Firm, prefect_api: str, mail: MailServer
) -> None:
    trial = overridden(prefect_api, number="INV-A001", action="set_stage", stage="late", dry_run=True, **WHY)
    assert "nothing has changed" in trial.message
    assert "letter 'late' is due" in trial.message
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    chasing_firm.run(tuesday)
    assert len(mail.letters) == 1
    wiring.set_overrides(wiring.located().file, wednesday)
    done = overridden(prefect_api, number="INV-A001", action="set_stage", stage="late", **WHY)
    assert done.is_completed()
    chasing_firm.run(wednesday)
    assert chasing_firm.letters()[-1].letter == "late"


def test_an_unknown_number_ends_the_run_as_failed_at_once_and_names_the_nearest(
    chasing_firm: Firm, prefect_api: str
) -> None:
    began = time.monotonic()
    state = overridden(prefect_api, number="INV-A01", action="stop", **WHY)
    assert time.monotonic() - began < 10
    assert state.is_failed()
    assert state.message == (
        "no invoice or account INV-A01 in the ledger; did you mean INV-A001? "
        "Nothing has changed: mend the form, then run again."
    )
    paused = overridden(prefect_api, number="INV-A001", action="pause", **WHY)
    assert "say until when" in paused.message
