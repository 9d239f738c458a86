"""From lines to records: cells, with the physical line on which each record starts.

Quoting errors stay local. A quotation mark that never closes would make a plain CSV reader swallow the rest of the
file as one cell; here it costs its own line, and reading goes on with the next.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

# A name or an address has a few lines. A quoted cell longer than this is a mark that was never closed.
MAX_QUOTED_LINES = 100


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row. `problem` says why they cannot be trusted; `cells` then holds the bare line."""

    line: int
    cells: list[str]
    problem: str | None = None


class _Lines:
    """Numbered lines that can be put back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._back: deque[str] = deque()
        self.number = 0

    def next(self) -> str | None:
        text = self._back.popleft() if self._back else next(self._source, None)
        self.number += text is not None
        return text

    def put_back(self, texts: list[str]) -> None:
        self._back.extendleft(reversed(texts))
        self.number -= len(texts)


def records(source: Iterator[str], delimiter: str) -> Iterator[Record]:
    """The records of `source`, lines that end with a line feed. Lines without any content are left out."""
    lines = _Lines(source)
    blank = delimiter + " \t\n\r\u00a0"
    while (text := lines.next()) is not None:
        if '"' in text:
            record = _quoted(text, lines, delimiter)
            if any(not cell.isspace() for cell in record.cells if cell):
                yield record
        elif text.strip(blank):
            # Nothing is quoted in nearly every line of nearly every ledger, and splitting is much faster.
            yield Record(lines.number, text.rstrip("\n").split(delimiter))


def _quoted(first: str, lines: _Lines, delimiter: str) -> Record:
    start = lines.number
    texts = [first]
    while True:
        try:
            return Record(start, parse_line(texts, delimiter))
        except csv.Error as error:
            problem = _problem(error)
            if not (_is_open(error) and _extend(texts, lines)):
                break
    lines.put_back(texts[1:])
    return Record(start, [first.rstrip("\n")], problem)


def parse_line(texts: list[str], delimiter: str) -> list[str]:
    """The cells of one record that spans `texts`; raises csv.Error when its quotation marks do not add up."""
    # csv also strips one line end inside the last cell's line; strict makes it report what it would guess at.
    return next(csv.reader(texts, delimiter=delimiter, strict=True), [])


def _extend(texts: list[str], lines: _Lines) -> bool:
    """Add lines up to the next one with a quotation mark, which alone can close the cell."""
    while len(texts) < MAX_QUOTED_LINES:
        text = lines.next()
        if text is None:
            return False
        texts.append(text)
        if '"' in text:
            return True
    return False


def _is_open(error: csv.Error) -> bool:
    return "unexpected end of data" in str(error)


def _problem(error: csv.Error) -> str:
    if _is_open(error):
        return "a quotation mark opens a cell and never closes it"
    if "field larger" in str(error):
        return "a cell is too long"
    return 'a quotation mark stands inside a quoted cell: write it twice ("")'
