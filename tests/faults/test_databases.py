"""Databases that fail: one that is full, one that is read-only, one that goes away in the middle of a night."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from dunwell.ledger.engine import LedgerAway
from tests.support.databases import Postgres, Sqlite
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer
from tests.support.project import DUNWELL, Project

COUNT = 6


@pytest.fixture
def project(tmp_path: Path, mail: MailServer, sqlite: Sqlite) -> Project:
    found = Project(tmp_path)
    found.settings(mail.port)
    shutil.copyfile(str(make_url(sqlite.fresh()).database), tmp_path / "dunwell.db")
    firm = Firm(f"sqlite:///{tmp_path / 'dunwell.db'}", mail)
    owing(firm, MONDAY, COUNT)
    firm.payments(MONDAY)
    firm.close()
    return found


def shell(project: Project, before: str) -> subprocess.CompletedProcess[str]:
    """A night after some other command of the shell."""
    command = f"{before} && exec {DUNWELL} run --direct --date {MONDAY}"
    return subprocess.run(
        ["unshare", "--mount", "bash", "-c", command] if "mount" in before else ["bash", "-c", command],
        cwd=project.folder, env=project.environment(), text=True, capture_output=True, check=False, timeout=120,
    )  # fmt: skip


def made_good(project: Project, mail: MailServer) -> None:
    """The next run sends each letter that has not gone, and none twice."""
    assert project("run", "--direct", "--date", str(MONDAY)).code == 0
    assert Counter(letter.recipients[0] for letter in mail.letters) == {
        f"a{n:03}@a{n:03}.example": 1 for n in range(1, COUNT + 1)
    }


def test_a_full_disk_ends_the_night_with_75_and_nothing_is_lost(project: Project, mail: MailServer) -> None:
    ended = shell(project, "ulimit -f 48")  # no file grows past 48 KiB: the ledger's log is full early in the night
    assert ended.returncode == 75, ended.stderr
    assert "the ledger cannot be used now" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert mail.letters == []
    made_good(project, mail)


def test_a_read_only_ledger_ends_the_night_with_75_before_any_letter(project: Project, mail: MailServer) -> None:
    folder = project.folder
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    ended = shell(project, f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder} && cd {folder}")
    assert ended.returncode in (2, 75), ended.stderr
    assert "read-only" in ended.stderr.lower() or "readonly" in ended.stderr.lower() or "unable" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert mail.letters == []
    made_good(project, mail)


def test_a_postgresql_that_goes_away_mid_night_leaves_one_letter_in_doubt(postgres: Postgres, mail: MailServer) -> None:
    url = make_url(postgres.fresh())
    firm = Firm(url.render_as_string(hide_password=False), mail)
    owing(firm, MONDAY, COUNT)
    firm.payments(MONDAY)
    above = create_engine(
        url.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT"
    )  # from another database of the same server

    def allow(yes: bool) -> None:
        with above.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS {str(yes).lower()}"))
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(query), {"name": url.database})

    mail.on_taken = lambda _letter: allow(False) if len(mail.letters) == 3 else None
    with pytest.raises(LedgerAway, match="cannot be used now"):
        firm.run(MONDAY, fresh=False)
    assert len(mail.letters) == 3
    allow(True)
    mail.on_taken = lambda _letter: None
    # As the next night's process finds it: the one that wrote these letters is this one, and lives.
    with firm.books.write() as work:
        left = text("UPDATE letter SET worker = :gone WHERE state IN ('reserved', 'handed')")
        work.session.execute(left, {"gone": f"{os.uname().nodename}:1:0"})
    firm.run(MONDAY, fresh=False)
    assert Counter(len(mail.to(letter.recipients[0])) for letter in mail.letters) == {1: COUNT}
    assert Counter(record.state for record in firm.letters()) == {"sent": COUNT - 1, "in_doubt": 1}
    assert firm.broken() == []
    above.dispose()
    firm.close()
