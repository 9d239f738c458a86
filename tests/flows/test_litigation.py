"""A person decides in Prefect, against a real server; a worker's part is played by the engine in this process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Coroutine, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey, DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow_async
from prefect.flow_runs import aresume_flow_run
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Pending

from dunwell import wiring
from dunwell.cli.prefect_server import load_flow, private_server
from dunwell.desk import refer
from dunwell.desk.approvals import DISPOSITIONS
from dunwell.litigation.disposition import Disposition
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, moment
from tests.support.mail_server import MailServer
from tests.support.project import Project
from tests.support.queue import pay_all, referred

SUE = {"disposition": "sue", "by": "the owner", "reason": "it is worth it"}
OTHER = {"disposition": "agency", "by": "the controller", "reason": "too small for court"}


class Court:
    """A firm with a referral, and a Prefect server on which its deployments are."""

    def __init__(self, firm: Firm, api: str) -> None:
        self.firm, self.api = firm, api
        self.flows = load_flow("litigation")
        self.deployment = self.do(self._deploy())

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        with temporary_settings({PREFECT_API_URL: self.api}):
            return asyncio.run(what)

    async def _deploy(self) -> UUID:
        deployment = await self.flows.approval.to_deployment("decision")
        found = await deployment.aapply() if hasattr(deployment, "aapply") else await deployment.apply()
        return UUID(str(found))

    def deploy(self) -> None:
        """Make the deployment anew, on a server that has forgotten it."""
        self.deployment = self.do(self._deploy())

    def forget(self) -> None:
        """Wipe what Prefect knows: the deployment, and every run of it."""

        async def wipe() -> None:
            async with get_client() as client:
                for run in await self._runs(client):
                    await client.delete_flow_run(run.id)
                await client.delete_deployment(self.deployment)

        self.do(wipe())

    async def _runs(self, client: PrefectClient) -> list[FlowRun]:
        mine = DeploymentFilter(id=DeploymentFilterId(any_=[self.deployment]))
        return sorted(await client.read_flow_runs(deployment_filter=mine), key=lambda run: str(run.created))

    def runs(self) -> list[FlowRun]:
        """The runs that ask, or asked, for a decision."""

        async def ask() -> list[FlowRun]:
            async with get_client() as client:
                return await self._runs(client)

        found: list[FlowRun] = self.do(ask())
        return found

    def hourly(self, on: date = MONDAY) -> str:
        """The hourly flow, and a worker that takes up what it has started; what the flow says."""
        state: State[None] = self.do(self.flows.litigation(on, return_state=True))
        assert state.is_completed(), state.message
        self.work()
        return state.message or ""

    def work(self) -> None:
        """Run everything that is scheduled, as a worker does: until its end, or until it waits."""

        async def each() -> None:
            async with get_client() as client:
                for run in await self._runs(client):
                    if run.state is not None and run.state.is_scheduled():
                        await client.set_flow_run_state(run.id, Pending(), force=True)
                        taken = await client.read_flow_run(run.id)
                        with contextlib.suppress(Pause):  # the process ends: it waits
                            await run_flow_async(self.flows.approval, taken, run.parameters, return_type="state")

        self.do(each())

    def answer(self, run: FlowRun, **given: Any) -> None:
        """Fill in the form of a waiting run, and press the button."""
        self.do(aresume_flow_run(run.id, run_input=given))
        self.work()

    def state(self, at: int = -1) -> tuple[str, str]:
        run = self.runs()[at]
        assert run.state is not None
        return run.state.name or "", run.state.message or ""

    def decided(self) -> tuple[str, str | None, str | None]:
        record = refer.find(self.firm.office, "1")
        return record.state, record.disposition, record.decided_by


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
    assert court.state() == ("Decided", "referral 1: the owner decided 'sue'")
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


def test_a_decision_made_elsewhere_wins_and_ends_the_wait(court: Court) -> None:
    court.hourly()
    refer.decide(court.firm.office, "1", Disposition.AGENCY, "the controller", "too small", moment(MONDAY))
    assert "its run waits no more" in court.hourly()
    assert court.state() == ("Decided", "referral 1: the controller decided 'agency'")
    with pytest.raises(Exception, match=r"(?i)paused|suspended|resume"):
        court.answer(court.runs()[0], **SUE)
    assert court.decided() == ("decided", "agency", "the controller")


def test_a_form_that_comes_late_loses_cleanly(court: Court) -> None:
    court.hourly()
    refer.decide(court.firm.office, "1", Disposition.AGENCY, "the controller", "too small", moment(MONDAY))
    court.answer(court.runs()[0], **SUE)
    assert court.state() == ("Decided", "referral 1: the controller decided 'agency'")
    assert court.decided() == ("decided", "agency", "the controller")


def test_an_approval_together_with_a_payment_hands_nothing_over(court: Court, mail: MailServer) -> None:
    court.hourly()
    pay_all(court.firm, MONDAY)
    court.answer(court.runs()[0], **SUE)
    assert court.state()[0] == "Decided"
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
    assert court.state() == ("Decided", "referral 2: the owner and the controller decided 'sue'")
    court.forget()


def test_nobody_decides_it_waits_and_is_asked_about_again(court: Court) -> None:
    court.hourly()
    late = MONDAY + timedelta(days=31)
    assert "nobody has decided" in court.hourly(late)
    assert court.decided() == ("queued", "wait", "dunwell")
    assert court.state()[0] == "Decided"
    assert len(court.runs()) == 1
    wiring.set_overrides(wiring.located().file, late + timedelta(days=30))
    court.hourly(late + timedelta(days=30))
    assert [run.state.name for run in court.runs() if run.state] == ["Decided", "Suspended"]


def test_a_wiped_prefect_asks_again(court: Court) -> None:
    court.hourly()
    court.forget()
    assert "there is no deployment" in court.hourly()
    court.deploy()
    court.hourly()
    court.answer(court.runs()[0], **SUE)
    assert court.decided() == ("decided", "sue", "the owner")


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
            assert court.state()[0] == "Decided"
    finally:
        os.environ["PREFECT_HOME"] = before


def test_the_form_knows_every_disposition() -> None:
    flows = load_flow("litigation")
    assert flows.Decision.model_json_schema()["properties"]["disposition"]["enum"] == list(DISPOSITIONS)
