"""Mails to staff in the books: each has a slot, so that it goes once; one whose fate is unknown is not sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.service_tables import StaffMailRow


@dataclass(frozen=True, slots=True)
class StaffMail:
    """A mail to a member of staff, as the books have it."""

    slot: str
    on: date
    to: str
    state: str
    reason: str


def reserve(work: Work, slot: str, to_email: str, message_id: str, pen: Pen) -> int | None:
    """Take the slot for sending now; None where its mail has gone, was refused, or may have gone."""
    query = select(StaffMailRow).where(col(StaffMailRow.slot) == slot)
    row = work.session.execute(query.with_for_update() if work.postgres else query).scalar_one_or_none()
    if row is None:
        row = StaffMailRow(
            slot=slot, on=pen.on, to_email=to_email, message_id=message_id, state="handed", reserved_at=pen.at
        )
        work.session.add(row)
    elif row.state != "waiting":
        return None
    row.state, row.reason, row.to_email = "handed", "handed to the mail server; no answer on record", to_email
    work.session.flush()
    return row.id


def settle(work: Work, mail_id: int, state: str, reason: str, pen: Pen) -> None:
    """What became of it."""
    row = work.session.get_one(StaffMailRow, mail_id)
    row.state, row.reason, row.settled_at = state, reason, pen.at


def sent(work: Work) -> list[StaffMail]:
    """The mails to staff, oldest first."""
    query = select(StaffMailRow).order_by(col(StaffMailRow.id))
    return [
        StaffMail(row.slot, row.on, row.to_email, row.state, row.reason)
        for row in work.session.execute(query).scalars()
    ]
