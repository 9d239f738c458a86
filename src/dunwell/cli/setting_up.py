"""`dunwell init`, `doctor` and `policy`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import doctor as doctoring
from dunwell.cli.check import Check
from dunwell.cli.output import Exit, bar, json_line, out, table
from dunwell.cli.starter import SETTINGS
from dunwell.settings import FILE_NAME

_policy = typer.Typer(help="The policy: check a file, show what holds.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init")(init)
    app.command("doctor")(doctor)
    app.add_typer(_policy, name="policy")


def init(folder: Annotated[Path, typer.Argument(help="Where to set up (default: here).")] = Path()) -> None:
    """Write commented settings and a starter policy into FOLDER, and create the ledger or bring it up to date.

    Files that are there are left as they are.
    """
    # What is written here holds letters, keys and perhaps a password: for its owner alone.
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((FILE_NAME, SETTINGS), ("policy.toml", wiring.default_policy_text())):
        _write_new(folder / name, text)
    (folder / "templates").mkdir(exist_ok=True)
    os.chdir(folder)
    wiring.set_overrides()
    books = wiring.open_books(current=False)
    wiring.prepare(books)
    out.print(f"the ledger is ready: {books.engine.url.render_as_string(hide_password=True)}", markup=False)
    out.print("next: fill in dunwell.toml, then `dunwell doctor`, `dunwell import FILE…`, `dunwell preview`")


def _write_new(file: Path, text: str) -> None:
    if file.exists():
        out.print(f"left as it is: {file}", markup=False)
        return
    file.write_text(text, encoding="utf-8")
    out.print(f"written: {file}", markup=False)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a check.")] = False) -> None:
    """Check settings, ledger, policy, templates, mail servers and Prefect, and say what to do about each."""
    found: list[Check] = []
    with bar(total=False) as progress:
        progress.add_task("looking at everything")
        found += doctoring.checks()
    if as_json:
        for check in found:
            json_line(check)
    else:
        table("Doctor", ("check", "state", "what"), [(c.name, c.state, c.what) for c in found])
    if any(check.state == "wrong" for check in found):
        raise typer.Exit(int(Exit.BAD_INPUT))
    if any(check.state == "away" for check in found):
        raise typer.Exit(int(Exit.TEMPORARY))


@_policy.command("check")
def check(file: Annotated[Path, typer.Argument(help="The policy file.")]) -> None:
    """Check a policy file: every error at once, with its line, its key and what is allowed."""
    policy = wiring.read_policy(file)
    out.print(f"{file}: sound ({policy.name}, {len(policy.exception)} exceptions)", markup=False)


@_policy.command("show")
def show(
    file: Annotated[Path | None, typer.Argument(help="The policy file (default: the one in force).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole policy as one JSON object.")] = False,
) -> None:
    """Show the policy in force, or one in a file: its stages, touches, calls and limits."""
    policy = wiring.read_policy(file or wiring.policy_file())
    if as_json:
        json_line(policy.model_dump(mode="json"))
        return
    rows = []
    for name, stage in policy.stage.items():
        letters = ", ".join(f"{t.letter} {_when(t.day, t.every)}" for t in stage.touch)
        calls = ", ".join(_when(c.day, c.every) or f"{c.after_letter} days after the first letter" for c in stage.call)
        rows.append(
            (name, f"{stage.from_day} to {stage.to_day if stage.to_day is not None else 'open'}", letters, calls)
        )
    table(f"Policy {policy.name}", ("stage", "days", "letters", "calls"), rows)
    limits = policy.limits
    out.print(
        f"at least {limits.days_between_letters} days between letters, at most {limits.letters_in_window} in "
        f"{limits.window_days} days; nobody is chased with payments older than {limits.payments_max_age} business days"
    )


def _when(day: int | None, every: tuple[int, ...] | None) -> str:
    if every is not None:
        return f"every {' or '.join(str(gap) for gap in every)} days"
    return f"on day {day}" if day is not None else ""
