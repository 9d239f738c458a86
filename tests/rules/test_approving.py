"""How many people decide, who may, and when somebody is asked and reminded: as tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.litigation.disposition import Disposition
from dunwell.rules import approving
from dunwell.rules.ageing import days_sales_outstanding
from dunwell.terms.money import Money, MoneyError
from tests.support.firm import MONDAY, policy

NONE = policy()
LIMITED = policy(
    ("# four_eyes = 20000", "four_eyes = 1000"),
    ("litigation_minimum = 500", "litigation_minimum = 500\nfour_eyes = 5000"),  # of RON
)


@pytest.mark.parametrize(("disposition", "amount", "persons"), [
    ("sue", "99999.00 GBP", 2), ("sue", "1000.00 GBP", 2), ("sue", "999.99 GBP", 1),
    ("agency", "1000.00 GBP", 2), ("sell", "1000.00 GBP", 2), ("settle", "1000.00 GBP", 2),
    ("write_off", "1000.00 GBP", 2), ("instalments", "1000.00 GBP", 1), ("wait", "1000.00 GBP", 1),
    ("sue", "4999.00 RON", 1), ("sue", "5000.00 RON", 2),
])  # fmt: skip
def test_two_people_decide_from_the_limit_on(disposition: str, amount: str, persons: int) -> None:
    number, currency = amount.split()
    total = Money(int(number.replace(".", "")), currency)
    assert approving.approvers(disposition, [total], LIMITED) == persons
    assert approving.approvers(disposition, [Money(1, "EUR"), total], LIMITED) == persons
    assert approving.approvers(disposition, [total], NONE) == 1


def test_every_disposition_is_somebodys_right_and_an_unknown_role_has_none() -> None:
    for disposition in Disposition:
        assert approving.may("owner", disposition)
        assert approving.may("controller", disposition)
        assert not approving.may("auditor", disposition)
        assert not approving.may("visitor", disposition)
        assert approving.may("collector", disposition) == (disposition in ("instalments", "wait"))
    assert set(approving.TWO_PERSONS) < set(Disposition)


@pytest.mark.parametrize(("left", "right", "same"), [
    ("the owner", "The  Owner ", True), ("the owner", "the controller", False), ("é", "É", True),
])  # fmt: skip
def test_spaces_and_capitals_tell_nobody_apart(left: str, right: str, same: bool) -> None:
    assert approving.same_person(left, right) is same


@pytest.mark.parametrize(("reminded", "days", "due"), [
    (None, 6, False), (None, 7, True), (7, 13, False), (7, 14, True), (-40, 6, False), (-40, 7, True),
])  # fmt: skip
def test_the_owner_is_reminded_every_so_many_days_from_the_question_on(
    reminded: int | None, days: int, due: bool
) -> None:
    last = None if reminded is None else MONDAY + timedelta(days=reminded)
    assert approving.reminder_due(MONDAY, last, NONE, MONDAY + timedelta(days=days)) is due


def test_a_wait_that_is_over_is_asked_about_from_its_end_on() -> None:
    assert approving.asked_since(MONDAY, None) == MONDAY
    assert approving.asked_since(MONDAY, date(2026, 5, 1)) == date(2026, 5, 1)
    assert approving.decide_by(date(2026, 5, 1), NONE) == date(2026, 5, 31)


@pytest.mark.parametrize(("outstanding", "sales", "dso"), [
    (10_000, 30_000, "30.0"), (0, 30_000, "0.0"), (10_000, 0, None), (10_000, -5, None), (10_001, 30_000, "30.0"),
    (20_050, 30_000, "60.2"),
])  # fmt: skip
def test_days_sales_outstanding(outstanding: int, sales: int, dso: str | None) -> None:
    found = days_sales_outstanding(Money(outstanding, "EUR"), Money(sales, "EUR"), 90)
    assert (str(found) if found is not None else None) == dso


def test_currencies_do_not_mix() -> None:
    with pytest.raises(MoneyError):
        days_sales_outstanding(Money(1, "EUR"), Money(1, "GBP"), 90)
