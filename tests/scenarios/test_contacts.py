"""Who is written to: contacts added, changed and gone, by people, and what an import does to that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.desk import contacts
from dunwell.desk.contacts import Card
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import journal
from tests.support.customer_mail import mail as written
from tests.support.firm import CONTACTS, MONDAY, Firm, csv, moment, owing
from tests.support.mail_server import MailServer

TUESDAY = MONDAY + timedelta(days=1)
PAT = Wanted("pat", "said so by telephone")
NEW = "accounts@a001.example"


def test_letters_go_to_the_new_contact_and_no_import_brings_the_old_one_back(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    contacts.add(firm.office, "A001", Card(NEW, "Accounts"), PAT, moment(MONDAY))
    contacts.leave(firm.office, "A001", "A001@a001.example", PAT, moment(MONDAY))
    firm.take(csv(CONTACTS, "A001,Person A001,a001@a001.example,accounts_payable"), MONDAY)
    firm.run(MONDAY)
    assert [one.recipients for one in mail.letters] == [(NEW,)]
    found = contacts.listed(firm.office, "A001")
    assert [(one.email, one.left_on) for one in found] == [("a001@a001.example", MONDAY), (NEW, None)]
    with firm.books.read() as work:
        said = [(one.what, one.who) for one in journal.entries(work, "A001") if one.what.startswith("contact")]
    assert said == [("contact_added", "dunwell"), ("contact_added", "pat"), ("contact_left", "pat")]
    assert firm.broken() == []


def test_whoever_has_left_is_believed_no_more(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    small_firm.run(MONDAY)
    letter = small_firm.letters()[-1].message_id
    contacts.add(small_firm.office, "A001", Card("new@elsewhere.example", "New"), PAT, moment(MONDAY))
    contacts.leave(small_firm.office, "A001", "a001@a001.example", PAT, moment(MONDAY))
    small_firm.receive(
        TUESDAY, written("a001@a001.example", "We will pay all of it on 9 March.", on=TUESDAY, answers=letter)
    )
    assert small_firm.promises() == []
    contacts.leave(small_firm.office, "A001", "a001@a001.example", PAT, moment(TUESDAY), undo=True)
    small_firm.receive(
        TUESDAY, written("a001@a001.example", "We will pay all of it on 10 March.", on=TUESDAY, answers=letter)
    )
    assert len(small_firm.promises()) == 1


def test_an_account_without_anybody_is_told_and_reached_again(small_firm: Firm, mail: MailServer) -> None:
    owing(small_firm, MONDAY, 1)
    contacts.leave(small_firm.office, "A001", "a001@a001.example", PAT, moment(MONDAY))
    small_firm.run(MONDAY)
    assert (mail.letters, small_firm.task_kinds()) == ([], ["no_reachable_contact"])
    contacts.change(small_firm.office, "A001", "a001@a001.example", Card(email=NEW), PAT, moment(MONDAY))
    contacts.leave(small_firm.office, "A001", NEW, PAT, moment(MONDAY), undo=True)
    contacts.speak(small_firm.office, "A001", "it", PAT, moment(MONDAY))
    small_firm.run(TUESDAY)
    assert [(one.to, one.language) for one in small_firm.letters()] == [(NEW, "it")]
    assert small_firm.task_kinds() == []


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (Card("nowhere", "X"), "not an e-mail address"),
        (Card("a001@a001.example", "X"), "already"),
        (Card(NEW, "X", role="boss"), "unknown word 'boss'"),
        (Card(NEW, "X", language="xx"), "no letters in 'xx'"),
        (Card(NEW), "needs an address and a name"),
    ],
)
def test_what_is_refused(small_firm: Firm, card: Card, said: str) -> None:
    owing(small_firm, MONDAY, 1)
    with pytest.raises(CannotDo, match=said):
        contacts.add(small_firm.office, "A001", card, PAT, moment(MONDAY))
    with pytest.raises(CannotDo, match="no invoice or account A01"):
        contacts.listed(small_firm.office, "A01")
    with pytest.raises(CannotDo, match="--reason"):
        contacts.add(small_firm.office, "A001", Card(NEW, "X"), Wanted("pat"), moment(MONDAY))
    assert len(contacts.listed(small_firm.office, "A001")) == 1
