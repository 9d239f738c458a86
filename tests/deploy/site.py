"""One machine with the real thing on it: what a smoke test does to it, and what it sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort

from tests.support.firm import Firm
from tests.support.mail_server import MailServer
from tests.support.project import Ended, Project

if TYPE_CHECKING:
    from local import Local

SETTINGS = """
[cycle]
flow_run_budget = 3
shard = 5
shards_at_once = 2
shard_seconds = 30
"""


class Site:
    """PostgreSQL, Prefect's server, workers and a firm, in one folder."""

    def __init__(self, state: Path, mail: MailServer) -> None:
        from local import Local

        self.local: Local = Local(state, workers=0, limit=1)
        self.mail = mail
        self.firm_folder = self.local.firm
        self.firm_folder.mkdir()
        self.project = Project(self.firm_folder)
        self.project.settings(mail.port, more=SETTINGS)

    def start(self) -> None:
        """Everything but workers."""
        from dunwell.cli.prefect_server import free_port

        self.local._port = free_port()
        self.ui = self.local.start()
        self.environment = self.local.environment(self.local.port())
        self.firm = Firm(self.environment["DUNWELL_LEDGER__URL"], self.mail)

    def stop(self) -> None:
        if hasattr(self, "firm"):
            self.firm.close()
        self.local.stop()

    def worker(self, name: str) -> None:
        """A worker that takes one run at a time."""
        self.local.worker(self.environment, name)

    def command(self, *arguments: str) -> Ended:
        """`dunwell` as an operator types it here."""
        ours = {k: v for k, v in self.environment.items() if k.startswith(("DUNWELL_", "PREFECT_"))}
        return self.project(*arguments, **ours)

    def ask(self, method: str, *arguments: Any, **more: Any) -> Any:
        """What the server says."""

        async def answer() -> Any:
            async with PrefectClient(f"{self.ui}/api") as client:
                return await getattr(client, method)(*arguments, **more)

        return asyncio.run(answer())

    def runs(self, flow: str) -> list[Any]:
        """The runs of a flow, the first first."""
        flows = FlowFilter(name=FlowFilterName(any_=[flow]))
        found = self.ask("read_flow_runs", flow_filter=flows, sort=FlowRunSort.EXPECTED_START_TIME_ASC)
        return list(found)

    def schedule(self, deployment: str, seconds: int, **parameters: Any) -> None:
        """Have a deployment run every so many seconds."""
        anchor = datetime(2026, 1, 1, tzinfo=UTC)
        schedule = IntervalSchedule(interval=timedelta(seconds=seconds), anchor_date=anchor, timezone="UTC")
        found = self.ask("read_deployment_by_name", deployment)
        creating = DeploymentScheduleCreate(schedule=schedule, active=True, parameters=parameters, slug="soon")
        # Prefect's client has no way to give a schedule its parameters.
        body = [creating.model_dump(mode="json")]
        httpx.post(f"{self.ui}/api/deployments/{found.id}/schedules", json=body).raise_for_status()

    def until(self, true: Callable[[], Any], seconds: float, what: str) -> Any:
        """Wait for something to come true; else say what there is."""
        deadline = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < deadline, f"{what}\n{self.told()}"
            time.sleep(0.3)
        return found

    def told(self) -> str:
        """All runs with their states, and the end of every log."""
        runs = [f"{run.name}: {run.state.name} {run.state.message or ''}" for run in self.ask("read_flow_runs")]
        logs = [f"{log.name}:\n{log.read_text()[-3000:]}" for log in self.local.state.glob("*.log")]
        return "\n".join((*runs, *logs))
