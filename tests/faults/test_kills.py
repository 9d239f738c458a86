"""Invariants 1, 5, 6, 15: whenever a night is killed, the next start finishes it, nothing twice and nothing lost."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.faults.child import POINTS
from tests.faults.processes import finish, let_go, start
from tests.support.databases import Postgres, Sqlite
from tests.support.dump import assert_money_adds_up
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer

COUNT = 27
"""More than one batch."""
ONCE = (
    "while the decisions of a page are written", "after a page is chased", "before the cycle is closed",
    "after the cycle is closed", "after news is gathered",
)  # fmt: skip
OF_A_BATCH = (
    "before a batch is reserved", "after a reservation, before its commit", "after the commit of a reservation",
    "before the end of a batch", "after the end of a batch",
)  # fmt: skip
LOST = ("after the commit of a hand-over", "before a letter is sent")
DOUBTFUL = (
    *LOST, "after the server has taken a letter", "while a letter is settled, before its commit",
    "while a letter is handed over, before its commit", "before the end of a batch",
)  # fmt: skip


@pytest.fixture
def night(mail: MailServer, request: pytest.FixtureRequest) -> Iterator[Firm]:
    database: Sqlite | Postgres = request.getfixturevalue(request.param)
    firm = Firm(database.fresh(), mail)
    owing(firm, MONDAY, COUNT)
    firm.payments(MONDAY)
    yield firm
    firm.close()


CASES = [("sqlite", point) for point in POINTS] + [
    ("postgres", point) for point in (*DOUBTFUL, "after a page is chased")
]


@pytest.mark.parametrize(("night", "point"), CASES, indirect=["night"])
def test_a_killed_night_is_finished_by_the_next_start(night: Firm, mail: MailServer, point: str) -> None:
    firm = night
    turn = 1 if point in ONCE else 2 if point in OF_A_BATCH else 7
    child = start(firm, MONDAY, "cycle", point, turn)
    let_go(child)
    code, err = finish(child)
    assert code == -signal.SIGKILL, err
    before = len(mail.letters)

    report = firm.run(MONDAY, fresh=False)  # at once: the lock has died with its process

    addresses = Counter(letter.recipients[0] for letter in mail.letters)
    assert max(addresses.values()) == 1, "a letter went twice"
    lost = 1 if point in LOST else 0
    assert len(addresses) == COUNT - lost, f"{before} before the kill"
    states = Counter(record.state for record in firm.letters())
    doubtful = 1 if point in DOUBTFUL else 0
    assert states == Counter(sent=COUNT - doubtful, in_doubt=doubtful)
    assert Counter(touch.state for touch in firm.touches()) == +Counter(sent=COUNT - doubtful, in_doubt=doubtful)
    assert (report.record.sent, report.record.in_doubt) == (COUNT - doubtful, doubtful)
    assert report.record.state == "done"
    assert firm.broken() == []
    assert_money_adds_up(firm.books)
    with firm.books.read() as work:
        assert work.session.execute(text("SELECT count(*) FROM cycle")).scalar_one() == 1

    for days in (0, 1, 2):
        firm.run(MONDAY + timedelta(days=days), fresh=False)
    assert len(mail.letters) == COUNT - lost, "what was in doubt went again later"
    assert firm.task_kinds() == ["in_doubt"] * doubtful


def test_a_night_killed_again_and_again_still_sends_each_letter_once(sqlite: Sqlite, mail: MailServer) -> None:
    firm = Firm(sqlite.fresh(), mail)
    owing(firm, MONDAY, COUNT)
    firm.payments(MONDAY)
    for point in ("while a letter is settled, before its commit", "after the server has taken a letter"):
        child = start(firm, MONDAY, "cycle", point, 4)
        let_go(child)
        assert finish(child)[0] == -signal.SIGKILL
    firm.run(MONDAY, fresh=False)
    assert Counter(letter.recipients[0] for letter in mail.letters) == Counter(
        {f"a{index:03}@a{index:03}.example": 1 for index in range(1, COUNT + 1)}
    )
    assert firm.broken() == []
    firm.close()


def test_a_kill_during_a_rehearsal_leaves_nothing_in_doubt_and_counts_for_nothing(
    sqlite: Sqlite, mail: MailServer
) -> None:
    firm = Firm(sqlite.fresh(), mail)
    owing(firm, MONDAY, 1)
    firm.payments(MONDAY)
    firm.redirect_to = "watcher@northwind.example"
    firm.run(MONDAY, fresh=False)
    with firm.books.write() as work:  # as a process leaves it that dies before it has settled
        work.session.execute(text("UPDATE letter SET state = 'handed', worker = 'elsewhere:1', settled_at = NULL"))
    firm.redirect_to = None
    firm.run(MONDAY + timedelta(days=1), fresh=False)
    assert [letter.recipients[0] for letter in mail.letters] == ["watcher@northwind.example", "a001@a001.example"]
    assert sorted(record.state for record in firm.letters()) == ["rehearsed", "sent"]
    firm.close()
