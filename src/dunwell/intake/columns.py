"""The columns of each kind of ledger file, and how a header is known by them."""

from __future__ import annotations

import re
from collections.abc import Mapping as Names
from dataclasses import dataclass, field

from dunwell.intake.errors import IntakeError
from dunwell.intake.mapping import Mapping
from dunwell.intake.rows import FileKind
from dunwell.intake.words import ALL_COLUMNS, OPTIONAL, REQUIRED, bare, listed

# Direction marks and byte order marks that exports leave around a header.
_NOISE = re.compile(r"[\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file keeps each canonical column, under which name, and what the mapping adds."""

    kind: FileKind
    header: tuple[str, ...]
    index: Names[str, int]
    constants: Names[str, str]
    values: Names[str, Names[str, str]]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]
    labels: Names[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[str]:
        """The canonical columns that the file or the mapping's constants give."""
        return frozenset(self.index) | frozenset(self.constants)

    def cell(self, cells: list[str], column: str) -> str:
        """The text of a canonical column in one row, after the mapping's constants and values; '' when not given."""
        position = self.index.get(column)
        text = self.constants.get(column, "") if position is None else cells[position]
        if column not in self.values:
            return text
        return self.values[column].get(text.strip().casefold(), text)

    def label(self, column: str) -> str:
        """The file's own name of a canonical column."""
        return self.labels.get(column, column)


def normalise(header: str) -> str:
    """A column name without what people vary: case, blanks, hyphens, underscores, byte order marks."""
    return re.sub(r"[\s_-]+", "_", _NOISE.sub("", header).strip().casefold()).strip("_")


def positions(header: list[str], mapping: Mapping) -> dict[str, list[int]]:
    """The places of each canonical column in `header`. A name that the mapping gives away is no longer its own."""
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(header):
        places.setdefault(normalise(cell), []).append(place)
    claimed = {normalise(theirs) for theirs in mapping.columns.values()}
    found: dict[str, list[int]] = {}
    for column in ALL_COLUMNS:
        theirs = normalise(mapping.columns.get(column, column))
        if theirs in places and (column in mapping.columns or theirs not in claimed):
            found[column] = places[theirs]
    return found


def recognise(header: list[str], mapping: Mapping, name: str, line: int) -> Layout:
    """The layout of a file with this header; raises IntakeError when it fits no kind, or more than one."""
    found = positions(header, mapping)
    where = f"{name}: line {line}"
    _refuse_clashes(header, found, mapping, where)
    kind = mapping.kind or _kind(found, mapping, where, header)
    missing = _missing(kind, found, mapping)
    if missing:
        raise IntakeError(_missing_message(kind, missing, header, where))
    wanted = (*REQUIRED[kind], *OPTIONAL[kind])
    index = {column: found[column][0] for column in wanted if column in found}
    _refuse_duplicates(header, {column: found[column] for column in index}, where)
    used = set(index.values())
    return Layout(
        kind=kind,
        header=tuple(header),
        index=index,
        constants={column: text for column, text in mapping.constants.items() if column in wanted},
        values={column: values for column, values in mapping.values.items() if column in wanted},
        ignored=tuple(bare(cell) for place, cell in enumerate(header) if place not in used and bare(cell)),
        absent=tuple(mapping.columns[column] for column in wanted if column in mapping.columns and column not in index),
        labels={column: bare(header[place]) for column, place in index.items()},
    )


def _missing(kind: FileKind, found: Names[str, list[int]], mapping: Mapping) -> list[str]:
    return [column for column in REQUIRED[kind] if column not in found and column not in mapping.constants]


def _kind(found: Names[str, list[int]], mapping: Mapping, where: str, header: list[str]) -> FileKind:
    kinds = list(FileKind)
    if "open" in found and "invoice" in found:
        # Read as plain invoices, such a list would demand in full what is partly paid.
        kinds = [FileKind.OPEN_ITEMS]
    own = {kind: sum(column in found for column in REQUIRED[kind]) for kind in kinds}
    fitting = [kind for kind in kinds if not _missing(kind, found, mapping)]
    if fitting:
        most = max(own[kind] for kind in fitting)
        best = [kind for kind in fitting if own[kind] == most]
        if len(best) == 1:
            return best[0]
        raise IntakeError(
            f'{where}: the header fits {listed(best, "and")}. Say which in the mapping (--mapping): kind = "{best[0]}"'
        )
    nearest = max(kinds, key=lambda kind: own[kind] / len(REQUIRED[kind]))
    if not own[nearest]:
        raise IntakeError(_unknown_message(header, where))
    raise IntakeError(_missing_message(nearest, _missing(nearest, found, mapping), header, where))


def _refuse_clashes(header: list[str], found: Names[str, list[int]], mapping: Mapping, where: str) -> None:
    names = {normalise(cell) for cell in header}
    for column, theirs in mapping.columns.items():
        if column not in found and column in names and column not in map(normalise, mapping.columns.values()):
            raise IntakeError(
                f"{where}: the mapping reads {column} from {theirs!r}, which the file has not, but it has a column "
                f"{column!r}. Correct [columns] in the mapping, or leave that line out"
            )
    for column in mapping.constants:
        if column in found:
            raise IntakeError(
                f"{where}: {column} is a column of the file and stands in [constants] of the mapping: "
                "leave one of them out"
            )


def _refuse_duplicates(header: list[str], found: Names[str, list[int]], where: str) -> None:
    for column, places in found.items():
        if len(places) > 1:
            numbers = listed([str(place + 1) for place in places], "and")
            raise IntakeError(
                f"{where}: columns {numbers} are both {bare(header[places[0]])!r} ({column}): "
                "rename or remove the one that does not count"
            )


def _shown(header: list[str]) -> str:
    names = [repr(bare(cell)[:40]) for cell in header[:30] if bare(cell)]
    return ", ".join(names) + (", …" if len(header) > len(names) else "")


def _missing_message(kind: FileKind, missing: list[str], header: list[str], where: str) -> str:
    return (
        f"{where}: this looks like {kind}, but there is no column {listed(missing, 'and')}. The header has "
        f"{_shown(header)}. Add the column, or say in a mapping (--mapping) what it is called: "
        f'[columns] {missing[0]} = "…", '
        f'or one value for all rows: [constants] {missing[0]} = "…"'
    )


def _unknown_message(header: list[str], where: str) -> str:
    kinds = "; ".join(f"{kind}: {', '.join(REQUIRED[kind])}" for kind in FileKind)
    return (
        f"{where}: the first line is no header that Dunwell knows: {_shown(header)}. It needs the columns of one kind "
        f"({kinds}), or a mapping (--mapping) that says what they are called"
    )
