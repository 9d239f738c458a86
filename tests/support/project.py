"""A folder in which `dunwell` is used as a user uses it: settings, files, the command as a process."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dunwell.ledger.books import Books
from dunwell.ledger.engine import open_engine

DUNWELL = Path(sys.executable).with_name("dunwell")
# Loading the command takes longer than most commands: each run is a process forked off one that has loaded it, and has
# done nothing else.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["dunwell.cli.app"])

SETTINGS = """
[creditor]
name = "Northwind Ltd"
email = "collections@northwind.example"
country = "GB"
timezone = "Europe/London"
iban = "GB33BUKB20201555555555"

[ledger]
url = "{url}"

[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
timeout = 10
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Project:
    """A folder with settings in it."""

    folder: Path

    def settings(self, port: int, *, url: str = "sqlite:///dunwell.db", more: str = "") -> None:
        (self.folder / "dunwell.toml").write_text(SETTINGS.format(port=port, url=url) + more, encoding="utf-8")

    def file(self, name: str, *lines: str) -> str:
        """A file of these lines; returns its name."""
        (self.folder / name).write_text("\n".join((*lines, "")), encoding="utf-8")
        return name

    @staticmethod
    def environment(**changes: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DUNWELL_", "PREFECT_"))}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)  # it makes every start seconds slower
        return {**kept, "PYTHONWARNINGS": "ignore", **changes}

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(DUNWELL), *arguments], cwd=self.folder, env=self.environment(**environment), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        """Run a command; it must end with a message, never with a traceback."""
        ended = self.logged(*arguments, **environment)
        assert "Traceback" not in ended.err, ended.err
        return ended

    def logged(self, *arguments: str, **environment: str) -> Ended:
        """Run a command whose log may hold a traceback."""
        with tempfile.TemporaryDirectory() as place:
            into = [str(Path(place, name)) for name in ("out", "err")]
            process = _FORKS.Process(
                target=_command, args=(arguments, self.folder, self.environment(**environment), *into)
            )
            process.start()
            process.join(180)
            if process.exitcode is None:
                process.kill()
                raise TimeoutError(f"dunwell {' '.join(arguments)}: still running after 180 s")
            out, err = (Path(name).read_bytes() for name in into)
        return Ended(process.exitcode, out, err.decode())

    @property
    def books(self) -> Books:
        return Books(open_engine(f"sqlite:///{self.folder / 'dunwell.db'}"))


def _command(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: str, err: str) -> None:
    """What the command's script does, in this process."""
    from dunwell.cli import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, name in ((1, out), (2, err)):
        file = os.open(name, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    sys.argv = [str(DUNWELL), *arguments]
    main()
