"""Decisions about referrals in the books: by one person or by two, once, or by nobody when the time is up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlmodel import col

from dunwell.ledger import handovers, journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import SYSTEM, Pen
from dunwell.ledger.referral_tables import ApprovalRow, ReferralLineRow, ReferralRow
from dunwell.ledger.referrals import ReferralRecord
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.rules.approving import same_person


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody has approved a disposition, which needs a second person."""

    disposition: str
    who: str
    on: date
    why: str


def locked(work: Work, record: ReferralRecord) -> ReferralRow:
    """The referral as it stands now, its account locked."""
    work.lock_account(record.account_id)
    return work.session.get_one(ReferralRow, int(record.id), populate_existing=True)


def owing(work: Work, referral_id: int) -> bool:
    """Whether anything is open on the referral's cases."""
    query = (
        select(col(InvoiceRow.id))
        .join(ReferralLineRow, col(ReferralLineRow.invoice_id) == col(InvoiceRow.id))
        .where(col(ReferralLineRow.referral_id) == referral_id, col(InvoiceRow.principal_open) > 0)
    )
    return work.session.execute(query.limit(1)).first() is not None


def given(work: Work, referral_id: int) -> list[Approval]:
    """The approvals that wait for a second person, oldest first."""
    query = select(ApprovalRow).where(col(ApprovalRow.referral_id) == referral_id).order_by(col(ApprovalRow.id))
    rows = work.session.execute(query.execution_options(populate_existing=True)).scalars()
    return [Approval(row.disposition, row.who, row.on, row.why) for row in rows]


def approve(work: Work, record: ReferralRecord, disposition: str, why: str, pen: Pen) -> list[Approval]:
    """Write an approval down, in place of one that this person gave before; returns those of this disposition.

    The account must be locked by this work. Saying the same again changes nothing.
    """
    key = int(record.id)
    mine = [row for row in _rows(work, key) if same_person(row.who, pen.who)]
    if not any(row.disposition == disposition for row in mine):
        for row in mine:
            work.session.delete(row)
        work.session.flush()
        work.session.add(ApprovalRow(referral_id=key, disposition=disposition, on=pen.on, who=pen.who, why=why))
        work.session.flush()
        account = work.lock_account(record.account_id)
        for number in record.invoices:
            journal.write(work, account, pen, "approved", invoice=number, why=why, disposition=disposition)
    return [one for one in given(work, key) if one.disposition == disposition]


def _rows(work: Work, referral_id: int) -> list[ApprovalRow]:
    query = select(ApprovalRow).where(col(ApprovalRow.referral_id) == referral_id)
    return list(work.session.execute(query.execution_options(populate_existing=True)).scalars())


def decide(work: Work, record: ReferralRecord, disposition: str, why: str, pen: Pen, until: date | None = None) -> bool:
    """Write a decision down, once; False where somebody decided before. `wait` leaves it in the queue until a day."""
    row = locked(work, record)
    if row.state != "queued":
        return False
    row.disposition, row.decided_on, row.decided_by, row.why = disposition, pen.on, pen.who, why
    row.wait_until, row.reminded_on = until, None
    work.session.execute(delete(ApprovalRow).where(col(ApprovalRow.referral_id) == row.id))
    account = work.lock_account(record.account_id)
    if disposition != "wait":
        row.state = "decided"
        tasks.settle(work, f"referral:{row.id}")
        for key in record.keys:
            tasks.settle_kinds(work, ("call",), invoice_id=key)
        if recipient := handovers.RECIPIENTS.get(disposition):
            handovers.propose(work, int(record.id), "hand_over", recipient, pen.on)
    for number in record.invoices:
        journal.write(work, account, pen, "disposition", invoice=number, why=why, disposition=disposition, until=until)
    return True


def asked(work: Work, today: date) -> list[ReferralRow]:
    """The referrals about which a person is asked today, oldest first. For the ledger's own functions."""
    query = (
        select(ReferralRow)
        .where(
            col(ReferralRow.state) == "queued",
            col(ReferralRow.wait_until).is_(None) | (col(ReferralRow.wait_until) <= today),
        )
        .order_by(col(ReferralRow.id))
    )
    return list(work.session.execute(query.execution_options(populate_existing=True)).scalars())


@dataclass(frozen=True, slots=True)
class Asked:
    """A referral about which a person is asked: `since` its first day in the queue, `wait_until` the end of the last
    'wait', `reminded_on` when the owner was reminded last."""

    id: str
    since: date
    wait_until: date | None
    reminded_on: date | None


def questions(work: Work, today: date) -> list[Asked]:
    """The referrals about which a person is asked today, oldest first."""
    return [Asked(str(row.id), row.since, row.wait_until, row.reminded_on) for row in asked(work, today)]


def time_is_up(work: Work, record: ReferralRecord, why: str, until: date, pen: Pen) -> bool:
    """Nobody has decided in time: it waits until a day. False where somebody has decided in this moment."""
    row = locked(work, record)
    if row.state != "queued" or (row.wait_until is not None and row.wait_until > pen.on):
        return False
    return decide(work, record, "wait", why, Pen(pen.now, pen.on, SYSTEM), until)


def reminded(work: Work, referral_id: str, pen: Pen) -> None:
    """The owner was reminded of the referral today."""
    row = work.session.get_one(ReferralRow, int(referral_id))
    account: AccountRow = work.lock_account(row.account_id)
    work.session.refresh(row)
    if row.state == "queued" and row.reminded_on != pen.on:
        row.reminded_on = pen.on
        journal.write(work, account, pen, "reminded", why=f"referral {referral_id} waits for a decision")
