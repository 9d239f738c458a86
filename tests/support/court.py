"""A firm with referrals and a Prefect server; a worker's part is played by Prefect's engine in this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import date
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow_async
from prefect.flow_runs import aresume_flow_run
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Pending

from dunwell.cli.prefect_server import load_flow
from dunwell.desk import refer
from tests.support.firm import MONDAY, Firm


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
