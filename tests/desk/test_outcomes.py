"""Tasks: a call has a script, and what a person says came of it holds up the case as a reply would."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from dunwell.desk import outcomes
from dunwell.desk.outcomes import Recorded, Said
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import calls, journal, staff
from dunwell.ledger.agreement_tables import ClaimRow, DisputeRow, PromiseLineRow, PromiseRow
from dunwell.ledger.tasks import Task
from dunwell.terms.agreement import DisputeCode
from dunwell.terms.outcome import Outcome
from tests.support.dump import everything
from tests.support.firm import MONDAY, Firm, moment
from tests.support.mail_server import MailServer

FRIDAY = MONDAY + timedelta(days=4)
SATURDAY = MONDAY + timedelta(days=5)


def called(firm: Firm, *more: str) -> Task:
    """An account with 2,400.00 GBP overdue on two invoices, and the call about it."""
    firm.customers(MONDAY, ["A"])
    old, new = MONDAY - timedelta(days=40), MONDAY - timedelta(days=10)
    firm.invoices(MONDAY, f"A,I-1,2025-12-01,{old},2000.00,GBP", f"A,I-2,2026-01-01,{new},400.00,GBP", *more)
    with firm.books.write() as work:
        (first, *_) = calls.open_invoices(work, 1)
        calls.give(work, work.lock_account(1), first.concerned.invoice_id, "late", MONDAY, MONDAY)
    (task,) = [one for one in firm.tasks() if one.kind == "call"]
    return task


def say(firm: Firm, task: Task, outcome: Outcome, today: date = MONDAY, **more: Any) -> Recorded:
    return outcomes.record(firm.office, int(task.id), Said(outcome, "Pat", **more), moment(today))


def reasons(firm: Firm, on: date) -> dict[str, str]:
    firm.run(on)
    rows = everything(firm.books)["invoice"]
    return {row["number"]: row["reason"] for row in rows}


def test_a_call_says_what_is_owed_on_the_account_and_what_to_ask(firm: Firm) -> None:
    later = MONDAY + timedelta(days=20)
    task = called(
        firm, f"A,I-3,2026-02-20,{later},50.00,EUR", f"A,I-4,2026-01-01,{MONDAY - timedelta(days=9)},7.00,EUR"
    )
    assert task.text == (
        "call Firm A, stage late: 2400.00 GBP and 7.00 EUR overdue in all, the oldest since 2026-01-21 "
        "(I-1, I-2, I-4); 50.00 EUR more not yet due; ask for the day of payment; if it is paid already: amount, "
        "date sent, cheque or transfer number"
    )


def test_an_account_has_one_call_at_a_time_with_the_newest_script(firm: Firm) -> None:
    task = called(firm)
    say(firm, task, Outcome.PROMISED, promise_date=MONDAY + timedelta(days=1), amount=(Decimal("5.00"), None))
    for on in (MONDAY, FRIDAY):
        with firm.books.write() as work:
            calls.give(work, work.lock_account(1), 1, "late", on, on)
    (again,) = [one for one in firm.tasks() if one.kind == "call"]
    assert again.made_on == FRIDAY, "the account is not called twice on Monday"
    with firm.books.write() as work:
        calls.give(work, work.lock_account(1), 2, "delinquent", FRIDAY + timedelta(days=7), FRIDAY)
    (one,) = [one for one in firm.tasks() if one.kind == "call"]
    assert "stage delinquent" in one.text
    assert "promised 5.00 GBP by 2026-03-03, and still open" in one.text


def test_a_promise_by_telephone_is_a_promise(firm: Firm, mail: MailServer) -> None:
    task = called(firm)
    by = MONDAY + timedelta(days=10)
    said = say(firm, task, Outcome.PROMISED, promise_date=by, amount=(Decimal("2100.00"), "GBP"), reason="by Monday")
    assert said.warnings == ()
    assert "call" not in firm.task_kinds()
    with firm.books.read() as work:
        row = work.session.execute(select(PromiseRow)).scalar_one()
        shares = [line.share for line in work.session.execute(select(PromiseLineRow)).scalars()]
        assert (row.by, row.amount, row.currency, row.who, row.why) == (by, 210000, "GBP", "Pat", "by Monday")
        entry = journal.entries(work, "A")[-1]
    assert sorted(shares) == [10000, 200000], "the oldest invoice first"
    assert (entry.who, entry.what, entry.data["outcome"]) == ("Pat", "task", "promised")
    assert set(reasons(firm, MONDAY + timedelta(days=1)).values()) == {"promised"}
    assert mail.letters == [], "what a person records sends no letter"


def test_all_that_is_owed_is_promised_where_no_amount_was_said(small_firm: Firm) -> None:
    say(small_firm, called(small_firm), Outcome.PROMISED, promise_date=FRIDAY)
    with small_firm.books.read() as work:
        row = work.session.execute(select(PromiseRow)).scalar_one()
        assert (row.amount, row.stops) == (None, True)


def test_a_person_may_go_beyond_the_policys_limits_and_is_told(small_firm: Firm) -> None:
    said = say(small_firm, called(small_firm), Outcome.PROMISED, promise_date=MONDAY + timedelta(days=90))
    assert said.warnings == ("recorded although 2026-05-31 is more than 45 days ahead",)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"promise_date": MONDAY - timedelta(days=1)}, "has passed"),
        ({"promise_date": FRIDAY, "amount": (Decimal("2400.01"), None)}, "2400.00 GBP is open"),
        ({"promise_date": FRIDAY, "amount": (Decimal(0), None)}, "is nothing"),
        ({"promise_date": FRIDAY, "amount": (Decimal(5), "EUR")}, "another currency"),
        ({"promise_date": FRIDAY, "amount": (Decimal("5.001"), None)}, "more decimals"),
        ({"promise_date": FRIDAY, "invoices": ("X-9",)}, "X-9 is no open invoice"),
        ({}, "--promise-date"),
    ],
)
def test_a_promise_that_cannot_be_is_refused_and_nothing_changes(small_firm: Firm, more: Any, why: str) -> None:
    task = called(small_firm)
    before = everything(small_firm.books)
    with pytest.raises(CannotDo, match=why):
        say(small_firm, task, Outcome.PROMISED, **more)
    assert everything(small_firm.books) == before


def test_said_to_be_paid_is_a_claim_and_the_bank_gets_its_days(firm: Firm) -> None:
    say(firm, called(firm), Outcome.PAID, reference="CHQ 17", paid_on=MONDAY - timedelta(days=2))
    with firm.books.read() as work:
        row = work.session.execute(select(ClaimRow)).scalar_one()
        assert (row.reference, row.paid_on, row.wait_until) == ("CHQ 17", date(2026, 2, 28), date(2026, 3, 9))
    assert set(reasons(firm, MONDAY + timedelta(days=1)).values()) == {"said_to_be_paid"}


def test_a_dispute_is_about_one_invoice_and_the_rest_is_chased(firm: Firm) -> None:
    say(firm, called(firm), Outcome.DISPUTED, code=DisputeCode.QUALITY, invoices=("I-2",))
    with firm.books.read() as work:
        row = work.session.execute(select(DisputeRow)).scalar_one()
        assert (row.code, row.amount) == ("quality", None)
    found = reasons(firm, MONDAY + timedelta(days=1))
    assert (found["I-1"] != "disputed", found["I-2"]) == (True, "disputed")
    assert "dispute" in firm.task_kinds()


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.CALL_BACK])
def test_a_call_that_was_not_answered_is_due_again(small_firm: Firm, outcome: Outcome) -> None:
    task = called(small_firm)
    say(small_firm, task, outcome, FRIDAY)
    (again,) = small_firm.tasks()
    assert (again.id, again.due_on) == (task.id, FRIDAY + timedelta(days=3)), "the next working day"
    say(small_firm, task, outcome, FRIDAY, on=SATURDAY)
    assert small_firm.tasks()[0].due_on == SATURDAY
    with pytest.raises(CannotDo, match="has passed"):
        say(small_firm, task, outcome, FRIDAY, on=MONDAY)


def test_a_refusal_goes_to_the_owner_and_a_wrong_number_asks_for_another(small_firm: Firm) -> None:
    task = called(small_firm)
    say(small_firm, task, Outcome.REFUSED, reason="will not pay")
    (owners,) = small_firm.tasks()
    assert (owners.kind, owners.role) == ("refused", "owner")
    assert "will not pay" in owners.text
    say(small_firm, owners, Outcome.WRONG_NUMBER)
    assert small_firm.task_kinds() == ["wrong_number"]


def test_what_is_done_is_done_once_and_an_unknown_task_is_told(small_firm: Firm) -> None:
    task = called(small_firm)
    say(small_firm, task, Outcome.DONE)
    with pytest.raises(CannotDo, match="done already"):
        say(small_firm, task, Outcome.DONE)
    with pytest.raises(CannotDo, match="no task 4711"):
        outcomes.record(small_firm.office, 4711, Said(Outcome.DONE, "Pat"), moment(MONDAY))
    assert small_firm.broken() == []


def test_the_collector_gets_the_list_once_a_day_where_an_address_is_set(firm: Firm, mail: MailServer) -> None:
    called(firm)
    firm.run(MONDAY)
    assert mail.to("collector@northwind.example") == []
    firm.people = {"collector": "collector@northwind.example"}
    for _ in range(2):
        firm.run(MONDAY)
    (one,) = mail.to("collector@northwind.example")
    text = one.message.get_body(("plain",))
    assert text is not None
    assert "2400.00 GBP overdue in all" in " ".join(text.get_content().split())
    firm.run(MONDAY + timedelta(days=1))
    assert len(mail.to("collector@northwind.example")) == 2


def test_a_list_whose_fate_is_unknown_is_not_sent_again(small_firm: Firm, mail: MailServer) -> None:
    called(small_firm)
    small_firm.run(MONDAY)
    small_firm.people = {"collector": "c@northwind.example"}
    mail.drop.append("taken")
    small_firm.run(MONDAY)
    small_firm.run(MONDAY)
    assert len(mail.to("c@northwind.example")) == 1
    with small_firm.books.read() as work:
        assert [one.state for one in staff.sent(work)] == ["in_doubt"]


def test_a_list_that_was_put_off_goes_with_the_next_run(small_firm: Firm, mail: MailServer) -> None:
    called(small_firm)
    small_firm.run(MONDAY)
    small_firm.people = {"collector": "c@northwind.example"}
    mail.rcpt["c@northwind.example"].append("450 4.2.0 later")
    small_firm.run(MONDAY)
    assert mail.to("c@northwind.example") == []
    small_firm.run(MONDAY)
    assert len(mail.to("c@northwind.example")) == 1
