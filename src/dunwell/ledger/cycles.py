"""Daily cycles: the lock that only one holds, their order, and what each left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import psutil
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import col

from dunwell.ledger.books import Books, Work
from dunwell.ledger.journal import seal
from dunwell.ledger.tables import AccountRow, CycleRow, InvoiceRow, LetterRow

_ADVISORY_KEY = 0x44554E57
"""PostgreSQL's advisory lock of the daily cycle ('DUNW')."""
_LOCK_NOT_AVAILABLE = "55P03"


class CycleRunning(Exception):
    """Another daily cycle holds the lock."""


@contextlib.contextmanager
def lock(books: Books) -> Iterator[None]:
    """Hold the daily cycle's lock; raises CycleRunning within a second where another does. It dies with its process."""
    if books.postgres:
        with _advisory(books):
            yield
        return
    name = books.engine.url.database
    if not name or name == ":memory:":
        yield
        return
    # Beside the file itself, whatever links lead there.
    real = Path(name).resolve()
    with open(real.with_name(f"{real.name}.cycle.lock"), "a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CycleRunning("another daily cycle is running on this ledger") from None
        yield


@contextlib.contextmanager
def _advisory(books: Books) -> Iterator[None]:
    # A connection of its own, outside the pool: a session lock must not be handed on with it.
    connection = books.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        # The server takes a moment to see that a killed process is gone, and its lock with it.
        connection.execute(text("SET lock_timeout = '1s'"))
        try:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            raise CycleRunning("another daily cycle is running on this ledger") from None
        yield
        with contextlib.suppress(DBAPIError):  # where the connection broke, the lock has gone with it
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_KEY})
    finally:
        connection.invalidate()
        connection.close()


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """What a cycle did: cases looked at, letters expected, and what became of them."""

    on: date
    state: str
    looked_at: int
    expected: int
    sent: int
    failed: int
    in_doubt: int
    waiting: int
    rehearsed: int
    digest: str


def open_day(work: Work, on: date, now: datetime) -> date | None:
    """Open the cycle of day `on`, again where it stopped; returns the newest day instead if that is later."""
    newest = work.session.execute(select(func.max(col(CycleRow.on)))).scalar_one_or_none()
    if newest is not None and newest > on:
        return newest
    row = work.session.execute(select(CycleRow).where(col(CycleRow.on) == on)).scalar_one_or_none()
    if row is None:
        row = CycleRow(on=on, state="running", started_at=now.isoformat(timespec="seconds"))
        work.session.add(row)
    row.state, row.cleared = "running", False
    return None


def clear(work: Work, on: date) -> None:
    """The day's payments and volume were looked at: its letters may go, at once and in later hours."""
    work.session.execute(select(CycleRow).where(col(CycleRow.on) == on)).scalar_one().cleared = True


def is_cleared(work: Work, on: date) -> bool:
    """Whether the cycle of day `on` has cleared its letters."""
    query = select(col(CycleRow.cleared)).where(col(CycleRow.on) == on)
    return bool(work.session.execute(query).scalar_one_or_none())


def add_looked_at(work: Work, on: date, count: int) -> None:
    """Count cases looked at in the cycle of day `on`."""
    row = work.session.execute(select(CycleRow).where(col(CycleRow.on) == on)).scalar_one()
    row.looked_at += count


def close_day(work: Work, on: date, now: datetime, state: str, waiting: int) -> CycleRecord:
    """Close the cycle: count the day's letters by what became of them, and seal the journal."""
    row = work.session.execute(select(CycleRow).where(col(CycleRow.on) == on)).scalar_one()
    query = (
        select(col(LetterRow.state), func.count())
        .where(col(LetterRow.on) == on, col(LetterRow.kind).in_(("cycle", "rehearsal", "news")))
        .group_by(col(LetterRow.state))
    )
    counts = {name: int(count) for name, count in work.session.execute(query)}
    row.sent, row.failed = counts.get("sent", 0), counts.get("failed", 0)
    row.in_doubt = counts.get("in_doubt", 0) + counts.get("handed", 0)
    row.rehearsed, row.waiting = counts.get("rehearsed", 0), waiting + counts.get("reserved", 0)
    row.expected = row.sent + row.failed + row.in_doubt + row.rehearsed + row.waiting
    row.state, row.finished_at, row.digest = state, now.isoformat(timespec="seconds"), seal(work)
    return record_of(row)


def record_of(row: CycleRow) -> CycleRecord:
    """A cycle as it is reported."""
    return CycleRecord(
        row.on,
        row.state,
        row.looked_at,
        row.expected,
        row.sent,
        row.failed,
        row.in_doubt,
        row.waiting,
        row.rehearsed,
        row.digest,
    )


def usual_volume(work: Work, before: date, cycles: int) -> list[int]:
    """How many letters each of the last `cycles` closed cycles before `before` had, rehearsals included."""
    query = (
        select(CycleRow)
        .where(col(CycleRow.on) < before, col(CycleRow.state) == "done")
        .order_by(col(CycleRow.on).desc())
        .limit(cycles)
    )
    rows = work.session.execute(query).scalars()
    return [row.sent + row.failed + row.in_doubt + row.rehearsed for row in rows]


def last_day(work: Work) -> date | None:
    """The day of the newest cycle."""
    return work.session.execute(select(func.max(col(CycleRow.on)))).scalar_one_or_none()


def is_done(work: Work, on: date) -> bool:
    """Whether the cycle of day `on` ran to its end."""
    query = select(col(CycleRow.state)).where(col(CycleRow.on) == on)
    return work.session.execute(query).scalar_one_or_none() == "done"


@dataclass(frozen=True, slots=True)
class Slip:
    """Something that could slip: an invoice that nothing will move by itself, and why."""

    what: str
    invoice: str
    account: str
    why: str


def slips(work: Work, today: date) -> list[Slip]:
    """Open invoices that were never sent, have no due date, nobody to write to, or no next touch."""
    query = (
        select(InvoiceRow, col(AccountRow.number))
        .join(AccountRow, col(InvoiceRow.account_id) == col(AccountRow.id))
        .where(col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice", col(InvoiceRow.next_on).is_(None))
        .order_by(col(InvoiceRow.number))
    )
    return [
        Slip(_slip_kind(row), row.number, account, row.why or "")
        for row, account in work.session.execute(query)
        if row.reason not in _LOOKED_AFTER
    ]


_LOOKED_AFTER = ("referred", "excluded", "within_tolerance", "rehearsed", "direct_debit", "below_minimum")
"""Reasons without a next day that are no slip: a rule or a person's task looks after them."""
_SLIPS = {"no_due_date": "no due date", "no_reachable_contact": "no reachable contact"}


def _slip_kind(row: InvoiceRow) -> str:
    if row.not_sent and row.stage == "issued":
        return "never sent"
    return _SLIPS.get(row.reason or "", "no next touch")


def worker_name() -> str:
    """Which process this is, for the books: machine, process id and when it started."""
    return _name_of(os.getpid())


@cache
def _name_of(pid: int) -> str:
    # By process id, so that a forked process does not go by its parent's name.
    return f"{os.uname().nodename}:{pid}:{_started(pid)}"


def is_gone(worker: str) -> bool:
    """Whether `worker` was a process of this machine that is no more. Of other machines nothing is known."""
    node, pid, started = [*worker.rsplit(":", 2), "", ""][:3]
    if node != os.uname().nodename or not pid.isdigit():
        return False
    # A container that starts again has the same name and process ids: the start tells them apart.
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When the process `pid` of this machine started; empty where there is none."""
    try:
        return str(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return ""
