"""One letter for all that an account owes: it asks for what is due, and says when the rest is."""

from __future__ import annotations

import io
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader

from dunwell.liaison.documents import Source
from tests.support.firm import MONDAY, Firm, csv, policy
from tests.support.mail_server import Delivered, MailServer

DAY = timedelta(days=1)
TOLERANT = ("tolerance = 0", "tolerance = 1")


def words(letter: Delivered) -> str:
    part = letter.message.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return " ".join(str(part.get_content()).split())


def statement(letter: Delivered) -> str:
    parts = list(letter.message.iter_attachments())
    pdf = next(part.get_content() for part in parts if "Statement" in str(part.get_filename()))
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def invoice(firm: Firm, number: str, due: date, pounds: int) -> None:
    firm.invoices(MONDAY, f"A,{number},{due - 30 * DAY},{due},{pounds}.00,GBP")


def test_a_reminder_beside_an_overdue_invoice_asks_for_the_overdue_one_alone(firm: Firm, mail: MailServer) -> None:
    firm.customers(MONDAY, ["A"])
    invoice(firm, "INV-OVER", MONDAY - 3 * DAY, 100)
    invoice(firm, "INV-SOON", MONDAY + 7 * DAY, 200)
    firm.run(MONDAY)
    (letter,) = mail.letters
    said = words(letter)
    assert "invoice INV-OVER for £100.00 was due on 27 February 2026" in said
    assert "Total due: £100.00" in said
    assert "Payment reference: INV-OVER" in said
    asked, told = said.split("Other open invoices on your account, for your information")
    assert "INV-SOON" not in asked
    assert "INV-SOON" in told
    assert "9 Mar 2026" in told, "it says when the other one is due"
    assert "£300.00" not in said
    settled = {(touch.stage, touch.letter, touch.state) for touch in firm.touches()}
    assert settled == {("past_due", "past_due_first", "sent"), ("upcoming", "upcoming_before", "sent")}
    firm.run(MONDAY + DAY)
    assert len(mail.letters) == 1, "the reminder has been given: it is not sent again"


def test_a_new_invoice_beside_an_overdue_one_comes_along_and_is_not_asked_for(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "new.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n%%EOF\n")
    small_firm.documents = Source(tmp_path)
    small_firm.customers(MONDAY, ["A"])
    invoice(small_firm, "INV-OVER", MONDAY - 3 * DAY, 100)
    new = f"A,INV-NEW,{MONDAY},{MONDAY + 30 * DAY},200.00,GBP,new.pdf"
    assert not small_firm.take(csv("account,invoice,issued,due,amount,currency,document", new), MONDAY).rejects
    small_firm.run(MONDAY)
    (letter,) = mail.letters
    assert [part.get_filename() for part in letter.message.iter_attachments()] == ["INV-NEW.pdf"]
    said = words(letter)
    assert "we attach a copy of invoice INV-NEW" in said
    assert "Total due: £100.00" in said
    assert "1 Apr 2026" in said


def test_reminders_alone_ask_for_what_they_remind_of(small_firm: Firm, mail: MailServer) -> None:
    small_firm.customers(MONDAY, ["A"])
    invoice(small_firm, "INV-1", MONDAY + 7 * DAY, 100)
    invoice(small_firm, "INV-2", MONDAY, 200)
    small_firm.run(MONDAY)
    (letter,) = mail.letters
    assert "2 invoices below, £300.00 in total" in words(letter)


@pytest.fixture
def with_a_rest(small_firm: Firm) -> Firm:
    """A owes INV-1, 20 days overdue, and forty pence of INV-2; up to a pound counts as paid. A week goes by."""
    small_firm.rules = policy(TOLERANT)
    small_firm.customers(MONDAY, ["A"])
    invoice(small_firm, "INV-1", MONDAY - 20 * DAY, 100)
    invoice(small_firm, "INV-2", MONDAY - 40 * DAY, 50)
    invoice(small_firm, "INV-3", MONDAY + 60 * DAY, 70)
    small_firm.payments(MONDAY, "A,INV-2,2026-02-27,49.60,GBP,R1")
    for day in range(8):
        small_firm.run(MONDAY + day * DAY)
    return small_firm


def test_a_rest_that_counts_as_paid_is_shown_and_not_asked_for(with_a_rest: Firm, mail: MailServer) -> None:
    """Shown, because the customer's books have it as ours do, and a balance that hides it would not agree with them;
    not asked for, in the letter and on the statement alike, because up to the tolerance an invoice counts as paid."""
    assert with_a_rest.letters()[-1].letter == "late"
    letter = mail.letters[-1]
    said, account = words(letter), statement(letter)
    assert "Total due: £100.00" in said
    told = said.partition("Other open invoices on your account, for your information")[2]
    assert "INV-2" in told
    assert "Not requested at present" in told
    assert "Balance £170.40" in account
    assert "Not requested at present £0.40" in account
    assert "Not yet due £70.00" in account
    assert "Total due £100.00" in account
