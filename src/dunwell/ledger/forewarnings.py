"""Forewarnings in the books: which letters the collector was told of, and which were held back. A link works once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import overriding
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.service_tables import ForewarnedRow
from dunwell.ledger.tables import AccountRow, JournalRow, LetterRow
from dunwell.terms.agreement import Action, Override


@dataclass(frozen=True, slots=True)
class Planned:
    """A letter that the next cycle would send to an account, and why."""

    account_id: int
    account: str
    name: str
    letter: str
    stage: str
    invoices: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Forewarned:
    """A letter that the collector was told of: with the cycle of the day `on`. `held_by` is who held it back."""

    id: int
    on: date
    planned: Planned
    held_by: str | None


def tell(work: Work, on: date, planned: Sequence[Planned], pen: Pen) -> list[Forewarned]:
    """Write down which letters are told of, each account once a day; returns them as they now stand."""
    there = {row.account_id: row for row in _rows(work, on)}
    for one in planned:
        row = there.get(one.account_id)
        if row is None:
            row = ForewarnedRow(on=on, account_id=one.account_id, letter="", stage="", told_on=pen.on)
            work.session.add(row)
        row.letter, row.stage, row.why = one.letter, one.stage, one.why
        row.invoices = "\n".join(one.invoices)
    work.session.flush()
    wanted = {one.account_id for one in planned}
    return [one for one in told(work, on) if one.planned.account_id in wanted]


def _rows(work: Work, on: date) -> list[ForewarnedRow]:
    query = select(ForewarnedRow).where(col(ForewarnedRow.on) == on).order_by(col(ForewarnedRow.id))
    return list(work.session.execute(query.execution_options(populate_existing=True)).scalars())


def told(work: Work, on: date) -> list[Forewarned]:
    """The letters that were told of for the cycle of a day, by account."""
    query = (
        select(ForewarnedRow, AccountRow)
        .join(AccountRow, col(AccountRow.id) == col(ForewarnedRow.account_id))
        .where(col(ForewarnedRow.on) == on)
        .order_by(col(AccountRow.number))
    )
    return [_record(row, account) for row, account in work.session.execute(query)]


def find(work: Work, forewarned_id: int) -> Forewarned | None:
    """The letter with this id, as it was told of."""
    row = work.session.get(ForewarnedRow, forewarned_id, populate_existing=True)
    return None if row is None else _record(row, work.session.get_one(AccountRow, row.account_id))


def _record(row: ForewarnedRow, account: AccountRow) -> Forewarned:
    planned = Planned(
        row.account_id, account.number, account.name, row.letter, row.stage, tuple(row.invoices.splitlines()), row.why
    )
    return Forewarned(row.id or 0, row.on, planned, row.held_by)


def before(work: Work, on: date) -> tuple[date, date] | None:
    """The last day before `on` of whose letters the collector was told, and the day on which that was."""
    query = (
        select(col(ForewarnedRow.on), col(ForewarnedRow.told_on))
        .where(col(ForewarnedRow.on) < on)
        .order_by(col(ForewarnedRow.on).desc(), col(ForewarnedRow.told_on))
        .limit(1)
    )
    row = work.session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def went(work: Work, on: date) -> set[int]:
    """The accounts to which a letter went, or may have gone, on a day."""
    query = select(col(LetterRow.account_id)).where(
        col(LetterRow.on) == on, col(LetterRow.state).in_(("sent", "in_doubt", "rehearsed"))
    )
    return set(work.session.execute(query).scalars())


def happened(work: Work, account_ids: Sequence[int], since: date) -> dict[int, list[tuple[str, str | None]]]:
    """What the journals of these accounts have from a day on, oldest first: what it was, and about which invoice."""
    found: dict[int, list[tuple[str, str | None]]] = {}
    for start in range(0, len(account_ids), 500):
        query = (
            select(col(JournalRow.account_id), col(JournalRow.what), col(JournalRow.invoice))
            .where(col(JournalRow.account_id).in_(account_ids[start : start + 500]), col(JournalRow.on) >= since)
            .order_by(col(JournalRow.id))
        )
        for key, what, invoice in work.session.execute(query):
            found.setdefault(key, []).append((what, invoice))
    return found


def hold_back(work: Work, forewarned_id: int, why: str, pen: Pen) -> Forewarned | str:
    """Hold a letter back: its account is paused up to and with the cycle's day. Once; returns why not, where it cannot
    be. A pause or stop that stands already stays as it is."""
    row = work.session.get(ForewarnedRow, forewarned_id)
    if row is None:
        return "the ledger knows no such letter"
    account = work.lock_account(row.account_id)
    work.session.refresh(row)
    if row.held_by is not None:
        return f"the link has been used: {row.held_by} held the letter back"
    if pen.on > row.on:
        return f"the day of the letter, {row.on}, has passed"
    standing = overriding.standing(work, [], [row.account_id]).of_account[row.account_id]
    if not any(_holds(one, row.on) for one in standing):
        overriding.add(work, account, Override(Action.PAUSE, pen.on, row.on, None, 0, pen.who, why), pen)
    row.held_on, row.held_by = pen.on, pen.who
    return _record(row, account)


def _holds(word: Override, on: date) -> bool:
    return word.action in (Action.PAUSE, Action.STOP) and (word.until is None or word.until >= on)
