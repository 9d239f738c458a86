"""What all tests share: fresh ledgers on both databases, a mail server, a firm."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chromium import BINARY as CHROMIUM
from tests.support.databases import Postgres, Sqlite
from tests.support.dovecot import BINARY as DOVECOT
from tests.support.firm import Firm
from tests.support.mail_server import MailServer

for _name in [name for name in os.environ if name.startswith(("DUNWELL_", "PREFECT_"))]:
    del os.environ[_name]


_LONGEST_FIRST = ("demo", "flows", "faults", "scenarios", "desk", "cli", "mailroom", "letters")
"""Folders whose files take long, or wait for servers: started first, they do not keep the others waiting at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; within a file everything stays as it is."""
    place = {name: number for number, name in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.parent.name, len(place)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tried, in the last lines of a run."""
    if DOVECOT is None:
        terminalreporter.write_line(
            "Dovecot is not installed: the mailbox was tried against pymap alone. tests/install-servers.sh installs it."
        )
    if CHROMIUM is None:
        terminalreporter.write_line(
            "Chromium is not installed: the front desk was tried in no browser. tests/install-servers.sh installs it."
        )


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """Fresh SQLite ledgers."""
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Fresh PostgreSQL ledgers."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Sqlite | Postgres:
    """Each database in turn."""
    found: Sqlite | Postgres = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server that takes everything unless it is told otherwise."""
    with MailServer() as server:
        yield server


@pytest.fixture
def firm(database: Sqlite | Postgres, mail: MailServer) -> Iterator[Firm]:
    """A firm on each database in turn, with an empty ledger."""
    found = Firm(database.fresh(), mail)
    yield found
    found.close()


@pytest.fixture
def small_firm(sqlite: Sqlite, mail: MailServer) -> Iterator[Firm]:
    """A firm on SQLite, with an empty ledger."""
    found = Firm(sqlite.fresh(), mail)
    yield found
    found.close()


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return Path(__file__).resolve().parents[1]
