"""What is measured. Every figure has a baseline that ran in the same process, on the same data."""

from __future__ import annotations

import asyncio
import importlib
import os
import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import httpx

from benchmarks import frontdesk, letters, night, plain_script
from benchmarks.figures import Figure, best, timed
from benchmarks.ledgers import DAY, fill, multiply, office, postgres, settle_the_rest
from benchmarks.sink import sink
from benchmarks.tryton import tryton
from dunwell import wiring
from dunwell.cli.prefect_server import load_flow, private_server
from dunwell.desk import cycle
from dunwell.desk.cycle import Consent
from dunwell.desk.office import Office
from dunwell.ledger import cases, due
from dunwell.rules.decide import decide
from dunwell.rules.foresight import foresee

MANY = int(os.environ.get("BENCH_INVOICES", "100000"))
MILLION = int(os.environ.get("BENCH_MILLION", "1000000"))
_SEED = 1000
DUE = int(os.environ.get("BENCH_DUE", "1000"))


def decisions(folder: Path) -> list[Figure]:
    """decide, against making one changed copy of each case."""
    with office(folder, 9) as firm:
        fill(firm.books, 5000, due_share=0.5)
        loaded = _cases(firm, 5000)
        deciding = best(lambda: [decide(case, firm.policy, DAY) for case in loaded])
        copying = best(lambda: [replace(case, payments_as_of=DAY) for case in loaded])
        foreseeing = timed(lambda: sum(1 for _ in foresee(loaded, firm.policy, DAY, 180)))
    return [
        Figure(
            "decide, a second",
            f"{5000 / deciding:,.0f} cases",
            f"{5000 / copying:,.0f} copies (dataclasses.replace)",
            deciding / copying,
        ),
        Figure(
            "simulate 5,000 invoices over 180 days",
            f"{foreseeing:.1f} s",
            f"{deciding:.3f} s for one decision each",
            foreseeing / deciding,
            "10,000 in under 60 s",
        ),
    ]


def _cases(firm: Office, count: int) -> list[cases.Case]:
    with firm.books.read() as work:
        ids = list(range(1, count + 1))
        chunks = [ids[start : start + 500] for start in range(0, count, 500)]
        return [one.case for chunk in chunks for one in cases.load(work, chunk, DAY, firm.around)]


def due_query(folder: Path) -> list[Figure]:
    """The due query at many open invoices with 10 % due, against reading every open invoice's key."""
    with postgres(folder) as url:
        return [_due_query(folder, "SQLite", None), _due_query(folder, "PostgreSQL", url)]


def _due_query(folder: Path, name: str, url: str | None) -> Figure:
    with office(folder, 9, url) as firm:
        fill(firm.books, MANY, due_share=0.1)
        settle_the_rest(firm)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        asking = best(lambda: sum(len(page) for page in due.pages(firm.books, DAY)))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        everything = best(lambda: _all_keys(firm))
    return Figure(
        f"due query, {MANY:,} open invoices, {name}",
        f"{asking:.3f} s, memory +{grown:.1f} MB",
        f"{everything:.3f} s for the keys of all",
        asking / everything,
    )


