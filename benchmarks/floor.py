"""Prefect's own floor: the same number of runs, with nothing in them."""

from __future__ import annotations

from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE


@flow(name="empty", flow_run_name="{name} {stage}", persist_result=False)
async def empty(name: str, stage: str, key: int) -> None:
    """Nothing, as a flow run."""


@flow(name="empty_parent", persist_result=False)
async def _children(count: int) -> None:
    for number in range(count):
        with tags("account:x", f"invoice:{number}"):
            await empty(f"I{number}", "new", number, return_state=True)


async def flow_runs(count: int) -> None:
    """`count` empty flow runs, children of one."""
    await _children(count)


@task(task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
async def nothing(name: str, key: int) -> None:
    """Nothing, as a task run."""


@flow(name="empty_shard", persist_result=False)
async def _tasks(count: int) -> None:
    for number in range(count):
        await nothing(f"I{number}", number)


async def task_runs(count: int) -> None:
    """`count` empty task runs in one flow run."""
    await _tasks(count)
