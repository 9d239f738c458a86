"""The litigation queue in the books: an account once, with all its eligible cases; a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import handovers, journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.cases import account_of
from dunwell.ledger.journal import Pen
from dunwell.ledger.referral_tables import STANDING, ReferralLineRow, ReferralRow
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.terms.account import Account
from dunwell.terms.money import Money, totals


@dataclass(frozen=True, slots=True)
class ReferralRecord:
    """A referral as people see it. `totals` is what is open on its cases, in each currency; `keys` their invoices'.
    Until `wait_until` nobody is asked about it."""

    id: str
    account: Account
    account_id: int
    invoices: tuple[str, ...]
    keys: tuple[int, ...]
    totals: tuple[Money, ...]
    since: date
    state: str
    disposition: str | None
    decided_on: date | None
    decided_by: str | None
    why: str
    digest: str | None
    wait_until: date | None


def refer(work: Work, account: AccountRow, invoice_id: int, number: str, why: str, pen: Pen) -> bool:
    """Put a case into its account's referral, which is made if there is none; False where it is in one already.

    The account must be locked by this work.
    """
    work.flush()
    if work.session.get(ReferralLineRow, invoice_id) is not None:
        return False
    query = select(ReferralRow).where(col(ReferralRow.account_id) == account.id, col(ReferralRow.state) == "queued")
    row = work.session.execute(query).scalars().first()
    if row is None:
        row = ReferralRow(account_id=account.id or 0, since=pen.on)
        work.session.add(row)
        work.session.flush()
    work.session.add(ReferralLineRow(invoice_id=invoice_id, referral_id=row.id or 0, on=pen.on))
    journal.write(work, account, pen, "referred", invoice=number, why=why, referral=row.id)
    text = f"{account.name} is in the litigation queue: `dunwell queue list`, then decide"
    tasks.make(work, f"referral:{row.id}", "refer", text, made_on=pen.on, role="owner", account_id=account.id)
    work.session.flush()
    return True


def queue(work: Work, *, everything: bool = False, referral_id: int | None = None) -> list[ReferralRecord]:
    """The referrals, oldest first; without `everything` those that stand."""
    query = (
        select(ReferralRow, AccountRow)
        .join(AccountRow, col(AccountRow.id) == col(ReferralRow.account_id))
        .order_by(col(ReferralRow.id))
        .execution_options(populate_existing=True)
    )
    if referral_id is not None:
        query = query.where(col(ReferralRow.id) == referral_id)
    elif not everything:
        query = query.where(col(ReferralRow.state).in_(STANDING))
    rows = work.session.execute(query).all()
    lines = (
        select(col(ReferralLineRow.referral_id), InvoiceRow)
        .join(InvoiceRow, col(InvoiceRow.id) == col(ReferralLineRow.invoice_id))
        .where(col(ReferralLineRow.referral_id).in_([row.id for row, _ in rows]))
        .order_by(col(InvoiceRow.due), col(InvoiceRow.number))
    )
    invoices: dict[int, list[InvoiceRow]] = {}
    for key, invoice in work.session.execute(lines):
        invoices.setdefault(key, []).append(invoice)
    return [_record(row, account, invoices.get(row.id or 0, [])) for row, account in rows]


def _record(row: ReferralRow, account: AccountRow, invoices: list[InvoiceRow]) -> ReferralRecord:
    return ReferralRecord(
        id=str(row.id),
        account=account_of(account),
        account_id=row.account_id,
        invoices=tuple(one.number for one in invoices),
        keys=tuple(one.id or 0 for one in invoices),
        totals=totals(Money(one.principal_open + one.charges_open, one.currency) for one in invoices),
        since=row.since,
        state=row.state,
        disposition=row.disposition,
        decided_on=row.decided_on,
        decided_by=row.decided_by,
        why=row.why,
        digest=row.digest,
        wait_until=row.wait_until,
    )


def made_dossier(work: Work, record: ReferralRecord, digest: str, pen: Pen) -> None:
    """A dossier was made: the digest of its manifest."""
    account = work.lock_account(record.account_id)
    work.session.get_one(ReferralRow, int(record.id)).digest = digest
    journal.write(work, account, pen, "dossier", why=f"referral {record.id}", digest=digest)


def recall_paid(work: Work, pen: Pen) -> int:
    """Referrals of which nothing is open any more are recalled, and whoever has them is to hear it. How many."""
    owing = (
        select(col(ReferralLineRow.referral_id))
        .join(InvoiceRow, col(InvoiceRow.id) == col(ReferralLineRow.invoice_id))
        .where(col(InvoiceRow.principal_open) > 0)
    )
    query = select(ReferralRow).where(col(ReferralRow.state).in_(STANDING), col(ReferralRow.id).not_in(owing))
    rows = list(work.session.execute(query).scalars())
    for row in rows:
        account = work.lock_account(row.account_id)
        work.session.refresh(row)
        if row.state not in STANDING:
            continue
        row.state = "recalled"
        tasks.settle_all(work, [f"referral:{row.id}", f"disposition:{row.id}"])
        handovers.recall(work, row.id or 0, pen)
        journal.write(work, account, pen, "recalled", why=f"referral {row.id}: all of it is paid")
    return len(rows)