def due_million(folder: Path) -> list[Figure]:
    """The due query at a million open invoices on PostgreSQL, 10 % of them due, against reading every key."""
    with postgres(folder) as url, office(folder, 9, url) as firm:
        fill(firm.books, _SEED, due_share=0.1)
        settle_the_rest(firm)
        multiply(firm.books, MILLION // _SEED)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found: list[int] = []
        asking = best(lambda: found.append(sum(len(page) for page in due.pages(firm.books, DAY))))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        first = best(lambda: next(due.pages(firm.books, DAY)))
        everything = best(lambda: _all_keys(firm))
    return [
        Figure(
            f"due query, {MILLION:,} open invoices, {found[0]:,} due in pages of 500, PostgreSQL",
            f"{asking:.2f} s, memory +{grown:.0f} MB; the first page {1000 * first:.0f} ms",
            f"{everything:.2f} s for the keys of all",
            asking / everything,
            "under 5 s",
        )
    ]


def _all_keys(firm: Office) -> int:
    with firm.books.read() as work:
        return len(due.to_look_at(work, DAY, everything=True))


def cycle_without_prefect(folder: Path) -> list[Figure]:
    """The direct cycle, against the plain script on a copy of the same ledger into the same sink."""
    with sink() as port, office(folder, port) as firm:
        fill(firm.books, DUE, due_share=1.0)
        firm.books.engine.dispose()
        copy = folder / "copy.db"
        shutil.copy(folder / "bench.db", copy)
        warm = folder / "warm.db"
        shutil.copy(folder / "bench.db", warm)
        plain_script.run(warm, firm, port, DAY)
        script = timed(lambda: plain_script.run(copy, firm, port, DAY))
        ours = timed(lambda: _direct(firm))
    return [
        Figure(
            f"cycle of {DUE:,} letters without Prefect",
            f"{ours:.2f} s, {DUE / ours:,.0f} letters a second",
            f"{script:.2f} s, the plain script",
            ours / script,
            "at most 1.5",
        )
    ]


def _direct(firm: Office) -> None:
    report = cycle.run_direct(firm, wiring.moment(DAY), Consent(confirm_volume=True), lambda *_: None)
    assert report.record.sent == DUE, report.record


def cycle_with_prefect(folder: Path) -> list[Figure]:
    """The cycle through the real flows, against as many empty flow or task runs on the same server."""
    figures = []
    with sink() as port, private_server(folder / "prefect") as url:
        os.environ["PREFECT_API_URL"] = url
        floors = load_floor()
        asyncio.run(floors.flow_runs(5))
        for kind, budget in (("flow", DUE), ("task", 0)):
            empty = floors.flow_runs if kind == "flow" else floors.task_runs
            floor = timed(lambda runs=empty: asyncio.run(runs(DUE)))
            until_quiet(url)
            os.environ["DUNWELL_CYCLE__FLOW_RUN_BUDGET"] = str(budget)
            place = folder / kind
            place.mkdir()
            with office(place, port) as firm:
                fill(firm.books, DUE, due_share=1.0)
                whole = timed(_flow)
            until_quiet(url)
            place = folder / f"{kind}-direct"
            place.mkdir()
            with office(place, port) as firm:
                fill(firm.books, DUE, due_share=1.0)
                direct = timed(lambda f=firm: _direct(f))
            # A letter is a task run of its own: the floor has them too.
            letters_floor = timed(lambda: asyncio.run(floors.task_runs(DUE)))
            until_quiet(url)
            base = floor + letters_floor + direct
            figures.append(
                Figure(
                    f"cycle of {DUE:,} letters, a {kind} run each",
                    f"{whole:.1f} s",
                    f"{base:.1f} s: {floor:.1f} {kind} runs + {letters_floor:.1f} task runs + {direct:.1f} direct",
                    whole / base,
                    "at most 1.2",
                )
            )
        del os.environ["PREFECT_API_URL"], os.environ["DUNWELL_CYCLE__FLOW_RUN_BUDGET"]
    return figures


def until_quiet(url: str) -> None:
    """Wait, two minutes at most, until the server has written down what it has heard: else the next measure pays."""
    known = [-2, -1]
    for _ in range(40):
        if known[-1] == known[-2]:
            return
        time.sleep(3)
        known.append(httpx.post(f"{url}/task_runs/count", json={}, timeout=60).json())


def load_floor() -> ModuleType:
    """The empty flows, loaded once Prefect's settings are in the environment."""
    load_flow("chase")
    return importlib.import_module("benchmarks.floor")


def _flow() -> None:
    flow = load_flow("daily_cycle").daily_cycle
    asyncio.run(flow(DAY, confirm_volume=True))


ALL: dict[str, Callable[[Path], list[Figure]]] = {
    "decisions": decisions,
    "due_query": due_query,
    "due_million": due_million,
    "statements": letters.statements,
    "letters": letters.letters,
    "frontdesk": frontdesk.pages,
    "cycle_without_prefect": cycle_without_prefect,
    "cycle_with_prefect": cycle_with_prefect,
    "night": night.nights,
    "tryton": tryton,
}
