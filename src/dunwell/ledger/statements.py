"""What a statement of account rests on beside the open invoices: movements since the last one, and unapplied cash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Executable, func, select
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.cases import COUNTED
from dunwell.ledger.tables import AllocationRow, ChargeRow, InvoiceRow, LetterRow, PaymentRow
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Booked:
    """One movement: `kind` is payment, adjustment, credit_note or charge; `amount` as it changes the balance."""

    on: date
    kind: str
    detail: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Background:
    """An account's movements since its last statement (None: there was none), and its cash set against nothing."""

    since: date | None = None
    movements: tuple[Booked, ...] = ()
    unapplied: tuple[Money, ...] = ()


def backgrounds(work: Work, account_ids: Sequence[int]) -> dict[int, Background]:
    """What the statements of these accounts rest on, by account."""
    last = _last_statements(work, account_ids)
    loose = unapplied(work, account_ids)
    return {
        key: Background(
            last[key][0] if key in last else None,
            tuple(sorted(_movements(work, key, *last[key]), key=lambda one: one.on)) if key in last else (),
            tuple(loose.get(key, ())),
        )
        for key in account_ids
    }


def _last_statements(work: Work, account_ids: Iterable[int]) -> dict[int, tuple[date, str]]:
    query = (
        select(col(LetterRow.account_id), func.max(col(LetterRow.on)), func.max(col(LetterRow.reserved_at)))
        .where(
            col(LetterRow.account_id).in_(list(account_ids)),
            col(LetterRow.statement).is_(True),
            col(LetterRow.kind) != "rehearsal",
            col(LetterRow.state).in_(COUNTED),
        )
        .group_by(col(LetterRow.account_id))
    )
    return {key: (on, moment) for key, on, moment in work.session.execute(query)}


def _movements(work: Work, account_id: int, on: date, moment: str) -> Iterable[Booked]:
    paid = select(PaymentRow).where(
        col(PaymentRow.account_id) == account_id, col(PaymentRow.booked_at) > moment, col(PaymentRow.amount) != 0
    )
    for row in work.session.execute(paid).scalars():
        kind = "payment" if row.kind in ("payment", "unapplied") else "adjustment"
        yield Booked(row.on, kind, row.reference, Money(-row.amount, row.currency))
    notes = select(InvoiceRow).where(
        col(InvoiceRow.account_id) == account_id,
        col(InvoiceRow.kind) == "credit_note",
        # Of books older than the moments only the days are known.
        func.coalesce(col(InvoiceRow.booked_at) > moment, col(InvoiceRow.imported_on) > on),
    )
    for note in work.session.execute(notes).scalars():
        yield Booked(note.issued, "credit_note", note.number, Money(-note.amount, note.currency))
    charged = (
        select(ChargeRow, InvoiceRow)
        .join(InvoiceRow, col(ChargeRow.invoice_id) == col(InvoiceRow.id))
        .where(col(InvoiceRow.account_id) == account_id)
        .order_by(col(ChargeRow.id))
    )
    for charge, invoice in work.session.execute(charged):
        fresh = charge.on > on if charge.booked_at is None else charge.booked_at > moment
        if fresh and charge.waived_on is None:
            yield Booked(charge.on, "charge", invoice.number, Money(charge.amount, invoice.currency))
        elif not fresh and charge.waived_at is not None and charge.waived_at > moment:
            # It stood on an earlier statement, and has been taken off since.
            yield Booked(charge.waived_on or on, "charge", invoice.number, Money(-charge.amount, invoice.currency))


def unapplied(work: Work, account_ids: Sequence[int]) -> dict[int, list[Money]]:
    """Cash and credit notes that are set against no invoice, by account and currency."""
    sums: dict[tuple[int, str], int] = {}
    for query in (_loose_cash(account_ids), _loose_notes(account_ids)):
        for key, currency, minor in work.session.execute(query):
            sums[key, currency] = sums.get((key, currency), 0) + int(minor)
    found: dict[int, list[Money]] = {}
    for (key, currency), minor in sums.items():
        if minor > 0:
            found.setdefault(key, []).append(Money(minor, currency))
    return found


def _loose_cash(account_ids: Sequence[int]) -> Executable:
    spent = (
        select(col(AllocationRow.payment_id), func.sum(col(AllocationRow.amount)).label("spent"))
        .join(PaymentRow, col(PaymentRow.id) == col(AllocationRow.payment_id))
        .where(col(PaymentRow.account_id).in_(list(account_ids)))
        .group_by(col(AllocationRow.payment_id))
        .subquery()
    )
    left = col(PaymentRow.amount) - func.coalesce(spent.c.spent, 0)
    return (
        select(col(PaymentRow.account_id), col(PaymentRow.currency), func.sum(left))
        .outerjoin(spent, spent.c.payment_id == col(PaymentRow.id))
        .where(col(PaymentRow.account_id).in_(list(account_ids)), col(PaymentRow.amount) > 0)
        .group_by(col(PaymentRow.account_id), col(PaymentRow.currency))
    )


def _loose_notes(account_ids: Sequence[int]) -> Executable:
    return (
        select(col(InvoiceRow.account_id), col(InvoiceRow.currency), func.sum(col(InvoiceRow.principal_open)))
        .where(
            col(InvoiceRow.account_id).in_(list(account_ids)),
            col(InvoiceRow.kind) == "credit_note",
            col(InvoiceRow.principal_open) > 0,
        )
        .group_by(col(InvoiceRow.account_id), col(InvoiceRow.currency))
    )


def documents(work: Work, account_ids: Sequence[int]) -> list[tuple[str | None, str | None]]:
    """The document and the contract of each open invoice of these accounts that has one."""
    query = select(col(InvoiceRow.document), col(InvoiceRow.contract)).where(
        col(InvoiceRow.account_id).in_(list(account_ids)),
        col(InvoiceRow.state) == "open",
        col(InvoiceRow.document).is_not(None) | col(InvoiceRow.contract).is_not(None),
    )
    return [(document, contract) for document, contract in work.session.execute(query)]
