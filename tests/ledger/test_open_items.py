"""The creditor's own list of open items: the truth about what is open on its day, booked once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dunwell.intake.errors import IntakeError
from dunwell.ledger.tables import AllocationRow, PaymentRow
from tests.support.dump import assert_money_adds_up, money
from tests.support.firm import MONDAY, Firm

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 3))


def item(invoice: str, amount: str, is_open: str, account: str = "A", currency: str = "GBP") -> str:
    due = "2026-02-20" if invoice else ""
    whose = f"{account},Firm {account},{account.lower()}@x.example,GB,en"
    return f"{whose},{invoice},2026-01-20,{due},{amount},{is_open},{currency}"


def is_open(firm: Firm) -> dict[str, int]:
    assert_money_adds_up(firm.books)
    return {number: principal for number, (_, _, principal, _, _) in money(firm.books)["invoices"].items()}


def adjustments(firm: Firm) -> list[int]:
    with firm.books.read() as work:
        query = select(PaymentRow.amount).where(PaymentRow.kind == "adjustment").order_by(PaymentRow.id)
        return list(work.session.execute(query).scalars())


def test_a_list_makes_accounts_contacts_and_invoices_at_once(firm: Firm) -> None:
    taken = firm.open_items(MONDAY, item("X", "100.00", "100.00"), item("Y", "50.00", "20.00"))
    assert (taken.new, len(taken.rejects)) == (2, 0)
    assert is_open(firm) == {"X": 10000, "Y": 2000}
    report = firm.run(MONDAY, fresh=False)
    assert report.record.sent == 1, "the list itself says that payments are known"


def test_a_difference_is_booked_once_and_taken_back_when_the_list_says_so(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"))
    firm.open_items(TUESDAY, item("X", "100.00", "60.00"))
    firm.open_items(WEDNESDAY, item("X", "100.00", "60.00"))
    assert adjustments(firm) == [4000]
    firm.open_items(THURSDAY, item("X", "100.00", "100.00"))
    assert sum(adjustments(firm)) == 0
    assert is_open(firm) == {"X": 10000}


@pytest.mark.parametrize("named", [True, False])
def test_a_payment_that_the_list_already_showed_is_not_counted_twice(firm: Firm, named: bool) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"))
    firm.open_items(TUESDAY, item("X", "100.00", "60.00"))
    firm.payments(WEDNESDAY, f"A,{'X' if named else ''},{TUESDAY},40.00,GBP,x")
    assert is_open(firm) == {"X": 6000}
    assert money(firm.books)["unapplied"] == {}
    assert sum(adjustments(firm)) == 0


def test_a_payment_after_the_list_counts_on_top_of_it(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "60.00"))
    firm.payments(WEDNESDAY, f"A,X,{WEDNESDAY},10.00,GBP,x")
    assert is_open(firm) == {"X": 5000}


def test_a_payment_larger_than_the_adjustment_pays_the_rest(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "60.00"))
    firm.payments(TUESDAY, f"A,X,{MONDAY},70.00,GBP,x")
    assert is_open(firm) == {"X": 3000}


def test_a_payment_booked_before_the_list_is_what_the_list_shows(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"))
    firm.payments(TUESDAY, f"A,X,{TUESDAY},40.00,GBP,x")
    firm.open_items(WEDNESDAY, item("X", "100.00", "60.00"))
    assert adjustments(firm) == []
    assert is_open(firm) == {"X": 6000}


def test_an_invoice_that_is_missing_is_asked_about_once_and_goes_on(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"), item("Y", "50.00", "50.00"))
    assert firm.open_items(TUESDAY, item("X", "100.00", "100.00")).missing == ["Y"]
    assert firm.task_kinds() == ["paid_or_left_out"]
    assert firm.open_items(WEDNESDAY, item("X", "100.00", "100.00")).missing == []
    assert firm.task_kinds() == ["paid_or_left_out"]
    assert is_open(firm) == {"X": 10000, "Y": 5000}
    firm.open_items(THURSDAY, item("X", "100.00", "100.00"), item("Y", "50.00", "50.00"))
    assert firm.task_kinds() == [], "it is on the list again: nothing to ask"


def test_a_complete_list_closes_what_it_lacks(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"), item("Y", "50.00", "50.00"))
    assert firm.open_items(TUESDAY, item("X", "100.00", "100.00"), complete=True).missing == ["Y"]
    assert is_open(firm) == {"X": 10000, "Y": 0}
    assert firm.task_kinds() == []
    firm.open_items(WEDNESDAY, item("X", "100.00", "100.00"), item("Y", "50.00", "50.00"), complete=True)
    assert is_open(firm) == {"X": 10000, "Y": 5000}, "what comes back is open again"


def test_a_complete_list_with_an_unreadable_row_does_not_close_that_invoice(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"), item("Y", "50.00", "50.00"))
    taken = firm.open_items(TUESDAY, item("X", "100.00", "100.00"), item("Y", "fifty", "50.00"), complete=True)
    assert len(taken.rejects) == 1
    assert is_open(firm) == {"X": 10000, "Y": 5000}


def test_lists_of_two_sources_do_not_close_each_others_invoices(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"), source="one")
    firm.open_items(MONDAY, item("Y", "50.00", "50.00", "B"), source="two")
    firm.open_items(TUESDAY, item("Y", "50.00", "50.00", "B"), source="two", complete=True)
    assert is_open(firm) == {"X": 10000, "Y": 5000}


def test_an_older_list_is_refused_whole(firm: Firm) -> None:
    firm.open_items(TUESDAY, item("X", "100.00", "60.00"))
    with pytest.raises(IntakeError, match="newer list"):
        firm.open_items(MONDAY, item("X", "100.00", "100.00"))
    assert is_open(firm) == {"X": 6000}


def test_cash_without_an_invoice_is_set_off_against_the_oldest_and_never_counted_twice(firm: Firm) -> None:
    for on in (MONDAY, TUESDAY):
        firm.open_items(on, item("X", "100.00", "100.00"), item("", "-30.00", "-30.00"))
        assert is_open(firm) == {"X": 7000}
    firm.open_items(WEDNESDAY, item("X", "100.00", "100.00"))
    assert is_open(firm) == {"X": 10000}, "the list does not show the cash any more"


def test_cash_on_the_list_and_in_a_payments_file_is_the_same_money(firm: Firm) -> None:
    firm.open_items(TUESDAY, item("X", "100.00", "100.00"), item("", "-30.00", "-30.00"))
    firm.payments(WEDNESDAY, f"A,,{MONDAY},30.00,GBP,x")
    assert is_open(firm) == {"X": 7000}


def test_an_overpayment_is_set_off_against_the_accounts_next_invoice(firm: Firm) -> None:
    firm.customers(MONDAY, ["A"])
    firm.invoices(MONDAY, "A,X,2026-01-01,2026-02-01,100.00,GBP", "A,Y,2026-01-01,2026-02-10,100.00,GBP")
    firm.payments(MONDAY, f"A,X,{MONDAY},130.00,GBP,x")
    assert is_open(firm) == {"X": 0, "Y": 7000}
    firm.invoices(TUESDAY, "A,Z,2026-01-01,2026-02-05,10.00,GBP")
    assert is_open(firm) == {"X": 0, "Y": 7000, "Z": 1000}


def test_an_overpayment_waits_for_the_next_invoice_and_never_leaves_its_currency(firm: Firm) -> None:
    firm.customers(MONDAY, ["A"])
    firm.invoices(MONDAY, "A,X,2026-01-01,2026-02-01,100.00,GBP", "A,E,2026-01-01,2026-02-01,100.00,EUR")
    firm.payments(MONDAY, f"A,X,{MONDAY},130.00,GBP,x")
    assert is_open(firm) == {"X": 0, "E": 10000}
    firm.invoices(TUESDAY, "A,Z,2026-01-01,2026-02-05,10.00,GBP")
    assert is_open(firm)["Z"] == 0
    assert money(firm.books)["unapplied"] == {"A GBP": 2000}


def test_a_credit_note_is_set_off_and_gives_way_when_the_list_says_who_had_it(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"), item("N", "-40.00", "-40.00"))
    assert is_open(firm) == {"X": 6000, "N": 0}
    firm.open_items(TUESDAY, item("X", "100.00", "60.00"))
    assert is_open(firm)["X"] in (2000, 6000)
    firm.open_items(WEDNESDAY, item("X", "100.00", "60.00"), complete=True)
    assert is_open(firm) == {"X": 6000, "N": 0}


def test_a_paid_invoice_that_a_list_opens_again_is_chased_again(firm: Firm) -> None:
    firm.open_items(MONDAY, item("X", "100.00", "100.00"))
    firm.payments(MONDAY, f"A,X,{MONDAY},100.00,GBP,x")
    firm.run(MONDAY)
    assert firm.letters() == []
    firm.open_items(TUESDAY, item("X", "100.00", "100.00"))
    firm.run(TUESDAY)
    assert len(firm.letters()) == 1


def test_no_allocation_survives_without_its_money(firm: Firm) -> None:
    """A sequence of contradicting lists leaves no allocation that no payment covers."""
    for day, amount in enumerate(["100.00", "0.00", "100.00", "35.17", "99.99", "0.01"]):
        firm.open_items(date(2026, 3, 2 + day), item("X", "100.00", amount), item("", "-5.00", "-5.00"))
        is_open(firm)
    with firm.books.read() as work:
        assert len(list(work.session.execute(select(AllocationRow)))) >= 5
