"""The front desk's pages at many open invoices: server time each, against the page that only tells of a missing one."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from httpx import ASGITransport, AsyncClient

from benchmarks.figures import Figure
from benchmarks.ledgers import DAY, fill, office
from dunwell import wiring
from dunwell.cli import doctor
from dunwell.desk import users
from dunwell.desk.office import Office
from dunwell.frontdesk.app import application
from dunwell.frontdesk.ask import Desk
from dunwell.ledger import tasks

MANY = int(os.environ.get("BENCH_INVOICES", "100000"))
_TASKS = 5000
_TIMES = 5
_PASSWORD = "only for the benchmark"  # noqa: S105 (of a ledger that is gone when the benchmark ends)
PAGES = (
    "/", "/?role=all&due=all", "/calls", "/replies", "/accounts", "/accounts?sort=number", "/accounts?q=Firm%20777",
    "/account/A0", "/account/A77770", "/invoice/I77777", "/queue", "/promises", "/figures", "/report", "/settings",
    "/search?q=7777",
)  # fmt: skip


def pages(folder: Path) -> list[Figure]:
    """Each page, warm, at 100,000 open invoices of 20,000 accounts, half of them overdue; the aim is 200 ms."""
    with office(folder, 9) as firm:
        fill(firm.books, MANY, due_share=0.5, an_account=5)
        _work_for_people(firm)
        desk = Desk(wiring.office, wiring.moment, wiring.now, lambda: list(doctor.checks(quick=True)))
        measured = asyncio.run(_measured(AsyncClient(
            transport=ASGITransport(application(desk)), base_url="http://127.0.0.1",
            cookies={"dunwell_session": _session(firm)},
        )))  # fmt: skip
    base = measured.pop("/nothing")
    return [
        Figure(f"page {path}, {MANY:,} invoices", f"{1000 * took:.0f} ms", f"{1000 * base:.0f} ms, 'not found'",
               took / base, "under 200 ms")
        for path, took in measured.items()
    ]  # fmt: skip


async def _measured(client: AsyncClient) -> dict[str, float]:
    found: dict[str, float] = {}
    for path in (*PAGES, "/nothing"):
        times = []
        for _ in range(_TIMES):
            began = time.perf_counter()
            answer = await client.get(path)
            times.append(time.perf_counter() - began)
            assert answer.status_code == (404 if path == "/nothing" else 200), (path, answer.status_code)
        found[path] = sorted(times)[_TIMES // 2]
    return found


def _work_for_people(firm: Office) -> None:
    with firm.books.write() as work:
        for number in range(_TASKS):
            kind = "call" if number % 2 else "no_reachable_contact"
            tasks.make(work, f"bench:{number}", kind, f"call Firm {number}", made_on=DAY, account_id=number + 1)


def _session(firm: Office) -> str:
    users.add(firm.books, "Bench", "owner", _PASSWORD, DAY)
    return users.sign_in(firm.books, "Bench", _PASSWORD, "127.0.0.1", wiring.now())
