"""What waits for people, counted and page by page: quick on large books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from dunwell.ledger import tasks
from dunwell.ledger.books import Work
from dunwell.ledger.cycles import CycleRecord, record_of
from dunwell.ledger.mail_tables import ReplyRow
from dunwell.ledger.referral_tables import ReferralLineRow, ReferralRow
from dunwell.ledger.tables import AccountRow, CycleRow, InvoiceRow, LetterRow, TaskRow
from dunwell.ledger.tasks import Task
from dunwell.terms.money import Money

LISTED_ELSEWHERE = ("call", "review", "refer", "in_doubt")
"""Kinds of tasks whose calls, replies, referrals and letters have lists of their own."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits: calls and other tasks that are due, replies to review, letters in doubt, referrals undecided."""

    calls: int
    tasks: int
    replies: int
    in_doubt: int
    referrals: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open tasks: of a role, of a kind (or of none of some), due by a day."""

    role: str | None = None
    kind: str | None = None
    but: tuple[str, ...] = ()
    due: date | None = None

    @property
    def clauses(self) -> list[ColumnElement[bool]]:
        """What the query asks for."""
        found: list[ColumnElement[bool]] = [col(TaskRow.state) == "open"]
        if self.role is not None:
            found.append(col(TaskRow.role) == self.role)
        if self.kind is not None:
            found.append(col(TaskRow.kind) == self.kind)
        if self.but:
            found.append(col(TaskRow.kind).not_in(self.but))
        if self.due is not None:
            found.append(col(TaskRow.due_on) <= self.due)
        return found


def counts(work: Work, on: date, role: str | None = None) -> Counts:
    """What waits on day `on`; tasks of one role only, where it is given."""
    return Counts(
        calls=count_tasks(work, Wanted(role=role, kind="call", due=on)),
        tasks=count_tasks(work, Wanted(role=role, but=LISTED_ELSEWHERE, due=on)),
        replies=_count(work, ReplyRow, col(ReplyRow.state) == "review"),
        in_doubt=_count(work, LetterRow, col(LetterRow.state) == "in_doubt"),
        referrals=_count(work, ReferralRow, col(ReferralRow.state) == "queued"),
    )


def count_tasks(work: Work, wanted: Wanted) -> int:
    """How many open tasks there are of these."""
    return _count(work, TaskRow, *wanted.clauses)


def _count(work: Work, table: type, *clauses: ColumnElement[bool]) -> int:
    return int(work.session.execute(select(func.count()).select_from(table).where(*clauses)).scalar_one())


def open_tasks(work: Work, wanted: Wanted, limit: int, skip: int = 0) -> list[Task]:
    """A page of the open tasks, the most urgent first."""
    query = tasks.WITH_NUMBERS.where(*wanted.clauses).order_by(col(TaskRow.due_on), col(TaskRow.id))
    return [tasks.task_of(*row) for row in work.session.execute(query.limit(limit).offset(skip))]


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A letter in doubt: of which account, when, to whom, and its Message-ID, which names it."""

    id: int
    account: str
    name: str
    on: date
    to: str
    subject: str
    message_id: str


def in_doubt(work: Work, limit: int) -> list[InDoubt]:
    """The letters in doubt, oldest first."""
    query = (
        select(LetterRow, col(AccountRow.number), col(AccountRow.name))
        .join(AccountRow, col(AccountRow.id) == col(LetterRow.account_id))
        .where(col(LetterRow.state) == "in_doubt")
        .order_by(col(LetterRow.on), col(LetterRow.id))
        .limit(limit)
    )
    return [
        InDoubt(row.id or 0, account, name, row.on, row.to_email, row.subject, row.message_id)
        for row, account, name in work.session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class WaitingReply:
    """A reply that waits for a person."""

    id: str
    on: date
    account: str | None
    name: str | None
    sender: str
    subject: str
    intent: str
    trusted: bool


def waiting_replies(work: Work, limit: int, skip: int = 0) -> list[WaitingReply]:
    """A page of the replies that wait for a person, oldest first."""
    query = (
        select(ReplyRow, col(AccountRow.number), col(AccountRow.name))
        .outerjoin(AccountRow, col(AccountRow.id) == col(ReplyRow.account_id))
        .where(col(ReplyRow.state) == "review")
        .order_by(col(ReplyRow.id))
    )
    return [
        WaitingReply(str(row.id), row.on, account, name, row.sender, row.subject, row.intent, row.trusted)
        for row, account, name in work.session.execute(query.limit(limit).offset(skip))
    ]


@dataclass(frozen=True, slots=True)
class QueuedReferral:
    """A referral that stands, with what is open on its cases in each currency."""

    id: str
    account: str
    name: str
    since: date
    state: str
    disposition: str | None
    totals: tuple[Money, ...]
    cases: int


def referrals(work: Work, states: Sequence[str], limit: int, skip: int = 0) -> list[QueuedReferral]:
    """A page of the referrals in these states: what nobody has decided first, then the oldest."""
    query = (
        select(ReferralRow, col(AccountRow.number), col(AccountRow.name))
        .join(AccountRow, col(AccountRow.id) == col(ReferralRow.account_id))
        .where(col(ReferralRow.state).in_(states))
        .order_by(col(ReferralRow.state).desc(), col(ReferralRow.id))
    )
    rows = work.session.execute(query.limit(limit).offset(skip)).all()
    sums = (
        select(
            col(ReferralLineRow.referral_id),
            col(InvoiceRow.currency),
            func.sum(col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open)),
            func.count(),
        )
        .join(InvoiceRow, col(InvoiceRow.id) == col(ReferralLineRow.invoice_id))
        .where(col(ReferralLineRow.referral_id).in_([row.id for row, _, _ in rows]))
        .group_by(col(ReferralLineRow.referral_id), col(InvoiceRow.currency))
        .order_by(col(InvoiceRow.currency))
    )
    money: dict[int, list[Money]] = {}
    cases: dict[int, int] = {}
    for key, currency, minor, number in work.session.execute(sums):
        money.setdefault(key, []).append(Money(int(minor), currency))
        cases[key] = cases.get(key, 0) + int(number)
    return [
        QueuedReferral(
            str(row.id), account, name, row.since, row.state, row.disposition,
            tuple(money.get(row.id or 0, ())), cases.get(row.id or 0, 0),
        )
        for row, account, name in rows
    ]  # fmt: skip


def last_cycle(work: Work) -> CycleRecord | None:
    """The newest daily cycle."""
    row = work.session.execute(select(CycleRow).order_by(col(CycleRow.on).desc()).limit(1)).scalar_one_or_none()
    return None if row is None else record_of(row)
