"""A real Prefect server for the session, started as `dunwell run` starts its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from dunwell.cli.prefect_server import private_server


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the server's API."""
    before = os.environ.get("PREFECT_HOME")
    with private_server(tmp_path_factory.mktemp("prefect")) as url:
        yield url
    if before is None:
        os.environ.pop("PREFECT_HOME", None)
