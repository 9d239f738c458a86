"""Prefect for a run: the flows loaded, and a private server where none is set."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from dunwell.cli.output import Exit, stop

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
# The server writes every 20 events, and every state of a task run by itself. On SQLite each such write can lock out a
# request, which its client then repeats two seconds later: a night took three times as long. Rarer and larger writes
# cost nothing.
_FEW_LOCKS = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "2",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "20",
}
_START_SECONDS = 120


def flows_folder() -> Path:
    """The folder that holds the package `flows`: inside the installed package, or the root of a checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "shipped"
    return shipped if (shipped / "flows").is_dir() else package.parents[1]


def load_flow(module: str) -> ModuleType:
    """A module of `flows`, found by its folder; nothing called `flows` stands in site-packages."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    folder = str(flows_folder())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(f"flows.{module}")


def run_flow(name: str, home: Path, **parameters: Any) -> Any:
    """Run the flow `name` of the module of that name as `server` says; its result. Raises what it failed on."""
    with server(home):
        found = getattr(load_flow(name), name)
        result = asyncio.run(_result(asyncio.run(found(**parameters, return_state=True))))
        load_flow("daily_cycle").tell_prefect_everything()
    if isinstance(result, BaseException):
        raise result
    return result


async def _result(state: Any) -> Any:
    return await state.aresult(raise_on_failure=False)


@contextlib.contextmanager
def server(home: Path) -> Iterator[str]:
    """A Prefect API for the run: the one that PREFECT_API_URL names, else a private server that ends with the run.

    Ends with 75 when the named one is away. The private server keeps its history in `home`.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    named = os.environ.get("PREFECT_API_URL")
    if named:
        if not healthy(named):
            stop(
                f"Prefect at {named} is away. Run again when it is back, or `dunwell run --direct` without it.",
                Exit.TEMPORARY,
            )
        yield named
        return
    with private_server(home) as url:
        os.environ["PREFECT_API_URL"] = url
        try:
            yield url
        finally:
            del os.environ["PREFECT_API_URL"]


@contextlib.contextmanager
def private_server(home: Path) -> Iterator[str]:
    """A Prefect server of our own on a free loopback port, stopped at the end."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(home))
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = {**_FEW_LOCKS, **os.environ, "PREFECT_SERVER_API_HOST": "127.0.0.1", "PREFECT_API_URL": url}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with open(home / "server.log", "ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _wait(url, process, home / "server.log")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            stop(
                f"Prefect's private server ended at once; see {log}. `dunwell run --direct` works without it.",
                Exit.TEMPORARY,
            )
        if healthy(url):
            return
        time.sleep(0.2)
    stop(f"Prefect's private server did not start in {_START_SECONDS} s; see {log}", Exit.TEMPORARY)


def healthy(url: str) -> bool:
    """Whether a Prefect API answers at `url`."""
    try:
        return httpx.get(f"{url.rstrip('/')}/health", timeout=5).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def free_port() -> int:
    """A port that is free on loopback now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
