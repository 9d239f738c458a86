"""Opening the books: the engine, its settings, and the migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

_MIGRATIONS = Path(__file__).parent / "migrations"


class LedgerError(Exception):
    """The books cannot be used as they are; the message says what to do."""


class LedgerAway(LedgerError):
    """The database cannot be reached now: temporary."""


def open_engine(url: str) -> Engine:
    """An engine for a SQLAlchemy URL; PostgreSQL always goes through psycopg 3."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError("ledger.url is no SQLAlchemy URL: use sqlite:///FILE or postgresql://…") from None
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite":
        raise LedgerError(f"ledger.url: {parsed.get_backend_name()} is not supported: use sqlite or postgresql")
    engine = create_engine(parsed, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late for BEGIN IMMEDIATE: they are switched off.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _alembic(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine) -> None:
    """Bring the books to this version's tables; an empty database gets them all.

    Raises LedgerError when a newer version has written there.
    """
    if check(engine) != "current":
        command.upgrade(_alembic(engine), "head")


def check(engine: Engine) -> str:
    """'current', 'empty' or 'behind'; raises LedgerError for books of a newer version, LedgerAway for none at all."""
    script = ScriptDirectory.from_config(_alembic(engine))
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise LedgerAway(f"the ledger cannot be opened: {str(error.orig).splitlines()[0]}") from error
    except DatabaseError as error:
        raise LedgerError(f"the ledger is no database: {str(error.orig).splitlines()[0]}") from error
    if found is None:
        return "empty"
    if found not in {revision.revision for revision in script.walk_revisions()}:
        raise LedgerError(
            f"the ledger was written by a newer Dunwell (its tables are of revision {found}): upgrade Dunwell, or "
            "restore the backup made before the upgrade"
        )
    return "current" if found == script.get_current_head() else "behind"


def require_current(engine: Engine) -> None:
    """Raise LedgerError unless the books have this version's tables."""
    if (state := check(engine)) != "current":
        remedy = "run `dunwell init`" if state == "empty" else "run `dunwell init` to migrate it (make a backup first)"
        raise LedgerError(f"the ledger has {'no tables' if state == 'empty' else 'older tables'}: {remedy}")
