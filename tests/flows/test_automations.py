"""The automations against a real server: created, brought up to date, and told by a block where one is named."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "deployments"


def automate(api: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PREFECT_API_URL": api, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(FOLDER / "automate.py"), *arguments]
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)


def automations(api: str) -> dict[str, Any]:
    found = httpx.post(f"{api}/automations/filter", json={}).raise_for_status().json()
    assert len({one["name"] for one in found}) == len(found), "one was created twice"
    return {one["name"]: one for one in found if one["name"].startswith("dunwell")}


def webhook(api: str) -> str:
    """A notification block that a person would make in the UI."""
    from prefect.blocks.notifications import CustomWebhookNotificationBlock
    from prefect.settings import PREFECT_API_URL, temporary_settings

    async def make() -> None:
        block = CustomWebhookNotificationBlock(name="ops", url="http://127.0.0.1:9/")
        await block.save("ops", overwrite=True)

    with temporary_settings({PREFECT_API_URL: api}):
        asyncio.run(make())
    return "custom-webhook/ops"


def test_every_automation_is_created_once_and_told_where_a_block_is_named(prefect_api: str) -> None:
    files = [yaml.safe_load(file.read_text("utf-8")) for file in (FOLDER / "automations").glob("*.yaml")]
    first = automate(prefect_api)
    assert first.returncode == 0, first.stderr
    created = automations(prefect_api)
    assert set(created) == {file["name"] for file in files}
    told = [one["actions"][0]["type"] for one in created.values()]
    assert sorted(set(told)) == ["change-flow-run-state", "do-nothing"]

    again = automate(prefect_api, "--notify", webhook(prefect_api))
    assert again.returncode == 0, again.stderr
    renewed = automations(prefect_api)
    assert {one["id"] for one in renewed.values()} == {one["id"] for one in created.values()}
    assert sum(one["actions"][0]["type"] == "send-notification" for one in renewed.values()) == len(files) - 1


def test_a_block_that_there_is_not_is_named(prefect_api: str) -> None:
    ended = automate(prefect_api, "--notify", "slack-webhook/nowhere")
    assert ended.returncode == 1
    assert "no such block" in ended.stderr


def test_a_run_that_ended_or_waits_is_not_taken_for_lost() -> None:
    """Prefect's events are called by a state's name: one of our own has to be expected, too."""
    trigger = yaml.safe_load((FOLDER / "automations" / "worker-lost.yaml").read_text("utf-8"))["trigger"]
    flows = "".join(file.read_text("utf-8") for file in (FOLDER.parent / "flows").glob("*.py"))
    names = {"Completed", "Failed", "Cancelled", "Crashed", "Suspended", *re.findall(r'Completed\(name="(\w+)"', flows)}
    assert {f"prefect.flow-run.{name}" for name in names} <= set(trigger["expect"])


@pytest.mark.parametrize("file", sorted((FOLDER / "automations").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_events_that_are_waited_for_are_told(file: Path) -> None:
    from dunwell.cli.prefect_server import load_flow

    telling = load_flow("telling")
    own = {telling.CLOSED, telling.IN_DOUBT, telling.NONE_SENT}
    for event in yaml.safe_load(file.read_text("utf-8"))["trigger"]["expect"]:
        assert event in own or event.startswith("prefect.flow-run.")
