"""A list and a payments file tell of the same money: in whatever order they come, it is counted once."""

from __future__ import annotations

from datetime import timedelta

from tests.ledger.test_open_items import MONDAY, TUESDAY, WEDNESDAY, is_open, item
from tests.support.firm import Firm

BEFORE = MONDAY - timedelta(days=1)
INVOICES = ("A,X,2026-01-20,2026-02-10,100.00,GBP", "A,Y,2026-01-20,2026-02-20,100.00,GBP")


def two_invoices(firm: Firm) -> None:
    firm.customers(BEFORE, ["A"])
    firm.invoices(BEFORE, *INVOICES)


def test_a_list_of_the_day_before_does_not_take_a_payment_back(firm: Firm) -> None:
    two_invoices(firm)
    firm.payments(TUESDAY, f"A,X,{TUESDAY},100.00,GBP,x")
    firm.open_items(MONDAY, item("X", "100.00", "100.00"), item("Y", "100.00", "100.00"))
    assert is_open(firm) == {"X": 0, "Y": 10000}


def test_what_was_left_over_and_set_off_is_the_same_money_on_the_list(firm: Firm) -> None:
    two_invoices(firm)
    firm.payments(MONDAY, f"A,X,{MONDAY},150.00,GBP,x")
    assert is_open(firm) == {"X": 0, "Y": 5000}
    firm.open_items(TUESDAY, item("Y", "100.00", "50.00"))
    assert is_open(firm) == {"X": 0, "Y": 5000}


def test_the_list_first_and_then_the_payment_that_it_showed_on_two_invoices(firm: Firm) -> None:
    two_invoices(firm)
    firm.open_items(TUESDAY, item("X", "100.00", "0.00"), item("Y", "100.00", "50.00"))
    firm.payments(WEDNESDAY, f"A,X,{MONDAY},150.00,GBP,x")
    assert is_open(firm) == {"X": 0, "Y": 5000}


def test_a_credit_note_that_the_list_shows_as_used_is_used_once(firm: Firm) -> None:
    firm.customers(BEFORE, ["A"])
    firm.invoices(BEFORE, INVOICES[0])
    lines = b"account,invoice,issued,due,amount,currency,kind\nA,N,2026-01-25,2026-02-25,30.00,GBP,credit_note\n"
    firm.take(lines, BEFORE)
    assert is_open(firm) == {"X": 7000, "N": 0}
    for on in (MONDAY, TUESDAY):
        firm.open_items(on, item("X", "100.00", "70.00"), complete=True)
        assert is_open(firm) == {"X": 7000, "N": 0}


def test_cash_in_a_row_that_could_not_be_read_stays_the_customers(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"), item("", "-100.00", "-100.00"))
    assert is_open(firm) == {"X": 0}
    broken = item("", "-100.00", "-100.00").replace("2026-01-20", "2026-13-05")
    taken = firm.open_items(TUESDAY, item("X", "100.00", "100.00"), broken)
    assert len(taken.rejects) == 1
    assert is_open(firm) == {"X": 0}


def test_a_new_address_on_the_list_takes_the_place_of_the_old_one(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"))
    firm.open_items(TUESDAY, item("X", "100.00", "100.00").replace("a@x.example", "new@x.example"))
    firm.run(TUESDAY, fresh=False)
    assert [letter.to for letter in firm.letters()] == ["new@x.example"]
