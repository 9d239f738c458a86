"""Good news: a payment that ends a long chase is thanked for, and an account that is off hold hears of it. Once."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell import wiring
from dunwell.desk import day
from dunwell.rules.policy import load
from tests.support.firm import CONTACTS, INVOICES, MONDAY, Firm, csv, moment, policy
from tests.support.mail_server import MailServer

AFTER_EASTER = timedelta(days=5)
"""From Good Friday to the Wednesday after."""


def pressed(firm: Firm, nights: int, days: int = 95, amount: str = "100.00") -> date:
    """An account chased for so many nights from an invoice that was `days` overdue; returns the next night."""

    def chase() -> None:
        firm.customers(MONDAY, ["A"])
        due = MONDAY - timedelta(days=days)
        firm.invoices(MONDAY, f"A,INV-1,{due - timedelta(days=30)},{due},{amount},GBP")
        for offset in range(nights):
            firm.run(MONDAY + timedelta(days=offset))

    if firm.rules == policy() and firm.redirect_to is None:
        firm.prepare(f"pressed {nights} {days} {amount}", chase)
    else:
        chase()
    return MONDAY + timedelta(days=nights)


def pay(firm: Firm, on: date, invoice: str = "INV-1", amount: str = "100.00") -> None:
    firm.payments(on, f"A,{invoice},{on},{amount},GBP,TRX-1")


def test_a_payment_that_ends_a_long_chase_is_thanked_for_once(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 18)
    assert firm.letters()[-1].letter == "delinquent"
    pay(firm, tonight)
    for offset in range(5):
        firm.run(tonight + timedelta(days=offset))
    (thanks,) = [one for one in firm.letters() if one.letter == "payment_received"]
    assert (thanks.stage, thanks.invoices, thanks.state, thanks.on) == (None, (), "sent", tonight)
    letter = mail.letters[-1].message
    assert "£100.00" in str(letter["Subject"])
    assert letter["In-Reply-To"] == firm.letters()[-2].message_id, "it stands in the thread of the letters before"
    assert firm.broken() == []


def test_whoever_paid_before_the_pressure_hears_nothing(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 9, days=20)
    assert {one.letter for one in firm.letters()} == {"past_due_first", "late"}
    pay(firm, tonight)
    before = len(mail.letters)
    for offset in range(5):
        firm.run(tonight + timedelta(days=offset))
    assert len(mail.letters) == before


def test_good_news_waits_for_no_interval(firm: Firm) -> None:
    tonight = pressed(firm, 15)
    last = firm.letters()[-1]
    assert last.on == tonight - timedelta(days=1), "a letter went the evening before"
    pay(firm, tonight)
    firm.run(tonight)
    assert firm.letters()[-1].letter == "payment_received"


def test_a_part_that_leaves_the_chase_open_is_not_thanked_for(firm: Firm) -> None:
    tonight = pressed(firm, 18)
    pay(firm, tonight, amount="60.00")
    for offset in range(4):
        firm.run(tonight + timedelta(days=offset))
    assert "payment_received" not in {one.letter for one in firm.letters()}


def test_an_account_off_hold_hears_it_with_the_thanks(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 32) + AFTER_EASTER
    assert firm.letters()[-1].letter == "on_hold"
    pay(firm, tonight)
    firm.run(tonight)
    assert firm.letters()[-1].letter == "payment_received"
    text = mail.letters[-1].message.get_body(("plain",))
    assert text is not None
    assert "no longer on hold" in " ".join(text.get_content().split())
    firm.run(tonight + timedelta(days=1))
    assert [one.letter for one in firm.letters()].count("released") == 0, "told once, in one letter"


def test_inside_the_daily_letter_where_there_is_one(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 18) + timedelta(days=3)
    soon = tonight + timedelta(days=7)
    firm.invoices(tonight, f"A,INV-2,{tonight - timedelta(days=20)},{soon},50.00,GBP")
    pay(firm, tonight)
    firm.run(tonight)
    (letter,) = firm.letters(tonight)
    assert (letter.letter, letter.invoices) == ("upcoming_before", ("INV-2",))
    text = mail.letters[-1].message.get_body(("plain",))
    assert text is not None
    assert "£100.00" in text.get_content(), "the thanks stand in it"
    firm.run(tonight + timedelta(days=1))
    assert "payment_received" not in {one.letter for one in firm.letters()}


def test_news_that_the_server_puts_off_goes_later_and_only_once(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 18)
    pay(firm, tonight)
    mail.data.append("451 4.7.1 try again")
    firm.run(tonight)
    assert firm.letters()[-1].state == "waiting"
    for _ in range(3):
        firm.run(tonight)
    states = [(one.letter, one.state) for one in firm.letters(tonight)]
    assert states == [("payment_received", "sent")]


def test_a_rehearsal_of_news_counts_for_nothing(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 18)
    pay(firm, tonight)
    firm.redirect_to = "watcher@northwind.example"
    for _ in range(2):
        firm.run(tonight)
    assert mail.letters[-1].recipients == ("watcher@northwind.example",)
    rehearsed = len(mail.letters)
    firm.redirect_to = None
    firm.run(tonight + timedelta(days=3))
    assert len(mail.letters) == rehearsed + 1
    assert mail.letters[-1].recipients == ("a@a.example",)


def test_old_news_are_told_no_more(firm: Firm) -> None:
    tonight = pressed(firm, 18)
    pay(firm, tonight)
    day.gather_news(firm.office, moment(tonight))
    firm.run(tonight + timedelta(days=9))
    assert "payment_received" not in {one.letter for one in firm.letters()}


def test_money_that_a_list_showed_and_a_payment_explained_is_counted_once(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 18)
    due = MONDAY - timedelta(days=95)
    line = f"A,Firm A,a@a.example,GB,en,INV-1,{due - timedelta(days=30)},{due},100.00,0.00,GBP"
    firm.open_items(tonight, line)
    pay(firm, tonight)
    firm.run(tonight)
    assert firm.letters()[-1].letter == "payment_received"
    assert "£100.00" in str(mail.letters[-1].message["Subject"])
    assert "£200.00" not in str(mail.letters[-1].message["Subject"])


def line(open_amount: str) -> str:
    due = MONDAY - timedelta(days=95)
    return f"A,Firm A,a@a.example,GB,en,INV-1,{due - timedelta(days=30)},{due},100.00,{open_amount},GBP"


def test_news_that_is_true_no_longer_when_it_would_go_is_not_told(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 32)
    pay(firm, tonight)
    day.gather_news(firm.office, moment(tonight))
    firm.open_items(tonight, line("100.00"))  # the ledger takes the payment back before the letter has gone
    for offset in range(4):
        firm.run(tonight + timedelta(days=offset))
    assert not {"payment_received", "released"} & {one.letter for one in firm.letters()}


def test_a_chase_that_a_credit_note_ends_is_not_thanked_for(firm: Firm) -> None:
    tonight = pressed(firm, 15)
    pay(firm, tonight, amount="60.00")
    for offset in range(4):
        firm.run(tonight + timedelta(days=offset))
    later = tonight + timedelta(days=4)
    firm.take(csv(f"{INVOICES},kind", f"A,CN-1,{later},,40.00,GBP,credit_note"), later)
    for offset in range(3):
        report = firm.run(later + timedelta(days=offset))
        assert report.failures == 0
    assert "payment_received" not in {one.letter for one in firm.letters()}


def test_where_the_first_address_is_bad_the_next_one_hears(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 18)
    firm.take(csv(CONTACTS, "A,The manager,boss@a.example,manager"), tonight)
    pay(firm, tonight)
    mail.rcpt["a@a.example"].append("550 5.1.1 no such user")
    report = firm.run(tonight)
    assert report.record.failed == 1
    firm.run(tonight + timedelta(days=3))
    assert (firm.letters()[-1].letter, firm.letters()[-1].state) == ("payment_received", "sent")
    assert mail.letters[-1].recipients == ("boss@a.example",)


def test_what_the_redirect_address_refuses_the_customer_hears_later(firm: Firm, mail: MailServer) -> None:
    tonight = pressed(firm, 18)
    pay(firm, tonight)
    firm.redirect_to = "watcher@northwind.example"
    mail.rcpt["watcher@northwind.example"].append("554 5.7.1 no")
    firm.run(tonight)
    firm.redirect_to = None
    firm.run(tonight + timedelta(days=3))
    assert mail.letters[-1].recipients == ("a@a.example",)


def test_good_news_rests_on_days_of_rest(firm: Firm) -> None:
    saturday = pressed(firm, 19)
    assert saturday.weekday() == 5
    pay(firm, saturday)
    firm.run(saturday)
    assert firm.letters(saturday) == []
    firm.run(saturday + timedelta(days=2))
    assert firm.letters()[-1].letter == "payment_received"


def test_whom_the_policy_excludes_hears_nothing(firm: Firm) -> None:
    tonight = pressed(firm, 18)
    firm.rules = load(
        wiring.default_policy_text() + '\n[[exception]]\nname = "x"\naccount = ["A"]\nchase = false\n', "p"
    )
    pay(firm, tonight)
    firm.run(tonight)
    assert "payment_received" not in {one.letter for one in firm.letters()}


def test_news_counts_in_the_record_of_its_cycle(firm: Firm) -> None:
    tonight = pressed(firm, 18)
    pay(firm, tonight)
    report = firm.run(tonight)
    assert (report.record.expected, report.record.sent) == (1, 1)


def test_a_tiny_rest_that_the_policy_tolerates_ends_the_chase(firm: Firm) -> None:
    firm.rules = policy(("tolerance = 0", "tolerance = 1"))
    tonight = pressed(firm, 32) + AFTER_EASTER
    pay(firm, tonight, amount="99.90")
    firm.run(tonight)
    assert firm.letters()[-1].letter == "payment_received"
