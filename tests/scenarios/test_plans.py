"""Instalment plans: offered, agreed, kept, missed; and the cent that does not divide."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.desk import answers, plans, review
from dunwell.desk.plans import Terms
from dunwell.desk.refusals import CannotDo
from dunwell.desk.review import Decision
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import plans as ledger_plans
from dunwell.rules import instalments
from dunwell.terms.money import Money
from tests.support.customer_mail import mail as written
from tests.support.firm import MONDAY, Firm, moment, owing, policy

TUESDAY = MONDAY + timedelta(days=1)
FIRST = date(2026, 3, 16)
ANNE = Wanted("anne", "asked for parts")


def _chased(firm: Firm) -> Firm:
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    return firm


@pytest.fixture
def chased(small_firm: Firm) -> Firm:
    """A001 owes INV-A001, 100.00 GBP, and had its first overdue letter on Monday."""
    return _chased(small_firm)


@pytest.fixture
def chased_on_both(firm: Firm) -> Firm:
    """The same on each database in turn, for what the others rest on."""
    return _chased(firm)


def agreed(firm: Firm) -> str:
    """Three parts of 33.33, 33.33 and 33.34, from 16 March on."""
    key = plans.agree(firm.office, ["INV-A001"], Terms(3, FIRST), ANNE, moment(TUESDAY))
    list(answers.send_answers(firm.office, moment(TUESDAY)))
    return key


def state(firm: Firm, key: str) -> tuple[str, tuple[str, ...]]:
    with firm.books.read() as work:
        (plan,) = ledger_plans.plans(work, ids=[int(key)])
    return plan.state, plan.states


def nights(firm: Firm, first: date, last: date) -> list[tuple[date, str]]:
    before = len(firm.letters())
    day = first
    while day <= last:
        if day.weekday() < 5 or day == last:  # no letter goes on a weekend
            firm.run(day)
        day += timedelta(days=1)
    return [(one.on, one.letter) for one in firm.letters()[before:]]


def test_parts_are_chased_instead_of_the_invoice_and_a_kept_plan_ends(chased_on_both: Firm) -> None:
    key = agreed(chased_on_both)
    assert chased_on_both.letters()[-1].letter == "plan_agreed"
    assert chased_on_both.mail is not None
    assert "33.34" in chased_on_both.mail.to("a001@a001.example")[-1].text
    assert nights(chased_on_both, TUESDAY, FIRST) == [(date(2026, 3, 13), "part_due")], "Friday: the working day before"
    chased_on_both.payments(FIRST, f"A001,INV-A001,{FIRST},33.33,GBP,R")
    assert nights(chased_on_both, date(2026, 3, 17), date(2026, 4, 10)) == []
    assert state(chased_on_both, key) == ("agreed", ("paid", "open", "open"))
    chased_on_both.payments(date(2026, 4, 11), "A001,INV-A001,2026-04-11,66.67,GBP,R")
    chased_on_both.run(date(2026, 4, 13))
    assert state(chased_on_both, key) == ("kept", ("paid", "paid", "paid")), "paid early"
    assert chased_on_both.broken() == []


def test_a_missed_part_ends_the_plan_and_the_letter_says_so(chased: Firm) -> None:
    key = agreed(chased)
    chased.payments(date(2026, 3, 12), "A001,INV-A001,2026-03-12,20.00,GBP,R")
    sent = nights(chased, TUESDAY, date(2026, 3, 20))
    assert sent == [(date(2026, 3, 13), "part_due"), (date(2026, 3, 19), "part_missed")], "two business days of grace"
    assert state(chased, key) == ("missed", ("missed", "open", "open"))
    assert chased.mail is not None
    assert "80.00" in chased.mail.to("a001@a001.example")[-1].text
    after = nights(chased, date(2026, 3, 21), date(2026, 4, 5))
    assert after
    assert "part_missed" not in [letter for _, letter in after], "named once"


def test_payments_that_are_not_known_miss_no_part(chased: Firm) -> None:
    key = agreed(chased)
    chased.payments(date(2026, 3, 17))
    chased.run(date(2026, 3, 19), fresh=False)
    assert state(chased, key)[0] == "agreed"


def test_an_offer_waits_for_its_answer_and_lapses(chased: Firm) -> None:
    key = plans.offer(chased.office, ["INV-A001"], Terms(), ANNE, moment(TUESDAY))
    (sent,) = answers.send_answers(chased.office, moment(TUESDAY))
    assert (sent.letter, sent.state) == ("plan_offered", "sent")
    assert nights(chased, TUESDAY, date(2026, 3, 10)) == []
    nights(chased, date(2026, 3, 11), date(2026, 3, 20))
    assert state(chased, key)[0] == "lapsed"
    assert chased.letters()[-1].stage is not None
    with pytest.raises(CannotDo, match="lapsed"):
        plans.agree(chased.office, [key], Terms(), ANNE, moment(date(2026, 3, 20)))


def test_an_offer_is_agreed_and_a_new_plan_takes_its_place(chased: Firm) -> None:
    key = plans.offer(chased.office, ["INV-A001"], Terms(), ANNE, moment(TUESDAY))
    assert plans.agree(chased.office, [key], Terms(), ANNE, moment(TUESDAY)) == key
    other = plans.agree(chased.office, ["INV-A001"], Terms(6, FIRST), ANNE, moment(TUESDAY))
    assert (state(chased, key)[0], state(chased, other)[0]) == ("void", "agreed")
    plans.void(chased.office, other, ANNE, moment(TUESDAY))
    assert nights(chased, TUESDAY, date(2026, 3, 20))[-1][1] in ("past_due_second", "late")


def test_what_is_refused(chased: Firm) -> None:
    chased.invoices(TUESDAY, "A001,INV-3,2026-01-20,2026-02-24,70.00,EUR")
    office, on = chased.office, moment(TUESDAY)
    for numbers, terms, says in [
        (["INV-A001", "INV-3"], Terms(), "one currency"),
        (["INV-A001"], Terms(3, MONDAY), "has passed"),
        (["INV-9"], Terms(), "no invoice INV-9"),
    ]:
        with pytest.raises(CannotDo, match=says):
            plans.offer(office, numbers, terms, ANNE, on)
    with pytest.raises(CannotDo, match="no plan has the id 7"):
        plans.agree(office, ["7"], Terms(), ANNE, on)
    with pytest.raises(CannotDo, match="no plan has the id 7"):
        plans.void(office, "7", ANNE, on)
    key = plans.offer(office, ["INV-A001"], Terms(), ANNE, on)
    chased.payments(TUESDAY, f"A001,INV-A001,{TUESDAY},10.00,GBP,R")
    with pytest.raises(CannotDo, match=r"90\.00 GBP is open by now"):
        plans.agree(office, [key], Terms(), ANNE, on)


@given(st.integers(1, 10**12), st.integers(2, 36))
def test_a_split_adds_up_to_the_cent(minor: int, count: int) -> None:
    parts = instalments.split(Money(minor, "EUR"), count)
    assert sum(part.minor for part in parts) == minor
    assert len({part.minor for part in parts[:-1]}) == 1
    assert parts[-1].minor >= parts[0].minor


def test_whoever_asks_for_parts_is_offered_them_once_where_the_policy_says_so(chased_on_both: Firm) -> None:
    first = chased_on_both.letters()[0].message_id
    text = "Could we pay this in three instalments? Please let me know if you agree."

    def asks(on: date) -> str:
        raw = written("a001@a001.example", text, on=on, answers=first)
        (handled,) = chased_on_both.receive(on, raw)
        return handled.state

    assert asks(TUESDAY) == "review", "the policy offers none by itself"
    chased_on_both.rules = policy(("[payments]\n", "[plans]\noffer = true\nmaximum = 500\n\n[payments]\n"))
    assert asks(TUESDAY) == "acted"
    assert (chased_on_both.letters()[-1].letter, chased_on_both.letters()[-1].to) == (
        "plan_offered",
        "a001@a001.example",
    )
    assert state(chased_on_both, "1")[0] == "offered"
    assert asks(date(2026, 3, 4)) == "review", "once a case"


def test_a_request_for_parts_that_a_person_accepts_is_answered_with_the_offer(chased: Firm) -> None:
    first = chased.letters()[0].message_id
    text = "Could we pay this in three instalments? Please let me know if you agree."
    (handled,) = chased.receive(TUESDAY, written("a001@a001.example", text, on=TUESDAY, answers=first))
    assert handled.state == "review"
    (waiting,) = review.waiting(chased.office)
    said = review.review(chased.office, waiting.id, Decision(), "anne", "", moment(TUESDAY))
    assert said == "plan 1 offered"
    (sent,) = answers.send_answers(chased.office, moment(TUESDAY))
    assert (sent.letter, sent.state) == ("plan_offered", "sent")
    assert state(chased, "1")[0] == "offered"
    (handled,) = chased.receive(date(2026, 3, 4), written("a001@a001.example", text, on=TUESDAY, answers=first))
    (waiting,) = review.waiting(chased.office)
    said = review.review(chased.office, waiting.id, Decision(), "anne", "", moment(date(2026, 3, 4)))
    assert said == "a task for the collector", "once a case: another is a person's to make"
    assert chased.broken() == []
