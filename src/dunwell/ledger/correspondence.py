"""The mail that came in: filed as it is before anything else, each once, wherever it lies."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.mail_tables import MailBodyRow, MailPlaceRow, MailRow, ReplyRow


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies: mailbox, folder, UIDVALIDITY and UID."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as it was fetched. `sha256` is over what was fetched; `complete` is false where it is larger than that."""

    message_id: str
    sha256: str
    raw: bytes
    size: int
    complete: bool
    received: datetime | None


def last_uid(work: Work, mailbox: str, folder: str, uidvalidity: int) -> int:
    """The highest UID of the folder that is filed; 0 before the first."""
    query = select(func.max(col(MailPlaceRow.uid))).where(
        col(MailPlaceRow.mailbox) == mailbox,
        col(MailPlaceRow.folder) == folder,
        col(MailPlaceRow.uidvalidity) == uidvalidity,
    )
    return work.session.execute(query).scalar_one() or 0


def file(work: Work, place: Place, mail: Incoming, pen: Pen) -> bool:
    """File a mail; returns whether it is a new one. What is filed already, there or elsewhere, is not filed twice."""
    key = (place.mailbox, place.folder, place.uidvalidity, place.uid)
    if work.session.get(MailPlaceRow, key) is not None:
        return False
    query = select(MailRow).where(col(MailRow.message_id) == mail.message_id, col(MailRow.sha256) == mail.sha256)
    row = work.session.execute(query).scalar_one_or_none()
    fresh = row is None
    if row is None:
        row = MailRow(
            message_id=mail.message_id,
            sha256=mail.sha256,
            received_at=mail.received.isoformat(timespec="seconds") if mail.received else None,
            filed_at=pen.at,
            size=mail.size,
            complete=mail.complete,
        )
        work.session.add(row)
        work.session.flush()
        work.session.add(MailBodyRow(mail_id=row.id or 0, raw=zlib.compress(mail.raw, 6)))
    work.session.add(
        MailPlaceRow(
            mailbox=place.mailbox,
            folder=place.folder,
            uidvalidity=place.uidvalidity,
            uid=place.uid,
            mail_id=row.id or 0,
        )
    )
    work.session.flush()
    return fresh


def unread(work: Work) -> list[int]:
    """The mails that are filed and from which nothing has been read yet, in the order in which they came."""
    query = select(col(MailRow.id)).where(col(MailRow.state) == "filed").order_by(col(MailRow.id))
    return [key for key in work.session.execute(query).scalars() if key is not None]


def raw(work: Work, mail_id: int) -> bytes:
    """The mail as it came, as far as it was fetched."""
    return zlib.decompress(work.session.get_one(MailBodyRow, mail_id).raw)


def take(work: Work, mail_id: int) -> MailRow | None:
    """The mail, locked, where nothing has been read from it yet; marked as read."""
    query = select(MailRow).where(col(MailRow.id) == mail_id).execution_options(populate_existing=True)
    row = work.session.execute(query.with_for_update() if work.postgres else query).scalar_one()
    if row.state != "filed":
        return None
    row.state = "read"
    return row


def twins(work: Work, mail: MailRow) -> list[int]:
    """The replies of other mails with the same Message-ID and other content."""
    query = (
        select(col(ReplyRow.id))
        .join(MailRow, col(MailRow.id) == col(ReplyRow.mail_id))
        .where(col(MailRow.message_id) == mail.message_id, col(MailRow.id) != mail.id)
    )
    return [key for key in work.session.execute(query).scalars() if key is not None]


def to_mark(work: Work, mailbox: str, folder: str, uidvalidity: int) -> list[int]:
    """The UIDs of mails that are dealt with and that the server has not been told about."""
    query = (
        select(col(MailPlaceRow.uid))
        .join(MailRow, col(MailRow.id) == col(MailPlaceRow.mail_id))
        .where(
            col(MailPlaceRow.mailbox) == mailbox,
            col(MailPlaceRow.folder) == folder,
            col(MailPlaceRow.uidvalidity) == uidvalidity,
            col(MailPlaceRow.marked).is_(False),
            col(MailRow.state) == "read",
        )
        .order_by(col(MailPlaceRow.uid))
    )
    return list(work.session.execute(query).scalars())


def marked(work: Work, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
    """The server has been told about these."""
    for start in range(0, len(uids), 500):
        query = update(MailPlaceRow).where(
            col(MailPlaceRow.mailbox) == mailbox,
            col(MailPlaceRow.folder) == folder,
            col(MailPlaceRow.uidvalidity) == uidvalidity,
            col(MailPlaceRow.uid).in_(uids[start : start + 500]),
        )
        work.session.execute(query.values(marked=True))
