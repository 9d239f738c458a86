"""The mapping file: what somebody else's columns, words and habits are called in ours.

kind = "invoices"            # only when the header leaves it open
delimiter = ";"              # these four only when the file leaves them open
encoding = "cp1250"
decimal = ","
date_order = "dmy"

[columns]                    # our name = theirs
account = "Debitor-Nr."

[constants]                  # a column that the file has not
currency = "EUR"

[values.payment_method]      # their word = ours
"Lastschrift" = "direct_debit"
"""

from __future__ import annotations

import codecs
import difflib
import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from datetime import date

from dunwell.intake.dates import ORDERS
from dunwell.intake.errors import IntakeError
from dunwell.intake.rows import FileKind
from dunwell.intake.words import ALL_COLUMNS, listed, word_key, words_of

DELIMITERS = (",", ";", "\t", "|")
_KEYS = ("kind", "delimiter", "encoding", "decimal", "date_order", "columns", "constants", "values")
_NO_FILE_ENCODINGS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
_NO_VALUES = frozenset({"amount", "open", "credit_limit", "email"})


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read one source's files. The keys of `values` are casefolded; empty means: as Dunwell writes it."""

    kind: FileKind | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    date_order: str | None = None
    columns: Names[str, str] = field(default_factory=dict)
    constants: Names[str, str] = field(default_factory=dict)
    values: Names[str, Names[str, str]] = field(default_factory=dict)


def read_mapping(data: bytes, name: str) -> Mapping:
    """The mapping in a TOML file; raises IntakeError that names every error with its line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise IntakeError(f"{name}: line {line}: not UTF-8: save the mapping as UTF-8 text") from None
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{name}: not valid TOML: {error}") from None
    checker = _Checker(text)
    mapping = checker.mapping(parsed)
    if checker.errors:
        raise IntakeError("\n".join(f"{name}: line {line}: {error}" for line, error in sorted(checker.errors)))
    return mapping


class _Checker:
    """Takes the parsed file apart and collects what is wrong with it."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.errors: list[tuple[int, str]] = []

    def mapping(self, parsed: dict[str, object]) -> Mapping:
        for key in parsed:
            self._known(key, _KEYS, (key,))
        kind = self._choice(parsed, "kind", tuple(FileKind))
        delimiter = self._choice(parsed, "delimiter", (*DELIMITERS, "tab"))
        columns = self._texts(parsed, "columns")
        constants = self._texts(parsed, "constants")
        for column in columns.keys() & constants.keys():
            self._error(("constants", column), f"{column} stands in [columns] too: leave one of them out")
        for column, text in constants.items():
            self._word(("constants", column), column, text)
        return Mapping(
            kind=FileKind(kind) if kind else None,
            delimiter="\t" if delimiter == "tab" else delimiter,
            encoding=self._encoding(parsed),
            decimal=self._choice(parsed, "decimal", (".", ",")),
            date_order=self._choice(parsed, "date_order", ORDERS),
            columns=columns,
            constants=constants,
            values=self._values(parsed),
        )

    def _error(self, path: tuple[str, ...], message: str) -> None:
        self.errors.append((self._line(path), message))

    def _known(self, key: str, names: Iterable[str], path: tuple[str, ...]) -> bool:
        known = tuple(names)
        if key in known:
            return True
        near = difflib.get_close_matches(word_key(key), known, 1, 0.6)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {listed(known, 'and')}"
        self._error(path, f"unknown {'key' if len(path) == 1 else 'column'} {key!r}: {hint}")
        return False

    def _choice(self, parsed: dict[str, object], key: str, choices: tuple[str, ...]) -> str | None:
        value = parsed.get(key)
        if value is None or (isinstance(value, str) and value in choices):
            return str(value) if isinstance(value, str) else None
        self._error((key,), f"{key} = {value!r} is not possible: use {listed(repr(str(choice)) for choice in choices)}")
        return None

    def _encoding(self, parsed: dict[str, object]) -> str | None:
        value = parsed.get("encoding")
        if value is None:
            return None
        try:
            name = codecs.lookup(str(value)).name
            # Codecs such as base64 turn bytes into bytes, which this raises for; UTF-16 may stumble over four bytes.
            b"data".decode(name, "replace")
        except (LookupError, UnicodeError, ValueError):
            name = ""
        if not name or name in _NO_FILE_ENCODINGS:
            self._error(("encoding",), f"unknown encoding {value!r}: use one such as 'utf-8', 'cp1252' or 'cp1250'")
            return None
        return name

    def _table(self, parent: dict[str, object], path: tuple[str, ...]) -> dict[str, object]:
        value = parent.get(path[-1], {})
        if isinstance(value, dict):
            return value
        self._error(path, f"[{'.'.join(path)}] must be a table, not {value!r}")
        return {}

    def _texts(self, parsed: dict[str, object], key: str) -> dict[str, str]:
        texts: dict[str, str] = {}
        for column, value in self._table(parsed, (key,)).items():
            if not self._known(column, ALL_COLUMNS, (key, column)):
                continue
            text = self._text(value, (key, column))
            if text is not None:
                texts[column] = text
        return texts

    def _text(self, value: object, path: tuple[str, ...]) -> str | None:
        if isinstance(value, str):
            if path[0] == "columns" and not value.strip():
                self._error(path, f"{path[-1]} is empty: name a column of the file")
                return None
            return value
        if (isinstance(value, int) and not isinstance(value, bool)) or type(value) is date:
            return str(value)
        # A bare 2.5 would be read with the file's decimal separator, which may be a comma.
        self._error(path, f"{path[-1]} = {value!r} must stand in quotation marks")
        return None

    def _values(self, parsed: dict[str, object]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for column in (table := self._table(parsed, ("values",))):
            path = ("values", column)
            if not self._known(column, (name for name in ALL_COLUMNS if name not in _NO_VALUES), path):
                continue
            for theirs, value in self._table(table, path).items():
                text = self._text(value, (*path, theirs))
                if text is not None and self._word((*path, theirs), column, text):
                    found.setdefault(column, {})[theirs.strip().casefold()] = text
        return found

    def _word(self, path: tuple[str, ...], column: str, text: str) -> bool:
        words = words_of(column)
        if not words or word_key(text) in words:
            return True
        self._error(path, f"{text!r} is no {column}: use {listed(words)}")
        return False

    def _line(self, path: tuple[str, ...]) -> int:
        """The line of a key. TOML readers do not tell, so it is looked for; a key written inline is not found."""
        table: tuple[str, ...] = ()
        nearest = 1
        for number, line in enumerate(self._lines, 1):
            if head := re.match(r"\s*\[+([^\]]+)\]", line):
                table = _segments(head[1])
                here = table
            elif key := re.match(r"""\s*((?:"[^"]*"|'[^']*'|[\w.\s-])+?)\s*=""", line):
                here = (*table, *_segments(key[1]))
            else:
                continue
            if here == path:
                return number
            if here and here == path[: len(here)]:
                nearest = number
        return nearest


def _segments(dotted: str) -> tuple[str, ...]:
    found = re.findall(r""""([^"]*)"|'([^']*)'|([^.\s"']+)""", dotted)
    return tuple(double or single or plain for double, single, plain in found)
