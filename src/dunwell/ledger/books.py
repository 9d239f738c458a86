"""The unit of work: one job, one transaction; none stays open across SMTP, IMAP or HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from dunwell.ledger.engine import LedgerAway, LedgerError
from dunwell.ledger.tables import AccountRow


@dataclass(frozen=True, slots=True)
class Work:
    """A transaction in hand. Only the ledger's own functions look inside.

    `fresh` are rows to be inserted together; `kept` are rows read that will be wanted again in this transaction.
    """

    session: Session
    postgres: bool
    fresh: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    kept: list[object] = field(default_factory=list)

    def insert(self, table: type[SQLModel], values: dict[str, Any]) -> None:
        """Insert a row with the next `flush`: all rows of a table in one statement, many times as fast as one by one.

        Rows inserted so have to name every column that has no default in the database.
        """
        self.fresh.setdefault(table, []).append(values)

    def flush(self) -> None:
        """Write what is waiting: changed rows first, then the inserted ones, in the order in which tables came up."""
        self.session.flush()
        for table, rows in self.fresh.items():
            if rows:
                self.session.execute(insert(table), rows)
                rows.clear()

    def lock_accounts(self, account_ids: Iterable[int]) -> None:
        """Lock these accounts, in one order, until the work ends."""
        ids = sorted(account_ids) if self.postgres else []
        # A statement takes at most 65,535 parameters.
        for start in range(0, len(ids), 10_000):
            query = select(col(AccountRow.id)).where(col(AccountRow.id).in_(ids[start : start + 10_000]))
            self.session.execute(query.order_by(col(AccountRow.id)).with_for_update()).all()

    def lock_account(self, account_id: int) -> AccountRow:
        """The account's row, locked until the work ends. On SQLite the whole transaction holds the write lock."""
        query = select(AccountRow).where(col(AccountRow.id) == account_id).execution_options(populate_existing=True)
        return self.session.execute(query.with_for_update() if self.postgres else query).scalar_one()


@dataclass(frozen=True)
class Books:
    """The books behind one engine."""

    engine: Engine

    @property
    def postgres(self) -> bool:
        """Whether the books are on PostgreSQL."""
        return self.engine.dialect.name == "postgresql"

    @contextlib.contextmanager
    def write(self) -> Iterator[Work]:
        """A transaction that writes: all of it or nothing. Raises LedgerAway when the database is out of reach."""
        with _reachable(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            work = Work(session, self.postgres)
            yield work
            work.flush()

    @contextlib.contextmanager
    def read(self) -> Iterator[Work]:
        """A transaction that only reads, of one moment."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if self.postgres else {"reads": True}
        with (
            _reachable(),
            self.engine.connect().execution_options(**options) as connection,
            Session(connection, expire_on_commit=False, autoflush=False) as session,
        ):
            yield Work(session, self.postgres)
            session.rollback()


@contextlib.contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise LedgerAway("somebody else has just written the same to the ledger: run again") from error
    except OperationalError as error:
        raise LedgerAway(f"the ledger cannot be used now: {str(error.orig).splitlines()[0]}") from error
    except DatabaseError as error:
        raise LedgerError(f"the ledger cannot be read: {str(error.orig).splitlines()[0]}") from error
