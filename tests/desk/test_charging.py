"""Late fees and interest in the daily cycle: from the first day on hold, once a period, as the terms have it."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from dunwell.desk import charging
from dunwell.ledger import agreeing, charges, journal, statements
from dunwell.ledger.agreeing import Concerned, Source
from dunwell.ledger.charges import CannotWaive, ChargeRecord
from dunwell.ledger.journal import Pen
from dunwell.rules.policy import Policy, load
from dunwell.terms.agreement import PauseKind
from dunwell.wiring import default_policy_text
from tests.support.dump import assert_money_adds_up
from tests.support.firm import INVOICES, MONDAY, Firm, csv, moment, policy

HOLD = date(2026, 4, 7)
"""The first day on hold of an invoice that was 95 days overdue on the first Monday: after Easter."""
TERMS = {"terms": {"late_fee_percent": "1.5"}}


def on_hold(
    firm: Firm,
    *,
    kind: str = "business",
    country: str = "GB",
    amount: str = "1000.00",
    until: date = HOLD,
    **terms: Any,
) -> None:
    """An account that gets its first letter of the stage on_hold, which goes on `HOLD`."""
    firm.creditor |= terms

    def chase() -> None:
        firm.take(csv("account,name,country,language,kind", f"A,Firm A,{country},en,{kind}"), MONDAY)
        firm.take(csv("account,name,email,role", "A,Person A,a@a.example,accounts_payable"), MONDAY)
        due = MONDAY - timedelta(days=95)
        currency = "GBP" if country == "GB" else "EUR"
        row = f"A,INV-1,{due - timedelta(days=30)},{due},{amount},{currency}"
        assert not firm.take(csv(INVOICES, row), MONDAY).rejects
        nights(firm, MONDAY, until)

    if firm.rules == policy():
        firm.prepare(f"on hold {kind} {country} {amount} {until} {terms}", chase)
    else:
        chase()


def nights(firm: Firm, first: date, last: date) -> None:
    """Every night but those of weekends, on which no letter goes, and with the last of these days in any case."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    for day in days:
        if day.weekday() < 5 or day == last:
            firm.run(day)


def booked(firm: Firm) -> list[ChargeRecord]:
    with firm.books.read() as work:
        return charges.listed(work)


def told(firm: Firm) -> list[tuple[str, str, str, str]]:
    return [(one.kind, str(one.on), str(one.amount), one.state) for one in booked(firm)]


def letters(firm: Firm, stage: str) -> list[date]:
    return [one.on for one in firm.letters() if one.stage == stage]


def test_the_late_fee_begins_with_the_first_day_on_hold_and_comes_monthly(firm: Firm) -> None:
    on_hold(firm, **TERMS)
    first = letters(firm, "on_hold")
    assert first
    (fee,) = booked(firm)
    assert (fee.kind, str(fee.amount), fee.state) == ("late_fee", "15.00 GBP", "open")
    assert first[0] - timedelta(days=7) <= fee.on <= first[0]
    firm.run(HOLD)
    assert len(booked(firm)) == 1, "once a period, whatever the rate of running"
    nights(firm, HOLD + timedelta(days=1), HOLD + timedelta(days=40))
    assert [(one.on.day, str(one.amount)) for one in booked(firm)] == [(fee.on.day, "15.00 GBP")] * 2
    assert_money_adds_up(firm.books)
    assert firm.broken() == []
    with firm.books.read() as work:
        assert [one.who for one in journal.entries(work, "A") if one.what == "charged"] == ["dunwell"] * 2


def test_missed_nights_are_made_good_once_and_on_the_principal_of_each_day(small_firm: Firm) -> None:
    on_hold(small_firm, **TERMS)
    since = booked(small_firm)[0].on
    paid = since + timedelta(days=45)
    small_firm.payments(paid, f"A,INV-1,{paid},400.00,GBP,x")
    small_firm.run(since + timedelta(days=100), fresh=True)
    assert [str(one.amount) for one in booked(small_firm)] == ["15.00 GBP", "15.00 GBP", "9.00 GBP", "9.00 GBP"]
    assert_money_adds_up(small_firm.books)


def test_a_consumer_pays_no_late_fee(small_firm: Firm) -> None:
    on_hold(small_firm, kind="consumer", **TERMS)
    assert letters(small_firm, "on_hold")
    assert booked(small_firm) == []


def test_terms_without_a_fee_have_none(small_firm: Firm) -> None:
    on_hold(small_firm)
    assert letters(small_firm, "on_hold")
    assert booked(small_firm) == []


def test_age_alone_charges_nothing(small_firm: Firm) -> None:
    """An invoice 200 days old that was never written to stands at the beginning of the ramp."""
    small_firm.creditor |= TERMS
    small_firm.customers(MONDAY, ["A"])
    small_firm.invoices(MONDAY, f"A,INV-1,2025-07-01,{MONDAY - timedelta(days=200)},1000.00,GBP")
    nights(small_firm, MONDAY, MONDAY + timedelta(days=5))
    assert booked(small_firm) == []


