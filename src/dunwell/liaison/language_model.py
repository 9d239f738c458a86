"""A language model behind an endpoint that speaks the chat completions of OpenAI's API: asked, never believed here."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Model:
    """Where the model is asked: the API's base address, up to and with its version; `timeout` in seconds."""

    url: str
    name: str
    key: str = ""
    timeout: int = 20


class NoAnswer(Exception):
    """The model did not answer; the message says why, without the key or the question."""


def ask(model: Model, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
    """The model's answer as text, by a JSON schema. Raises NoAnswer. No redirect is followed."""
    question = {
        "model": model.name,
        "messages": list(messages),
        "temperature": 0,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "reading", "strict": True, "schema": dict(schema)},
        },
    }
    headers = {"Authorization": f"Bearer {model.key}"} if model.key else {}
    try:
        with (
            httpx.Client(timeout=model.timeout, follow_redirects=False, headers=headers) as client,
            client.stream("POST", f"{model.url.rstrip('/')}/chat/completions", json=question) as answer,
        ):
            if answer.status_code != 200:
                raise NoAnswer(f"it answered with {answer.status_code}")
            return _content(_body(answer, time.monotonic() + model.timeout))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoAnswer(f"it cannot be reached: {type(error).__name__}") from None


def _body(answer: httpx.Response, ends: float) -> bytes:
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if time.monotonic() > ends:
            raise NoAnswer("its answer took too long")
        if len(body) > _LARGEST:
            raise NoAnswer("its answer is too large")
    return body


def _content(body: bytes) -> str:
    try:
        found = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoAnswer("its answer is not of this API") from None
    if not isinstance(found, str):
        raise NoAnswer("its answer has no text")
    return found
