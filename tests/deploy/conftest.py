"""The whole set-up of `make deploy-local` in a folder of its own, with a firm on its ledger."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.site import Site
from tests.support.mail_server import MailServer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deployments"))


@pytest.fixture
def site(mail: MailServer) -> Iterator[Site]:
    """PostgreSQL, Prefect's server on it, and no worker yet."""
    # Not below pytest's own folder, into which the database's user cannot look.
    state = Path(tempfile.mkdtemp(prefix="dunwell-site-"))
    state.chmod(0o711)
    found = Site(state, mail)
    try:
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(state, ignore_errors=True)
