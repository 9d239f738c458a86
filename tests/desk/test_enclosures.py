"""What goes with a letter: invoices' own documents, the statement, the contract, copies; and what is said if not."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader

from dunwell.desk import intake
from dunwell.desk.day import DayRefused
from dunwell.desk.intake import Incoming, Request
from dunwell.liaison.documents import Source
from dunwell.liaison.payment_links import Links
from dunwell.rules.policy import Policy
from tests.support.firm import CONTACTS, MONDAY, Firm, csv, moment, policy
from tests.support.mail_server import Delivered, MailServer

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
INVOICES = "account,invoice,issued,due,amount,currency,document,contract"


def names(letter: Delivered) -> list[str]:
    return [str(part.get_filename()) for part in letter.message.iter_attachments()]


def body(letter: Delivered) -> str:
    part = letter.message.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def late(firm: Firm, tmp_path: Path, *lines: str, days: int = 20) -> date:
    """An account whose invoices are `days` overdue on MONDAY, ready to climb from past_due."""
    firm.documents = Source(tmp_path)
    firm.customers(MONDAY, ["A"])
    due = MONDAY - timedelta(days=days)
    issued = due - timedelta(days=30)
    rows = [f"A,{number},{issued},{due},100.00,GBP,{rest}" for number, rest in (line.split("|") for line in lines)]
    assert not firm.take(csv(INVOICES, *rows), MONDAY).rejects
    return due


def nights(firm: Firm, count: int, start: date = MONDAY) -> None:
    for offset in range(count):
        firm.run(start + timedelta(days=offset))


def test_the_letter_that_asks_about_payment_brings_the_invoice(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "inv-1.pdf").write_bytes(PDF)
    late(small_firm, tmp_path, "INV-1|inv-1.pdf,", days=3)
    small_firm.run(MONDAY)
    (letter,) = mail.letters
    assert names(letter) == ["INV-1.pdf"]
    assert small_firm.task_kinds() == []


def test_from_late_on_the_statement_and_all_open_invoices_come_along(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    for number in (1, 2):
        (tmp_path / f"inv-{number}.pdf").write_bytes(PDF)
    late(small_firm, tmp_path, "INV-1|inv-1.pdf,", "INV-2|inv-2.pdf,")
    nights(small_firm, 8)
    letter = mail.letters[-1]
    assert small_firm.letters()[-1].letter == "late"
    assert names(letter) == [f"Statement of account A {MONDAY + timedelta(days=7)}.pdf", "INV-1.pdf", "INV-2.pdf"]
    statement = next(part for part in letter.message.iter_attachments() if "Statement" in str(part.get_filename()))
    text = PdfReader(io.BytesIO(statement.get_content())).pages[0].extract_text()
    assert "Total due £200.00" in text.replace("\n", " ").replace("Balance", "Total due")
    assert "statement" in body(letter).lower()


def test_a_statement_lists_what_was_paid_since_the_last_one(small_firm: Firm, mail: MailServer, tmp_path: Path) -> None:
    late(small_firm, tmp_path, "INV-1|,")
    nights(small_firm, 8)
    paid_on = MONDAY + timedelta(days=9)
    small_firm.payments(paid_on, f"A,INV-1,{paid_on},40.00,GBP,TRX-77")
    nights(small_firm, 8, MONDAY + timedelta(days=8))
    statement = next(iter(mail.letters[-1].message.iter_attachments()))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(statement.get_content())).pages)
    assert "Transactions since 9 March 2026" in text
    assert "TRX-77 -£40.00" in text.replace("\n", " ")
    assert "£60.00" in text


def statement_of(letter: Delivered) -> str:
    document = next(part for part in letter.message.iter_attachments() if "Statement" in str(part.get_filename()))
    pages = PdfReader(io.BytesIO(document.get_content())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_credit_note_of_a_statements_own_day_stands_on_the_next_one(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    late(small_firm, tmp_path, "INV-1|,")
    nights(small_firm, 8)
    same_day = MONDAY + timedelta(days=7)
    rows = (f"A,INV-2,{same_day},{same_day},30.00,GBP,invoice", f"A,CN-9,{same_day},{same_day},30.00,GBP,credit_note")
    afternoon = replace(moment(same_day), now=moment(same_day).now + timedelta(hours=6))
    (table,) = intake.understand([("x.csv", csv("account,invoice,issued,due,amount,currency,kind", *rows))], None)
    intake.take(small_firm.books, [Incoming(table, lambda _: None)], Request(), afternoon)
    nights(small_firm, 8, MONDAY + timedelta(days=8))
    assert statement_of(mail.letters[-1]).count("CN-9 -£30.00") == 1
    nights(small_firm, 8, MONDAY + timedelta(days=16))
    assert "CN-9" not in statement_of(mail.letters[-1])


def test_an_invoice_without_a_due_date_is_on_the_statement_and_not_late(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    late(small_firm, tmp_path, "INV-1|,")
    assert not small_firm.take(csv(INVOICES, f"A,INV-2,{MONDAY},,70.00,GBP,,"), MONDAY).rejects
    nights(small_firm, 8)
    text = statement_of(mail.letters[-1])
    assert "INV-2 2 Mar 2026 – £70.00" in text
    assert "£170.00" in text
    assert "INV-2" in body(mail.letters[-1])


def test_whoever_pays_by_direct_debit_is_sent_the_invoice_and_not_asked_to_transfer(
    small_firm: Firm, mail: MailServer
) -> None:
    small_firm.take(csv("account,name,country,language,payment_method", "A,Firm A,GB,en,direct_debit"), MONDAY)
    small_firm.take(csv(CONTACTS, "A,Person A,a@a.example,accounts_payable"), MONDAY)
    row = f"A,INV-1,{MONDAY},{MONDAY + timedelta(days=30)},100.00,GBP,no"
    assert not small_firm.take(csv("account,invoice,issued,due,amount,currency,sent_on", row), MONDAY).rejects
    small_firm.run(MONDAY)
    (letter,) = mail.letters
    assert small_firm.letters()[0].letter == "issued"
    assert "by direct debit" in body(letter)
    assert "IBAN" not in body(letter)


def test_letter_and_statement_ask_for_the_same_sum_under_one_reference(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    late(small_firm, tmp_path, "INV-1|,")
    nights(small_firm, 8)
    assert "Payment reference INV-1" in statement_of(mail.letters[-1])


def test_a_missing_document_is_a_task_and_the_letter_goes_without(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    late(small_firm, tmp_path, "INV-1|inv-1.pdf,", days=3)
    small_firm.run(MONDAY)
    assert names(mail.letters[0]) == []
    assert "attached" not in body(mail.letters[0])
    (task,) = small_firm.tasks()
    assert (task.kind, task.role, task.account) == ("document_missing", "operator", "A")
    assert "invoice INV-1 did not go with its letter: inv-1.pdf: the file cannot be read" in task.text
    (tmp_path / "inv-1.pdf").write_bytes(PDF)
    small_firm.run(MONDAY + timedelta(days=21))
    assert "INV-1.pdf" in names(mail.letters[1])
    assert "document_missing" not in small_firm.task_kinds(), "the document is there now"


def test_where_the_policy_says_so_the_letter_waits_for_its_document(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    small_firm.rules = policy(('missing = "send"', 'missing = "wait"'))
    late(small_firm, tmp_path, "INV-1|inv-1.pdf,", days=3)
    small_firm.run(MONDAY)
    assert mail.letters == []
    assert small_firm.task_kinds() == ["letter_unsound"]
    (tmp_path / "inv-1.pdf").write_bytes(PDF)
    small_firm.run(MONDAY + timedelta(days=1))
    assert names(mail.letters[0]) == ["INV-1.pdf"]
    assert small_firm.task_kinds() == []


@pytest.mark.parametrize(
    ("content", "said"), [(b"GIF89a", "it is no PDF"), (b"%PDF-" + b"x" * 40_000_000, "document_mb allows 5.0")]
)
def test_what_is_no_pdf_or_far_too_large_stays_behind(
    content: bytes, said: str, small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "inv-1.pdf").write_bytes(content)
    late(small_firm, tmp_path, "INV-1|inv-1.pdf,", days=3)
    small_firm.run(MONDAY)
    assert len(mail.letters[0].raw) < 100_000
    assert said in small_firm.tasks()[0].text


def test_a_letter_grows_no_larger_than_the_policy_allows(small_firm: Firm, mail: MailServer, tmp_path: Path) -> None:
    small_firm.rules = policy(("letter_mb = 12", "letter_mb = 0.1"))
    for number in range(1, 6):
        (tmp_path / f"inv-{number}.pdf").write_bytes(b"%PDF-1.7\n" + b"x" * 30_000 + b"\n%%EOF")
    late(small_firm, tmp_path, *(f"INV-{number}|inv-{number}.pdf," for number in range(1, 6)), days=3)
    small_firm.run(MONDAY)
    assert names(mail.letters[0]) == ["INV-1.pdf", "INV-2.pdf", "INV-3.pdf"]
    assert {"beyond attachments.letter_mb" in task.text for task in small_firm.tasks()} == {True}


def test_on_hold_brings_the_contract_and_a_copy_to_the_manager(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "contract.pdf").write_bytes(PDF)
    late(small_firm, tmp_path, "INV-1|,contract.pdf", days=95)
    small_firm.take(csv(CONTACTS, "A,The manager,boss@a.example,manager"), MONDAY)
    nights(small_firm, 32)
    letters = small_firm.letters()
    assert [one.letter for one in letters][-1] == "on_hold"
    letter = mail.letters[-1]
    assert "contract.pdf" in names(letter)
    assert letter.recipients == ("a@a.example", "boss@a.example")
    assert "boss@a.example" in str(letter.message["Cc"])
    assert all(one.recipients == ("a@a.example",) for one in mail.letters[:-1])


def test_a_copy_that_is_refused_keeps_nothing_back(small_firm: Firm, mail: MailServer, tmp_path: Path) -> None:
    late(small_firm, tmp_path, "INV-1|,", days=95)
    small_firm.take(csv(CONTACTS, "A,The manager,boss@a.example,manager"), MONDAY)
    mail.rcpt["boss@a.example"].append("550 5.1.1 no such user")
    nights(small_firm, 32)
    assert small_firm.letters()[-1].letter == "on_hold"
    assert small_firm.letters()[-1].state == "sent"
    assert mail.letters[-1].recipients == ("a@a.example",)
    assert "bad_copy" in small_firm.task_kinds()


def test_redirected_letters_go_to_nobody_else(small_firm: Firm, mail: MailServer, tmp_path: Path) -> None:
    small_firm.rules = policy(("ask_satisfaction = false", 'cc = ["manager"]\nask_satisfaction = true'))
    late(small_firm, tmp_path, "INV-1|,", days=3)
    small_firm.take(csv(CONTACTS, "A,The manager,boss@a.example,manager"), MONDAY)
    small_firm.redirect_to = "watcher@northwind.example"
    small_firm.run(MONDAY)
    assert mail.letters[0].recipients == ("watcher@northwind.example",)


def law(country: str) -> Policy:
    return policy(
        (
            "GB: Late Payment of Commercial Debts (Interest) Act 1998. For example",
            "GB: the Act of 1998. For example",
        ),
        (
            "[sentence.late_payment]         # statutory interest and fixed sum: Directive 2011/7/EU and the laws that "
            "carry it out;\ncountries = []",
            f'[sentence.late_payment]\ncountries = ["{country}"]',
        ),
    )


def test_a_sentence_of_law_stands_where_the_policy_turns_it_on(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    small_firm.rules = law("GB")
    late(small_firm, tmp_path, "INV-1|,")
    nights(small_firm, 8)
    assert "Late Payment of Commercial Debts" not in body(mail.letters[0])
    assert "Late Payment of Commercial Debts" in " ".join(body(mail.letters[-1]).split())


def test_a_sentence_of_law_never_stands_beside_a_contractual_fee(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    small_firm.rules = law("GB")
    small_firm.creditor["terms"] = {"late_fee_percent": "2"}
    late(small_firm, tmp_path, "INV-1|,")
    nights(small_firm, 8)
    assert "Late Payment of Commercial Debts" not in " ".join(body(mail.letters[-1]).split())


def test_a_euro_letter_has_a_payment_code_and_a_link(small_firm: Firm, mail: MailServer) -> None:
    small_firm.links = Links(template="https://pay.example/{reference}/{amount}")
    small_firm.creditor["bank"] = {"EUR": "DE89370400440532013000"}
    small_firm.customers(MONDAY, ["A"], language="de", country="DE")
    due = MONDAY - timedelta(days=4)
    small_firm.invoices(MONDAY, f"A,INV-1,{due - timedelta(days=30)},{due},123.45,EUR")
    small_firm.run(MONDAY)
    message = mail.letters[0].message
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [part["Content-ID"] for part in pictures] == ["<payment-code-eur@letter>"]
    html = next(part for part in message.walk() if part.get_content_type() == "text/html").get_content()
    assert 'src="cid:payment-code-eur@letter"' in html
    assert "https://pay.example/INV-1/123.45" in html
    assert "https://pay.example/INV-1/123.45" in body(mail.letters[0])


def test_a_statement_that_does_not_fit_is_not_said_to_be_there(
    small_firm: Firm, mail: MailServer, tmp_path: Path
) -> None:
    small_firm.rules = policy(("letter_mb = 12", "letter_mb = 0.001"))
    late(small_firm, tmp_path, "INV-1|,")
    nights(small_firm, 8)
    assert small_firm.letters()[-1].letter == "late"
    assert names(mail.letters[-1]) == []
    assert "attach" not in body(mail.letters[-1])
    assert small_firm.task_kinds() == ["document_missing"]


def test_what_is_too_large_together_is_never_waited_for(small_firm: Firm, mail: MailServer, tmp_path: Path) -> None:
    small_firm.rules = policy(("letter_mb = 12", "letter_mb = 0.05"), ('missing = "send"', 'missing = "wait"'))
    for number in (1, 2):
        (tmp_path / f"inv-{number}.pdf").write_bytes(b"%PDF-1.7\n" + b"x" * 30_000 + b"\n%%EOF")
    late(small_firm, tmp_path, "INV-1|inv-1.pdf,", "INV-2|inv-2.pdf,", days=3)
    small_firm.run(MONDAY)
    assert names(mail.letters[0]) == ["INV-1.pdf"]


def test_a_wrong_iban_stops_the_night_before_it_begins(small_firm: Firm, mail: MailServer, tmp_path: Path) -> None:
    small_firm.creditor["iban"] = "GB34BUKB20201555555555"
    late(small_firm, tmp_path, "INV-1|,", days=3)
    with pytest.raises(DayRefused, match=r"creditor\.iban: the IBAN's check digits are wrong"):
        small_firm.run(MONDAY)
    assert mail.letters == []
