"""What a report counts, asked of the books as sets: nothing is read row by row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from dunwell.ledger.agreement_tables import PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.referral_tables import ReferralRow
from dunwell.ledger.tables import InvoiceRow, LetterRow, PaymentRow, TaskRow
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class OpenSum:
    """What is open, principal and charges, on invoices of one currency that are due on one day, and how many."""

    due: date | None
    outstanding: Money
    invoices: int


def open_sums(work: Work) -> list[OpenSum]:
    """What is open now, by currency and due date."""
    outstanding = func.sum(col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open))
    query = (
        select(col(InvoiceRow.currency), col(InvoiceRow.due), outstanding, func.count())
        .where(
            col(InvoiceRow.kind) == "invoice",
            col(InvoiceRow.state) == "open",
            col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open) > 0,
        )
        .group_by(col(InvoiceRow.currency), col(InvoiceRow.due))
        .order_by(col(InvoiceRow.currency), col(InvoiceRow.due))
    )
    return [
        OpenSum(due, Money(int(total), code), int(count)) for code, due, total, count in work.session.execute(query)
    ]


def sales(work: Work, first: date, last: date) -> dict[str, int]:
    """Invoices less credit notes issued from `first` to `last`, in minor units by currency."""
    query = (
        select(col(InvoiceRow.currency), col(InvoiceRow.kind), func.sum(col(InvoiceRow.amount)))
        .where(col(InvoiceRow.issued).between(first, last))
        .group_by(col(InvoiceRow.currency), col(InvoiceRow.kind))
    )
    found: defaultdict[str, int] = defaultdict(int)
    for code, kind, total in work.session.execute(query):
        found[code] += int(total) if kind == "invoice" else -abs(int(total))
    return dict(found)


def paid(work: Work, first: date, last: date) -> list[tuple[Money, int]]:
    """Payments with value dates from `first` to `last`: the sum in each currency, and how many."""
    query = (
        select(col(PaymentRow.currency), func.sum(col(PaymentRow.amount)), func.count())
        .where(col(PaymentRow.kind) == "payment", col(PaymentRow.on).between(first, last))
        .group_by(col(PaymentRow.currency))
        .order_by(col(PaymentRow.currency))
    )
    return [(Money(int(total), code), int(count)) for code, total, count in work.session.execute(query)]


def letters(work: Work, first: date, last: date) -> dict[str, int]:
    """Letters to customers that went, or may have gone, by their names."""
    query = (
        select(col(LetterRow.name), func.count())
        .where(col(LetterRow.on).between(first, last), col(LetterRow.state).in_(("sent", "in_doubt")))
        .group_by(col(LetterRow.name))
        .order_by(col(LetterRow.name))
    )
    return {name: int(count) for name, count in work.session.execute(query)}


def promises(work: Work, first: date, last: date) -> dict[str, int]:
    """Promises made from `first` to `last`, and those that ended then, by how they ended; `open` are those open now."""
    made = select(func.count()).select_from(PromiseRow).where(col(PromiseRow.made_on).between(first, last))
    still = select(func.count()).select_from(PromiseRow).where(col(PromiseRow.state) == "open")
    ended = _counted(work, col(PromiseRow.state), col(PromiseRow.ended_on), first, last)
    return {
        "made": int(work.session.execute(made).scalar_one()),
        **{state: ended.get(state, 0) for state in ("kept", "part_kept", "broken")},
        "open": int(work.session.execute(still).scalar_one()),
    }


def calls(work: Work, first: date, last: date) -> dict[str, int]:
    """Calls given to people from `first` to `last`, those that were made, by outcome, and how many are open now."""
    call = col(TaskRow.kind) == "call"
    given = select(func.count()).select_from(TaskRow).where(call, col(TaskRow.made_on).between(first, last))
    still = select(func.count()).select_from(TaskRow).where(call, col(TaskRow.state) == "open")
    made = (
        select(col(TaskRow.outcome), func.count())
        .where(call, col(TaskRow.outcome).is_not(None), col(TaskRow.ended_on).between(first, last))
        .group_by(col(TaskRow.outcome))
        .order_by(col(TaskRow.outcome))
    )
    outcomes = {str(name): int(count) for name, count in work.session.execute(made)}
    return {
        "given": int(work.session.execute(given).scalar_one()),
        "made": sum(outcomes.values()),
        **outcomes,
        "open": int(work.session.execute(still).scalar_one()),
    }


def _counted(work: Work, what: Mapped[str], ended: Mapped[date | None], first: date, last: date) -> dict[str, int]:
    query = select(what, func.count()).where(ended.between(first, last)).group_by(what)
    return {name: int(count) for name, count in work.session.execute(query)}


def referred(work: Work, first: date, last: date) -> dict[str, int]:
    """Referrals that came into the queue from `first` to `last`, and decisions of those days by disposition."""
    came = select(func.count()).select_from(ReferralRow).where(col(ReferralRow.since).between(first, last))
    decided = (
        select(col(ReferralRow.disposition), func.count())
        .where(col(ReferralRow.decided_on).between(first, last), col(ReferralRow.disposition).is_not(None))
        .group_by(col(ReferralRow.disposition))
        .order_by(col(ReferralRow.disposition))
    )
    return {
        "referred": int(work.session.execute(came).scalar_one()),
        **{str(name): int(count) for name, count in work.session.execute(decided)},
    }
