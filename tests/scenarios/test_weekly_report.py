"""The week in figures: an accountant can add them up."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.desk import report
from tests.support.customer_mail import mail as written
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer
from tests.support.queue import referred

NEXT = MONDAY + timedelta(days=7)


def test_a_week_in_figures(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 3)  # 100, 101 and 102 GBP, 4 days overdue
    firm.invoices(MONDAY, f"A001,LATER,{MONDAY},2026-05-01,900.00,GBP")
    referred(firm, MONDAY, "Q")  # 1,000 GBP, 140 days overdue
    firm.run(MONDAY)
    sent = {one.account: one for one in firm.letters()}
    thursday = MONDAY + timedelta(days=3)
    promise = written("a002@a002.example", "We will pay on 6 March.", on=MONDAY, answers=sent["A002"].message_id)
    firm.receive(MONDAY, promise)
    firm.payments(thursday, f"A002,INV-A002,{thursday},101.00,GBP,x", f"A003,INV-A003,{thursday},2.00,GBP,y")
    for days in range(3, 8):
        firm.run(MONDAY + timedelta(days=days))
    found = report.report(firm.office, moment(NEXT))
    assert (found.week, found.first, found.last) == ("2026-W10", MONDAY, MONDAY + timedelta(days=6))
    (gbp,) = found.ageing
    assert {name: str(money.amount) for name, money in gbp.buckets.items() if money} == {
        "not_due": "900.00", "days_1_30": "200.00", "days_over_90": "1000.00",
    }  # fmt: skip
    assert (str(gbp.outstanding), gbp.invoices) == ("2100.00 GBP", 5)
    # Sold in the 90 days before: 100 + 101 + 102 + 900; what is older is not counted.
    assert str(gbp.dso) == "157.1"
    assert [(str(money), count) for money, count in found.paid] == [("103.00 GBP", 2)]
    assert found.letters["past_due_first"] == 3
    assert found.promises == {"made": 1, "kept": 1, "part_kept": 0, "broken": 0, "open": 0}
    assert found.queue["referred"] == 1
    assert (found.in_queue, [str(one) for one in found.queue_totals]) == (1, ["1000.00 GBP"])

    before = report.report(firm.office, moment(NEXT), date(2026, 2, 25))
    assert (before.week, before.letters, before.paid) == ("2026-W09", {}, ())
    assert before.ageing == found.ageing, "what is open is as of the day of the report"


def test_the_owner_gets_it_once_and_only_where_set(small_firm: Firm, mail: MailServer) -> None:
    found = report.report(small_firm.office, moment(NEXT))
    assert found.ageing == ()
    assert report.send(small_firm.office, found, moment(NEXT)) is None
    small_firm.people = {"owner": "owner@northwind.example"}
    assert report.send(small_firm.office, found, moment(NEXT)) == "sent"
    assert report.send(small_firm.office, found, moment(NEXT)) is None
    (letter,) = mail.letters
    assert letter.message["Subject"] == "Collections, week 2026-W10"
    assert "| made | 0 |" in letter.text
