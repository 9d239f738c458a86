"""The real thing without containers on one machine: PostgreSQL, Prefect's server on it, workers, schedules on.

`python deployments/local.py start|stop|status [--state FOLDER] [--port PORT] [--workers N]`. Started again, it starts
what is not up and deploys anew. What it keeps is in the state folder, `.local` by default.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
from local_postgres import PostgreSQL

from dunwell.cli.prefect_server import flows_folder, free_port, healthy

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
_START_SECONDS = 120


class Local:
    """What runs in a state folder."""

    def __init__(self, state: Path, port: int | None = None, workers: int = 2, limit: int = 4) -> None:
        self.state, self.workers, self.limit = state.resolve(), workers, limit
        # Others may pass through, for the database's own user does; they read nothing.
        self.state.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._file = self.state / "processes.json"
        known = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}
        self._processes: dict[str, tuple[int, float]] = {name: (pid, at) for name, (pid, at) in known.items()}
        self._port = port
        self.postgres = PostgreSQL(self.state)

    def start(self) -> str:
        """Start what is not up, bring ledger and deployments up to date; returns the UI's address."""
        self.postgres.start()
        for database in ("prefect", "dunwell"):
            self.postgres.create(database)
        port = self.port()
        environment = self.environment(port)
        self._write_environment(environment)
        self._must(environment, BIN / "dunwell", "init", self.firm)
        server = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        self.launch("server", environment, *server)
        self._wait(environment["PREFECT_API_URL"])
        self._must(environment, BIN / "prefect", "work-pool", "create", "dunwell", "--type", "process", "--overwrite")
        self.deploy(environment)
        for number in range(1, self.workers + 1):
            self.worker(environment, f"local-{number}")
        return f"http://127.0.0.1:{port}"

    def worker(self, environment: dict[str, str], name: str) -> int:
        """A worker of the pool, unless it is up; its process id."""
        arguments = ["-m", "prefect", "worker", "start", "--pool", "dunwell", "--name", name]
        return self.launch(name, environment, *arguments, "--limit", str(self.limit))

    def deploy(self, environment: dict[str, str]) -> None:
        """Every deployment, from the folder that holds the flows."""
        arguments = ["--no-prompt", "deploy", "--all", "--prefect-file", HERE / "prefect.yaml"]
        self._must(environment, BIN / "prefect", *arguments, folder=flows_folder())

    def stop(self) -> None:
        """Stop all that `start` started, the last first; what it keeps stays."""
        for name in reversed(list(self._processes)):
            self.end(name)
        self.postgres.stop()

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop one process and those that it started; with SIGKILL none has a chance to say goodbye."""
        process = self._process(name)
        if process is not None:
            family = [*process.children(recursive=True), process]
            for one in family if how == signal.SIGKILL else [process]:
                one.send_signal(how)
            _, left = psutil.wait_procs(family, timeout=20)
            for one in left:
                one.kill()
        self._processes.pop(name, None)
        self._remember()

    def status(self) -> dict[str, bool]:
        """What is up."""
        return {"postgresql": self.postgres.up(), **{name: bool(self._process(name)) for name in self._processes}}

    @property
    def firm(self) -> Path:
        """The folder with settings and policy."""
        return self.state / "firm"

    def port(self) -> int:
        """The server's port: that of the running server, the one asked for, 4200, or one that is free."""
        file = self.state / "port"
        if self._process("server") and file.exists():
            return int(file.read_text("utf-8"))
        port = self._port or (free_port() if healthy("http://127.0.0.1:4200/api") else 4200)
        file.write_text(str(port), encoding="utf-8")
        return port

    def environment(self, port: int) -> dict[str, str]:
        """The environment of server and workers; what is set outside wins."""
        shipped = (line.partition("=") for line in (HERE / "prefect.env").read_text("utf-8").splitlines())
        settings = {name: value for name, sign, value in shipped if sign and not name.startswith("#")}
        ours = {
            "PREFECT_HOME": str(self.state / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "DUNWELL_LEDGER__URL": self.postgres.url("dunwell"),
        }
        if self.postgres.serves_prefect:
            url = self.postgres.url("prefect").replace("postgresql://", "postgresql+asyncpg://")
            ours["PREFECT_API_DATABASE_CONNECTION_URL"] = url
        kept = {**os.environ}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)  # it makes every start seconds slower
        chosen = {"DUNWELL_CONFIG": str(self.firm / "dunwell.toml"), "DUNWELL_CYCLE__SHARDS": "chase_shard/shard"}
        return {**settings, **chosen, **kept, **ours}

    def launch(self, name: str, environment: dict[str, str], *arguments: str) -> int:
        """Start a Python process of our own unless it is up; returns its id."""
        if process := self._process(name):
            return int(process.pid)
        with open(self.state / f"{name}.log", "ab") as log:
            started = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.state, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._processes[name] = (started.pid, psutil.Process(started.pid).create_time())
        self._remember()
        return started.pid

    def _must(
        self, environment: dict[str, str], command: Path, *arguments: str | Path, folder: Path | None = None
    ) -> None:
        ended = subprocess.run(
            [command, *arguments],
            cwd=folder or self.state,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise SystemExit(f"{command.name} {arguments[0]} failed:\n{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}")

    def _wait(self, api: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not healthy(api):
            if not self._process("server") or time.monotonic() > deadline:
                raise SystemExit(f"Prefect's server does not start; see {self.state / 'server.log'}")
            time.sleep(0.3)

    def _process(self, name: str) -> psutil.Process | None:
        """The process that `start` started under this name, if it is still that one."""
        pid, started = self._processes.get(name, (0, 0.0))
        try:
            process = psutil.Process(pid)
            alive = process.create_time() == started and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if pid and alive else None

    def _remember(self) -> None:
        self._file.write_text(json.dumps(self._processes), encoding="utf-8")

    def _write_environment(self, environment: dict[str, str]) -> None:
        """What a shell needs to work on the same ledger and server: `. .local/env`."""
        lines = [
            f"export {name}='{value}'"
            for name, value in sorted(environment.items())
            if name.startswith(("PREFECT_", "DUNWELL_"))
        ]
        file = self.state / "env"
        file.touch(mode=0o600)
        file.write_text("\n".join((*lines, "")), encoding="utf-8")


def main() -> None:
    """Start, stop or show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("start", "stop", "status"))
    parser.add_argument("--state", type=Path, default=HERE.parent / ".local")
    parser.add_argument("--port", type=int)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    local = Local(asked.state, asked.port, asked.workers)
    if asked.what == "start":
        beside = "" if local.postgres.serves_prefect else " (for the ledger; Prefect's own database is a SQLite file)"
        print(f"PostgreSQL: {local.postgres.which}{beside}")
        print(f"Prefect's UI: {local.start()}")
        print(f"settings and policy: {local.firm}")
        print(f"for commands in a shell of this machine:  . {local.state / 'env'}")
    elif asked.what == "stop":
        local.stop()
    else:
        for name, up in local.status().items():
            print(f"{name}: {'up' if up else 'down'}")


if __name__ == "__main__":
    main()
