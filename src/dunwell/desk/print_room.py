"""The print room: a folder with the letters on paper that wait to be posted, and a manifest. It shows what the books
hold, and can be filled again at any time."""

from __future__ import annotations

import csv
import email
import hashlib
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from dunwell.desk import named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import posting
from dunwell.ledger.journal import Pen
from dunwell.ledger.posting import Printed
from dunwell.terms.moment import Moment

MANIFEST = "manifest.csv"
_HEADS = (
    "id", "file", "sha256", "account", "name", "address", "letter", "stage", "language", "invoices", "printed_on",
    "deadline",
)  # fmt: skip
_OURS = re.compile(r"^\d{6,}_\d{2}_.+\.pdf$")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter in the print folder: its files in the order in which they go into the envelope."""

    letter: Printed
    files: tuple[str, ...]


def fill(office: Office, moment: Moment, folder: Path | None = None) -> list[Sheet]:
    """Withdraw what changed since it was printed, and make the folder show what waits: a file for each letter and each
    of its enclosures, and the manifest. Files of letters that wait no more are removed; nothing else is touched."""
    with office.books.read() as work:
        none = not posting.any_printed(work)
    target = folder or office.print_room.folder
    if target is None or (none and not (target / MANIFEST).exists()):
        return []
    with office.books.write() as work:
        posting.withdraw_outdated(work, Pen(moment.now, moment.on))
    with office.books.read() as work:
        found = posting.waiting(work)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    parts = {one.id: _files(one) for one in found}
    wanted = {name: content for files in parts.values() for name, content in files}
    for name, content in wanted.items():
        if not (target / name).exists():
            _write(target / name, content)
    _write(target / MANIFEST, _manifest(found, parts))
    for file in target.iterdir():
        if _OURS.match(file.name) and file.name not in wanted:
            file.unlink(missing_ok=True)
    return [Sheet(one, tuple(name for name, _ in parts[one.id])) for one in found]


def _files(one: Printed) -> list[tuple[str, bytes]]:
    """The letter's pages and its enclosures, under names that no file system stumbles over."""
    found: list[tuple[str, bytes]] = []
    for number, part in enumerate(email.message_from_bytes(one.raw).walk()):
        if part.get_content_type() == "application/pdf":
            content = cast(bytes, part.get_payload(decode=True))
            place = len(found) + 1
            what = _plain(one.letter if place == 1 else part.get_filename() or f"enclosure {number}")
            found.append((f"{one.id:06}_{place:02}_{_plain(one.account)}_{what.removesuffix('.pdf')}.pdf", content))
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[:60] or "x"


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all; readable by its owner alone."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.touch(mode=0o600)
    beside.write_bytes(content)
    beside.replace(file)


def _manifest(found: Sequence[Printed], parts: dict[int, list[tuple[str, bytes]]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(_HEADS)
    for one in found:
        for name, content in parts[one.id]:
            row = (
                one.id, name, hashlib.sha256(content).hexdigest(), one.account, one.name,
                ", ".join(one.address.splitlines()), one.letter, one.stage, one.language, " ".join(one.invoices),
                one.on, one.deadline,
            )  # fmt: skip
            writer.writerow([_cell(value) for value in row])
    return target.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def posted(office: Office, letter_ids: Sequence[int], on: date | None, who: str, moment: Moment) -> None:
    """A person says that these letters were posted, on a day or today. Raises CannotDo, having changed nothing."""
    named.said(who)
    pen = Pen(moment.now, moment.on, who)
    with office.books.write() as work:
        for key in letter_ids:
            if why := posting.posted(work, key, on or moment.on, pen):
                raise CannotDo(why)
    fill(office, moment)


def spoilt(office: Office, letter_id: int, who: str, reason: str, moment: Moment) -> None:
    """A person says that a letter was not posted and will not be: it is due again. Raises CannotDo."""
    named.said(who, reason, needs_reason=True)
    with office.books.write() as work:
        if why := posting.spoil(work, letter_id, Pen(moment.now, moment.on, who), reason):
            raise CannotDo(why)
    fill(office, moment)
