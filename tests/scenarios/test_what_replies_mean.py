"""What replies can mean, and what happens: a story for each row of the table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.desk.office import Believing
from dunwell.terms.reference import reply_address
from tests.support.customer_mail import mail as written
from tests.support.firm import KEY, MONDAY, Firm, owing
from tests.support.mail_server import MailServer

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
ANNE = "a001@a001.example"
OURS = reply_address("collections@northwind.example", KEY, "A001")


@pytest.fixture
def chased(firm: Firm, mail: MailServer) -> Firm:
    """A001 owes INV-A001, 100.00 GBP, and had its first overdue letter on Monday."""
    firm.mail = mail
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    assert [one.letter for one in firm.letters()] == ["past_due_first"]
    return firm


def answer(firm: Firm, text: str, *, on: date = TUESDAY, sender: str = ANNE, **how: object) -> str:
    """A mail that answers the first letter; returns what became of it."""
    thread = firm.letters()[0].message_id
    (handled,) = firm.receive(on, written(sender, text, on=on, answers=thread, **how))  # type: ignore[arg-type]
    return handled.state


def test_a_promise_stops_the_chase_until_its_day_and_grace_and_is_thanked(chased: Firm) -> None:
    assert answer(chased, "Sorry for the delay. We will pay invoice INV-A001 on Friday 20 March 2026.") == "acted"
    (promise,) = chased.promises()
    assert (promise.account, promise.invoices, promise.date) == ("A001", ("INV-A001",), date(2026, 3, 20))
    thanks = chased.letters()[-1]
    assert (thanks.letter, thanks.state, thanks.to, thanks.stage) == ("promise_thanked", "sent", ANNE, None)
    for day in range(2, 23):  # two business days of grace end on Tuesday, 24 March
        chased.run(MONDAY + timedelta(days=day))
    assert len(chased.letters()) == 2
    chased.run(date(2026, 3, 25))
    assert [one.letter for one in chased.letters()][2:] == ["promise_broken"]
    assert chased.letters()[-1].stage == "late", "its age, and the least days in past_due, allow it"
    assert [one.state for one in chased.promises()] == ["broken"]


def test_the_thanks_stand_in_the_thread_of_the_reply(chased: Firm, mail: MailServer) -> None:
    thread = chased.letters()[0].message_id
    raw = written(ANNE, "We will pay on 20 March 2026.", on=TUESDAY, answers=thread, message_id="<their@mail.example>")
    chased.receive(TUESDAY, raw)
    (thanks,) = [one for one in mail.to(ANNE) if one.message["Subject"].startswith("Thank you")]
    assert thanks.message["In-Reply-To"] == "<their@mail.example>"
    assert thanks.message["Auto-Submitted"]


def test_a_kept_promise_is_kept_by_the_books(chased: Firm) -> None:
    answer(chased, "We will pay on 20 March 2026.")
    chased.payments(date(2026, 3, 19), "A001,INV-A001,2026-03-19,100.00,GBP,R")
    chased.run(date(2026, 3, 20))
    assert [one.state for one in chased.promises()] == ["kept"]


def test_payments_that_are_not_known_yet_break_no_promise(chased: Firm) -> None:
    answer(chased, "We will pay on 20 March 2026.")
    chased.payments(date(2026, 3, 23))
    chased.run(date(2026, 3, 25), fresh=False)
    assert [one.state for one in chased.promises()] == ["open"]
    assert len(chased.letters()) == 2


def test_already_paid_waits_for_the_bank_and_then_asks_for_proof(chased: Firm) -> None:
    assert answer(chased, "We already paid INV-A001 by bank transfer on 27 February 2026.") == "acted"
    assert chased.letters()[-1].letter == "claim_acknowledged"
    for day in (3, 7, 8):
        chased.run(MONDAY + timedelta(days=day))
    assert len(chased.letters()) == 2
    for day in range(9, 20):
        chased.run(MONDAY + timedelta(days=day))
    assert chased.letters()[2].letter == "proof_asked"


def test_an_invoice_is_sent_again_to_whoever_is_on_file_and_the_clock_runs(chased: Firm) -> None:
    assert answer(chased, "We never received this invoice. Please send it again.") == "acted"
    again = chased.letters()[-1]
    assert (again.letter, again.to) == ("invoice_again", ANNE)
    assert "document_missing" in chased.task_kinds()


def test_a_dispute_pauses_the_disputed_invoice_only(chased: Firm) -> None:
    chased.invoices(TUESDAY, "A001,INV-2,2026-01-20,2026-02-20,55.00,GBP")
    assert answer(chased, "We dispute invoice INV-A001: the goods were damaged.") == "acted"
    assert chased.letters()[-1].letter == "dispute_acknowledged"
    for day in range(2, 12):
        chased.run(MONDAY + timedelta(days=day))
    asked = [one.invoices for one in chased.letters()[2:]]
    assert asked
    assert all(one == ("INV-2",) for one in asked)
    assert "dispute" in chased.task_kinds()


def test_insolvency_stops_everything(chased: Firm) -> None:
    assert answer(chased, "We have filed for insolvency. An administrator has been appointed.") == "acted"
    for day in range(2, 40):
        chased.run(MONDAY + timedelta(days=day))
    assert len(chased.letters()) == 1
    assert "stopped" in chased.task_kinds()


def test_bank_details_are_answered_from_what_is_on_file(chased: Firm, mail: MailServer) -> None:
    assert answer(chased, "Could you please send us your bank details?") == "acted"
    sent = chased.letters()[-1]
    assert (sent.letter, sent.invoices) == ("details_answered", ("INV-A001",))
    assert "GB33 BUKB 2020 1555 5555 55" in mail.to(ANNE)[-1].text


def test_an_unclear_reply_holds_the_next_letter_up_once_and_three_business_days_at_most(chased: Firm) -> None:
    assert answer(chased, "Hmm. Not sure about this one, let me see.", on=date(2026, 3, 13)) == "review"
    chased.run(date(2026, 3, 16))
    assert len(chased.letters()) == 1
    assert answer(chased, "Still looking, as I said, hm.", on=date(2026, 3, 17)) == "review"
    chased.run(date(2026, 3, 19))
    assert len(chased.letters()) == 2


def test_whoever_is_not_known_delays_nothing(chased: Firm) -> None:
    text = "We will pay invoice INV-A001 on 20 April 2026."
    assert answer(chased, text, sender="somebody@stranger.example") == "review"
    assert answer(chased, text, passed="dmarc=fail header.from=a001.example; spf=fail") == "review"
    assert answer(chased, text, passed=None) == "review"
    assert chased.promises() == []
    chased.run(date(2026, 3, 13))
    assert len(chased.letters()) == 2


def test_a_colleague_of_theirs_may_act_with_the_signed_address_only(chased: Firm) -> None:
    text = "We will pay invoice INV-A001 on 20 March 2026."
    assert answer(chased, text, sender="boss@a001.example") == "review"
    assert answer(chased, text, sender="boss@a001.example", to=OURS) == "acted"
    assert chased.letters()[-1].to == ANNE, "the answer goes to an address on file only"


def test_trust_in_the_token_alone_is_a_choice(chased: Firm) -> None:
    text = "We will pay invoice INV-A001 on 20 March 2026."
    chased.believing = Believing((), token=True)
    assert answer(chased, text, passed=None) == "review"
    assert answer(chased, text, passed=None, to=OURS) == "acted"


def test_results_that_the_sender_wrote_himself_are_not_believed(chased: Firm) -> None:
    thread = chased.letters()[0].message_id
    forged = written(ANNE, "We will pay INV-A001 on 20 March 2026.", on=TUESDAY, answers=thread, passed=None)
    forged = b"Authentication-Results: other.example; dmarc=pass header.from=a001.example\r\n" + forged
    below = forged.replace(
        b"From: a001",
        b"Authentication-Results: mx.northwind.example; dmarc=pass header.from=a001.example\r\nFrom: a001",
    )
    real = b"Authentication-Results: mx.northwind.example; dmarc=none; spf=none\r\n" + below
    for raw in (forged, real):
        (handled,) = chased.receive(TUESDAY, raw)
        assert handled.state == "review"
    assert chased.promises() == []


def test_another_accounts_number_is_a_conflict(chased: Firm) -> None:
    chased.customers(TUESDAY, ["B001"])
    chased.invoices(TUESDAY, "B001,INV-B001,2026-01-20,2026-02-20,55.00,GBP")
    assert answer(chased, "We will pay INV-B001 on 20 March 2026.") == "review"
    assert chased.promises() == []


def test_a_hard_bounce_marks_the_address_bad_and_asks_for_a_call(chased: Firm) -> None:
    letter = chased.letters()[0]
    raw = (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.northwind.example\r\nTo: collections@northwind.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\n"
        "Message-ID: <bounce@mx.northwind.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nUser unknown.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.northwind.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ANNE}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {letter.message_id}\r\nSubject: x\r\n\r\nhi\r\n"
        "--b--\r\n"
    ).encode()
    (handled,) = chased.receive(TUESDAY, raw)
    assert (handled.intent, handled.state) == ("bounce", "acted")
    assert chased.letters()[0].state == "failed"
    assert "bad_address" in chased.task_kinds()
    chased.run(WEDNESDAY)
    assert len(chased.letters()) == 1, "there is no other address"


def test_the_same_mail_twice_is_one_and_other_words_under_its_id_go_to_a_person(chased: Firm) -> None:
    first = written(ANNE, "We will pay INV-A001 on 20 March 2026.", on=TUESDAY, message_id="<same@a001.example>")
    other = written(ANNE, "We will pay INV-A001 on 20 April 2026.", on=TUESDAY, message_id="<same@a001.example>")
    assert [one.state for one in chased.receive(TUESDAY, first, first)] == ["acted"]
    assert [one.state for one in chased.receive(TUESDAY, other)] == ["review"]
    assert len(chased.replies("review")) == 2
    assert len(chased.promises()) == 1
    assert chased.broken() == []
