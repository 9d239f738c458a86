"""One account as the front desk shows it: who it is, what is open and what comes next, and what holds it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import agreed_lists, cases, lookup, statements
from dunwell.ledger.agreed_lists import ClaimRecord, DisputeRecord, PromiseRecord
from dunwell.ledger.agreement_tables import PauseRow
from dunwell.ledger.books import Work
from dunwell.ledger.lever_tables import OverrideRow
from dunwell.ledger.tables import LOOK_NOW, AccountRow, InvoiceRow
from dunwell.terms.account import Account, Contact
from dunwell.terms.money import Money, totals


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An open invoice: where it stands, why, and what comes next. `next_on` None: it is looked at with the next cycle,
    or nothing moves it but news (`looked_at` False or True)."""

    number: str
    due: date | None
    outstanding: Money
    stage: str | None
    reason: str | None
    why: str | None
    next_on: date | None
    next_what: str | None
    looked_at: bool

    def days_overdue(self, on: date) -> int:
        """Days since the due date, 0 until then or without one."""
        return 0 if self.due is None else max(0, (on - self.due).days)


@dataclass(frozen=True, slots=True)
class Word:
    """Something that holds: an override or a pause, of an invoice or (None) of the whole account."""

    what: str
    invoice: str | None
    since: date
    until: date | None
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class AccountFile:
    """An account with all that a collector asks first. `open`, `overdue` and `unapplied` are by currency."""

    id: int
    account: Account
    contacts: tuple[Contact, ...]
    invoices: tuple[OpenLine, ...]
    more_invoices: int
    open: tuple[Money, ...]
    overdue: tuple[Money, ...]
    unapplied: tuple[Money, ...]
    words: tuple[Word, ...]
    promises: tuple[PromiseRecord, ...]
    disputes: tuple[DisputeRecord, ...]
    claims: tuple[ClaimRecord, ...]
    pressed_since: date | None
    hold_since: date | None


def read(work: Work, number: str, on: date, most: int) -> AccountFile | None:
    """The account `number` on day `on`, with its `most` oldest open invoices; None where there is no such account."""
    key = lookup.account_id(work, number)
    if key is None:
        return None
    row = work.session.get_one(AccountRow, key)
    lines = _open_lines(work, key, most)
    exposed = _exposure(work, key, on)
    return AccountFile(
        id=key,
        account=cases.account_of(row),
        contacts=tuple(cases.contacts(work, [key]).get(key, ())),
        invoices=tuple(lines),
        more_invoices=sum(number for _, _, number in exposed) - len(lines),
        open=tuple(whole for whole, _, _ in exposed),
        overdue=tuple(late for _, late, _ in exposed if late),
        unapplied=statements.backgrounds(work, [key])[key].unapplied,
        words=tuple(_words(work, key)),
        promises=tuple(agreed_lists.promises(work, account_id=key)),
        disputes=tuple(agreed_lists.disputes(work, on, account_id=key)),
        claims=tuple(agreed_lists.claims(work, account_id=key)),
        pressed_since=row.pressed_since,
        hold_since=row.hold_since,
    )


def _open_lines(work: Work, key: int, most: int) -> list[OpenLine]:
    query = (
        select(InvoiceRow)
        .where(
            col(InvoiceRow.account_id) == key,
            col(InvoiceRow.state) == "open",
            col(InvoiceRow.kind) == "invoice",
        )
        .order_by(col(InvoiceRow.due).is_(None), col(InvoiceRow.due), col(InvoiceRow.number))
        .limit(most)
    )
    return [
        OpenLine(
            row.number,
            row.due,
            Money(row.principal_open + row.charges_open, row.currency),
            row.stage,
            row.reason,
            row.why,
            None if row.next_on == LOOK_NOW else row.next_on,
            row.next_what,
            row.next_on != LOOK_NOW,
        )
        for row in work.session.execute(query).scalars()
    ]


def _exposure(work: Work, key: int, on: date) -> list[tuple[Money, Money, int]]:
    """By currency: what is open, what of it is overdue, and of how many invoices."""
    query = (
        select(
            col(InvoiceRow.currency),
            col(InvoiceRow.due),
            func.sum(col(InvoiceRow.principal_open) + col(InvoiceRow.charges_open)),
            func.count(),
        )
        .where(col(InvoiceRow.account_id) == key, col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice")
        .group_by(col(InvoiceRow.currency), col(InvoiceRow.due))
    )
    rows = [(Money(int(minor), currency), due, int(n)) for currency, due, minor, n in work.session.execute(query)]
    found = []
    for whole in totals(money for money, _, _ in rows):
        own = [(money.minor, due, n) for money, due, n in rows if money.currency == whole.currency]
        late = sum(minor for minor, due, _ in own if due is not None and due < on)
        found.append((whole, Money(late, whole.currency), sum(n for _, _, n in own)))
    return found


def _words(work: Work, key: int) -> list[Word]:
    overrides = (
        select(OverrideRow, col(InvoiceRow.number))
        .outerjoin(InvoiceRow, col(InvoiceRow.id) == col(OverrideRow.invoice_id))
        .where(col(OverrideRow.account_id) == key, col(OverrideRow.ended_on).is_(None))
    )
    pauses = (
        select(PauseRow, col(InvoiceRow.number))
        .outerjoin(InvoiceRow, col(InvoiceRow.id) == col(PauseRow.invoice_id))
        .where(col(PauseRow.account_id) == key, col(PauseRow.ended_on).is_(None))
    )
    found = [
        Word(f"{row.action} {row.stage}" if row.stage else row.action, number, row.since, row.until, row.who, row.why)
        for row, number in work.session.execute(overrides)
    ]
    found += [
        Word(row.kind, number, row.since, row.until, row.who, row.why) for row, number in work.session.execute(pauses)
    ]
    return sorted(found, key=lambda word: word.since)
