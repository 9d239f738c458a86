"""The tables, their constraints, and what happens to books of another version."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from dunwell.ledger import tables
from dunwell.ledger.books import Books
from dunwell.ledger.engine import LedgerAway, LedgerError, check, migrate, open_engine, require_current
from tests.support.databases import Postgres, Sqlite
from tests.support.firm import MONDAY, Firm, csv, owing

Database = Sqlite | Postgres


def test_the_migrations_give_exactly_the_tables_of_the_code(database: Database) -> None:
    engine = open_engine(database.empty())
    assert check(engine) == "empty"
    migrate(engine)
    assert check(engine) == "current"
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_migrating_again_keeps_what_is_there(firm: Firm) -> None:
    owing(firm, MONDAY, 1)
    migrate(firm.books.engine)
    with firm.books.read() as work:
        assert work.session.execute(text("SELECT count(*) FROM invoice")).scalar_one() == 1


def test_books_of_a_newer_version_are_refused_untouched(database: Database) -> None:
    engine = open_engine(database.fresh())
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (check, migrate, require_current):
        with pytest.raises(LedgerError, match=r"newer Dunwell .*9999.*upgrade Dunwell"):
            use(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    engine.dispose()


def test_books_without_tables_say_what_to_run(database: Database) -> None:
    engine = open_engine(database.empty())
    with pytest.raises(LedgerError, match="dunwell init"):
        require_current(engine)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_database_that_is_away_is_temporary(postgres: Postgres) -> None:
    url = postgres.fresh()
    engine = open_engine(url.replace("ledger", "nothing_called_this"))
    with pytest.raises(LedgerAway):
        check(engine)
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "oracle://x"])
def test_another_kind_of_database_is_refused_by_name(url: str) -> None:
    with pytest.raises(LedgerError, match="sqlite"):
        open_engine(url)


def _rows(firm: Firm) -> dict[str, Any]:
    touch = {"invoice_id": 1, "channel": "email", "stage": "late", "round": 1, "due_on": MONDAY, "state": "proposed"}
    letter = {
        "account_id": 1, "slot": "cycle:A001:2026-03-02", "on": MONDAY, "name": "late", "language": "en",
        "to_email": "a@b.example", "subject": "s", "message_id": "<m>", "state": "sent", "reserved_at": "x",
    }  # fmt: skip
    payment = {"key": "k", "account_id": 1, "on": MONDAY, "amount": 1, "currency": "GBP"}
    journal = {
        "account_id": 1, "seq": 99, "at": "x", "on": MONDAY, "who": "x", "what": "x", "prev": "", "hash": ""
    }  # fmt: skip
    task = {"key": "t", "kind": "call", "role": "collector", "made_on": MONDAY, "due_on": MONDAY, "text": "x"}
    charge = {"key": "c", "invoice_id": 1, "kind": "late_fee", "on": MONDAY, "amount": 1}
    contact = {"account_id": 1, "name": "x", "email": "x@y.example", "role": "other"}
    return {
        "TouchRow": touch, "LetterRow": letter, "PaymentRow": payment, "JournalRow": journal, "TaskRow": task,
        "ChargeRow": charge, "ContactRow": contact, "CycleRow": {"on": MONDAY, "state": "done", "started_at": "x"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "free"),
    [
        ("TouchRow", {"round": 2}),
        ("TouchRow", {"channel": "call"}),
        ("LetterRow", {"slot": "cycle:A001:2026-03-03"}),
        ("LetterRow", {"slot": None}),
        ("PaymentRow", {"key": "other"}),
        ("JournalRow", {"seq": 100}),
        ("TaskRow", {"key": "other"}),
        ("ChargeRow", {"key": "other"}),
        ("ContactRow", {"email": "z@y.example"}),
        ("CycleRow", {"on": date(2026, 3, 3)}),
    ],
)
def test_what_must_be_once_is_once_by_the_database_itself(firm: Firm, table: str, free: dict[str, Any]) -> None:
    """A touch by case, channel, stage and round; a letter by its slot; a payment, task and charge by key."""
    owing(firm, MONDAY, 1)
    model, values = getattr(tables, table), _rows(firm)[table]
    for allowed in (values, {**values, **free}):
        with firm.books.write() as work:
            work.session.add(model(**allowed))
    with pytest.raises(LedgerAway, match="somebody else"), firm.books.write() as work:
        work.session.add(model(**values))


def test_a_touch_of_an_unknown_invoice_is_refused_by_the_database_itself(firm: Firm) -> None:
    with pytest.raises(LedgerAway, match="somebody else"), firm.books.write() as work:
        work.session.add(tables.TouchRow(**{**_rows(firm)["TouchRow"], "invoice_id": 4711}))


def test_amounts_past_32_bits_are_kept_to_the_minor_unit(firm: Firm) -> None:
    firm.customers(MONDAY, ["A001"])
    firm.invoices(MONDAY, "A001,BIG,2026-01-01,2026-02-01,9876543210.54,IRR")
    with firm.books.read() as work:
        assert work.session.execute(text("SELECT principal_open FROM invoice")).scalar_one() == 987654321054


def test_a_unit_of_work_that_fails_leaves_nothing(firm: Firm) -> None:
    def fail() -> None:
        with firm.books.write() as work:
            work.session.add(tables.NoteRow(name="a", value="b"))
            work.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with firm.books.read() as work:
        assert work.session.get(tables.NoteRow, "a") is None


def test_a_dry_run_of_an_import_leaves_nothing(firm: Firm) -> None:
    taken = firm.take(csv("account,name,country,language", "A,Firm,GB,en"), MONDAY, dry_run=True)
    assert taken.new == 1
    with firm.books.read() as work:
        assert work.session.execute(text("SELECT count(*) FROM account")).scalar_one() == 0


def test_sqlite_keeps_what_it_has_said_it_keeps(sqlite: Sqlite) -> None:
    """`synchronous=FULL`: a reservation lost to a power cut is a letter sent twice."""
    books = Books(open_engine(sqlite.fresh()))
    with books.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    books.engine.dispose()
