"""`dunwell reply`: what the words of a reply say. Loads neither settings nor books, so that it starts at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from dunwell.cli.alone import run_alone
from dunwell.cli.output import Exit, json_line, parse_day, stop
from dunwell.replies.dates import FoundDate, find_dates
from dunwell.replies.languages import LANGUAGES
from dunwell.replies.message import read_message
from dunwell.replies.plain import plain
from dunwell.replies.quoting import new_text
from dunwell.replies.reading import read

_reply = typer.Typer(help="What the words of a reply say. Needs neither settings nor a ledger.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_reply, name="reply")


def main() -> None:
    """Run `dunwell reply` alone."""
    run_alone(register)


@_reply.callback()
def _group() -> None:
    """What the words of a reply say. Needs neither settings nor a ledger."""


@_reply.command("dates")
def dates(
    language: Annotated[str, typer.Option(metavar="LANGUAGE", help=f"One of {', '.join(LANGUAGES)}.")],
    on: Annotated[str, typer.Option(metavar="DATE", help="The day on which the text was written.")],
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="The text; without one, standard input, one text a line.")
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="The writer's country: how 05/06 is read, and which days are business days."),
    ] = None,
) -> None:
    """Find the dates in TEXT, and print them as one JSON object a text: `{"dates": [{"date", "window", "words"}]}`.

    A day has a date; a period (next week, in June, from the 10th to the 15th) has a window, its first and last day,
    and no date. A weekday is the next one; the end of a month its last day; `in ten days` the exact day.
    """
    day = parse_day(on, "--on")
    if day is None or language not in LANGUAGES:
        stop(f"--language: {language!r} is none of {', '.join(LANGUAGES)}", Exit.BAD_INPUT)
    for one in _lines() if text is None else [_sound(text)]:
        json_line({"dates": [_plain(found) for found in find_dates(one, language, day, country)]})


def _lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _sound(text: str) -> str:
    """An argument as text that can be printed again, whatever bytes it came from."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _plain(found: FoundDate) -> dict[str, Any]:
    return {"date": None if found.window else found.date, "window": found.window, "words": found.words}


_MOST_BYTES = 60_000_000


@_reply.command("read")
def read_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Mails (.eml), or folders of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    country: Annotated[
        str | None, typer.Option(metavar="CODE", help="The writer's country, where it is known.")
    ] = None,
) -> None:
    """Say what each mail means by its words alone: intent, promises, what was paid, and what would be done about it."""
    for file in _mails(files):
        found = _read_file(file, country)
        if as_json:
            json_line(found)
        else:
            sys.stdout.write(_short(found))


def _mails(files: list[Path]) -> Iterator[Path]:
    for file in files:
        if file.is_dir():
            yield from sorted(one for one in file.rglob("*.eml") if one.is_file())
        else:
            yield file


def _read_file(file: Path, country: str | None) -> dict[str, Any]:
    """What a mail means; for a file that cannot be read, that a person has to look."""
    name = _sound(str(file))
    try:
        with file.open("rb") as stream:
            raw = stream.read(_MOST_BYTES)
        message = read_message(raw)
        return {"file": name, **plain(read(message, new_text(message), country))}
    except OSError as problem:
        return {"file": name, **_unread(f"cannot be read: {problem.strerror}")}
    except Exception as problem:
        return {"file": name, **_unread(f"cannot be understood: {type(problem).__name__}")}


def _unread(reason: str) -> dict[str, Any]:
    return {
        "language": None,
        "intent": "other",
        "secondary_intents": [],
        "promises": [],
        "paid": None,
        "new_contact": None,
        "auto_until": None,
        "new_text": "",
        "confidence": 0.0,
        "action": "review",
        "reasons": [reason],
    }


def _short(found: dict[str, Any]) -> str:
    """A reading for people: a line for the mail, and one for each promise."""
    lines = [f"{found['file']}: {found['intent']} ({found['action']}; {'; '.join(found['reasons'])})"]
    lines += [
        f"  {one['date']} {one['amount'] or ''} {one['currency'] or ''}".rstrip() + f"  {one['words']}"
        for one in found["promises"]
    ]
    return "\n".join(lines) + "\n"
