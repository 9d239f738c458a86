"""Looking things up by what people call them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from dunwell.ledger import writing_off
from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, ContactRow, InvoiceRow, LetterRow, TouchRow
from dunwell.terms.money import Money

_SHOWN = {"reserved": "waiting", "handed": "in_doubt"}


@dataclass(frozen=True, slots=True)
class Happened:
    """A touch of an invoice: what it was, when, and what became of it. `channel` of a letter that was written is what
    carries it."""

    on: date | None
    due_on: date
    channel: str
    stage: str
    round: int
    letter: str | None
    state: str
    reason: str
    message_id: str | None


def invoice_id(work: Work, number: str) -> int | None:
    """The ledger's key of the invoice `number`."""
    return work.session.execute(select(col(InvoiceRow.id)).where(col(InvoiceRow.number) == number)).scalar_one_or_none()


def account_id(work: Work, number: str) -> int | None:
    """The ledger's key of the account `number`."""
    return work.session.execute(select(col(AccountRow.id)).where(col(AccountRow.number) == number)).scalar_one_or_none()


def owner_of(work: Work, key: int) -> int:
    """The key of the account whose invoice this is."""
    return work.session.get_one(InvoiceRow, key).account_id


def currencies(work: Work, account_id: int) -> list[str]:
    """The currencies of the account's invoices."""
    query = select(col(InvoiceRow.currency)).where(col(InvoiceRow.account_id) == account_id).distinct()
    return sorted(work.session.execute(query).scalars())


def country_of(work: Work, account: str) -> str | None:
    """The country of the account with this number."""
    query = select(col(AccountRow.country)).where(col(AccountRow.number) == account)
    return work.session.execute(query).scalar_one_or_none()


def languages(work: Work) -> dict[str, int]:
    """The languages in which accounts, or their contacts, are to be written to, each with how many want it."""
    found: dict[str, int] = {}
    for column in (col(AccountRow.language), col(ContactRow.language)):
        query = select(column, func.count()).where(column.is_not(None)).group_by(column)
        for name, count in work.session.execute(query):
            found[name] = found.get(name, 0) + count
    return found


def open_currencies(work: Work) -> list[str]:
    """The currencies of the open invoices."""
    query = select(col(InvoiceRow.currency)).where(col(InvoiceRow.state) == "open").distinct()
    return sorted(work.session.execute(query).scalars())


def state(work: Work, key: int) -> str:
    """Whether the invoice is open, paid, or closed by a write-off."""
    found = work.session.get_one(InvoiceRow, key).state
    return "write_off" if found != "open" and writing_off.written_off(work, [key]) else found


def open_principal(work: Work, key: int) -> Money:
    """What is open of the invoice's own amount."""
    row = work.session.get_one(InvoiceRow, key, populate_existing=True)
    return Money(row.principal_open, row.currency)


def like(work: Work, number: str) -> list[str]:
    """Some invoice numbers that begin or end like `number`, for suggestions."""
    return _like(work, col(InvoiceRow.number), number)


def accounts_like(work: Work, number: str) -> list[str]:
    """Some account numbers that begin or end like `number`, for suggestions."""
    return _like(work, col(AccountRow.number), number)


def _like(work: Work, column: Mapped[str], number: str) -> list[str]:
    start = number[: max(1, len(number) // 2)].replace("%", "").replace("_", "")
    end = number[-max(1, len(number) // 2) :].replace("%", "").replace("_", "")
    query = select(column).where(column.like(f"{start}%") | column.like(f"%{end}"))
    return list(work.session.execute(query.limit(2000)).scalars())


def history(work: Work, key: int) -> list[Happened]:
    """The invoice's touches, in order of their days."""
    query = (
        select(TouchRow, col(LetterRow.message_id), col(LetterRow.reason), col(LetterRow.name), col(LetterRow.carrier))
        .outerjoin(LetterRow, col(TouchRow.letter_id) == col(LetterRow.id))
        .where(col(TouchRow.invoice_id) == key)
        .order_by(func.coalesce(col(TouchRow.on), col(TouchRow.due_on)), col(TouchRow.id))
    )
    return [
        Happened(
            row.on,
            row.due_on,
            carrier or row.channel,
            row.stage,
            row.round,
            row.letter,
            _SHOWN.get(row.state, row.state),
            row.reason if row.state in ("waiting", "proposed", "superseded") else _answer(row, answer, name),
            message_id,
        )
        for row, message_id, answer, name, carrier in work.session.execute(query)
    ]


def _answer(touch: TouchRow, answer: str | None, letter: str | None) -> str:
    """What the server said; where another letter settled the touch, which: the customer has only that one."""
    said = answer or touch.reason
    return said if letter in (None, touch.letter) else f"settled by letter '{letter}': {said}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the books hold."""

    accounts: int
    contacts: int
    invoices: int
    open_invoices: int


def counts(work: Work) -> Counts:
    """How many accounts, contacts and invoices there are, and how many invoices are open."""

    def number(query: object) -> int:
        return int(work.session.execute(query).scalar_one())  # type: ignore[call-overload]

    return Counts(
        number(select(func.count()).select_from(AccountRow)),
        number(select(func.count()).select_from(ContactRow)),
        number(select(func.count()).select_from(InvoiceRow).where(col(InvoiceRow.kind) == "invoice")),
        number(
            select(func.count())
            .select_from(InvoiceRow)
            .where(col(InvoiceRow.kind) == "invoice", col(InvoiceRow.state) == "open")
        ),
    )
