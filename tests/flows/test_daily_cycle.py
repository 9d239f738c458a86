"""The flows against a real Prefect server, started by the command as an operator starts them."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterTags,
)
from prefect.client.schemas.sorting import FlowRunSort
from sqlalchemy import make_url, text

from dunwell.cli.prefect_server import free_port
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer
from tests.support.project import Ended, Project

DAY = str(MONDAY)


class Night:
    """A project on whose ledger nights are run through the server."""

    def __init__(self, project: Project, firm: Firm, mail: MailServer, api: str) -> None:
        self.project, self.firm, self.mail, self.api = project, firm, mail, api

    def environment(self) -> dict[str, str]:
        return {"PREFECT_API_URL": self.api, "PREFECT_HOME": os.environ["PREFECT_HOME"]}

    def run(self, on: str = DAY, *more: str) -> Ended:
        return self.project("run", "--date", on, *more, **self.environment())

    def ask(self, method: str, **filters: Any) -> list[Any]:
        """What the server says."""

        async def answer() -> list[Any]:
            async with PrefectClient(self.api) as client:
                return list(await getattr(client, method)(**filters))

        return asyncio.run(answer())

    def flow_runs(self, name: str, *tags: str) -> list[Any]:
        """The flow runs of a flow that belong to this ledger's account."""
        return self.ask(
            "read_flow_runs",
            flow_filter=FlowFilter(name=FlowFilterName(any_=[name])),
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=list(tags))) if tags else None,
            sort=FlowRunSort.START_TIME_ASC,
        )

    def task_runs(self, start: str) -> dict[str, Any]:
        """The task runs whose names start so, by name."""
        return {run.name: run for run in self.ask("read_task_runs", limit=200) if run.name.startswith(start)}


@pytest.fixture
def night(tmp_path: Path, mail: MailServer, sqlite: Sqlite, prefect_api: str) -> Iterator[Night]:
    project = Project(tmp_path)
    project.settings(mail.port)
    shutil.copyfile(str(make_url(sqlite.fresh()).database), tmp_path / "dunwell.db")
    firm = Firm(f"sqlite:///{tmp_path / 'dunwell.db'}", mail)
    yield Night(project, firm, mail, prefect_api)
    firm.close()


def test_each_due_invoice_is_a_flow_run_that_says_what_was_decided_and_why(night: Night, mail: MailServer) -> None:
    owing(night.firm, MONDAY, 2)
    night.firm.payments(MONDAY)
    night.firm.invoices(MONDAY, "A002,QUIET,2026-02-25,2026-04-30,10.00,GBP")
    ended = night.run()
    assert ended.code == 0, ended.err
    assert len(mail.letters) == 2

    runs = {run.name.split()[0]: run for run in night.flow_runs("chase_invoice")}
    assert set(runs) == {"INV-A001", "INV-A002", "QUIET"}
    assert runs["INV-A001"].state.type.value == "COMPLETED"
    assert runs["INV-A001"].state.message.startswith("letter 'past_due_first': 4 days overdue")
    assert runs["QUIET"].state.message.startswith("wait: due in 59 days")
    assert set(runs["INV-A001"].tags) >= {"account:A001", "invoice:INV-A001"}
    assert len(night.flow_runs("chase_invoice", "account:A002")) == 2

    (cycle,) = night.flow_runs("daily_cycle")
    assert cycle.state.message == f"{DAY}: 3 cases looked at, 2 letters expected, 2 sent"
    assert all(run.parent_task_run_id is not None for run in runs.values())

    (artifact,) = night.ask(
        "read_artifacts",
        artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["daily-cycle"])),
    )
    assert artifact.flow_run_id == cycle.id
    assert "INV-A001" in artifact.data
    assert "2 sent" in artifact.data

    # The same day again: nothing is due, so nobody gets a run, and nothing goes.
    assert night.run().code == 0
    assert len(night.flow_runs("chase_invoice")) == 3
    assert len(mail.letters) == 2

    # Refusals of the desk reach the command through the flow unchanged.
    older = night.run(str(MONDAY - timedelta(days=1)))
    assert (older.code, "older than the last cycle" in older.err) == (2, True)


