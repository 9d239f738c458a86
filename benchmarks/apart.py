"""A job in a process of its own: what it took by the clock and of the processor, its peak of memory, where time went.

Where: the main thread's stack is looked at every few milliseconds, and each look counts for the innermost frame that
belongs to a part. So waiting counts too, as it does for whoever waits for the night. It costs about one percent.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

_EVERY = 0.004
_PARTS = (
    ("SMTP", ("dunwell/mailroom/sender", "/smtplib.py")),
    ("rendering", ("dunwell/letters/", "dunwell/mailroom/", "/jinja2/", "/typst/", "/email/", "/babel/", "/segno/")),
    ("ledger", ("dunwell/ledger/", "/sqlalchemy/", "/psycopg", "/sqlite3/")),
    ("deciding", ("dunwell/rules/", "dunwell/terms/")),
    ("Prefect", ("/prefect/", "/httpx/", "/httpcore/", "/websockets/", "/asyncio/", "/anyio/")),
    ("desk", ("dunwell/desk/",)),
)


@dataclass(frozen=True)
class Cost:
    """What a job took: seconds by the clock and of the processor, the peak of its process in MB, and what it returned.

    `parts` are shares of the time by the clock, by part, the largest first; what belongs to none is left out.
    """

    wall: float
    cpu: float
    peak: float
    result: Any
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def shares(self) -> str:
        """The parts in words."""
        return ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.parts.items() if share >= 0.005)


def apart(job: Callable[..., Any], *arguments: object, ready: Callable[[], object] | None = None) -> Cost:
    """Run a module's function in a new process, `ready` before it and not measured; raises RuntimeError with what it
    said where it failed."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(theirs, job, arguments, ready))
    process.start()
    theirs.close()
    try:
        found = ours.recv()
    except EOFError:
        found = "it ended without a word"
    process.join()
    if not isinstance(found, Cost):
        raise RuntimeError(f"{job.__name__}{arguments}: {found}")
    return found


def _measured(
    pipe: Any, job: Callable[..., Any], arguments: tuple[object, ...], ready: Callable[[], object] | None
) -> None:
    if ready:
        ready()
    seen: Counter[str] = Counter()
    over = threading.Event()
    threading.Thread(target=_look, args=(threading.get_ident(), seen, over), daemon=True).start()
    began, used = time.perf_counter(), time.process_time()
    try:
        result = job(*arguments)
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
        raise
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    over.set()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    looks = sum(seen.values()) or 1
    parts = {name: count / looks for name, count in seen.most_common() if name}
    pipe.send(Cost(wall, cpu, peak, result, parts))


def _look(thread: int, seen: Counter[str], over: threading.Event) -> None:
    while not over.wait(_EVERY):
        seen[_part(sys._current_frames().get(thread))] += 1


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        file = frame.f_code.co_filename
        for name, places in _PARTS:
            if any(place in file for place in places):
                return name
        frame = frame.f_back
    return ""
