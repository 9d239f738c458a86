"""Write-offs: the money, the case, what the ledger's own list says of it, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from dunwell import wiring
from dunwell.desk import users, writing_off
from dunwell.desk.explain import explain
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted, add_promise
from dunwell.ledger import money
from dunwell.ledger.tables import ChargeRow, InvoiceRow
from dunwell.rules import policy
from dunwell.terms.money import Money
from tests.support.dump import assert_money_adds_up
from tests.support.dump import money as owed
from tests.support.firm import MONDAY, Firm, moment, owing

TUESDAY = MONDAY + timedelta(days=1)
ANNE = Wanted("anne", "dissolved")


def _chased(firm: Firm) -> Firm:
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    with firm.books.write() as work:
        work.session.add(ChargeRow(key="c1", invoice_id=1, kind="late_fee", on=MONDAY, amount=400))
        money.refresh(work, work.session.get_one(InvoiceRow, 1))
    return firm


@pytest.fixture
def chased(small_firm: Firm) -> Firm:
    """A001 owes INV-A001, 100.00 GBP with 4.00 of charges, and had a letter on Monday."""
    return _chased(small_firm)


@pytest.fixture
def chased_on_both(firm: Firm) -> Firm:
    """The same on each database in turn, for what the others rest on."""
    return _chased(firm)


def write_off(firm: Firm, amount: str | None = None, on: date = TUESDAY) -> None:
    writing_off.write_off(firm.office, "INV-A001", Decimal(amount) if amount else None, ANNE, moment(on))


def case(firm: Firm) -> tuple[object, ...]:
    found: tuple[object, ...] = owed(firm.books)["invoices"]["INV-A001"]
    return found[2:]


def test_a_role_writes_off_up_to_its_limit_in_all(chased: Firm) -> None:
    text = wiring.default_policy_text().replace("# write_off = { collector = 100", "write_off = { collector = 50")
    limits = policy.load(text, "policy.toml")
    office = replace(chased.office, policy=limits)
    for name, role in (("anne", "collector"), ("rosa", "owner"), ("otto", "auditor")):
        users.add(chased.books, name, role, "a long enough password", MONDAY)

    def write(who: str, amount: str) -> Money:
        return writing_off.write_off(office, "INV-A001", Decimal(amount), Wanted(who, "small"), moment(TUESDAY))

    assert write("Anne", "30.00") == Money(3000, "GBP")
    with pytest.raises(CannotDo, match=r"21.00 GBP is more than a collector may .* \(50 GBP\), and 30.00 GBP"):
        write("anne", "21.00")
    with pytest.raises(CannotDo, match="no user is called 'somebody'"):
        write("somebody", "1.00")
    with pytest.raises(CannotDo, match="an auditor writes nothing off"):
        write("otto", "1.00")
    assert write("rosa", "70.00") == Money(7000, "GBP"), "a role that is left out has no limit"


def test_all_of_it_ends_the_case_and_waives_its_charges(chased: Firm) -> None:
    add_promise(chased.office, ["INV-A001"], date(2026, 3, 20), None, ANNE, moment(TUESDAY))
    write_off(chased)
    assert case(chased) == (0, 0, "paid")
    found = explain(chased.office, "INV-A001", moment(TUESDAY))
    assert (found.state, found.decision.reason) == ("write_off", "written_off")
    assert [one.state for one in chased.promises()] == ["withdrawn"], "a write-off keeps no promise"
    for day in range(1, 30):
        chased.run(MONDAY + timedelta(days=day))
    assert len([one for one in chased.letters() if one.stage]) == 1
    assert_money_adds_up(chased.books)
    assert chased.broken() == []


def test_part_of_it_leaves_the_rest_to_be_chased(chased: Firm) -> None:
    write_off(chased, "40.00")
    assert case(chased) == (6000, 400, "open")
    assert explain(chased.office, "INV-A001", moment(TUESDAY)).state == "open"
    assert_money_adds_up(chased.books)


def test_it_is_undone_with_its_charges(chased_on_both: Firm) -> None:
    write_off(chased_on_both)
    writing_off.undo(chased_on_both.office, "INV-A001", ANNE, moment(TUESDAY))
    assert case(chased_on_both) == (10000, 400, "open")
    assert_money_adds_up(chased_on_both.books)
    with pytest.raises(CannotDo, match="nothing of it is written off"):
        writing_off.undo(chased_on_both.office, "INV-A001", ANNE, moment(TUESDAY))
    write_off(chased_on_both)
    assert case(chased_on_both) == (0, 0, "paid")


def test_charges_that_are_partly_paid_are_written_off_for_the_rest(chased: Firm) -> None:
    with chased.books.write() as work:
        invoice = work.session.get_one(InvoiceRow, 1)
        chased_account = work.lock_account(1)
        assert chased_account.number == "A001"
        assert invoice.charges_open == 400
    chased.payments(TUESDAY, f"A001,INV-A001,{TUESDAY},102.00,GBP,R")
    assert case(chased) == (0, 200, "paid")
    with pytest.raises(CannotDo, match="not open"):
        write_off(chased)
    assert_money_adds_up(chased.books)


LISTED = "A001,Firm A001,a001@a001.example,GB,en,INV-A001,2026-01-27,2026-02-26,100.00,{open},GBP"


def test_the_ledgers_own_list_does_not_bring_it_back(chased_on_both: Firm) -> None:
    write_off(chased_on_both)
    chased_on_both.open_items(TUESDAY, LISTED.format(open="100.00"))
    assert case(chased_on_both) == (0, 0, "paid")
    chased_on_both.open_items(date(2026, 3, 5), LISTED.format(open="0.00"))
    assert case(chased_on_both) == (0, 0, "paid")
    assert_money_adds_up(chased_on_both.books)
    with pytest.raises(CannotDo, match="undo it there"):
        writing_off.undo(chased_on_both.office, "INV-A001", ANNE, moment(date(2026, 3, 5)))


def test_what_is_refused(chased: Firm) -> None:
    with pytest.raises(CannotDo, match="more than the open principal"):
        write_off(chased, "100.01")
    with pytest.raises(CannotDo, match="no invoice INV-9"):
        writing_off.write_off(chased.office, "INV-9", None, ANNE, moment(TUESDAY))
    with pytest.raises(CannotDo, match="--reason"):
        writing_off.write_off(chased.office, "INV-A001", None, Wanted("anne"), moment(TUESDAY))