def test_above_the_budget_shards_share_the_night_with_a_task_run_each(night: Night, mail: MailServer) -> None:
    night.project.settings(mail.port, more="\n[cycle]\nflow_run_budget = 3\nshard = 3\n")
    before = len(night.flow_runs("chase_invoice"))
    owing(night.firm, MONDAY, 8, prefix="S")
    night.firm.payments(MONDAY)
    with night.firm.books.write() as work:  # a case about which nothing can be decided: no such country's calendar
        work.session.execute(text("UPDATE account SET country = 'ZZ' WHERE number = 'S008'"))
    ended = night.project.logged("run", "--date", DAY, **night.environment())
    assert ended.code == 1, "the failure of one case is not told"
    assert len(mail.letters) == 7, "the failure of one stopped others"
    shards = night.flow_runs("chase_shard")
    assert [run.name for run in shards] == [
        "shard INV-S001 to INV-S003", "shard INV-S004 to INV-S006", "shard INV-S007 to INV-S008"
    ]  # fmt: skip
    assert [run.state.message for run in shards] == [
        "3 looked at, 0 failed", "3 looked at, 0 failed", "1 looked at, 1 failed"
    ]  # fmt: skip
    assert len(night.flow_runs("chase_invoice")) == before
    deadline = time.monotonic() + 30  # the server writes task runs together, every few seconds
    while len(tasks := night.task_runs("INV-S")) < 8 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert set(tasks) == {f"INV-S00{n}" for n in range(1, 9)}
    assert tasks["INV-S001"].state.message.startswith("letter 'past_due_first'")
    assert {touch.state for touch in night.firm.touches()} == {"sent"}


def test_a_second_cycle_says_that_another_is_running(night: Night, mail: MailServer) -> None:
    from dunwell.ledger import cycles

    owing(night.firm, MONDAY, 1)
    night.firm.payments(MONDAY)
    with cycles.lock(night.firm.books):
        ended = night.run()
    assert ended.code == 3
    assert "another daily cycle is running" in ended.err
    assert mail.letters == []


def test_with_the_mail_server_away_the_cycle_ends_with_75_and_its_run_says_why(night: Night, mail: MailServer) -> None:
    owing(night.firm, MONDAY, 2)
    night.firm.payments(MONDAY)
    mail.stop()
    ended = night.run()
    assert ended.code == 75
    assert {touch.state for touch in night.firm.touches()} == {"proposed"}
    messages = [run.state.message for run in night.flow_runs("daily_cycle")]
    assert any("stopped: mail server" in (message or "") for message in messages)


def test_a_prefect_server_that_is_away_ends_with_75_before_anything_is_done(night: Night, mail: MailServer) -> None:
    owing(night.firm, MONDAY, 1)
    night.firm.payments(MONDAY)
    began = time.monotonic()
    ended = night.project("run", "--date", DAY, PREFECT_API_URL=f"http://127.0.0.1:{free_port()}/api")
    assert ended.code == 75
    assert "--direct" in ended.err
    assert time.monotonic() - began < 30
    assert mail.letters == []
    assert night.project("run", "--direct", "--date", DAY).code == 0
    assert len(mail.letters) == 1


def test_the_server_answers_the_listings_of_its_own_client(night: Night) -> None:
    """A FastAPI that is too new lets flows run and refuses every list: docs/decisions/0003."""
    for method in ("read_flow_runs", "read_flows", "read_deployments", "read_work_pools", "read_task_runs"):
        assert isinstance(night.ask(method), list), method


@pytest.mark.parametrize("limit", [1, 200])
def test_a_listing_keeps_the_limit_that_it_is_given(night: Night, limit: int) -> None:
    assert len(night.ask("read_flow_runs", limit=limit)) <= limit
