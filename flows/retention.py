"""Retention: letters and mails past their period erased in the ledger, and Prefect's old runs deleted on its server.

Only what has ended is deleted: a run that waits for a person, however old, stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, State
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import retention as desk
from flows.remedies import says_what_to_do

_BATCH = 50
"""What Prefect's server deletes at once, at most."""
_PAGE = 200
_BULK_DELETE: Any = "/flow_runs/bulk_delete"  # the client's own list of routes lacks it


@flow(name="retention", flow_run_name="retention", persist_result=False)
@says_what_to_do
async def retention(as_of: date | None = None) -> State[None]:
    """Erase what is past its period, and delete Prefect's runs that ended more than `prefect.keep_days` ago.

    Safe at any rate of running, and beside a night.

    Args:
        as_of: The day to act on. Empty: today, in the creditor's time zone.
    """
    moment = wiring.moment(as_of)
    found = desk.prune(wiring.office(), moment)
    before = wiring.runs_end_before(moment)
    said = desk.headline(found)
    if before is not None:
        runs, artifacts = await delete_runs(before)
        said += f"; {runs} runs and {artifacts} artifacts deleted in Prefect"
    return Completed(message=said)


def _ended(before: datetime, ids: Sequence[UUID] | None = None) -> FlowRunFilter:
    return FlowRunFilter(
        id=FlowRunFilterId(any_=list(ids)) if ids else None,
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=sorted(TERMINAL_STATES))),
        end_time=FlowRunFilterEndTime(before_=before),
    )


async def count_runs(before: datetime) -> int:
    """How many runs ended before this."""
    async with get_client() as client:
        asked = {"flow_runs": _ended(before).model_dump(mode="json")}
        return int((await client.request("POST", "/flow_runs/count", json=asked)).raise_for_status().json())


async def delete_runs(before: datetime) -> tuple[int, int]:
    """Delete the runs that ended before this, with their artifacts, in batches; returns how many of each.

    Their task runs, states and logs go with them, the logs a moment later, by the server itself.
    """
    runs = artifacts = 0
    async with get_client() as client:
        while True:
            page = await client.read_flow_runs(flow_run_filter=_ended(before), limit=_BATCH)
            ids = [run.id for run in page]
            artifacts += await _delete_artifacts(client, ids)
            # Asked with all that it was chosen by: a run that somebody has started again since stays.
            asked = {"flow_runs": _ended(before, ids).model_dump(mode="json"), "limit": _BATCH}
            gone = (await client.request("POST", _BULK_DELETE, json=asked)).raise_for_status().json()
            runs += len(gone["deleted"])
            if not gone["deleted"]:
                return runs, artifacts


async def _delete_artifacts(client: PrefectClient, runs: Sequence[UUID]) -> int:
    """Delete the artifacts of these runs first: a run that stays because of a crash is found again, with the rest."""
    deleted = 0
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=list(runs)))
    while page := await client.read_artifacts(artifact_filter=mine, limit=_PAGE):
        for one in page:
            try:
                await client.delete_artifact(one.id)
            except ObjectNotFound:
                continue
            deleted += 1
    return deleted
