"""Notices to service delivery in the books: at most one live one of its kind an account, reserved before it is sent.

A suspension (or cancellation) stands from its proposal until a restoration follows it. A further invoice that reaches
the same day joins the standing notice: services belong to the account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import cases, journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.service_tables import NoticeLineRow, NoticeRow
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.rules.news import HOLDING
from dunwell.rules.notices import retry_after

EVENTS = ("suspend", "cancel", "restore")
_HOLDS = ("suspend", "cancel")
_TOLD = ("sent", "confirmed", "reported", "failed")


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice as people see it, with the keys of what it is about."""

    id: int
    key: str
    event: str
    account: str
    invoices: tuple[str, ...]
    on: date
    by: date
    state: str
    attempts: int
    reason: str
    mailed: bool
    account_id: int
    name: str
    invoice_ids: tuple[int, ...]


def propose(
    work: Work, account: AccountRow, event: str, invoice_ids: Sequence[int], by: date, pen: Pen, why: str
) -> int | None:
    """Propose a notice; None where one stands already, which these invoices join. The account must be locked."""
    work.session.flush()
    rows = _of(work, account.id or 0)
    standing = [row for row in _standing(rows) if row.event == event]
    if event == "restore":
        standing = [row for row in rows if row.event == event and row.state == "proposed"]
    if standing:
        _add_lines(work, standing[-1], invoice_ids)
        return None
    if event in _HOLDS:
        for row in rows:
            if row.event == "restore" and row.state == "proposed":
                row.state, row.reason = "withdrawn", f"{event} follows: the account is on hold again"
    number = 1 + sum(row.event == event for row in rows)
    key = f"{event}:{account.number}:{number}"
    made = NoticeRow(key=key, account_id=account.id or 0, event=event, on=pen.on, by=by)
    work.session.add(made)
    work.session.flush()
    _add_lines(work, made, invoice_ids)
    journal.write(work, account, pen, f"{event}_proposed", why=why, notice=key, by=by)
    return made.id


def _of(work: Work, account_id: int) -> list[NoticeRow]:
    query = select(NoticeRow).where(col(NoticeRow.account_id) == account_id).order_by(col(NoticeRow.id))
    return list(work.session.execute(query.execution_options(populate_existing=True)).scalars())


def _standing(rows: Sequence[NoticeRow]) -> list[NoticeRow]:
    """The suspensions and cancellations that no restoration has followed."""
    ended = max((row.id or 0 for row in rows if row.event == "restore" and row.state != "withdrawn"), default=0)
    return [row for row in rows if row.event in _HOLDS and row.state != "withdrawn" and (row.id or 0) > ended]


def _add_lines(work: Work, row: NoticeRow, invoice_ids: Iterable[int]) -> None:
    query = select(col(NoticeLineRow.invoice_id)).where(col(NoticeLineRow.notice_id) == row.id)
    known = set(work.session.execute(query).scalars())
    for key in invoice_ids:
        if key not in known:
            work.session.add(NoticeLineRow(notice_id=row.id or 0, invoice_id=key))
    work.session.flush()


def released(work: Work) -> list[int]:
    """The accounts with a standing suspension or cancellation that are on hold no more, by id."""
    ids = set(work.session.execute(select(col(NoticeRow.account_id)).where(col(NoticeRow.event).in_(_HOLDS))).scalars())
    stages = cases.stages_of(work, ids) if ids else {}
    free = sorted(key for key in ids if not stages.get(key, set()) & set(HOLDING))
    return [key for key in free if _standing(_of(work, key))]


def restore(work: Work, account_id: int, pen: Pen) -> int | None:
    """The account's hold has ended: what has not gone is withdrawn, and whoever may have heard is told to restore.

    Returns the restoration's id, None where there is none. The account must be locked by this work.
    """
    account = work.session.get_one(AccountRow, account_id)
    if cases.stages_of(work, [account_id]).get(account_id, set()) & set(HOLDING):
        return None
    standing = _standing(_of(work, account_id))
    told = [row for row in standing if row.state in _TOLD or row.attempts or row.mailed]
    for row in standing:
        if row.state == "proposed":
            row.state, row.reason, row.settled_at = "withdrawn", "the hold has ended", pen.at
        _settle_tasks(work, row)
    if not told:
        return None
    lines = select(col(NoticeLineRow.invoice_id)).where(col(NoticeLineRow.notice_id).in_([row.id for row in told]))
    ids = sorted(set(work.session.execute(lines).scalars()))
    return propose(work, account, "restore", ids, pen.on, pen, "the account's hold has ended")


def _settle_tasks(work: Work, row: NoticeRow) -> None:
    tasks.settle_all(work, [f"notice:{row.key}", f"not_reported:{row.key}"])


def due(work: Work, now: datetime, events: Sequence[str] = EVENTS) -> list[int]:
    """The proposed notices whose time to be tried has come, oldest first."""
    moment = now.isoformat(timespec="seconds")
    query = select(col(NoticeRow.id)).where(
        col(NoticeRow.state) == "proposed",
        col(NoticeRow.event).in_(list(events)),
        col(NoticeRow.next_try).is_(None) | (col(NoticeRow.next_try) <= moment),
    )
    return [key for key in work.session.execute(query.order_by(col(NoticeRow.id))).scalars() if key is not None]


