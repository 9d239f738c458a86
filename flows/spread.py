"""Spread: the shards of a large night as runs of a deployment, so that all workers share it.

What a shard did is read from the ledger, not from its run: whatever is still due afterwards the cycle does itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import WorkerStatus
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger
from prefect.states import Cancelled

from dunwell.desk import day, spreading
from dunwell.desk.day import DueInvoice
from dunwell.desk.spreading import Spreading

_POLL_SECONDS = 1.0


async def spread(office: day.Office, moment: day.Moment, size: int, plan: Spreading) -> None:
    """Hand every page of due cases to a worker, at most so many at once. Ends early where nobody takes them."""
    log = get_run_logger()
    async with get_client() as client:
        if why := await _nobody(client, plan.deployment):
            log.warning("%s: the cycle does its shards itself", why)
            return
        before = day.due_count(office, moment)
        pages = day.due_pages(office, moment, size)
        rules = spreading.rules_here(office)
        lanes = [_lane(client, pages, moment, rules, plan) for _ in range(plan.at_once)]
        troubles = [trouble for found in await asyncio.gather(*lanes) for trouble in found]
        for trouble in troubles:
            log.warning("%s: the cycle does again what is still due of it", trouble)
        looked = spreading.count_spread(office, moment, before)
        log.info("%d of %d due cases were looked at by workers", looked, before)


async def _lane(
    client: PrefectClient, pages: Iterator[list[DueInvoice]], moment: day.Moment, rules: str, plan: Spreading
) -> list[str]:
    """One shard after another, until there are no more or nobody has taken one; what went wrong with them."""
    troubles: list[str] = []
    for page in pages:
        parameters = {
            "first": page[0].number,
            "last": page[-1].number,
            "invoices": [(due.number, due.invoice_id) for due in page],
            "as_of": moment.on.isoformat(),
            "rules": rules,
        }
        run = await arun_deployment(plan.deployment, client=client, parameters=parameters, timeout=0)
        name = f"shard {page[0].number} to {page[-1].number}"
        trouble, taken = await _end_of(client, run.id, plan.seconds)
        if trouble:
            troubles.append(f"{name} {trouble}")
        if not taken:
            break
    return troubles


async def _end_of(client: PrefectClient, run_id: UUID, seconds: int) -> tuple[str, bool]:
    """What went wrong with a shard, or nothing; and whether a worker took it. One that takes too long is given up."""
    give_up_at = time.monotonic() + seconds
    while True:
        state = (await client.read_flow_run(run_id)).state
        if state is not None and state.is_final():
            return ("" if state.is_completed() else f"ended as {state.name}: {state.message}"), True
        if time.monotonic() > give_up_at:
            taken = state is not None and not (state.is_scheduled() or state.is_pending())
            # So that it does not begin, or go on, behind the back of the cycle. Harmless if it does: it decides again.
            await client.set_flow_run_state(run_id, Cancelled(message="given up by the cycle"), force=True)
            return f"did not {'end' if taken else 'begin'} within {seconds} s", taken
        await asyncio.sleep(_POLL_SECONDS)


async def _nobody(client: PrefectClient, deployment: str) -> str | None:
    """Why no worker could take a shard; None where one could."""
    try:
        found = await client.read_deployment_by_name(deployment)
    except ObjectNotFound:
        return f"there is no deployment {deployment} (cycle.shards)"
    if not found.work_pool_name:
        return f"the deployment {deployment} has no work pool"
    workers = await client.read_workers_for_work_pool(found.work_pool_name)
    if not any(worker.status == WorkerStatus.ONLINE for worker in workers):
        return f"no worker of the pool {found.work_pool_name} is up"
    return None
