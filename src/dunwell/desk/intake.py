"""Intake: a ledger file taken into the books in one unit of work; what cannot be taken is told with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from dunwell.intake import tables as intake_tables
from dunwell.intake.errors import IntakeError
from dunwell.intake.mapping import Mapping
from dunwell.intake.rejects import write_rejects
from dunwell.intake.rows import FileKind, OpenItemRow, Reject, Row
from dunwell.intake.tables import Table
from dunwell.ledger import imports, invoices, open_items, parties
from dunwell.ledger.books import Books, Work
from dunwell.ledger.imports import Taker
from dunwell.ledger.journal import Pen
from dunwell.terms.moment import Moment

_CHUNK = 1000
ORDER = (FileKind.ACCOUNTS, FileKind.CONTACTS, FileKind.INVOICES, FileKind.PAYMENTS, FileKind.OPEN_ITEMS)
"""The order in which files given together are taken: what others rest on comes first."""


class _DryRun(Exception):
    """Unwinds the unit of work of a dry run."""


@dataclass(frozen=True, slots=True)
class Request:
    """How a file is to be taken: of which source and day it is, and whether its list is complete."""

    source: str = "default"
    as_of: date | None = None
    complete: bool = False
    dry_run: bool = False
    allocation: str = "principal_first"
    keep_charges: bool = False


@dataclass
class Taken:
    """What became of one file."""

    name: str
    kind: FileKind
    new: int = 0
    changed: int = 0
    same: int = 0
    changes: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    rejects_text: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to be taken: its table, and whom to tell how many rows are done."""

    table: Table
    progress: Callable[[int], None]


def understand(files: Sequence[tuple[str, bytes]], mapping: Mapping | None) -> list[Table]:
    """Every file as a table, in the order in which they are taken. Raises IntakeError for one that cannot be read."""
    tables = [intake_tables.read(data, name, mapping) for name, data in files]
    return sorted(tables, key=lambda table: ORDER.index(table.kind))


def take(books: Books, files: Sequence[Incoming], request: Request, moment: Moment) -> list[Taken]:
    """Take all files in one unit of work: all that can be taken of them, or nothing.

    Importing the same files again changes nothing. Raises IntakeError, having changed nothing, for a list that is
    older than the last of its source.
    """
    found: list[Taken] = []
    try:
        with books.write() as work:
            for file in files:
                found.append(_take(work, file, request, moment))
            if request.dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return found


def _take(work: Work, file: Incoming, request: Request, moment: Moment) -> Taken:
    table, as_of = file.table, request.as_of or moment.on
    taken = Taken(table.name, table.kind, ignored_columns=tuple(table.ignored_columns))
    taker = Taker(work, Pen(moment.now, moment.on), request.source, request.allocation, as_of, table.columns)
    list_no = _begin_list(taker, table) if table.kind is FileKind.OPEN_ITEMS else 0
    loose = open_items.loose_cash()
    for chunk in _chunks(table.rows, taken.rejects):
        _take_chunk(taker, table.kind, chunk, list_no, loose)
        work.flush()
        work.session.expunge_all()
        file.progress(len(chunk))
    refused = list(table.reject_lines(dict(taker.tally.refused)))
    if table.kind is FileKind.OPEN_ITEMS:
        unread = {cell.strip() for reject in (*taken.rejects, *refused) for cell in reject.raw}
        open_items.take_loose_cash(taker, loose, unread)
        taken.missing = open_items.missing_from(
            taker, list_no, unread, complete=request.complete, keep_charges=request.keep_charges
        )
    if table.kind is FileKind.PAYMENTS:
        imports.fresh_as_of(work, request.source, table.kind.value, as_of)
    taker.finish()
    taken.new, taken.changed, taken.same = taker.tally.new, taker.tally.changed, taker.tally.same
    taken.changes = taker.tally.changes
    taken.rejects += refused
    taken.rejects.sort(key=lambda reject: reject.line)
    taken.rejects_text = write_rejects(table, taken.rejects) if taken.rejects else ""
    return taken


def _begin_list(taker: Taker, table: Table) -> int:
    try:
        return open_items.begin_list(taker)
    except ValueError as error:
        raise IntakeError(f"{table.name}: {error}") from None


def _chunks(rows: Iterator[Row | Reject], rejects: list[Reject]) -> Iterator[list[Row]]:
    """The good rows, a chunk at a time; the others go to `rejects`."""

    def good() -> Iterator[Row]:
        for row in rows:
            if isinstance(row, Reject):
                rejects.append(row)
            else:
                yield row

    rows_left = good()
    while chunk := list(islice(rows_left, _CHUNK)):
        yield chunk


def _take_chunk(
    taker: Taker, kind: FileKind, chunk: Sequence[Any], list_no: int, loose: dict[tuple[str, str], int]
) -> None:
    match kind:
        case FileKind.ACCOUNTS:
            parties.take_accounts(taker, chunk)
        case FileKind.CONTACTS:
            parties.take_contacts(taker, chunk)
        case FileKind.INVOICES:
            invoices.take_invoices(taker, chunk)
        case FileKind.PAYMENTS:
            imports.take_payments(taker, chunk)
        case FileKind.OPEN_ITEMS:
            open_items.take_open_items(taker, [row for row in chunk if isinstance(row, OpenItemRow)], list_no, loose)
