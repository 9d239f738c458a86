"""Processes side by side on one ledger: one cycle at a time, one letter an account, and no journal torn."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dunwell.desk import chase, day
from dunwell.ledger import cycles
from dunwell.ledger.cycles import CycleRunning
from tests.faults.processes import finish, let_go, start
from tests.support.databases import Postgres, Sqlite
from tests.support.dump import assert_money_adds_up
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer

COUNT = 20


@pytest.fixture
def night(database: Sqlite | Postgres, mail: MailServer) -> Iterator[Firm]:
    """A firm with letters due, and a mail server that takes its time."""
    firm = Firm(database.fresh(), mail)
    owing(firm, MONDAY, COUNT)
    firm.payments(MONDAY)
    mail.on_taken = lambda _letter: time.sleep(0.03)
    yield firm
    firm.close()


def once_each(mail: MailServer) -> bool:
    return Counter(letter.recipients[0] for letter in mail.letters) == Counter(
        {f"a{index:03}@a{index:03}.example": 1 for index in range(1, COUNT + 1)}
    )


def test_of_two_cycles_started_at_once_one_works_and_the_other_says_so(night: Firm, mail: MailServer) -> None:
    """Invariant 15."""
    mail.on_taken = lambda _letter: time.sleep(0.1)
    children = [start(night, MONDAY) for _ in range(2)]
    for child in children:
        let_go(child)
    ends = sorted((finish(child) for child in children), key=lambda end: end[0])
    assert ends[0][0] == 0, ends[0][1]
    assert ends[1][0] == 1
    assert "CycleRunning" in ends[1][1]
    assert once_each(mail)
    assert night.broken() == []


def test_the_lock_is_one_for_each_ledger_and_is_given_back(firm: Firm, database: Sqlite | Postgres) -> None:
    other = Firm(database.fresh())
    with cycles.lock(firm.books):
        with pytest.raises(CycleRunning), cycles.lock(firm.books):
            pass
        with cycles.lock(other.books):
            pass
    for _ in range(20):  # given back when it ends, not when the database server comes round to it
        with cycles.lock(firm.books):
            pass
    other.close()


def test_letters_beside_letters_over_the_same_proposals_send_one_an_account(night: Firm, mail: MailServer) -> None:
    """Invariant 2 rests on the reservation under the account's lock, not on the cycle's."""
    at = moment(MONDAY)
    day.open_day(night.office, at)
    for page in day.due_pages(night.office, at):
        chase.chase(night.office, [due.invoice_id for due in page], at)
    day.check_volume(night.office, at, confirmed=True)
    children = [start(night, MONDAY, "letters") for _ in range(2)]
    for child in children:
        let_go(child)
    ends = [finish(child) for child in children]
    assert [end[0] for end in ends] == [0, 0], [end[1] for end in ends]
    assert once_each(mail)
    assert Counter(record.state for record in night.letters()) == Counter(sent=COUNT)
    assert {touch.state for touch in night.touches()} == {"sent"}
    assert night.broken() == []


def test_letters_beside_a_cycle_send_one_an_account(night: Firm, mail: MailServer) -> None:
    children = [start(night, MONDAY, what) for what in ("cycle", "letters")]
    let_go(children[0])
    while not mail.letters:
        time.sleep(0.005)
    let_go(children[1])
    ends = [finish(child) for child in children]
    assert [end[0] for end in ends] == [0, 0], [end[1] for end in ends]
    assert once_each(mail)
    assert night.broken() == []


def test_imports_beside_a_cycle_tear_no_journal_and_stop_nobody(night: Firm, mail: MailServer) -> None:
    child = start(night, MONDAY)
    let_go(child)
    while not mail.letters:
        time.sleep(0.005)
    for turn in range(6):
        night.payments(
            MONDAY, *(f"A{i:03},INV-A{i:03},2026-03-01,1.{turn:02},GBP,t{turn}" for i in range(1, COUNT + 1))
        )
    code, err = finish(child)
    assert code == 0, err
    assert night.broken() == []
    assert_money_adds_up(night.books)
    night.run(MONDAY)  # what changed while the night ran goes with the next run, with the new amounts
    assert once_each(mail)
    night.run(MONDAY + timedelta(days=1))
    assert once_each(mail)


def test_a_payment_taken_while_letters_go_stops_those_that_have_not_gone(night: Firm, mail: MailServer) -> None:
    """Invariant 3: the ledger at the moment of reserving."""
    child = start(night, MONDAY)
    let_go(child)
    while not mail.letters:
        time.sleep(0.005)
    night.payments(MONDAY, f"A{COUNT:03},INV-A{COUNT:03},2026-03-01,{100 + COUNT - 1}.00,GBP,all")
    gone = len(mail.letters)
    assert gone < COUNT, "the import came too late to prove anything"
    code, err = finish(child)
    assert code == 0, err
    assert mail.to(f"a{COUNT:03}@a{COUNT:03}.example") == []
    assert len(mail.letters) == COUNT - 1


def test_an_import_waits_for_whoever_holds_an_account_and_goes_on_from_there(firm: Firm) -> None:
    """The journal's chain: an import reads an account's head only once nobody else is writing there."""
    import threading

    from dunwell.ledger import journal
    from dunwell.ledger.journal import Pen

    owing(firm, MONDAY, 1)
    found: list[BaseException] = []

    def take() -> None:
        try:
            firm.payments(MONDAY, "A001,INV-A001,2026-03-01,1.00,GBP,x")
        except BaseException as error:
            found.append(error)

    with firm.books.write() as work:
        account = work.lock_account(1)
        thread = threading.Thread(target=take)
        thread.start()
        time.sleep(0.4)
        journal.write(work, account, Pen(moment(MONDAY).now, MONDAY), "something")
    thread.join(20)
    assert found == []
    assert firm.broken() == []
    with firm.books.read() as work:
        whats = [entry.what for entry in journal.entries(work, "A001")]
    assert whats[-2:] == ["something", "payment"]
