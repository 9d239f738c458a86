"""'Already paid': looked for among the payments that nobody has matched, and settled by people."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.desk import undertakings
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import agreed_lists
from dunwell.ledger.agreed_lists import ClaimRecord
from dunwell.rules.claims import Claimed, Loose, fits
from dunwell.terms.agreement import Claim
from dunwell.terms.money import Money
from tests.support.customer_mail import mail as written
from tests.support.firm import MONDAY, Firm, moment, owing

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


@pytest.fixture
def claimed(firm: Firm) -> Firm:
    """A001 owes INV-A001, 100.00 GBP, and says on Tuesday that it is paid; A002 owes 101.00 GBP."""
    owing(firm, MONDAY, 2)
    firm.run(MONDAY)
    thread = next(one.message_id for one in firm.letters() if one.account == "A001")
    said = "We already paid INV-A001 by bank transfer on 27 February 2026."
    firm.receive(TUESDAY, written("a001@a001.example", said, on=TUESDAY, answers=thread))
    return firm


def claims(firm: Firm) -> list[ClaimRecord]:
    with firm.books.read() as work:
        return agreed_lists.claims(work)


def test_a_payment_booked_for_somebody_else_is_offered(claimed: Firm) -> None:
    claimed.payments(TUESDAY, f"A002,,{TUESDAY},250.00,GBP,INV A001 Firm A001")
    claimed.run(WEDNESDAY)
    (task,) = [one for one in claimed.tasks() if one.kind == "claim_payment"]
    assert task.account == "A001"
    assert "A002" in task.text
    claimed.run(date(2026, 3, 5))
    assert claimed.task_kinds().count("claim_payment") == 1, "once"
    claimed.payments(date(2026, 3, 6), "A001,INV-A001,2026-03-06,100.00,GBP,R")
    claimed.run(date(2026, 3, 6))
    assert [one.state for one in claims(claimed)] == ["found"]
    assert "claim_payment" not in claimed.task_kinds()


def test_a_claim_that_is_closed_is_chased_again(claimed: Firm) -> None:
    (one,) = claims(claimed)
    assert (one.invoices, one.paid_on, one.state) == (("INV-A001",), date(2026, 2, 27), "open")
    undertakings.close_claim(claimed.office, one.id, Wanted("anne", "it was another invoice"), moment(WEDNESDAY))
    assert [one.state for one in claims(claimed)] == ["closed"]
    for day in range(3, 14):
        claimed.run(MONDAY + timedelta(days=day))
    assert any(one.stage and one.account == "A001" for one in claimed.letters()[2:])
    with pytest.raises(CannotDo, match="closed already"):
        undertakings.close_claim(claimed.office, one.id, Wanted("anne", "x"), moment(WEDNESDAY))
    with pytest.raises(CannotDo, match="claims list"):
        undertakings.close_claim(claimed.office, "x", Wanted("anne", "x"), moment(WEDNESDAY))
    with pytest.raises(CannotDo, match="--reason"):
        undertakings.close_claim(claimed.office, one.id, Wanted("anne"), moment(WEDNESDAY))


GBP = "GBP"
SAID = Claimed(
    Claim(TUESDAY, TUESDAY, amount=Money(10000, GBP), reference="TRF-778812"),
    ["INV-A001"],
    Money(10000, GBP),
    "Firm A001 Ltd",
)


@pytest.mark.parametrize(
    ("amount", "words", "on", "expected"),
    [
        (10000, "trf 778812", MONDAY, ("amount", "reference")),
        (7000, "payment inv-a001", MONDAY, ("reference",)),
        (10000, "FIRM A001 LTD", MONDAY, ("amount", "name")),
        (10000, "thank you", MONDAY, ()),
        (7000, "Firm A001 Ltd", MONDAY, ()),
        (10000, "TRF-778812", MONDAY - timedelta(days=90), ()),
    ],
)
def test_what_fits(amount: int, words: str, on: date, expected: tuple[str, ...]) -> None:
    assert fits(SAID, Loose(on, Money(amount, GBP), words)) == expected
