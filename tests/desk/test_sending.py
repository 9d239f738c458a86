"""A night against a real mail server: every letter reaches an end state, and none goes twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.cli.running import code_of
from dunwell.desk import chase, day, letters
from dunwell.ledger import journal
from dunwell.ledger.journal import Pen
from dunwell.ledger.letters import settle_in_doubt
from dunwell.ledger.outbox import slot_of
from tests.support.firm import CONTACTS, MONDAY, Firm, csv, moment, owing
from tests.support.mail_server import MailServer

TUESDAY = MONDAY + timedelta(days=1)
NOBODY = "550 5.1.1 <a001@a001.example>: Recipient address rejected: User unknown"
RELAYING = "550 5.7.1 Relaying denied"


def states(firm: Firm, on: date | None = None) -> list[str]:
    return [letter.state for letter in firm.letters(on)]


def test_an_accepted_letter_is_sent_and_says_what_the_server_answered(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 2)
    report = firm.run(MONDAY)
    assert [letter.recipients for letter in mail.letters] == [("a001@a001.example",), ("a002@a002.example",)]
    records = firm.letters()
    assert [(one.state, one.stage, one.invoices) for one in records] == [
        ("sent", "past_due", ("INV-A001",)),
        ("sent", "past_due", ("INV-A002",)),
    ]
    assert records[0].reason == "250 2.0.0 Ok: queued as 1"
    assert [one.message_id for one in records] == [letter.message_id for letter in mail.letters]
    assert {letter.sender for letter in mail.letters} == {"collections@northwind.example"}
    assert (report.record.expected, report.record.sent, code_of(report)) == (2, 2, 0)


def test_a_day_run_again_and_again_sends_nothing_again(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 3)
    for _ in range(4):
        firm.run(MONDAY)
    assert len(mail.letters) == 3


def test_a_letter_put_off_goes_with_the_next_run_of_the_same_day(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 2)
    mail.rcpt["a001@a001.example"].append("451 4.7.1 Greylisted, try again")
    report = firm.run(MONDAY)
    assert states(firm) == ["waiting", "sent"]
    assert (report.record.expected, report.record.sent, report.record.waiting) == (2, 1, 1)
    firm.run(MONDAY)
    assert states(firm) == ["sent", "sent"]
    assert len(mail.to("a001@a001.example")) == len(mail.to("a002@a002.example")) == 1
    assert {touch.state for touch in firm.touches()} == {"sent"}


def test_a_letter_put_off_goes_on_the_next_day_and_only_once(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.data.append("452 4.2.2 Mailbox full")
    firm.run(MONDAY)
    firm.run(TUESDAY)
    (record,) = firm.letters()
    assert (record.state, record.on) == ("sent", TUESDAY)
    assert len(mail.letters) == 1
    firm.run(TUESDAY)
    firm.run(TUESDAY + timedelta(days=1))
    assert len(mail.letters) == 1


def test_a_letter_put_off_and_then_paid_is_withdrawn(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.data.append("452 4.2.2 Mailbox full")
    firm.run(MONDAY)
    firm.payments(TUESDAY, "A001,INV-A001,2026-03-02,100.00,GBP,x")
    firm.run(TUESDAY)
    assert mail.letters == []
    assert states(firm) == [], "a letter that is not needed any more still stands in the queue"


def test_an_unknown_recipient_makes_the_contact_bad_and_a_task(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.rcpt["a001@a001.example"].extend([NOBODY] * 9)
    report = firm.run(MONDAY)
    assert states(firm) == ["failed"]
    assert firm.letters()[0].reason == NOBODY
    assert firm.task_kinds() == ["bad_address"]
    assert code_of(report) == 1
    firm.run(TUESDAY)
    assert len(firm.letters()) == 1, "an address that does not exist is not tried again"
    assert "no_reachable_contact" in firm.task_kinds()


def test_a_new_contact_gets_what_the_bad_address_did_not(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.rcpt["a001@a001.example"].extend([NOBODY] * 9)
    firm.run(MONDAY)
    firm.run(TUESDAY)
    wednesday = TUESDAY + timedelta(days=1)
    firm.take(csv(CONTACTS, "A001,New Person,new@a001.example,accounts_payable"), wednesday)
    firm.run(wednesday)
    assert len(mail.to("new@a001.example")) == 1
    assert "no_reachable_contact" not in firm.task_kinds()


def test_relaying_denied_says_nothing_about_the_address(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.rcpt["a001@a001.example"].append(RELAYING)
    firm.run(MONDAY)
    assert states(firm) == ["failed"]
    assert firm.task_kinds() == ["letter_failed"]
    firm.run(MONDAY)
    assert mail.letters == []
    firm.run(TUESDAY)
    assert len(mail.to("a001@a001.example")) == 1, "it is tried again the next day"


@pytest.mark.parametrize("point", ["RCPT", "DATA"])
def test_a_connection_lost_before_the_text_puts_the_letter_off(firm: Firm, mail: MailServer, point: str) -> None:
    owing(firm, MONDAY, 2)
    mail.drop.append(point)
    firm.run(MONDAY)
    assert states(firm) == ["waiting", "sent"]
    firm.run(MONDAY)
    assert states(firm) == ["sent", "sent"]
    assert len(mail.letters) == 2


@pytest.mark.parametrize(("point", "arrived"), [("taken", 1), ("lost", 0)])
def test_a_connection_lost_after_the_text_leaves_the_letter_in_doubt_for_ever(
    firm: Firm, mail: MailServer, point: str, arrived: int
) -> None:
    owing(firm, MONDAY, 1)
    mail.drop.append(point)
    report = firm.run(MONDAY)
    assert states(firm) == ["in_doubt"]
    assert report.record.in_doubt == 1
    assert any("in doubt" in alarm for alarm in report.alarms)
    for days in range(0, 10):
        firm.run(MONDAY + timedelta(days=days))
    assert len(mail.letters) == arrived, "a letter in doubt was sent again"
    assert "in_doubt" in firm.task_kinds()


def test_a_letter_in_doubt_counts_for_stages_and_does_not_stop_the_next(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.drop.append("lost")
    firm.run(MONDAY)
    for days in range(1, 13):
        firm.run(MONDAY + timedelta(days=days))
    assert [(one.letter, one.state) for one in firm.letters()] == [
        ("past_due_first", "in_doubt"),
        ("past_due_second", "sent"),
    ]


def test_a_person_settles_a_letter_in_doubt_and_one_that_did_not_go_is_due_again(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.drop.append("lost")
    firm.run(MONDAY)
    message_id = firm.letters()[0].message_id
    with firm.books.write() as work:
        pen = Pen(moment(TUESDAY).now, TUESDAY, "Ada")
        assert settle_in_doubt(work, message_id, False, pen, "not in the sent mail")
    assert firm.letters() == []
    firm.run(TUESDAY)
    assert len(mail.letters) == 1
    with firm.books.write() as work:
        assert not settle_in_doubt(work, message_id, True, Pen(moment(TUESDAY).now, TUESDAY, "Ada"), "again")
    assert firm.broken() == []


def test_an_answer_that_is_none_after_the_text_leaves_the_letter_in_doubt(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.noise = b"what?\r\n"
    firm.run(MONDAY)
    assert states(firm) == ["in_doubt"]
    mail.noise = None
    firm.run(MONDAY)
    assert len(mail.letters) == 1


def test_with_the_server_away_nothing_is_lost_and_the_run_says_try_again(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 3)
    mail.stop()
    report = firm.run(MONDAY)
    assert code_of(report) == 75
    assert firm.letters() == []
    assert {touch.state for touch in firm.touches()} == {"proposed"}
    assert report.record.waiting == 3
    assert any("sent: none" in alarm for alarm in report.alarms)
    mail.start()
    assert code_of(firm.run(MONDAY)) == 0
    assert len(mail.letters) == 3


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_due(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 3)

    def go_away(_letter: object) -> None:
        mail.connections[-1].abort()
        assert mail._server is not None
        mail._server.close()

    mail.on_taken = go_away
    report = firm.run(MONDAY)
    assert code_of(report) == 75
    assert states(firm) == ["in_doubt"]
    mail.on_taken = lambda _letter: None
    mail.stop()
    mail.start()
    firm.run(MONDAY)
    assert sorted(letter.recipients[0][:4] for letter in mail.letters) == ["a001", "a002", "a003"]


def test_the_archive_gets_every_letter_in_the_same_transaction(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.route["archive"] = "archive@northwind.example"
    firm.run(MONDAY)
    (letter,) = mail.letters
    assert letter.recipients == ("a001@a001.example", "archive@northwind.example")
    assert letter.message["To"] == "Person A001 <a001@a001.example>"
    assert b"archive" not in letter.raw


def test_an_archive_that_is_refused_keeps_no_letter_back(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.route["archive"] = "archive@northwind.example"
    mail.rcpt["archive@northwind.example"].append("550 5.1.1 no such user")
    firm.run(MONDAY)
    assert states(firm) == ["sent"]
    assert mail.letters[0].recipients == ("a001@a001.example",)
    assert firm.task_kinds() == []


@pytest.mark.parametrize("address", ["jörg@a001.example", "ap@bücher.example"])
def test_an_address_that_the_server_cannot_take_stops_its_own_letter_and_no_other(
    firm: Firm, mail: MailServer, address: str
) -> None:
    owing(firm, MONDAY, 2)
    firm.take(csv("account,name,country,language", "B001,Firm B,GB,en"), MONDAY)
    taken = firm.take(csv(CONTACTS, f"B001,Jörg,{address},accounts_payable"), MONDAY)
    if taken.rejects:
        pytest.skip("such an address is not taken into the ledger")
    firm.invoices(MONDAY, "B001,INV-B001,2026-01-20,2026-02-26,10.00,GBP")
    owing(firm, MONDAY, 1, prefix="C")
    firm.run(MONDAY)
    found = {one.account: one.state for one in firm.letters()}
    assert {number: state for number, state in found.items() if number != "B001"} == {
        "A001": "sent",
        "A002": "sent",
        "C001": "sent",
    }
    if address.isascii() or address.partition("@")[0].isascii():
        assert found["B001"] == "sent"
        assert mail.to("ap@xn--bcher-kva.example")[0].message["To"] == "Jörg <ap@xn--bcher-kva.example>"
    else:
        assert "B001" not in found
        assert firm.task_kinds() == ["letter_unsound"]


def test_what_changed_since_the_proposal_is_obeyed_at_the_moment_of_sending(firm: Firm, mail: MailServer) -> None:
    """Invariant 3: a payment that came in between chase and letters stops the letter."""
    owing(firm, MONDAY, 2)
    firm.payments(MONDAY)
    at = moment(MONDAY)
    day.open_day(firm.office, at)
    for page in day.due_pages(firm.office, at):
        chase.chase(firm.office, [due.invoice_id for due in page], at)
    firm.payments(MONDAY, "A001,INV-A001,2026-03-01,100.00,GBP,paid")
    day.check_volume(firm.office, at, confirmed=True)
    list(letters.send_proposed(firm.office, at))
    assert [letter.recipients[0] for letter in mail.letters] == ["a002@a002.example"]


def test_a_part_payment_between_proposal_and_letter_changes_the_amount_asked(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.payments(MONDAY)
    at = moment(MONDAY)
    day.open_day(firm.office, at)
    for page in day.due_pages(firm.office, at):
        chase.chase(firm.office, [due.invoice_id for due in page], at)
    firm.payments(MONDAY, "A001,INV-A001,2026-03-01,58.77,GBP,part")
    day.check_volume(firm.office, at, confirmed=True)
    list(letters.send_proposed(firm.office, at))
    body = mail.letters[0].message.get_body(("plain",))
    assert body is not None
    assert "41.23" in body.get_content()


def test_one_letter_for_an_account_lists_all_that_is_due_in_the_firmest_tone(firm: Firm, mail: MailServer) -> None:
    firm.customers(MONDAY, ["A001"])
    firm.invoices(
        MONDAY,
        "A001,OLD-1,2025-11-01,2025-12-01,10.00,GBP",
        "A001,OLD-2,2026-01-20,2026-02-26,20.00,GBP",
        "A001,SOON,2026-02-20,2026-03-09,30.00,GBP",
    )
    firm.run(MONDAY)
    (record,) = firm.letters()
    assert record.letter == "past_due_first"
    assert set(record.invoices) == {"OLD-1", "OLD-2", "SOON"}
    assert len(mail.letters) == 1
    assert {(t.stage, t.state) for t in firm.touches()} == {("past_due", "sent"), ("upcoming", "sent")}


def test_the_day_of_an_account_is_taken_once(firm: Firm, mail: MailServer) -> None:
    """Invariant 2: an invoice that comes in after the day's letter waits for the next day that the rules allow."""
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    firm.invoices(MONDAY, "A001,LATE-1,2026-01-01,2026-02-01,55.00,GBP")
    for days in range(0, 2):
        firm.run(MONDAY + timedelta(days=days))
    assert len(mail.letters) == 1
    firm.run(MONDAY + timedelta(days=2))
    assert len(mail.letters) == 2
    assert firm.letters()[1].invoices == ("LATE-1",)


