"""Rows to terms: cases as the rules want them, loaded set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import agreements, writing_off
from dunwell.ledger.books import Work
from dunwell.ledger.referral_tables import STANDING, ReferralLineRow, ReferralRow
from dunwell.ledger.tables import (
    LOOK_NOW,
    AccountRow,
    ContactRow,
    FeedRow,
    InvoiceRow,
    LetterRow,
    TouchRow,
)
from dunwell.terms.account import Account, Contact, Kind, PaymentMethod, Role
from dunwell.terms.case import NOTHING_AGREED, Case, Channel, Touch
from dunwell.terms.decision import Reason
from dunwell.terms.invoice import DocumentKind, Invoice
from dunwell.terms.money import Money

COUNTED = ("sent", "in_doubt", "handed", "reserved", "printed")
"""Letter and touch states that count as given: also while their fate is unknown."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with the keys under which the books know it, and what was last decided. `look_now`: there is news."""

    invoice_id: int
    account_id: int
    case: Case
    stage: str | None
    reason: str | None
    look_now: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a case depends on beside its rows: whether a currency can be paid to, whether
    letters are redirected, and how many days of letters the policy looks back on."""

    payable: Callable[[str], bool]
    redirecting: bool = False
    memory_days: int = 31


def account_of(row: AccountRow) -> Account:
    """The account's row as a term."""
    return Account(
        number=row.number,
        name=row.name,
        country=row.country,
        language=row.language,
        timezone=row.timezone,
        kind=Kind(row.kind),
        payment_method=PaymentMethod(row.payment_method),
        phone=row.phone,
        address=row.address,
        vat_id=row.vat_id,
        register=row.register_no,
        terms=row.terms,
        late_fee_percent=_decimal(row.late_fee_percent),
        credit_limit=_decimal(row.credit_limit),
    )


def locked_account(work: Work, account_id: int) -> Account:
    """The account as a term; its row stays locked until the work ends."""
    return account_of(work.lock_account(account_id))


