"""Text messages by a gateway over HTTP: one POST of JSON a message, asked as carefully as service delivery is."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dunwell.liaison import webhook
from dunwell.liaison.webhook import Answer, Target


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where messages are posted; the target's secret is the bearer token, empty for none. `sender` is whom they are
    from, where the gateway wants it said."""

    target: Target
    sender: str | None = None


def send(gateway: Gateway, key: str, to: str, text: str) -> Answer:
    """Hand a message over under the id `key`, by which a gateway can tell a repetition. A PutOff that is `doubtful` may
    have gone."""
    said = {"id": key, "to": to, "text": text}
    if gateway.sender:
        said["from"] = gateway.sender
    token = gateway.target.secret
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return webhook.ask(gateway.target, json.dumps(said, ensure_ascii=False).encode(), headers)