def _concerned(work: Any) -> Concerned:
    (key,) = agreeing.open_of(work, 1)
    return Concerned(key, "INV-1", 100000)


@pytest.mark.parametrize("what", ["paused", "disputed", "promised"])
def test_a_month_that_finds_the_case_held_up_is_let_go_for_good(small_firm: Firm, what: str) -> None:
    on_hold(small_firm, **TERMS)
    second = charges_due(booked(small_firm)[0].on)
    with small_firm.books.write() as work:
        work.lock_account(1)
        pen = Pen(moment(HOLD).now, HOLD)
        source, one = Source("pat", "said so"), _concerned(work)
        if what == "paused":
            agreeing.add_pause(work, 1, PauseKind.PERSON, second, source, pen, invoice=one)
        elif what == "disputed":
            agreeing.add_dispute(work, 1, one, "GBP", source, pen)
        else:
            agreeing.add_promise(work, 1, [one], second, None, "GBP", source, pen, stops=True)
    nights(small_firm, second, second)
    assert [(one.state, one.reason) for one in booked(small_firm)] == [("open", ""), ("waived", f"let go: {what}")]
    small_firm.run(second + timedelta(days=8))
    assert [one.state for one in booked(small_firm)] == ["open", "waived"]
    assert_money_adds_up(small_firm.books)


def charges_due(first: date) -> date:
    return first.replace(month=first.month + 1)


def test_the_fee_is_not_taken_of_what_is_in_dispute(small_firm: Firm) -> None:
    on_hold(small_firm, **TERMS)
    second = charges_due(booked(small_firm)[0].on)
    with small_firm.books.write() as work:
        pen = Pen(moment(HOLD).now, HOLD)
        work.lock_account(1)
        agreeing.add_dispute(work, 1, _concerned(work), "GBP", Source("p", "w"), pen, amount=60000)
    small_firm.run(second)
    assert [str(one.amount) for one in booked(small_firm)] == ["15.00 GBP", "6.00 GBP"]


def test_a_fee_waits_until_payments_are_known_up_to_its_day(small_firm: Firm) -> None:
    on_hold(small_firm, **TERMS)
    second = charges_due(booked(small_firm)[0].on)
    small_firm.payments(second - timedelta(days=1))
    small_firm.run(second, fresh=False)
    assert len(booked(small_firm)) == 1
    small_firm.payments(second, f"A,INV-1,{second},900.00,GBP,x")
    small_firm.run(second, fresh=False)
    assert [str(one.amount) for one in booked(small_firm)] == ["15.00 GBP", "1.50 GBP"], "on what was open that day"


def test_a_charge_is_waived_by_a_person_and_never_comes_back(small_firm: Firm) -> None:
    on_hold(small_firm, **TERMS)
    (fee,) = booked(small_firm)
    with small_firm.books.write() as work:
        charges.waive(work, fee.id, "a good customer", Pen(moment(HOLD).now, HOLD, "Pat"))
    assert [(one.state, one.reason) for one in booked(small_firm)] == [("waived", "a good customer")]
    assert_money_adds_up(small_firm.books)
    small_firm.run(HOLD)
    assert len(booked(small_firm)) == 1
    with small_firm.books.write() as work, pytest.raises(CannotWaive, match="waived on"):
        charges.waive(work, fee.id, "again", Pen(moment(HOLD).now, HOLD, "Pat"))
    with small_firm.books.read() as work:
        (entry,) = [one for one in journal.entries(work, "A", "INV-1") if one.what == "waived"]
    assert (entry.who, entry.why) == ("Pat", "a good customer")
    assert small_firm.broken() == []


def test_what_is_paid_cannot_be_waived(small_firm: Firm) -> None:
    on_hold(small_firm, **TERMS)
    (fee,) = booked(small_firm)
    small_firm.payments(HOLD, f"A,INV-1,{HOLD},1005.00,GBP,x")
    assert [one.state for one in booked(small_firm)] == ["part_paid"]
    with (
        small_firm.books.write() as work,
        pytest.raises(CannotWaive, match=r"5.00 GBP of 15.00 GBP is paid.*credit note"),
    ):
        charges.waive(work, fee.id, "w", Pen(moment(HOLD).now, HOLD, "Pat"))
    with small_firm.books.write() as work, pytest.raises(CannotWaive, match="no charge 4711"):
        charges.waive(work, 4711, "w", Pen(moment(HOLD).now, HOLD, "Pat"))
    assert_money_adds_up(small_firm.books)


def by_law(*countries: str) -> Policy:
    before = "countries = []                  # between"
    assert before in default_policy_text()
    return load(default_policy_text().replace(before, f"countries = {list(countries)!r} #", 1), "policy")


