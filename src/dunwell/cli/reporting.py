"""`dunwell report`: the week in figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.output import json_line, out, parse_day, plain
from dunwell.desk import report as desk


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    week: Annotated[
        str | None, typer.Option("--week", metavar="DATE", help="A day of the week (default: of the last whole one).")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Write it to this folder, as .md and .json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """The week in figures: ageing, DSO, promises, calls, the litigation queue, what was sent and what was paid."""
    found = desk.report(wiring.office(), wiring.moment(), parse_day(week, "--week"))
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        file = to / f"report-{found.week}.md"
        file.write_text(desk.markdown(found), encoding="utf-8")
        data = json.dumps(plain(desk.as_data(found)), ensure_ascii=False, indent=1)
        file.with_suffix(".json").write_text(data + "\n", encoding="utf-8")
        if not as_json:
            out.print(f"written: {file}, and .json beside it", markup=False, soft_wrap=True)
    if as_json:
        json_line(desk.as_data(found))
    elif to is None:
        out.print(desk.markdown(found), markup=False, soft_wrap=True)