def test_slots_are_by_account_and_day() -> None:
    assert slot_of("A", MONDAY) != slot_of("B", MONDAY)
    assert slot_of("A", MONDAY) != slot_of("A", TUESDAY)


def test_the_outcome_is_found_in_the_journal(firm: Firm, mail: MailServer) -> None:
    """Invariant 12: every change of a case is explained by an entry."""
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    with firm.books.read() as work:
        whats = [entry.what for entry in journal.entries(work, "A001")]
    assert whats == [
        "account_imported", "contact_added", "invoice_imported", "decided", "letter_sent"
    ]  # fmt: skip
    assert firm.broken() == []


def test_a_letter_that_was_refused_takes_its_accounts_day_too(firm: Firm, mail: MailServer) -> None:
    """Invariant 2 does not rest on the interval alone: news on the same day brings no second letter that day."""
    owing(firm, MONDAY, 1)
    mail.rcpt["a001@a001.example"].append(RELAYING)
    firm.run(MONDAY)
    firm.payments(MONDAY, "A001,INV-A001,2026-03-01,1.00,GBP,part")
    firm.run(MONDAY)
    assert (mail.letters, states(firm)) == ([], ["failed"])
    firm.run(TUESDAY)
    assert len(mail.letters) == 1


def test_a_case_is_decided_again_at_the_moment_of_sending(firm: Firm, mail: MailServer) -> None:
    """What holds a letter back may come up after the chase: here the account turns out to pay by direct debit."""
    owing(firm, MONDAY, 2)
    firm.payments(MONDAY)
    at = moment(MONDAY)
    day.open_day(firm.office, at)
    for page in day.due_pages(firm.office, at):
        chase.chase(firm.office, [due.invoice_id for due in page], at)
    firm.take(csv("account,name,country,language,payment_method", "A001,Firm A001,GB,en,direct_debit"), MONDAY)
    day.check_volume(firm.office, at, confirmed=True)
    list(letters.send_proposed(firm.office, at))
    assert [letter.recipients[0] for letter in mail.letters] == ["a002@a002.example"]
    assert sorted((touch.state, touch.reason) for touch in firm.touches())[1] == ("waiting", "direct_debit")
