"""Decisions as tables: a case, a day, and what is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dunwell.rules.decide import decide
from dunwell.rules.policy import load
from dunwell.terms.account import PaymentMethod
from dunwell.terms.case import Case, Touch
from dunwell.terms.decision import Ask, Close, Reason, Refer, Review, Send, Wait
from dunwell.terms.invoice import DocumentKind
from dunwell.terms.money import Money
from tests.support.nights import DEFAULT, DEFAULT_TEXT, account, case

DUE = date(2026, 1, 5)  # a Monday; Germany works on each of the days below unless the row says otherwise


def after(days: int) -> date:
    """The day so many days after the due date."""
    return DUE + timedelta(days=days)


def touched(*touches: tuple[str, int, int]) -> Case:
    """The case after letters as (stage, round, days overdue)."""
    return case(DUE, touches=tuple(Touch(stage, number, after(day), letter=stage) for stage, number, day in touches))


FIRST = ("past_due", 1, 3)
SECOND = ("past_due", 2, 15)


@pytest.mark.parametrize(
    ("state", "day", "letter"),
    [
        (touched(), -8, None),
        (touched(), -7, "upcoming_before"),
        (touched(), -6, "upcoming_before"),
        (touched(("upcoming", 1, -7)), -1, None),
        (touched(("upcoming", 1, -7)), 0, "upcoming_due"),
        (touched(), 0, "upcoming_due"),
        (touched(), 1, None),
        (touched(), 3, "past_due_first"),
        (touched(), 14, "past_due_first"),
        (touched(FIRST), 14, None),
        (touched(FIRST), 15, "past_due_second"),
        (touched(FIRST, SECOND), 17, "late"),
        (touched(FIRST, SECOND, ("late", 1, 17)), 23, None),
        (touched(FIRST, SECOND, ("late", 1, 17)), 24, "late"),
        (touched(FIRST, SECOND, ("late", 1, 17), ("late", 2, 24)), 31, "delinquent"),
        (touched(FIRST, ("late", 1, 17), ("delinquent", 1, 31)), 35, "delinquent"),
        (touched(FIRST, ("late", 1, 17), ("delinquent", 1, 31)), 91 + 1, "on_hold"),
        (touched(FIRST, ("late", 1, 17), ("delinquent", 1, 31), ("on_hold", 1, 92)), 122, "final_notice"),
        # The ramp: whatever its age, a case goes one stage at a time, and stays the least days in each.
        (touched(), 200, "past_due_first"),
        (touched(("past_due", 1, 200)), 206, None),
        (touched(("past_due", 1, 200)), 207, "late"),
        (touched(("past_due", 1, 200), ("late", 1, 207)), 213, None),
        (touched(("past_due", 1, 200), ("late", 1, 207)), 214, "delinquent"),
        (touched(("past_due", 1, 200), ("late", 1, 207), ("delinquent", 1, 214)), 228, "on_hold"),
        (touched(("past_due", 1, 16)), 22, None),
        (touched(("past_due", 1, 16)), 23, "late"),
        # Nights were missed: the next letter is that of the next stage, never the harshest.
        (touched(FIRST, ("late", 1, 17)), 100, "delinquent"),
    ],
)
def test_the_letter_of_the_day(state: Case, day: int, letter: str | None) -> None:
    """What goes on which day overdue, by the default policy."""
    outcome = decide(state, DEFAULT, after(day)).outcome
    assert (outcome.letter if isinstance(outcome, Send) else None) == letter


@pytest.mark.parametrize(
    ("state", "day", "kind", "reason"),
    [
        (case(DUE, open_principal=Money(0, "EUR")), 50, Close, Reason.PAID),
        (case(DUE, open_principal=Money(0, "EUR"), open_charges=Money(500, "EUR")), 50, Close, Reason.CHARGES_ONLY),
        (case(None), 50, Review, Reason.NO_DUE_DATE),
        (case(DUE, referred=True), 150, Wait, Reason.REFERRED),
        (case(DUE, reachable=False), 3, Wait, Reason.NO_CONTACT),
        (case(DUE, bank_account=False), 3, Wait, Reason.NO_BANK_ACCOUNT),
        (case(DUE, account_letters=(after(2),)), 3, Wait, Reason.INTERVAL),
        (case(DUE, account_letters=(after(-1), after(1))), 3, Wait, Reason.CAP),
        (case(DUE, rehearsed=frozenset({("past_due", 1)})), 3, Wait, Reason.REHEARSED),
        (case(DUE), 5, Wait, Reason.DAY_OF_REST),
        (case(DUE, of=account(method=PaymentMethod.DIRECT_DEBIT)), 3, Wait, Reason.DIRECT_DEBIT),
        (case(DUE), -20, Wait, Reason.NOTHING_DUE),
    ],
)
def test_why_there_is_no_letter(state: Case, day: int, kind: type, reason: Reason) -> None:
    """Each reason not to write, alone."""
    decision = decide(state, DEFAULT, after(day))
    assert isinstance(decision.outcome, kind)
    assert decision.reason is reason
    assert decision.why


def test_a_credit_note_is_never_chased() -> None:
    """It is owed to the customer."""
    invoice = replace(case(DUE).invoice, kind=DocumentKind.CREDIT_NOTE)
    assert decide(replace(case(DUE), invoice=invoice), DEFAULT, after(60)).reason is Reason.CREDIT_NOTE


def test_an_invoice_that_nobody_sent_goes_first_and_is_given_seven_days() -> None:
    """`sent_on = no`: its own letter first, and nothing overdue for a week after."""
    invoice = replace(case(DUE).invoice, not_sent=True)
    unsent = replace(case(DUE), invoice=invoice)
    outcome = decide(unsent, DEFAULT, after(21)).outcome
    assert isinstance(outcome, Send)
    assert outcome.letter == "issued"
    sent = replace(unsent, touches=(Touch("issued", 1, after(21), letter="issued"),))
    assert decide(sent, DEFAULT, after(27)).reason is Reason.NOTHING_DUE
    later = decide(sent, DEFAULT, after(28)).outcome
    assert isinstance(later, Send)
    assert later.letter == "past_due_first"


def test_a_fresh_invoice_with_a_document_is_sent_by_us_and_an_old_one_is_not() -> None:
    """Only what the ledger saw within three days of its issue; the rest was sent by whoever issued it."""
    issued = date(2026, 3, 2)
    fresh = replace(case(issued + timedelta(days=30)).invoice, issued=issued, document="a.pdf", imported_on=issued)
    old = replace(fresh, imported_on=issued + timedelta(days=4))
    for invoice, expected in ((fresh, "issued"), (old, None), (replace(fresh, document=None), None)):
        outcome = decide(replace(case(DUE), invoice=invoice), DEFAULT, issued + timedelta(days=7)).outcome
        assert (outcome.letter if isinstance(outcome, Send) else None) == expected


def test_the_reminder_before_a_sunday_goes_on_the_friday_and_never_after_the_due_date() -> None:
    """On a day of rest the working day before; once the date has passed neither reminder is sent."""
    sunday = date(2026, 2, 15)
    reminded = case(sunday, touches=(Touch("upcoming", 1, sunday - timedelta(days=9)),))
    friday = decide(reminded, DEFAULT, sunday - timedelta(days=2)).outcome
    assert isinstance(friday, Send)
    assert friday.letter == "upcoming_due"
    assert decide(reminded, DEFAULT, sunday + timedelta(days=1)).reason is Reason.NOTHING_DUE


FINAL = (("past_due", 1, 3), ("late", 1, 17), ("delinquent", 1, 31), ("on_hold", 1, 92))


@pytest.mark.parametrize(
    ("day", "payments", "accepted", "reason"),
    [
        (132, 132, True, Reason.DEADLINE_RUNS),
        (133, 133, True, Reason.DEADLINE_PASSED),
        (133, 131, True, Reason.PAYMENTS_UNKNOWN),
        (133, 133, False, Reason.NOTICE_NOT_PROVEN),
    ],
)
def test_after_the_final_notice(day: int, payments: int, accepted: bool, reason: Reason) -> None:
    """The deadline runs; then payments must be known up to it, and the notice proven, before anything is referred."""
    state = touched(*FINAL)
    notice = Touch("litigation", 1, after(122), letter="final_notice", deadline=after(132), accepted=accepted)
    state = replace(state, touches=(*state.touches, notice), payments_as_of=after(payments))
    decision = decide(state, DEFAULT, after(day))
    assert decision.reason is reason
    assert isinstance(decision.outcome, Refer) == (reason is Reason.DEADLINE_PASSED)


def test_too_little_to_sue_for_gets_no_final_notice_but_a_proposal_to_write_it_off() -> None:
    """We threaten only what we would do."""
    small = replace(touched(*FINAL), open_principal=Money(9999, "EUR"))
    decision = decide(small, DEFAULT, after(125))
    assert decision.reason is Reason.BELOW_LITIGATION_MINIMUM
    assert Ask("propose_write_off") in decision.work


def test_an_exception_can_leave_an_account_out_and_slow_a_country_down() -> None:
    """The first exception that matches applies."""
    text = DEFAULT_TEXT + (
        '\n[[exception]]\nname = "key account"\naccount = ["C-1"]\nchase = false\n'
        '\n[[exception]]\nname = "slow"\ncountry = ["DE"]\n[exception.set.stage.late]\n'
        'touch = [{ every = 14, letter = "late" }]\n'
    )
    policy = load(text, "exceptions.toml")
    assert decide(case(DUE), policy, after(3)).reason is Reason.EXCLUDED
    state = replace(touched(FIRST, SECOND, ("late", 1, 17)), account=account("C-2"))
    assert decide(state, policy, after(24)).reason is Reason.NOTHING_DUE
    assert isinstance(decide(replace(state, account=account("C-3", "GB")), policy, after(24)).outcome, Send)
