"""Notices to service delivery: told once, again only after their distance, and restored at once on payment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from dunwell.desk import notices as desk
from dunwell.desk import outcomes
from dunwell.desk.outcomes import Said
from dunwell.ledger import agreeing, notices
from dunwell.ledger.agreeing import Concerned, Source
from dunwell.ledger.journal import Pen
from dunwell.ledger.notices import NoticeRecord
from dunwell.ledger.tables import TouchRow
from dunwell.liaison.webhook import Target, verified
from dunwell.terms.moment import Moment
from dunwell.terms.outcome import Outcome
from tests.liaison.web import Web
from tests.support.firm import MONDAY, Firm, moment
from tests.support.mail_server import MailServer

BY = MONDAY + timedelta(days=5)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        server.answers["/notices"] = (200, {}, b"")
        yield server


def target(web: Web) -> Target:
    return Target(f"{web.url}/notices", SECRET, allow_private=True, timeout=2)


def held(firm: Firm, *numbers: str) -> None:
    """An account on hold, and a suspension proposed for each of its invoices."""
    firm.customers(MONDAY, ["A"])
    due = MONDAY - timedelta(days=105)
    names = numbers or ("I-1",)
    firm.invoices(MONDAY, *(f"A,{name},2025-10-01,{due},500.00,GBP" for name in names))
    firm.payments(MONDAY)
    with firm.books.write() as work:
        for key in agreeing.open_of(work, 1):
            for stage, ago in (("past_due", 60), ("late", 50), ("delinquent", 40), ("on_hold", 9)):
                on = MONDAY - timedelta(days=ago)
                work.session.add(
                    TouchRow(invoice_id=key, stage=stage, round=1, letter=stage, due_on=on, on=on, state="sent")
                )
    suspend(firm)


def suspend(firm: Firm, on: date = MONDAY) -> None:
    with firm.books.write() as work:
        account = work.lock_account(1)
        for key in agreeing.open_of(work, 1):
            notices.propose(work, account, "suspend", [key], BY, Pen(moment(on).now, on), "day 100")


def at(hours: float) -> Moment:
    first = moment(MONDAY)
    now = first.now + timedelta(hours=hours)
    return Moment(now, now.date(), keeps_hours=False)


def told(firm: Firm) -> list[tuple[str, str, int]]:
    return [(one.event, one.state, one.attempts) for one in listed(firm)]


def listed(firm: Firm) -> list[NoticeRecord]:
    with firm.books.read() as work:
        return notices.listed(work)


def test_a_suspension_is_posted_once_signed_and_confirmed(firm: Firm, web: Web) -> None:
    firm.service = target(web)
    held(firm, "I-1", "I-2")
    for hours in (0, 1, 30):
        desk.send_due(firm.office, at(hours))
    ((_, path, headers, body),) = web.asked
    assert path == "/notices"
    assert verified(SECRET, headers, body, int(moment(MONDAY).now.timestamp())) is None
    assert json.loads(body) == {
        "event": "suspend", "account": "A", "invoices": ["I-1", "I-2"], "by": str(BY), "on": str(MONDAY),
    }  # fmt: skip
    assert told(firm) == [("suspend", "confirmed", 1)]
    assert firm.broken() == []
    assert "suspend" not in firm.task_kinds(), "service delivery knows already"


def test_a_host_that_answers_500_for_a_day_hears_it_when_it_is_back(firm: Firm, web: Web) -> None:
    firm.service = target(web)
    held(firm)
    web.answers["/notices"] = (500, {}, b"")
    for minutes in range(0, 24 * 60, 60):
        desk.send_due(firm.office, at(minutes / 60))
        desk.send_due(firm.office, at(minutes / 60))
    tries = len(web.asked)
    assert 4 <= tries <= 7, "the distance grows, and nothing is posted twice within it"
    ((event, state, attempts),) = told(firm)
    assert (event, state, attempts) == ("suspend", "proposed", tries)
    assert "answered 500" in listed(firm)[0].reason
    web.answers["/notices"] = (204, {}, b"")
    desk.send_due(firm.office, at(49))
    assert told(firm) == [("suspend", "confirmed", tries + 1)]
    assert len({headers["webhook-id"] for _, _, headers, _ in web.asked}) == 1, "one id for all attempts"


def test_a_host_that_never_comes_back_is_given_up_with_a_task(small_firm: Firm, web: Web) -> None:
    small_firm.service = target(web)
    held(small_firm)
    web.answers["/notices"] = (503, {}, b"")
    for day in range(12):
        desk.send_due(small_firm.office, at(day * 25))
    assert told(small_firm) == [("suspend", "failed", 10)]
    (task,) = [one for one in small_firm.tasks() if one.kind == "suspend"]
    assert (task.role, "given up after 10 attempts" in task.text) == ("service", True)


@pytest.mark.parametrize("status", [302, 400, 404])
def test_a_refusal_is_a_failure_with_a_task_and_no_second_post(small_firm: Firm, web: Web, status: int) -> None:
    small_firm.service = target(web)
    held(small_firm)
    web.answers["/notices"] = (status, {"Location": f"{web.url}/elsewhere"}, b"")
    for hours in (0, 48):
        desk.send_due(small_firm.office, at(hours))
    assert len(web.asked) == 1
    assert told(small_firm) == [("suspend", "failed", 1)]
    assert small_firm.task_kinds() == ["suspend"]


def test_a_process_that_died_after_posting_leaves_it_to_be_tried_under_the_same_id(firm: Firm, web: Web) -> None:
    """What was reserved and not settled waits for its distance; the host knows the repetition by its id."""
    firm.service = target(web)
    held(firm)
    with firm.books.write() as work:
        notices.reserve(work, listed(firm)[0].id, Pen(at(0).now, MONDAY))
    desk.send_due(firm.office, at(0.05))
    assert web.asked == []
    desk.send_due(firm.office, at(0.1))
    assert told(firm) == [("suspend", "confirmed", 2)]


def test_a_private_address_is_not_posted_to_and_the_notice_waits_with_a_reason(small_firm: Firm, web: Web) -> None:
    small_firm.service = Target(f"{web.url}/notices", SECRET, timeout=2)
    held(small_firm)
    desk.send_due(small_firm.office, at(0))
    assert web.asked == []
    assert told(small_firm) == [("suspend", "proposed", 1)]
    assert small_firm.task_kinds() == ["notices_blocked"]
    small_firm.service = target(web)
    desk.send_due(small_firm.office, at(1))
    assert told(small_firm) == [("suspend", "confirmed", 2)]
    assert small_firm.task_kinds() == []


def test_payment_before_it_went_withdraws_it_and_nothing_is_restored(firm: Firm, web: Web) -> None:
    firm.service = target(web)
    held(firm)
    firm.payments(MONDAY, f"A,I-1,{MONDAY},500.00,GBP,x")
    desk.after_payments(firm.office, at(0))
    desk.send_due(firm.office, at(0))
    assert told(firm) == [("suspend", "withdrawn", 0)]
    assert web.asked == []


def test_payment_restores_at_once_and_once(firm: Firm, web: Web) -> None:
    firm.service = target(web)
    held(firm, "I-1", "I-2")
    desk.send_due(firm.office, at(0))
    firm.payments(MONDAY, f"A,I-1,{MONDAY},500.00,GBP,x")
    assert desk.after_payments(firm.office, at(1)) == [], "another invoice is on hold still"
    firm.payments(MONDAY, f"A,I-2,{MONDAY},500.00,GBP,y")
    (sent,) = desk.after_payments(firm.office, at(2))
    assert (sent.event, sent.state) == ("restore", "confirmed")
    desk.after_payments(firm.office, at(3))
    desk.send_due(firm.office, at(30))
    assert [json.loads(body)["event"] for *_, body in web.asked] == ["suspend", "restore"]
    assert json.loads(web.asked[1][3])["invoices"] == ["I-1", "I-2"]
    assert firm.broken() == []


def test_whoever_may_have_heard_of_a_suspension_hears_of_the_restoration(small_firm: Firm, web: Web) -> None:
    small_firm.service = target(web)
    held(small_firm)
    web.answers["/notices"] = (500, {}, b"")
    desk.send_due(small_firm.office, at(0))
    small_firm.payments(MONDAY, f"A,I-1,{MONDAY},500.00,GBP,x")
    web.answers["/notices"] = (200, {}, b"")
    desk.after_payments(small_firm.office, at(1))
    assert told(small_firm) == [("suspend", "withdrawn", 1), ("restore", "confirmed", 1)]


def test_a_promise_made_in_the_meantime_holds_the_suspension_up(small_firm: Firm, web: Web) -> None:
    small_firm.service = target(web)
    held(small_firm)
    with small_firm.books.write() as work:
        one = Concerned(agreeing.open_of(work, 1)[0], "I-1", 50000)
        pen = Pen(at(0).now, MONDAY)
        work.lock_account(1)
        agreeing.add_promise(work, 1, [one], BY, None, "GBP", Source("p", "w"), pen, stops=True)
    desk.send_due(small_firm.office, at(0))
    assert (web.asked, told(small_firm)) == ([], [("suspend", "proposed", 0)])
    assert "promised for" in listed(small_firm)[0].reason


def test_nobody_is_suspended_while_letters_are_redirected(small_firm: Firm, web: Web) -> None:
    small_firm.service, small_firm.redirect_to = target(web), "me@northwind.example"
    held(small_firm)
    desk.send_due(small_firm.office, at(0))
    assert web.asked == []
    assert "redirected" in listed(small_firm)[0].reason


def test_without_a_host_it_is_mailed_and_without_either_it_is_a_task(firm: Firm, mail: MailServer) -> None:
    firm.people = {"service": "ops@northwind.example"}
    held(firm)
    for hours in (0, 20):
        desk.send_due(firm.office, at(hours))
    (one,) = mail.to("ops@northwind.example")
    text = one.message.get_body(("plain",))
    assert text is not None
    assert f"suspend services by {BY} unless paid (I-1)" in " ".join(text.get_content().split())
    assert told(firm) == [("suspend", "sent", 1)]
    firm.people = {}
    firm.payments(MONDAY, f"A,I-1,{MONDAY},500.00,GBP,x")
    desk.after_payments(firm.office, at(1))
    assert firm.task_kinds() == ["restore"]
    assert [one.role for one in firm.tasks()] == ["service"]


def test_both_ways_are_used_and_the_host_governs(small_firm: Firm, mail: MailServer, web: Web) -> None:
    small_firm.service, small_firm.people = target(web), {"service": "ops@northwind.example"}
    held(small_firm)
    web.answers["/notices"] = (500, {}, b"")
    for hours in (0, 1, 4):
        desk.send_due(small_firm.office, at(hours))
    assert len(mail.to("ops@northwind.example")) == 1, "one mail, however often it is posted"
    assert told(small_firm)[0][1] == "proposed"


def test_a_suspension_not_reported_in_time_is_a_task_and_no_second_post(firm: Firm, web: Web) -> None:
    firm.service = target(web)
    held(firm)
    desk.send_due(firm.office, at(0))
    desk.send_due(firm.office, at(24 * 5))
    assert firm.task_kinds() == []
    desk.send_due(firm.office, at(24 * 6))
    assert firm.task_kinds() == ["not_reported"]
    assert len(web.asked) == 1
    (task,) = firm.tasks()
    outcomes.record(firm.office, int(task.id), Said(Outcome.DONE, "Pat"), at(24 * 6))
    assert told(firm) == [("suspend", "reported", 1)]
    desk.send_due(firm.office, at(24 * 7))
    assert firm.task_kinds() == []
    with firm.books.write() as work:
        assert "reported already" in str(notices.report(work, 1, "", Pen(at(0).now, MONDAY, "Pat")))
        assert "no notice 9" in str(notices.report(work, 9, "", Pen(at(0).now, MONDAY, "Pat")))


def test_a_second_hold_is_a_second_suspension(small_firm: Firm, web: Web) -> None:
    small_firm.service = target(web)
    held(small_firm)
    desk.send_due(small_firm.office, at(0))
    small_firm.payments(MONDAY, f"A,I-1,{MONDAY},500.00,GBP,x")
    web.answers["/notices"] = (500, {}, b"")
    desk.after_payments(small_firm.office, at(1))
    due = MONDAY - timedelta(days=105)
    small_firm.invoices(MONDAY, f"A,I-9,2025-10-01,{due},700.00,GBP")
    suspend(small_firm)
    web.answers["/notices"] = (200, {}, b"")
    desk.send_due(small_firm.office, at(1.01))
    assert told(small_firm)[:2] == [("suspend", "confirmed", 1), ("restore", "withdrawn", 1)]


def test_the_cycle_proposes_and_sends_it_on_day_100(firm: Firm, web: Web) -> None:
    """By the ramp: from the first day on hold, not by the bare age."""
    firm.service = target(web)
    firm.customers(MONDAY, ["A"])
    due = MONDAY - timedelta(days=95)
    firm.invoices(MONDAY, f"A,I-1,2025-10-01,{due},500.00,GBP")
    for offset in range(60):
        firm.run(MONDAY + timedelta(days=offset))
        if web.asked:
            break
    letters = [one.on for one in firm.letters() if one.stage == "on_hold"]
    body = json.loads(web.asked[0][3])
    assert (body["event"], body["invoices"]) == ("suspend", ["I-1"])
    assert date.fromisoformat(body["on"]) >= letters[0] + timedelta(days=7)
    assert told(firm) == [("suspend", "confirmed", 1)]