def test_interest_by_law_is_booked_monthly_and_the_fixed_sum_once(small_firm: Firm) -> None:
    small_firm.rules = by_law("DE")
    on_hold(small_firm, country="DE")
    found = booked(small_firm)
    assert sorted(one.kind for one in found) == ["fixed_sum", "interest"]
    due, first = MONDAY - timedelta(days=95), found[0].on
    days = (first - due).days
    (interest,) = [one for one in found if one.kind == "interest"]
    # Basiszinssatz 1.27 % from 1 July 2025 on, and 9 points; see tests/rules for the rates themselves.
    assert abs(interest.amount.minor - 100000 * 0.1027 * days / 365) < 60
    assert [str(one.amount) for one in found if one.kind == "fixed_sum"] == ["40.00 EUR"]
    nights(small_firm, HOLD + timedelta(days=1), HOLD + timedelta(days=40))
    assert sorted(one.kind for one in booked(small_firm)) == ["fixed_sum", "interest", "interest"]
    assert_money_adds_up(small_firm.books)
    assert small_firm.broken() == []


def test_the_statement_shows_the_periods_that_the_interest_is_the_sum_of(small_firm: Firm) -> None:
    small_firm.rules = by_law("DE")
    on_hold(small_firm, country="DE")
    (interest,) = [one for one in booked(small_firm) if one.kind == "interest"]
    nights(small_firm, HOLD + timedelta(days=1), HOLD + timedelta(days=9))
    said = _last_statement(small_firm)
    assert "Statutory interest" in said
    assert "10.27%" in said
    table = said[said.index("Statutory interest") :]
    rows = re.findall(r"INV-1 (\d+ \w+ \d{4}) (\d+ \w+ \d{4}) (\d+) €1,000.00 [\d.]+% €([\d.]+)", table)
    assert len(rows) >= 2, "each half-year has its own rate"
    assert sum(Decimal(amount) for *_, amount in rows) == interest.amount.amount
    with small_firm.books.write() as work:
        charges.waive(work, interest.id, "a gesture", Pen(moment(HOLD).now, HOLD + timedelta(days=9), "Pat"))
    nights(small_firm, HOLD + timedelta(days=10), HOLD + timedelta(days=17))
    assert "Statutory interest" not in _last_statement(small_firm), "no table that does not add up to what is asked for"


def _last_statement(firm: Firm) -> str:
    assert firm.mail is not None
    parts = [part for part in firm.mail.letters[-1].message.walk() if part.get_content_type() == "application/pdf"]
    content = parts[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_interest_is_off_for_consumers_and_beside_a_late_fee(small_firm: Firm) -> None:
    small_firm.rules = by_law("GB")
    on_hold(small_firm, **TERMS)
    assert {one.kind for one in booked(small_firm)} == {"late_fee"}
    small_firm.creditor.pop("terms")
    nights(small_firm, HOLD, HOLD + timedelta(days=40))
    assert {one.kind for one in booked(small_firm)} == {"late_fee"}, "never both on one invoice"


def test_a_consumer_pays_no_interest_by_this_law(small_firm: Firm) -> None:
    small_firm.rules = by_law("GB")
    on_hold(small_firm, kind="consumer")
    assert booked(small_firm) == []


def test_rates_that_do_not_reach_are_a_task_and_the_interest_waits(small_firm: Firm) -> None:
    small_firm.rules = by_law("IR", "GB")
    on_hold(small_firm, country="IR", amount="1000.00")
    nights(small_firm, HOLD + timedelta(days=1), HOLD + timedelta(days=14))
    assert booked(small_firm) == []
    assert letters(small_firm, "on_hold")
    assert "interest_unknown" in small_firm.task_kinds()


def test_charging_again_changes_nothing(small_firm: Firm) -> None:
    on_hold(small_firm, **TERMS)
    before = told(small_firm)
    assert charging.charge(small_firm.office, moment(HOLD)) == 0
    assert told(small_firm) == before


def test_a_charge_stands_on_the_next_statement_and_a_waiver_on_the_one_after(small_firm: Firm) -> None:
    on_hold(small_firm, until=MONDAY, **TERMS)
    today = MONDAY
    while not booked(small_firm):
        today += timedelta(days=1)
        small_firm.run(today)

    def moved() -> list[tuple[str, str]]:
        with small_firm.books.read() as work:
            return [(one.kind, str(one.amount)) for one in statements.backgrounds(work, [1])[1].movements]

    assert moved() == [("charge", "15.00 GBP")]
    nights(small_firm, today + timedelta(days=1), today + timedelta(days=8))
    assert moved() == [], "it stood on the statement of the week after"
    later = today + timedelta(days=9)
    with small_firm.books.write() as work:
        charges.waive(work, 1, "goodwill", Pen(moment(later).now, later, "Pat"))
    assert moved() == [("charge", "-15.00 GBP")]


def test_old_payments_are_not_waited_for_longer_than_they_may_be_old(small_firm: Firm) -> None:
    on_hold(small_firm, **TERMS)
    second = charges_due(booked(small_firm)[0].on)
    small_firm.payments(second - timedelta(days=1))
    small_firm.run(second + timedelta(days=3), fresh=False)
    assert len(booked(small_firm)) == 1
    small_firm.run(second + timedelta(days=14), fresh=False, even_if_stale=True)
    assert len(booked(small_firm)) == 2
