"""Hand-overs in the books: a referral goes to counsel, an agency or a buyer once, and is recalled once.

A mail is marked as handed, by whichever process, before its first byte goes: one that crashed there is in doubt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.referral_tables import HandoverRow, ReferralRow
from dunwell.rules.notices import retry_after

RECIPIENTS = {"sue": "counsel", "agency": "agency", "sell": "buyer"}
"""Who gets a referral, by its disposition."""
MAY_HAVE_GONE = ("handed", "sent", "in_doubt", "confirmed")


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over or recall as people see it. `key` says what it is: the same for every attempt."""

    id: int
    referral_id: str
    kind: str
    recipient: str
    on: date
    state: str
    way: str | None
    attempts: int
    reason: str
    message_id: str | None
    seal: str | None

    @property
    def key(self) -> str:
        """What this word is: a hand-over or recall, and of which referral."""
        return f"{self.kind}:{self.referral_id}"


def propose(work: Work, referral_id: int, kind: str, recipient: str, on: date, way: str | None = None) -> None:
    """Propose it, once a referral. `way` is that of the hand-over which is recalled. The account must be locked."""
    if _row(work, referral_id, kind) is None:
        work.session.add(HandoverRow(referral_id=referral_id, kind=kind, recipient=recipient, on=on, way=way))
        work.session.flush()


def _row(work: Work, referral_id: int, kind: str) -> HandoverRow | None:
    query = select(HandoverRow).where(col(HandoverRow.referral_id) == referral_id, col(HandoverRow.kind) == kind)
    return work.session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()


def recall(work: Work, referral_id: int, pen: Pen) -> bool:
    """All is paid: what has not gone is withdrawn, what may have gone is recalled; returns whether it is recalled.

    The account must be locked by this work.
    """
    row = _row(work, referral_id, "hand_over")
    if row is None or row.state == "withdrawn":
        return False
    _settle_tasks(work, row)
    if row.state not in MAY_HAVE_GONE and not (row.way == "webhook" and row.attempts):
        row.state, row.reason, row.settled_at = "withdrawn", "paid before it went", pen.at
        return False
    propose(work, referral_id, "recall", row.recipient, pen.on, row.way)
    return True


def _settle_tasks(work: Work, row: HandoverRow) -> None:
    kinds = ("hand_over", "hand_over_in_doubt", "acknowledge", row.kind)
    tasks.settle_all(work, [f"{kind}:{row.referral_id}" for kind in kinds])


def of(work: Work, referral_id: str) -> list[Handover]:
    """The hand-over of a referral and its recall, where there are."""
    query = select(HandoverRow).where(col(HandoverRow.referral_id) == int(referral_id)).order_by(col(HandoverRow.id))
    return [_record(row) for row in work.session.execute(query.execution_options(populate_existing=True)).scalars()]


def due(work: Work, now: datetime) -> list[int]:
    """The proposed ones whose time to be tried has come, oldest first."""
    moment = now.isoformat(timespec="seconds")
    query = select(col(HandoverRow.id)).where(
        col(HandoverRow.state) == "proposed",
        col(HandoverRow.next_try).is_(None) | (col(HandoverRow.next_try) <= moment),
    )
    return [key for key in work.session.execute(query.order_by(col(HandoverRow.id))).scalars() if key is not None]


def locked(work: Work, handover_id: int, now: datetime) -> Handover | None:
    """It, its account locked, if it is proposed and its time has come still."""
    row = work.session.get_one(HandoverRow, handover_id)
    work.lock_account(work.session.get_one(ReferralRow, row.referral_id).account_id)
    work.session.refresh(row)
    early = row.next_try is not None and row.next_try > now.isoformat(timespec="seconds")
    return None if early or row.state != "proposed" else _record(row)


def wait(work: Work, handover_id: int, until: datetime, reason: str) -> None:
    """It waits, without an attempt, for a reason."""
    row = work.session.get_one(HandoverRow, handover_id)
    row.next_try, row.reason = until.isoformat(timespec="seconds"), reason


