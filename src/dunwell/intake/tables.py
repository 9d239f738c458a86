"""A ledger file as a table: what it is, how it is written, and its rows.

Reading takes two passes: one to find out how the file is written, one for the rows, so that a million rows need little
more memory than the file itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Names
from dataclasses import dataclass, field

from dunwell.intake.build import Builder, reject
from dunwell.intake.columns import Layout
from dunwell.intake.dialect import Dialect, detect
from dunwell.intake.mapping import Mapping
from dunwell.intake.rows import FileKind, Reject, Row


@dataclass(frozen=True, slots=True)
class Table:
    """A ledger file that was understood as a whole. Its rows are read anew by each walk over `rows`."""

    name: str
    dialect: Dialect
    layout: Layout
    data: bytes = field(repr=False)

    @property
    def kind(self) -> FileKind:
        """What the file holds."""
        return self.layout.kind

    @property
    def columns(self) -> frozenset[str]:
        """The canonical columns given; what is not among them, an import must leave as it was."""
        return self.layout.columns

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns of the file that nobody reads."""
        return self.layout.ignored

    @property
    def absent_columns(self) -> tuple[str, ...]:
        """Columns that the mapping names for this kind of file and that the file has not; none of them is required."""
        return self.layout.absent

    @property
    def rows(self) -> Iterator[Row | Reject]:
        """Every row in the order of the file, typed, or rejected with its reason."""
        builder = Builder(self.layout, self.dialect)
        return map(builder.row, self.dialect.records(self.data))

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """The rejected rows alone; walks over the whole file."""
        return tuple(row for row in self.rows if isinstance(row, Reject))

    def split(self) -> tuple[tuple[Row, ...], tuple[Reject, ...]]:
        """All rows and all rejects, in memory."""
        taken: list[Row] = []
        rejected: list[Reject] = []
        for row in self.rows:
            if isinstance(row, Reject):
                rejected.append(row)
            else:
                taken.append(row)
        return tuple(taken), tuple(rejected)

    def reject_lines(self, reasons: Names[int, str]) -> Iterator[Reject]:
        """Rejects for rows that were read well but cannot be booked, by line: an account that the ledger has not."""
        found = self.dialect.records(self.data) if reasons else iter(())
        return (reject(record, reasons[record.line]) for record in found if record.line in reasons)


def read(data: bytes, name: str, mapping: Mapping | None = None) -> Table:
    """The table in a ledger file; raises IntakeError when it cannot be read as a whole.

    `name` is what messages call the file.
    """
    dialect, layout = detect(data, name, mapping or Mapping())
    return Table(name, dialect, layout, data)
