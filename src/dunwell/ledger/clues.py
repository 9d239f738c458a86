"""Looking up whose a mail could be: what the books know about addresses, threads and invoice numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, ContactRow, InvoiceRow, LetterLineRow, LetterRow


@dataclass(frozen=True, slots=True)
class Answered:
    """A letter that a mail answers: whose it was, and the invoices that it asked for."""

    account: str
    message_id: str
    invoices: frozenset[str]


def account_numbers(work: Work) -> list[str]:
    """The numbers of all accounts."""
    return list(work.session.execute(select(col(AccountRow.number))).scalars())


def account_key(work: Work, number: str) -> int:
    """The ledger's key of an account that is there."""
    return work.session.execute(select(col(AccountRow.id)).where(col(AccountRow.number) == number)).scalar_one() or 0


def letters_with(work: Work, message_ids: Sequence[str]) -> list[Answered]:
    """The letters of ours with these Message-IDs (with brackets), in the order of the ids."""
    query = (
        select(LetterRow, col(AccountRow.number))
        .join(AccountRow, col(AccountRow.id) == col(LetterRow.account_id))
        .where(col(LetterRow.message_id).in_(list(message_ids)))
    )
    rows = {row.message_id: (row.id or 0, number) for row, number in work.session.execute(query)}
    lines = (
        select(col(LetterLineRow.letter_id), col(InvoiceRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(LetterLineRow.invoice_id))
        .where(col(LetterLineRow.letter_id).in_([key for key, _ in rows.values()]))
    )
    numbers: dict[int, set[str]] = {}
    for letter_id, number in work.session.execute(lines):
        numbers.setdefault(letter_id, set()).add(number)
    return [Answered(rows[one][1], one, frozenset(numbers.get(rows[one][0], ()))) for one in message_ids if one in rows]


def with_contact(work: Work, email: str) -> frozenset[str]:
    """The accounts at which this address is a contact."""
    query = (
        select(col(AccountRow.number))
        .join(ContactRow, col(ContactRow.account_id) == col(AccountRow.id))
        .where(func.lower(col(ContactRow.email)) == email.lower(), col(ContactRow.left_on).is_(None))
    )
    return frozenset(work.session.execute(query).scalars())


def with_domain(work: Work, domain: str) -> frozenset[str]:
    """The accounts at which a contact has an address in this domain; at most a hundred."""
    plain = domain.replace("\\", "").replace("%", "").replace("_", "\\_")
    query = (
        select(col(AccountRow.number))
        .join(ContactRow, col(ContactRow.account_id) == col(AccountRow.id))
        .where(func.lower(col(ContactRow.email)).like(f"%@{plain}", escape="\\"), col(ContactRow.left_on).is_(None))
        .distinct()
        .limit(100)
    )
    return frozenset(work.session.execute(query).scalars())


def numbers_of(work: Work, accounts: Iterable[str]) -> dict[str, str]:
    """The invoice numbers of these accounts, each with its account's number."""
    query = (
        select(col(InvoiceRow.number), col(AccountRow.number))
        .join(AccountRow, col(AccountRow.id) == col(InvoiceRow.account_id))
        .where(col(AccountRow.number).in_(list(accounts)), col(InvoiceRow.kind) == "invoice")
    )
    return {row[0]: row[1] for row in work.session.execute(query)}


def owners(work: Work, numbers: Sequence[str]) -> dict[str, str]:
    """Of these invoice numbers those that there are, each with its account's number."""
    found: dict[str, str] = {}
    for start in range(0, len(numbers), 500):
        query = (
            select(col(InvoiceRow.number), col(AccountRow.number))
            .join(AccountRow, col(AccountRow.id) == col(InvoiceRow.account_id))
            .where(col(InvoiceRow.number).in_(numbers[start : start + 500]), col(InvoiceRow.kind) == "invoice")
        )
        found.update({row[0]: row[1] for row in work.session.execute(query)})
    return found


def in_doubt(work: Work) -> list[str]:
    """The Message-IDs of letters whose fate is unknown."""
    query = select(col(LetterRow.message_id)).where(col(LetterRow.state) == "in_doubt").distinct()
    return list(work.session.execute(query).scalars())
