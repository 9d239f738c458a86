"""The inbox against real mailboxes: filed once, dealt with once, marked last; doubt settled by copies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from dunwell.desk import inbox
from dunwell.desk.inbox import Mailbox, Round
from dunwell.mailroom.mailbox import MailboxAway, MoveTo
from tests.mailroom.boxes import Box
from tests.support.customer_mail import mail as written
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer

TUESDAY = MONDAY + timedelta(days=1)
ANNE = "a001@a001.example"


@pytest.fixture
def chased(sqlite: Sqlite, mail: MailServer) -> Firm:
    firm = Firm(sqlite.fresh(), mail)
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    return firm


def look(firm: Firm, box: Mailbox) -> Round:
    done = Round()
    list(inbox.look(firm.office, box, moment(TUESDAY), done))
    return done


def promise(firm: Firm, **how: str) -> bytes:
    return written(
        ANNE, "We will pay INV-A001 on 20 March 2026.", on=TUESDAY, answers=firm.letters()[0].message_id, **how
    )


def test_a_mail_is_filed_dealt_with_answered_and_moved_once(chased: Firm, box: Box, mail: MailServer) -> None:
    mine = Mailbox(box.account, mark=MoveTo("Done"))
    box.put(promise(chased))
    done = look(chased, mine)
    assert (done.filed, [one.state for one in done.handled], [one.letter for one in done.answers]) == (
        1, ["acted"], ["promise_thanked"]
    )  # fmt: skip
    with box.client() as client:
        assert client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"] == 0
        assert client.folder_status("Done", ["MESSAGES"])[b"MESSAGES"] == 1
    again = look(chased, mine)
    assert (again.filed, again.handled, again.answers) == (0, [], [])
    assert len(mail.letters) == 2


def test_new_numbers_have_the_folder_read_anew_and_nothing_filed_twice(chased: Firm, box: Box) -> None:
    box.make("Ours")
    mine = Mailbox(box.account, folder="Ours")
    raw = promise(chased)
    box.put(raw, folder="Ours")
    assert look(chased, mine).filed == 1
    box.remove("Ours")
    box.make("Ours")
    box.put(raw, written(ANNE, "Thank you.", on=TUESDAY), folder="Ours")
    done = look(chased, mine)
    assert (done.filed, [one.intent for one in done.handled]) == (1, ["acknowledgement"])
    assert len(chased.promises()) == 1


def test_a_large_mail_is_filed_in_part_and_goes_to_a_person(chased: Firm, box: Box) -> None:
    raw = promise(chased) + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 2000
    box.put(raw)
    done = look(chased, Mailbox(box.account, cap=64 * 1024))
    (handled,) = done.handled
    assert handled.state == "review"
    assert "larger" in handled.reasons[0]
    assert chased.promises() == []


def test_a_letter_in_doubt_is_settled_by_its_copy(chased: Firm, box: Box, mail: MailServer) -> None:
    chased.invoices(TUESDAY, "A001,INV-9,2025-12-01,2026-01-05,70.00,GBP")
    mail.drop.append("taken")
    wednesday = MONDAY + timedelta(days=2)
    chased.run(wednesday)
    assert chased.letters()[-1].state == "in_doubt"
    box.make("Sent")
    box.put(mail.letters[-1].raw, folder="Sent")
    done = Round()
    list(inbox.look(chased.office, Mailbox(box.account, sent="Sent"), moment(wednesday), done))
    assert done.settled == 1
    assert chased.letters()[-1].state == "sent"


def test_a_copy_of_our_letter_in_the_inbox_settles_it_too(chased: Firm, box: Box, mail: MailServer) -> None:
    with chased.books.write() as work:
        work.session.execute(text("UPDATE letter SET state = 'in_doubt'"))
        work.session.execute(text("UPDATE touch SET state = 'in_doubt' WHERE letter_id IS NOT NULL"))
    box.put(mail.letters[0].raw)
    (handled,) = look(chased, Mailbox(box.account)).handled
    assert (handled.state, "settled as sent" in handled.effect) == ("ignored", True)
    assert chased.letters()[0].state == "sent"


def test_answers_wait_while_the_mail_server_is_away(chased: Firm, box: Box, mail: MailServer) -> None:
    box.put(promise(chased))
    mail.stop()
    done = look(chased, Mailbox(box.account))
    assert done.away
    assert len(chased.promises()) == 1, "what was read stands"
    mail.start()
    assert [one.letter for one in look(chased, Mailbox(box.account)).answers] == ["promise_thanked"]


def test_a_mailbox_that_is_away_is_temporary(chased: Firm, box: Box) -> None:
    with pytest.raises(MailboxAway):
        look(chased, Mailbox(box.to(port=1)))
