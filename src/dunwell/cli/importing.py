"""`dunwell import`."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.output import Exit, bar, err, json_line, out, parse_day, stop, table
from dunwell.desk import intake
from dunwell.desk import notices as service
from dunwell.desk.intake import Incoming, Request, Taken
from dunwell.intake.errors import IntakeError
from dunwell.intake.mapping import Mapping, read_mapping
from dunwell.intake.rows import FileKind
from dunwell.intake.tables import Table
from dunwell.ledger import notices
from dunwell.ledger.books import Books
from dunwell.ledger.engine import check
from dunwell.terms.moment import Moment


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV files; each is known by its header.")],
    mapping: Annotated[Path | None, typer.Option(help="A TOML file that names the columns of yours.")] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Of which day the data is (default: today).")
    ] = None,
    source: Annotated[
        str, typer.Option(help="Where the lists come from; each source is compared with its own last list.")
    ] = "default",
    complete: Annotated[
        bool, typer.Option("--complete", help="The open-items list is whole: what it lacks is closed as paid.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
) -> None:
    """Import accounts, contacts, invoices, credit notes, payments or open items from CSV files.

    Importing the same or a newer export again is safe. Rows that cannot be taken go to FILE.rejects.csv with their line
    and reason; the rest is taken (exit 1). A file that cannot be read as a whole changes nothing (exit 2).
    """
    moment = wiring.moment()
    request = Request(
        source=source,
        as_of=_as_of(as_of, moment.on),
        complete=complete,
        dry_run=dry_run,
        allocation=_allocation(),
        keep_charges=wiring.read_policy(wiring.policy_file()).payments.keep_charges_when_closed,
    )
    tables = intake.understand([(str(file), _read(file)) for file in files], _mapping(mapping))
    failed = False
    for taken in _take(_books(), tables, request, moment):
        failed = failed or bool(taken.rejects)
        rejects_file = _save_rejects(taken, dry_run=dry_run)
        _tell(taken, rejects_file, dry_run=dry_run, as_json=as_json)
    if not dry_run:
        _restore(moment)
    raise typer.Exit(int(Exit.FAILURES if failed else Exit.DONE))


def _as_of(text: str | None, today: date) -> date:
    day = parse_day(text, "--as-of") or today
    if day > today:
        stop(f"--as-of: {day} is after today, {today}: no data can be of a day that has not been", Exit.BAD_INPUT)
    return day


def _allocation() -> str:
    return wiring.read_policy(wiring.policy_file()).payments.allocation


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise IntakeError(f"{file}: cannot be read: {error.strerror}") from None


def _mapping(file: Path | None) -> Mapping | None:
    return None if file is None else read_mapping(_read(file), str(file))


def _books() -> Books:
    books = wiring.open_books(current=False)
    if check(books.engine) == "empty":
        wiring.prepare(books)
    return wiring.open_books()


def _take(books: Books, tables: list[Table], request: Request, moment: Moment) -> list[Taken]:
    with bar() as progress:
        files = []
        for table in tables:
            task = progress.add_task(Path(table.name).name, total=max(1, table.data.count(b"\n") - 1))
            files.append(Incoming(table, partial(progress.advance, task)))
        return intake.take(books, files, request, moment)


def _restore(moment: Moment) -> None:
    """What ended a hold is told to service delivery at once; where that fails, the next run tries again."""
    with wiring.open_books().read() as work:
        if not notices.any_standing(work):
            return
    for one in service.after_payments(wiring.office(), moment):
        err.print(f"service delivery, {one.event} {one.account}: {one.state}: {one.reason}", markup=False)


def _save_rejects(taken: Taken, *, dry_run: bool) -> Path | None:
    if not taken.rejects:
        return None
    target = Path(f"{taken.name}.rejects.csv")
    if not dry_run:
        # With a byte order mark, by which spreadsheets know UTF-8.
        target.write_text(taken.rejects_text, encoding="utf-8-sig", newline="")
    return target


def _tell(taken: Taken, rejects: Path | None, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        json_line(
            {
                "file": taken.name,
                "kind": taken.kind.value,
                "new": taken.new,
                "changed": taken.changed,
                "same": taken.same,
                "rejected": len(taken.rejects),
                "rejects_file": str(rejects) if rejects else None,
                "changes": taken.changes,
                "missing": taken.missing,
                "dry_run": dry_run,
            }
        )
        return
    would = "would be " if dry_run else ""
    out.print(f"{Path(taken.name).name}: {taken.kind.value.replace('_', ' ')}", markup=False)
    out.print(f"  {would}new {taken.new}, changed {taken.changed}, same {taken.same}, rejected {len(taken.rejects)}")
    if taken.kind is FileKind.PAYMENTS and taken.same and not taken.new:
        out.print(
            "  nothing new: if the file is an old one, say of which day it is with --as-of, or payments look fresh"
        )
    if taken.changes:
        table("Changed", ("what",), [(change,) for change in taken.changes], most=20)
    if taken.missing:
        table("Not on this list any more", ("invoice",), [(number,) for number in taken.missing], most=20)
    if taken.ignored_columns:
        out.print(f"  columns that nobody reads: {', '.join(taken.ignored_columns)}", markup=False)
    if rejects:
        table("Rejected", ("line", "reason"), [(r.line, r.reason) for r in taken.rejects], most=10)
        err.print(f"  all {len(taken.rejects)} {'would be' if dry_run else 'are'} in {rejects}", markup=False)