def locked(work: Work, notice_id: int, now: datetime) -> NoticeRecord | None:
    """The notice, its account locked, if it is proposed and its time has come still."""
    row = work.session.get_one(NoticeRow, notice_id)
    work.lock_account(row.account_id)
    work.session.refresh(row)
    early = row.next_try is not None and row.next_try > now.isoformat(timespec="seconds")
    return None if early or row.state != "proposed" else _records(work, notice_id)[0]


def reserve(work: Work, notice_id: int, pen: Pen) -> int:
    """Count an attempt and set the next one's time, before anything is sent; returns how many there were."""
    row = work.session.get_one(NoticeRow, notice_id)
    row.attempts += 1
    row.next_try = (pen.now + retry_after(row.attempts)).isoformat(timespec="seconds")
    return row.attempts


def wait(work: Work, notice_id: int, until: datetime, reason: str) -> None:
    """The notice waits, without an attempt, for a reason."""
    row = work.session.get_one(NoticeRow, notice_id)
    row.next_try, row.reason = until.isoformat(timespec="seconds"), reason


def settle(work: Work, notice_id: int, state: str, reason: str, pen: Pen) -> None:
    """What became of the attempt. A notice that was reported or withdrawn in the meantime stays so."""
    row = work.session.get_one(NoticeRow, notice_id, populate_existing=True)
    if row.state != "proposed":
        return
    row.state, row.reason = state, reason[:500]
    if state != "proposed":
        row.settled_at = pen.at
        account = work.lock_account(row.account_id)
        journal.write(work, account, pen, f"{row.event}_{state}", why=reason[:200], notice=row.key)


def mailed(work: Work, notice_id: int) -> None:
    """The mail about the notice has gone, or will not."""
    work.session.get_one(NoticeRow, notice_id).mailed = True


def report(work: Work, notice_id: int, why: str, pen: Pen) -> NoticeRecord | str:
    """A person says that it is done; returns why not, where it cannot be."""
    row = work.session.get(NoticeRow, notice_id)
    if row is None:
        return f"there is no notice {notice_id}: see `dunwell notices list`"
    account = work.lock_account(row.account_id)
    work.session.refresh(row)
    if row.state in ("withdrawn", "reported"):
        return f"notice {notice_id} is {row.state} already"
    row.state, row.reported_on, row.who, row.settled_at = "reported", pen.on, pen.who, pen.at
    row.reason = why or f"done, says {pen.who}"
    _settle_tasks(work, row)
    journal.write(work, account, pen, f"{row.event}_reported", why=why, notice=row.key)
    work.session.flush()
    return _records(work, notice_id)[0]


def by_task(work: Work, task_key: str) -> int | None:
    """The notice that a task is about, by the task's key."""
    kind, _, key = task_key.partition(":")
    if kind not in ("notice", "not_reported"):
        return None
    return work.session.execute(select(col(NoticeRow.id)).where(col(NoticeRow.key) == key)).scalar_one_or_none()


def unreported(work: Work, today: date) -> list[NoticeRecord]:
    """Standing suspensions and cancellations that were told, and not reported as done in time."""
    query = select(NoticeRow).where(
        col(NoticeRow.event).in_(_HOLDS), col(NoticeRow.state).in_(("sent", "confirmed")), col(NoticeRow.by) < today
    )
    late = list(work.session.execute(query.order_by(col(NoticeRow.id))).scalars())
    return [
        record
        for row in late
        if row.id in {one.id for one in _standing(_of(work, row.account_id))}
        for record in _records(work, row.id)
    ]


def listed(work: Work) -> list[NoticeRecord]:
    """All notices, oldest first."""
    return _records(work)


def _records(work: Work, notice_id: int | None = None) -> list[NoticeRecord]:
    work.session.flush()
    query = select(NoticeRow, AccountRow).join(AccountRow, col(AccountRow.id) == col(NoticeRow.account_id))
    lines = (
        select(col(NoticeLineRow.notice_id), col(InvoiceRow.id), col(InvoiceRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(NoticeLineRow.invoice_id))
        .order_by(col(InvoiceRow.number))
    )
    if notice_id is not None:
        query, lines = (
            query.where(col(NoticeRow.id) == notice_id),
            lines.where(col(NoticeLineRow.notice_id) == notice_id),
        )
    about: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for key, invoice_id, number in work.session.execute(lines):
        about[key].append((invoice_id or 0, number))
    return [
        NoticeRecord(
            id=row.id or 0,
            key=row.key,
            event=row.event,
            account=account.number,
            invoices=tuple(number for _, number in about[row.id or 0]),
            on=row.on,
            by=row.by,
            state=row.state,
            attempts=row.attempts,
            reason=row.reason,
            mailed=row.mailed,
            account_id=row.account_id,
            name=account.name,
            invoice_ids=tuple(key for key, _ in about[row.id or 0]),
        )
        for row, account in work.session.execute(query.order_by(col(NoticeRow.id)))
    ]


def any_standing(work: Work) -> bool:
    """Whether any suspension or cancellation was ever proposed: whether payments may have anything to restore."""
    count = select(func.count()).select_from(NoticeRow).where(col(NoticeRow.event).in_(_HOLDS))
    return bool(work.session.execute(count).scalar_one())
