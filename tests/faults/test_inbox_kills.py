"""Invariants 2, 6, 8: whenever a look at the mailbox is killed, the next one files, acts and answers once."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest

from dunwell.desk import inbox
from dunwell.desk.inbox import Mailbox, Round
from dunwell.mailroom.mailbox import MoveTo
from tests.faults.child import INBOX_POINTS
from tests.faults.processes import finish, let_go, start
from tests.mailroom.boxes import Box
from tests.support.customer_mail import mail as written
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer

TUESDAY = MONDAY + timedelta(days=1)
DOUBTFUL = "after the server has taken an answer"


@pytest.mark.parametrize("point", INBOX_POINTS)
def test_a_killed_look_is_finished_by_the_next(sqlite: Sqlite, mail: MailServer, box: Box, point: str) -> None:
    firm = Firm(sqlite.fresh(), mail)
    numbers = owing(firm, MONDAY, 3)
    firm.run(MONDAY)
    threads = {one.account: one.message_id for one in firm.letters()}
    for number in numbers:
        words = f"We will pay INV-{number} on 20 March 2026."
        box.put(written(f"{number.lower()}@{number.lower()}.example", words, on=TUESDAY, answers=threads[number]))
    mine = Mailbox(box.account, mark=MoveTo("Done"))
    turn = 1 if "mark" in point or "told" in point else 2
    child = start(firm, TUESDAY, "inbox", point, turn, mine)
    let_go(child)
    code, err = finish(child)
    assert code == -signal.SIGKILL, err

    done = Round()
    list(inbox.look(firm.office, mine, moment(TUESDAY), done))

    assert len(firm.replies()) == 3
    assert [one.state for one in firm.promises()] == ["open"] * 3
    thanked = [one for one in mail.letters if str(one.message["Subject"]).startswith("Thank you")]
    assert len({one.recipients for one in thanked}) == len(thanked) == 3, "an answer was lost, or went twice"
    states = sorted(one.state for one in firm.letters() if one.letter == "promise_thanked")
    assert states == (["in_doubt", "sent", "sent"] if point == DOUBTFUL else ["sent"] * 3)
    with box.client() as client:
        assert client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"] == 0
    assert firm.broken() == []
