"""Stories of one invoice, as a bookkeeper would tell them. Days are days overdue.

The firm is in Germany; the invoice of 6,000.00 EUR falls due on Monday, 5 January 2026. Every letter is accepted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.support.nights import Nights, account, case

DUE = date(2026, 1, 5)
EARLIER = DUE - timedelta(days=20)


def chased(until: int, *, amount: str = "6000") -> Nights:
    """The invoice, chased every night from twenty days before it is due."""
    firm = Nights([case(DUE, amount=amount)])
    firm.nights(EARLIER, until + 20)
    return firm


def test_nobody_answers() -> None:
    """Reminded before and on the day; on day 3 perhaps it went astray; on day 15 what became of it; then a statement
    every week; twice a week once it is serious; on hold from day 91; the last warning after 120 days."""
    story = chased(125).story(DUE)
    assert story[:2] == [(-7, "upcoming_before"), (0, "upcoming_due")]
    assert story[2:4] == [(3, "past_due_first"), (15, "past_due_second")]
    assert story[4:6] == [(17, "late"), (24, "late")], "two days after the letter of day 15, then weekly"
    serious = [day for day, letter in story if letter == "delinquent"]
    assert serious[:4] == [31, 35, 39, 42], "twice a week; day 34 is a Sunday"
    assert [day for day, letter in story if letter == "on_hold"] == [92, 99, 106, 113, 120], "day 91 is Easter Monday"
    assert story[-1] == (122, "final_notice"), "not two days running"


def test_the_calls_and_the_notice_to_service_delivery() -> None:
    """A call a week after the first letter, as the amount is large; one on day 28; one a week from day 31 on; service
    delivery is told on day 100."""
    firm = chased(101)
    days = {(day - DUE).days for day, _, what in firm.work if what == "call"}
    assert {10, 28, 35, 42, 49, 56, 63, 70, 77, 84} <= days
    assert [(day - DUE).days for day, _, what in firm.work if what == "suspend"] == [100]


def test_a_small_invoice_is_not_called_about_so_early() -> None:
    """The early call is for amounts from 5,000; day 28 is for everybody."""
    days = [(day - DUE).days for day, _, what in chased(29, amount="300").work if what == "call"]
    assert days == [28]


def test_he_pays_on_day_twenty() -> None:
    """From then on there is silence."""
    firm = chased(20)
    firm.pay()
    firm.nights(DUE + timedelta(days=20), 200)
    assert max(day for day, _ in firm.story(DUE)) < 20
    assert not [day for day, _, _ in firm.work if day >= DUE + timedelta(days=20)]


def test_the_deadline_passes_and_the_case_is_for_the_queue() -> None:
    """The tenth day after the last warning is a Sunday: he has until Monday, and on Tuesday it is proposed, once."""
    firm = chased(160)
    notice = next(day for day, letter in firm.story(DUE) if letter == "final_notice")
    assert [(day - DUE).days for day, _ in firm.referred] == [notice + 12]
    assert firm.story(DUE)[-1][1] == "final_notice"


def test_a_ledger_is_imported_with_an_invoice_two_hundred_days_old() -> None:
    """The first letter is the friendliest; a week later a statement; a week later it is serious; two weeks later on
    hold; three weeks later the last warning. Nobody is threatened by whom he never heard of."""
    firm = Nights([case(DUE)])
    start = DUE + timedelta(days=200)
    firm.nights(start, 60)
    first = {}
    for day, letter in firm.story(DUE):
        first.setdefault(letter, day - 200)
    assert first == {"past_due_first": 0, "late": 7, "delinquent": 14, "on_hold": 28, "final_notice": 49}


def test_the_machine_stood_still_for_a_week() -> None:
    """One letter, the next in turn: what was missed is not made up."""
    firm = chased(18)
    before = firm.story(DUE)
    firm.nights(DUE + timedelta(days=31), 1)
    assert firm.story(DUE)[len(before) :] == [(31, "delinquent")]


def test_it_was_mailed_late_and_is_not_past_due_the_next_morning() -> None:
    """Sent on the due date, it has been in the customer's hands for a week before anybody asks."""
    invoice = replace(case(DUE).invoice, sent_on=DUE)
    firm = Nights([replace(case(DUE), invoice=invoice)])
    firm.nights(EARLIER, 40)
    assert firm.story(DUE)[0] == (7, "past_due_first")


def test_two_invoices_share_one_letter_in_the_graver_tone() -> None:
    """One letter an account a day: it lists both, and each goes on from its own stage."""
    younger = DUE + timedelta(days=28)
    firm = Nights([case(DUE, number="OLD"), case(younger, number="NEW")])
    firm.nights(DUE + timedelta(days=1), 31)
    last_day, _, letter, numbers = firm.letters[-1]
    assert (last_day, letter, set(numbers)) == (younger + timedelta(days=3), "delinquent", {"OLD", "NEW"})
    assert firm.cases[1].touches[-1].stage == "past_due"


def test_in_iran_friday_is_the_day_of_rest() -> None:
    """Letters go on a Thursday and on a Saturday, never on a Friday."""
    firm = Nights([case(DUE, of=account(country="IR"))])
    firm.nights(DUE, 200)
    weekdays = {day.weekday() for day, _, _, _ in firm.letters}
    assert 4 not in weekdays
    assert weekdays & {3, 5}
