"""`make bench`: measures, prints a table, and writes benchmarks/results.json. Absolute figures are of this machine."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import measures
from benchmarks.figures import Figure


def main() -> None:
    """Run the benchmarks that are asked for, all by default."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(measures.ALL)}")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results.json", help="where to write them")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in measures.ALL]:
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(measures.ALL)}")
    figures: list[Figure] = []
    console = Console()
    for name in chosen.names or measures.ALL:
        with tempfile.TemporaryDirectory() as folder, console.status(f"measuring: {name}"):
            figures += measures.ALL[name](Path(folder))
    _table(console, figures)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    chosen.json.write_text(json.dumps({"machine": machine, "figures": [vars(f) for f in figures]}, indent=2) + "\n")


def _table(console: Console, figures: list[Figure]) -> None:
    table = Table("what", "measured", "baseline", "ratio", "aim")
    for figure in figures:
        table.add_row(figure.what, figure.measured, figure.baseline, f"{figure.ratio:.2f}", figure.aim)
    console.print(table)


if __name__ == "__main__":
    main()
