"""A figure, and how it is timed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Figure:
    """A measurement beside its baseline. `ratio` is measured over baseline, in the same unit."""

    what: str
    measured: str
    baseline: str
    ratio: float
    aim: str = ""


def timed(job: Callable[[], object]) -> float:
    """Seconds that `job` takes, once."""
    gc.collect()
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def best(job: Callable[[], object], times: int = 3) -> float:
    """The least seconds of several runs."""
    return min(timed(job) for _ in range(times))
