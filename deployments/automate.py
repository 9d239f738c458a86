"""Create Dunwell's automations on the Prefect server that PREFECT_API_URL names, or bring them up to date.

`python deployments/automate.py --notify TYPE/NAME` has them write to a notification block of that type and name, such
as `slack-webhook/chasing`; without it they only show in Prefect's UI. Run it again at any time.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound

FOLDER = Path(__file__).resolve().parent / "automations"


async def automate(client: PrefectClient, notify: str | None) -> list[str]:
    """Create them all, in place of those of the same names; returns the names."""
    block = await _block(client, notify) if notify else None
    names = []
    for file in sorted(FOLDER.glob("*.yaml")):
        wanted = _automation(yaml.safe_load(file.read_text("utf-8")), block)
        there = [one.id for one in await client.read_automations_by_name(wanted.name)]
        if there:
            await client.update_automation(there[0], wanted)
        else:
            await client.create_automation(wanted)
        names.append(wanted.name)
    return names


def _automation(said: dict[str, Any], block: str | None) -> AutomationCore:
    remedy = said.pop("remedy", None)
    if "actions" not in said:
        body = f"{said['description']}\n{remedy}\n{{{{ flow_run.name }}}} {{{{ flow_run.state.message }}}}"
        told = {"type": "send-notification", "block_document_id": block, "subject": said["name"], "body": body}
        said["actions"] = [told if block else {"type": "do-nothing"}]
    if remedy:
        said["description"] = f"{said['description']} {remedy}"
    return AutomationCore.model_validate(said)


async def _block(client: PrefectClient, notify: str) -> str:
    kind, _, name = notify.partition("/")
    try:
        return str((await client.read_block_document_by_name(name, kind)).id)
    except ObjectNotFound:
        raise SystemExit(f"--notify {notify}: there is no such block; create it in the UI under Blocks") from None


async def _main(notify: str | None) -> None:
    async with get_client() as client:
        for name in await automate(client, notify):
            print(name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notify", metavar="TYPE/NAME")
    asyncio.run(_main(parser.parse_args().notify))
