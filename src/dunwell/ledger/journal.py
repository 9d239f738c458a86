"""The journal: append-only, who did what and why, one hash chain an account, sealed once a cycle.

Entries hold identifiers, days and amounts, never names or addresses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger.books import Work
from dunwell.ledger.tables import AccountRow, JournalRow
from dunwell.terms import chain
from dunwell.terms.chain import Chain

SYSTEM = "dunwell"
"""Who is named for what the machine does by itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as read back."""

    seq: int
    at: str
    on: date
    who: str
    what: str
    invoice: str | None
    why: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pen:
    """Whoever writes, at the moment `now`, on the creditor's day `on`."""

    now: datetime
    on: date
    who: str = SYSTEM

    @property
    def at(self) -> str:
        """The moment as the tables keep it: ISO 8601, to the second."""
        return self.now.isoformat(timespec="seconds")


class Chained(Protocol):
    """The end of an account's chain: its row, or what stands for it."""

    id: int | None
    seq: int
    head: str


def write(
    work: Work, account: Chained, pen: Pen, what: str, *, invoice: str | None = None, why: str = "", **data: object
) -> None:
    """Append an entry to the account's chain. The account's row must be locked by this work on PostgreSQL."""
    if account.id is None:
        work.session.flush()
    account.seq += 1
    row: dict[str, Any] = {
        "account_id": account.id or 0,
        "seq": account.seq,
        "at": pen.at,
        "on": pen.on,
        "who": pen.who,
        "what": what,
        "invoice": invoice,
        "why": why,
        "data": json.dumps(data, sort_keys=True, default=str),
        "prev": account.head,
    }
    row["hash"] = account.head = chain.digest(row)
    work.insert(JournalRow, row)


def entries(work: Work, account_number: str, invoice: str | None = None) -> list[Entry]:
    """The account's entries, oldest first; of one invoice only where it is named."""
    query = (
        select(JournalRow)
        .join(AccountRow, col(JournalRow.account_id) == col(AccountRow.id))
        .where(col(AccountRow.number) == account_number)
        .order_by(col(JournalRow.seq))
    )
    if invoice is not None:
        query = query.where(col(JournalRow.invoice) == invoice)
    return [
        Entry(r.seq, r.at, r.on, r.who, r.what, r.invoice, r.why, json.loads(r.data))
        for r in work.session.execute(query).scalars()
    ]


def exported(work: Work, account_number: str) -> Iterator[dict[str, Any]]:
    """The account's entries as they are hashed, with their hashes, oldest first: with them the chain can be checked."""
    query = (
        select(JournalRow)
        .join(AccountRow, col(JournalRow.account_id) == col(AccountRow.id))
        .where(col(AccountRow.number) == account_number)
        .order_by(col(JournalRow.seq))
    )
    for row in work.session.execute(query).scalars():
        values = {name: getattr(row, name) for name in (*chain.HASHED, "hash")}
        yield {**values, "on": row.on.isoformat()}


def broken_chains(work: Work) -> Iterator[str]:
    """A sentence for every account whose chain does not hold: an entry changed, missing or out of order.

    A text that was erased is no fault where a later entry of the chain vouches for what it says now.
    """
    heads = {row.id: (row.number, row.seq, row.head) for row in work.session.execute(select(AccountRow)).scalars()}
    state: dict[int, Chain] = {}
    query = (
        select(JournalRow).order_by(col(JournalRow.account_id), col(JournalRow.seq)).execution_options(yield_per=1000)
    )
    for row in work.session.execute(query).scalars():
        if not state.setdefault(row.account_id, Chain()).follows(row.__dict__):
            yield f"account {heads[row.account_id][0]}: journal entry {row.seq} does not follow from the one before"
    for account_id, (number, seq, head) in heads.items():
        found = state.get(account_id or 0, Chain())
        for changed in sorted(found.changed):
            yield f"account {number}: journal entry {changed} is not what it was hashed over, and no later one says why"
        if (found.seq, found.head) != (seq, head):
            yield f"account {number}: the journal's last entries are missing"


def seal(work: Work) -> str:
    """SHA-256 over every account's head, in order of account: what a cycle leaves behind as its seal."""
    digest = hashlib.sha256()
    query = (
        select(col(AccountRow.number), col(AccountRow.head))
        .order_by(col(AccountRow.id))
        .execution_options(yield_per=5000)
    )
    for number, head in work.session.execute(query):
        digest.update(f"{number}\0{head}\n".encode())
    return digest.hexdigest()
