"""A night at growing ledgers, a tenth of which is due: the cost of a letter, and where it goes.

Each night runs in a process of its own on a ledger that was filled before; the plain script and Prefect's task runs on
copies of the same ledger, into the same mail server.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from benchmarks import plain_script
from benchmarks.apart import Cost, apart
from benchmarks.figures import Figure
from benchmarks.ledgers import DAY, fill, office, postgres, settle_the_rest
from benchmarks.sink import sink
from dunwell import wiring
from dunwell.cli.prefect_server import load_flow, private_server
from dunwell.desk import cycle
from dunwell.desk.cycle import Consent

SIZES = tuple(int(one) for one in os.environ.get("BENCH_NIGHTS", "1000,10000").split(","))
"""Open invoices; BENCH_NIGHTS=1000,10000,100000 for all."""
PREFECT_UP_TO = int(os.environ.get("BENCH_NIGHTS_PREFECT", "10000"))
"""Up to which size the night runs through Prefect as well."""
_DUE = 0.1


@dataclass(frozen=True)
class _Ledger:
    """A filled ledger: `copy` gives the URL of a copy of it, which a night may use up."""

    folder: Path
    size: int
    server: str | None

    def fill(self) -> None:
        apart(_fill, self.folder, self._url("full"), self.size)

    def copy(self, name: str) -> str | None:
        if self.server is None:
            shutil.copy(self.folder / "bench.db", self.folder / f"{name}.db")
            return f"sqlite:///{self.folder / name}.db"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self._name(name)}" TEMPLATE "{self._name("full")}"'.encode())
        return self._url(name)

    def _name(self, name: str) -> str:
        return f"night_{self.size}_{name}"

    def _url(self, name: str) -> str | None:
        if self.server is None:
            return None
        if name == "full":
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{self._name(name)}"'.encode())
        found = make_url(self.server).set(database=self._name(name))
        return found.render_as_string(hide_password=False)


def nights(folder: Path) -> list[Figure]:
    """The night on both databases at each size, without Prefect and with its task runs."""
    figures = []
    with (
        sink() as port,
        postgres(folder) as url,
        private_server(folder / "prefect") as api,
        _at_once("PREFECT_API_URL", api),
    ):
        for database, server in (("SQLite", None), ("PostgreSQL", url)):
            first: Cost | None = None
            for size in SIZES:
                place = folder / f"{database}-{size}"
                place.mkdir()
                ledger = _Ledger(place, size, server)
                ledger.fill()
                bare = apart(direct, place, port, ledger.copy("direct"))
                first = first or bare
                figures.append(_direct_figure(database, size, bare, first))
                if server is None:
                    script = apart(_script, place, port, ledger.copy("script"))
                    figures.append(_script_figure(size, bare, script))
                if size <= PREFECT_UP_TO:
                    tasks = apart(_with_prefect, place, port, ledger.copy("tasks"), ready=_load)
                    figures.append(_prefect_figure(database, size, tasks, bare))
    return figures


@contextmanager
def _at_once(name: str, value: str) -> Iterator[None]:
    """In the environment before the children start: Prefect reads its settings when it is loaded."""
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


def _fill(folder: Path, url: str | None, size: int) -> None:
    with office(folder, 9, url) as firm:
        fill(firm.books, size, due_share=_DUE)
        settle_the_rest(firm)
        firm.books.engine.dispose()


def direct(folder: Path, port: int, url: str | None) -> int:
    """A night without Prefect on the ledger at `url`, or in `folder`; returns how many letters went."""
    with office(folder, port, url) as firm:
        report = cycle.run_direct(firm, wiring.moment(DAY), Consent(confirm_volume=True), lambda *_: None)
        assert report.record.sent == report.record.expected > 0, report.record
        return report.record.sent


def _script(folder: Path, port: int, url: str) -> int:
    with office(folder, port, url) as firm:
        return plain_script.run(Path(url.removeprefix("sqlite:///")), firm, port, DAY)


def _load() -> None:
    load_flow("daily_cycle")


def _with_prefect(folder: Path, port: int, url: str | None) -> int:
    os.environ["DUNWELL_CYCLE__FLOW_RUN_BUDGET"] = "0"
    with office(folder, port, url):
        report = asyncio.run(load_flow("daily_cycle").daily_cycle(DAY, confirm_volume=True))
        load_flow("daily_cycle").tell_prefect_everything()
        assert report.record.sent == report.record.expected > 0, report.record
        return int(report.record.sent)


def _each(cost: Cost) -> float:
    """Milliseconds a letter, by the clock."""
    return 1000 * cost.wall / cost.result


def _processor(cost: Cost) -> float:
    """Milliseconds of the processor a letter; a database's own process is not counted."""
    return 1000 * cost.cpu / cost.result


def _said(cost: Cost) -> str:
    return (
        f"{cost.wall:.1f} s, {cost.result / cost.wall:,.0f} letters a second, {cost.cpu:.1f} s of the processor, "
        f"peak {cost.peak:.0f} MB; {cost.shares}"
    )


def _direct_figure(database: str, size: int, cost: Cost, first: Cost) -> Figure:
    return Figure(
        f"night, {size:,} open, {cost.result:,} letters, {database}, without Prefect",
        _said(cost),
        f"{_each(first):.1f} ms a letter ({_processor(first):.1f} of the processor) at {SIZES[0]:,} open; "
        f"here {_each(cost):.1f} ({_processor(cost):.1f})",
        _each(cost) / _each(first),
        "constant: 1",
    )


def _script_figure(size: int, cost: Cost, script: Cost) -> Figure:
    return Figure(
        f"night, {size:,} open, SQLite, against the plain script",
        f"{_each(cost):.1f} ms a letter",
        f"{_each(script):.1f} ms, the plain script ({_processor(script):.1f} of the processor; "
        f"ours {_processor(cost):.1f})",
        cost.wall / script.wall,
        "at most 1.5",
    )


def _prefect_figure(database: str, size: int, cost: Cost, direct: Cost) -> Figure:
    return Figure(
        f"night, {size:,} open, {database}, a task run each",
        _said(cost),
        f"{direct.wall:.1f} s without Prefect",
        cost.wall / direct.wall,
    )
