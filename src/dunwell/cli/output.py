"""Output: tables for people, JSON for programs, and how a command ends."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dunwell.terms.money import Money


class Exit(IntEnum):
    """How a command ends."""

    DONE = 0
    FAILURES = 1
    BAD_INPUT = 2
    RUNNING = 3
    UNSAFE = 4
    TEMPORARY = 75


_WIDE = 160
"""Columns where output goes to a file or a pipe: nothing is cut there."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _WIDE)


def stop(message: str, code: Exit) -> NoReturn:
    """End with a message on standard error."""
    err.print(Text(message))
    raise typer.Exit(int(code))


def parse_day(text: str | None, option: str = "--date") -> date | None:
    """A day on the command line; ends with 2 when it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(f"{option}: {text!r} is no date; write YYYY-MM-DD", Exit.BAD_INPUT)


_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)(?: ?([A-Za-z]{3}))?", re.ASCII)


def parse_amount(text: str | None, option: str = "--amount") -> tuple[Decimal, str | None] | None:
    """An amount on the command line, `100.00` or `100.00 EUR`; ends with 2 when it is none."""
    if text is None:
        return None
    if not (match := _AMOUNT.fullmatch(text.strip())):
        stop(f"{option}: {text!r} is no amount; write 100.00, or 100.00 EUR", Exit.BAD_INPUT)
    return Decimal(match[1]), match[2].upper() if match[2] else None


def plain(value: object) -> Any:
    """`value` as JSON takes it: amounts as strings in major units, days as YYYY-MM-DD."""
    if isinstance(value, Money):
        return f"{value.amount:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def json_line(value: object) -> None:
    """One JSON object on a line of its own."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")


def cell(text: str) -> str:
    """Text from outside as a cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, most: int | None = None) -> None:
    """A table for people; text from outside is shown as it is, never as markup."""
    listed = list(rows)
    out.print(Text(title, style="bold"))
    shown = Table(header_style="dim", show_edge=False, pad_edge=False)
    for head in heads:
        shown.add_column(head, overflow="fold")
    for row in listed[:most]:
        shown.add_row(*(Text("" if cell is None else " ".join(str(cell).split())) for cell in row))
    out.print(shown)
    if most is not None and len(listed) > most:
        out.print(f"… and {len(listed) - most} more (--json shows all)")
    out.print()


def bar(*, total: bool = True) -> Progress:
    """A progress bar on standard error; silent where that is no terminal."""
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    return Progress(*columns if total else columns[:2], console=err, disable=not err.is_terminal, transient=True)
