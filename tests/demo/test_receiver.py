"""The test receiver of notices: takes what is signed, once, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dunwell.demo.receiver import server
from dunwell.liaison.webhook import Refused, Taken, Target, post

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    lines: list[str] = []
    with server(0, "s3cret", lambda: int(NOW.timestamp()), lines.append) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/", lines
        listening.shutdown()


def test_a_signed_notice_is_taken_and_told_once(heard: tuple[str, list[str]]) -> None:
    url, lines = heard
    for _ in range(2):
        assert post(Target(url, "s3cret", True), "notice_1", b'{"event": "suspend"}', NOW) == Taken("answered 204")
    assert lines == ['notice_1 {"event": "suspend"}']


def test_another_secret_or_an_old_time_is_refused(heard: tuple[str, list[str]]) -> None:
    url, lines = heard
    assert isinstance(post(Target(url, "other", True), "a", b"{}", NOW), Refused)
    assert isinstance(post(Target(url, "s3cret", True), "a", b"{}", NOW.replace(hour=8)), Refused)
    assert [line.partition(":")[0] for line in lines] == ["refused", "refused"]
