"""A project folder for each test, its ledger migrated before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url

from dunwell import wiring
from tests.support.databases import Sqlite
from tests.support.firm import Firm
from tests.support.mail_server import MailServer
from tests.support.project import Project


@pytest.fixture
def project(tmp_path: Path, mail: MailServer, sqlite: Sqlite) -> Project:
    """A folder with settings, an empty ledger and a mail server that takes everything."""
    found = Project(tmp_path)
    found.settings(mail.port)
    shutil.copyfile(str(make_url(sqlite.fresh()).database), tmp_path / "dunwell.db")
    return found


@pytest.fixture
def firm_of(project: Project, mail: MailServer) -> Firm:
    """The same ledger from inside, to fill and to look at."""
    firm = Firm(f"sqlite:///{project.folder / 'dunwell.db'}", mail)
    wiring.prepare(firm.books)
    return firm