def invoice_of(row: InvoiceRow) -> Invoice:
    """The invoice's row as a term."""
    return Invoice(
        number=row.number,
        issued=row.issued,
        due=row.due,
        amount=Money(row.amount, row.currency),
        kind=DocumentKind(row.kind),
        document=row.document,
        discount_percent=_decimal(row.discount_percent),
        discount_until=row.discount_until,
        purchase_order=row.purchase_order,
        reference=row.reference,
        contract=row.contract,
        sent_on=row.sent_on,
        not_sent=row.not_sent,
        imported_on=row.imported_on,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def contacts(work: Work, account_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """The contacts of these accounts, in the order in which they were entered."""
    query = (
        select(ContactRow)
        .where(col(ContactRow.account_id).in_(list(account_ids)), col(ContactRow.left_on).is_(None))
        .order_by(col(ContactRow.id))
    )
    found: dict[int, list[Contact]] = defaultdict(list)
    for row in work.session.execute(query).scalars():
        contact = Contact(row.name, row.email, Role(row.role), row.language, row.phone, row.bad_since)
        found[row.account_id].append(contact)
    return found


def payments_as_of(work: Work) -> date | None:
    """The day up to which payments are known: the newest of any payments or open-items file; None before the first."""
    query = select(func.max(col(FeedRow.as_of))).where(col(FeedRow.kind).in_(("payments", "open_items")))
    return work.session.execute(query).scalar_one_or_none()


def load(work: Work, invoice_ids: Sequence[int], today: date, around: Surroundings) -> list[Loaded]:
    """The cases of these invoices, in the order of their ids, with what happened up to `today`."""
    if not invoice_ids:
        return []
    query = (
        select(InvoiceRow, AccountRow)
        .join(AccountRow, col(InvoiceRow.account_id) == col(AccountRow.id))
        .where(col(InvoiceRow.id).in_(invoice_ids))
        .order_by(col(InvoiceRow.id))
        .execution_options(populate_existing=True)
    )
    pairs = [(invoice, account) for invoice, account in work.session.execute(query)]
    work.kept.extend(pairs)
    account_ids = {account.id for _, account in pairs if account.id is not None}
    touches, rehearsed, refused = _touches(work, invoice_ids)
    letters = _letter_days(work, account_ids, today - timedelta(days=around.memory_days))
    reachable = _reachable(work, account_ids)
    in_queue = _referred(work, invoice_ids)
    as_of = payments_as_of(work)
    agreed = agreements.of(work, [(row.id or 0, row.account_id, row.currency) for row, _ in pairs])
    closed = writing_off.written_off(work, [row.id or 0 for row, _ in pairs if row.principal_open <= 0])
    accounts = {row.id: account_of(row) for _, row in pairs}
    return [
        Loaded(
            invoice_id=row.id or 0,
            account_id=row.account_id,
            case=Case(
                account=accounts[row.account_id],
                invoice=invoice_of(row),
                open_principal=Money(row.principal_open, row.currency),
                open_charges=Money(row.charges_open, row.currency),
                touches=tuple(touches.get(row.id or 0, ())),
                account_letters=tuple(letters.get(row.account_id, ())),
                rehearsed=frozenset(rehearsed.get(row.id or 0, ())) if around.redirecting else frozenset(),
                payments_as_of=as_of,
                refused=tuple(refused.get(row.id or 0, ())),
                reachable=row.account_id in reachable,
                bank_account=around.payable(row.currency),
                referred=row.id in in_queue,
                written_off=row.id in closed,
                agreements=agreed.get(row.id or 0, NOTHING_AGREED),
            ),
            stage=row.stage,
            reason=row.reason,
            look_now=row.next_on == LOOK_NOW,
        )
        for row, _ in pairs
    ]


def accounts_of(work: Work, invoice_ids: Sequence[int]) -> list[int]:
    """The ids of the accounts of these invoices; empty on SQLite, where there is nothing to lock."""
    if not work.postgres:
        return []
    query = select(col(InvoiceRow.account_id)).where(col(InvoiceRow.id).in_(invoice_ids)).distinct()
    return list(work.session.execute(query).scalars())


def open_ids(work: Work, account_ids: Iterable[int]) -> list[int]:
    """The ids of the accounts' open invoices."""
    query = select(col(InvoiceRow.id)).where(
        col(InvoiceRow.account_id).in_(list(account_ids)),
        col(InvoiceRow.state) == "open",
        col(InvoiceRow.kind) == "invoice",
    )
    return [key for key in work.session.execute(query.order_by(col(InvoiceRow.id))).scalars() if key is not None]


Given = dict[int, list[Touch]]
Rehearsed = dict[int, list[tuple[str, int]]]
Refused = dict[int, list[tuple[str, int, date]]]


def _touches(work: Work, invoice_ids: Iterable[int]) -> tuple[Given, Rehearsed, Refused]:
    """Touches given, oldest first, letters rehearsed, and letters that the mail server refused, by invoice."""
    counted = col(TouchRow.state).in_((*COUNTED, "given", "skipped", "rehearsed"))
    was_refused = col(TouchRow.state).in_(("failed", "waiting")) & (col(TouchRow.reason) == "refused")
    query = (
        select(
            col(TouchRow.invoice_id),
            col(TouchRow.channel),
            col(TouchRow.stage),
            col(TouchRow.round),
            col(TouchRow.on),
            col(TouchRow.letter),
            col(TouchRow.deadline),
            col(TouchRow.state),
        )
        .where(col(TouchRow.invoice_id).in_(invoice_ids), counted | was_refused)
        .order_by(col(TouchRow.invoice_id), col(TouchRow.on), col(TouchRow.round))
    )
    given: Given = defaultdict(list)
    rehearsed: Rehearsed = defaultdict(list)
    refused: Refused = defaultdict(list)
    for row in work.session.execute(query):
        if row.state == "rehearsed":
            rehearsed[row.invoice_id].append((row.stage, row.round))
        elif row.state in ("failed", "waiting"):
            refused[row.invoice_id].append((row.stage, row.round, row.on))
        else:
            accepted = row.state in ("sent", "given")
            touch = Touch(
                row.stage,
                row.round,
                row.on,
                Channel(row.channel),
                row.letter,
                row.deadline,
                accepted,
                row.state == "skipped",
            )
            given[row.invoice_id].append(touch)
    return given, rehearsed, refused


def _letter_days(work: Work, account_ids: Iterable[int], since: date) -> dict[int, list[date]]:
    query = (
        select(col(LetterRow.account_id), col(LetterRow.on))
        .where(
            col(LetterRow.account_id).in_(account_ids),
            col(LetterRow.kind) == "cycle",
            col(LetterRow.slot).is_not(None),  # a rehearsal has none, and counts for nothing
            col(LetterRow.state).in_(COUNTED),
            col(LetterRow.on) >= since,
        )
        .order_by(col(LetterRow.account_id), col(LetterRow.on))
    )
    return _grouped(work.session.execute(query))


def _grouped(rows: Iterable[Any]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def _reachable(work: Work, account_ids: Iterable[int]) -> set[int]:
    query = select(col(ContactRow.account_id)).where(
        col(ContactRow.account_id).in_(account_ids),
        col(ContactRow.bad_since).is_(None),
        col(ContactRow.left_on).is_(None),
    )
    return set(work.session.execute(query).scalars())


def _referred(work: Work, invoice_ids: Iterable[int]) -> set[int]:
    query = (
        select(col(ReferralLineRow.invoice_id))
        .join(ReferralRow, col(ReferralRow.id) == col(ReferralLineRow.referral_id))
        .where(col(ReferralLineRow.invoice_id).in_(list(invoice_ids)), col(ReferralRow.state).in_(STANDING))
    )
    return set(work.session.execute(query).scalars())


LETTERED = (col(TouchRow.channel) == "email", col(TouchRow.state).in_(COUNTED))
"""A letter that went, or may have gone."""


def stages_of(work: Work, account_ids: Iterable[int]) -> dict[int, set[str]]:
    """The stages of the letters that the open invoices of these accounts got, by account."""
    query = (
        select(col(InvoiceRow.account_id), col(TouchRow.stage))
        .join(TouchRow, col(TouchRow.invoice_id) == col(InvoiceRow.id))
        .where(
            *LETTERED,
            col(InvoiceRow.account_id).in_(list(account_ids)),
            col(InvoiceRow.kind) == "invoice",
            col(InvoiceRow.principal_open) > 0,
            # What the policy tolerates is closed by its decision, and chased no more.
            col(InvoiceRow.reason).is_(None) | (col(InvoiceRow.reason) != Reason.WITHIN_TOLERANCE.value),
        )
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for key, stage in work.session.execute(query):
        found.setdefault(key, set()).add(stage)
    return found
