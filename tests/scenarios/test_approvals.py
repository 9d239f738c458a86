"""Nobody decides: the owner is reminded every week, then it waits, and is asked about again."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.desk import approvals, refer
from dunwell.litigation.disposition import Disposition
from tests.support.firm import MONDAY, Firm, moment
from tests.support.mail_server import MailServer
from tests.support.queue import pay_all, referred

OWNER = {"owner": "owner@northwind.example"}


def tend(firm: Firm, on: date) -> list[str]:
    """Twice, as two runs of a day would."""
    return [*approvals.tend(firm.office, moment(on)), *approvals.tend(firm.office, moment(on))]


def asked(firm: Firm, on: date) -> list[str]:
    return [one.key for one in approvals.questions(firm.office, moment(on))]


def test_the_owner_is_reminded_weekly_and_after_thirty_days_it_waits_thirty_more(firm: Firm, mail: MailServer) -> None:
    firm.people = OWNER
    referred(firm, MONDAY)
    for days in range(0, 31):
        tend(firm, MONDAY + timedelta(days=days))
    days = [str(one.message["Subject"]) for one in mail.letters]
    assert days == ["Referral 1 waits for a decision until 2026-04-01"] * 4
    assert "dunwell queue decide 1 --as DISPOSITION" in mail.letters[0].text
    late = MONDAY + timedelta(days=31)
    assert tend(firm, late) == ["referral 1 waits: nobody has decided by 2026-04-01"]
    record = refer.find(firm.office, "1")
    assert (record.state, record.disposition, record.decided_by) == ("queued", "wait", "dunwell")
    assert asked(firm, late + timedelta(days=29)) == []
    assert asked(firm, late + timedelta(days=30)) == ["referral:1:2026-05-02"]
    assert tend(firm, late + timedelta(days=36)) == []
    assert tend(firm, late + timedelta(days=37)) == ["the owner was reminded of referral 1"]
    assert firm.broken() == []


def test_the_mail_server_is_away_the_reminder_goes_later(small_firm: Firm, mail: MailServer) -> None:
    small_firm.people = OWNER
    referred(small_firm, MONDAY)
    mail.stop()
    assert tend(small_firm, MONDAY + timedelta(days=7)) == []
    mail.start()
    assert tend(small_firm, MONDAY + timedelta(days=8)) == ["the owner was reminded of referral 1"]


def test_a_person_may_decide_while_it_waits_and_what_is_paid_is_asked_about_no_more(small_firm: Firm) -> None:
    referred(small_firm, MONDAY)
    assert asked(small_firm, MONDAY) == ["referral:1:2026-03-02"]
    office = small_firm.office
    refer.decide(office, "1", Disposition.WAIT, "the owner", "talks", moment(MONDAY), until=date(2026, 6, 1))
    assert asked(small_firm, MONDAY) == []
    assert "until 2026-06-01" in approvals.how_it_stands(office, "1")
    refer.decide(office, "1", Disposition.SETTLE, "the owner", "half of it", moment(MONDAY))
    assert approvals.how_it_stands(office, "1") == "referral 1: the owner decided 'settle'"
    assert referred(small_firm, MONDAY, "B") == "2"
    assert "**B Firm B** (GB), referral 2" in approvals.description(approvals.questions(office, moment(MONDAY))[0])
    pay_all(small_firm, MONDAY, "B")
    assert asked(small_firm, MONDAY) == []