def attempt(work: Work, one: Handover, way: str, seal: str | None, pen: Pen) -> int:
    """Count an attempt and set the next one's time, before anything is sent; returns how many there were."""
    row = work.session.get_one(HandoverRow, one.id)
    row.way, row.seal = way, seal or row.seal
    row.attempts += 1
    row.next_try = (pen.now + retry_after(row.attempts)).isoformat(timespec="seconds")
    return row.attempts


def hand(work: Work, one: Handover, message_id: str, worker: str, pen: Pen) -> bool:
    """Mark its mail as on its way; False where another process was first."""
    values = {"state": "handed", "worker": worker, "message_id": message_id, "settled_at": pen.at}
    query = update(HandoverRow).where(col(HandoverRow.id) == one.id, col(HandoverRow.state) == "proposed")
    return getattr(work.session.execute(query.values(**values)), "rowcount", 0) == 1


def settle(work: Work, one: Handover, state: str, reason: str, pen: Pen, way: str | None = None) -> None:
    """What became of it, in the books and in the account's journal. What has ended meanwhile stays as it is."""
    row = work.session.get_one(HandoverRow, one.id, populate_existing=True)
    account = work.lock_account(work.session.get_one(ReferralRow, row.referral_id).account_id)
    work.session.refresh(row)
    if row.state not in ("proposed", "handed"):
        return
    row.state, row.reason, row.way = state, reason[:500], way or row.way
    if state == "proposed":
        return
    row.settled_at = pen.at
    journal.write(
        work, account, pen, f"{row.kind}_{state}", why=reason[:200], referral=row.referral_id,
        recipient=row.recipient, way=row.way, seal=row.seal,
    )  # fmt: skip


def say(work: Work, referral_id: str, outcome: str, why: str, pen: Pen) -> Handover | str:
    """A person says what became of the newest word about a referral: acknowledged, sent or not_sent. Returns why not,
    where that cannot be said."""
    found = of(work, referral_id)
    if not found:
        return f"referral {referral_id} was not handed over: see `dunwell queue list`"
    row = work.session.get_one(HandoverRow, found[-1].id)
    account = work.lock_account(work.session.get_one(ReferralRow, row.referral_id).account_id)
    work.session.refresh(row)
    states = {"acknowledged": ("sent", "in_doubt", "failed"), "sent": ("in_doubt",), "not_sent": ("in_doubt",)}[outcome]
    if row.state not in states:
        return f"the {row.kind.replace('_', '-')} of referral {referral_id} is {row.state}: it cannot be {outcome}"
    new = {"acknowledged": "confirmed", "sent": "sent", "not_sent": "proposed"}[outcome]
    row.state, row.reason, row.who, row.settled_at, row.next_try = new, why, pen.who, pen.at, None
    _settle_tasks(work, row)
    journal.write(work, account, pen, f"{row.kind}_{outcome}", why=why, referral=row.referral_id)
    return _record(row)


def sweep(work: Work, older_than: datetime, gone: Callable[[str], bool], pen: Pen) -> list[Handover]:
    """Mails that a dead process left on their way are in doubt; returns them."""
    before = older_than.isoformat(timespec="seconds")
    query = select(HandoverRow).where(col(HandoverRow.state) == "handed").order_by(col(HandoverRow.id))
    found = []
    for row in list(work.session.execute(query).scalars()):
        if gone(row.worker) or (row.settled_at or "") < before:
            one = _record(row)
            settle(work, one, "in_doubt", "its process ended before the mail server's answer was on record", pen)
            found.append(one)
    return found


def _record(row: HandoverRow) -> Handover:
    return Handover(
        row.id or 0,
        str(row.referral_id),
        row.kind,
        row.recipient,
        row.on,
        row.state,
        row.way,
        row.attempts,
        row.reason,
        row.message_id,
        row.seal,
    )
