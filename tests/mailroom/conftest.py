"""A mailbox at each IMAP server in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mailroom.boxes import SERVERS, Box, dovecot_box, pymap_box
from tests.support.dovecot import BINARY, Dovecot


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    if BINARY is None:
        pytest.skip("Dovecot is not installed: see tests/install-servers.sh")
    with Dovecot() as server:
        yield server


@pytest.fixture(params=SERVERS)
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    """An empty mailbox."""
    if request.param == "dovecot":
        yield dovecot_box(request.getfixturevalue("dovecot"))
    else:
        with pymap_box(tmp_path / "mail") as found:
            yield found
