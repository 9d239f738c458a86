"""The rejects file: the rows that were not taken, each with its line and reason, to be corrected and imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from dunwell.intake.rows import Reject
from dunwell.intake.tables import Table

_OWN = ("line", "reason")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_rejects(table: Table, rejects: Iterable[Reject]) -> str:
    """CSV text: `line`, `reason`, then the columns of the original under their own names and with its delimiter.

    The original cells stand verbatim, so that a corrected file imports as it is (`line` and `reason` are then ignored
    columns). That includes cells which a spreadsheet takes for formulas (`=…`, `+…`, `-…`, `@…`): they came out of the
    sender's own file, and an apostrophe before them would become part of a name or turn a negative amount into text.
    Only our own column is guarded: a reason that would begin so gets an apostrophe. Write it as UTF-8 with a byte order
    mark, which is how spreadsheets know it. A file of few rows may leave dates or decimals open that the original
    settled: state them in the mapping then.
    """
    # The file may be such a rejects file itself: its first two columns are then of the last time.
    before = len(_OWN) if tuple(table.layout.header[: len(_OWN)]) == _OWN else 0
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=table.dialect.delimiter, lineterminator="\r\n")
    writer.writerow([*_OWN, *table.layout.header[before:]])
    for reject in sorted(rejects, key=lambda reject: reject.line):
        writer.writerow([reject.line, _guarded(reject.reason), *reject.raw[before:]])
    return out.getvalue()


def _guarded(reason: str) -> str:
    return f"'{reason}" if reason.startswith(_FORMULA_STARTS) else reason
