"""Promises that people record: what they may do that the machine may not, and what nobody may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dunwell.desk import answers, undertakings
from dunwell.desk.override import override
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Recorded, Wanted
from tests.support.firm import MONDAY, Firm, moment, owing, policy

ANNE = Wanted("anne", "said so by telephone")
TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = date(2026, 3, 20)


@pytest.fixture
def chased(firm: Firm) -> Firm:
    """A001 owes INV-A001 (100.00 GBP) and INV-2 (55.00 GBP), A002 INV-A002; all had a letter on Monday."""
    owing(firm, MONDAY, 2)
    firm.invoices(MONDAY, "A001,INV-2,2026-01-20,2026-02-24,55.00,GBP", "A001,INV-3,2026-01-20,2026-02-24,70.00,EUR")
    firm.run(MONDAY)
    return firm


def promise(firm: Firm, numbers: Sequence[str], by: date, amount: str | None = None, **more: Any) -> Recorded:
    wanted = more.pop("wanted", ANNE)
    said = None if amount is None else Decimal(amount)
    return undertakings.add_promise(firm.office, numbers, by, said, wanted, moment(TUESDAY), **more)


def test_it_holds_the_chase_up_sends_nothing_and_is_kept_by_the_books(chased: Firm) -> None:
    before = len(chased.letters())
    done = promise(chased, ["INV-A001", "INV-2"], FRIDAY)
    assert (len(done.ids), done.warnings) == (1, ())
    assert len(chased.letters()) == before, "what a person records sends no letter by itself"
    for day in range(1, 17):
        chased.run(MONDAY + timedelta(days=day))
    asked = {number for one in chased.letters()[before:] for number in one.invoices}
    assert not asked & {"INV-A001", "INV-2"}
    chased.payments(FRIDAY, f"A001,INV-A001,{FRIDAY},100.00,GBP,R", f"A001,INV-2,{FRIDAY},55.00,GBP,R")
    chased.run(FRIDAY)
    assert [one.state for one in chased.promises()] == ["kept"]
    assert chased.broken() == []


def test_the_thanks_go_at_once_in_the_thread_of_the_last_letter(chased: Firm) -> None:
    last = [one for one in chased.letters() if one.account == "A001"][-1]
    promise(chased, ["INV-A001"], FRIDAY, "60.00", wanted=Wanted("anne", "", tell=True))
    (sent,) = answers.send_answers(chased.office, moment(TUESDAY))
    assert (sent.letter, sent.state) == ("promise_thanked", "sent")
    assert chased.mail is not None
    message = chased.mail.to("a001@a001.example")[-1].message
    assert message["In-Reply-To"] == last.message_id
    assert list(answers.send_answers(chased.office, moment(TUESDAY))) == []


def test_a_formal_letter_names_the_promise_that_was_not_kept_and_no_other_does_again(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    small_firm.run(MONDAY)
    override(small_firm.office, "anne", "INV-A001", "set_stage", None, "agreed", moment(TUESDAY), stage="on_hold")
    wanted = Wanted("anne", "by telephone")
    undertakings.add_promise(small_firm.office, ["INV-A001"], date(2026, 3, 6), None, wanted, moment(TUESDAY))
    for day in range(8, 26):
        small_firm.run(MONDAY + timedelta(days=day))
    assert small_firm.mail is not None
    first, second, *_ = [one for one in small_firm.mail.letters if "on hold" in one.message["Subject"]]
    named = "The payment that you announced on 3 March 2026 for 6 March 2026 has not reached us."
    assert named in " ".join(first.text.split())
    assert "announced" not in second.text


def test_a_person_may_go_beyond_the_policy_with_a_warning(chased: Firm) -> None:
    assert "45 days ahead" in promise(chased, ["INV-A001"], date(2026, 9, 1)).warnings[0]
    promise(chased, ["INV-2"], FRIDAY)
    promise(chased, ["INV-2"], FRIDAY)
    assert "the policy takes 2" in promise(chased, ["INV-2"], FRIDAY).warnings[0]


@pytest.mark.parametrize(
    ("numbers", "by", "amount", "more", "says"),
    [
        (["INV-A001"], MONDAY, None, {}, "has passed"),
        (["INV-A001"], FRIDAY, "100.01", {}, "100.00 GBP is open"),
        (["INV-A001"], FRIDAY, "50.00", {"currency": "EUR"}, "another currency"),
        (["INV-A001"], FRIDAY, "50.001", {}, "more decimals"),
        (["INV-A001", "INV-3"], FRIDAY, "50.00", {}, "EUR and GBP"),
        (["INV-A00l"], FRIDAY, None, {}, "did you mean .*INV-A001"),
        (["INV-A001", "INV-A002"], FRIDAY, None, {}, "different accounts"),
        (["INV-A001"], FRIDAY, None, {"wanted": Wanted(" ")}, "--by"),
    ],
    ids=["past", "too much", "currency", "decimals", "currencies", "unknown", "accounts", "nobody"],
)
def test_what_nobody_may_record(
    chased: Firm, numbers: list[str], by: date, amount: str | None, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(CannotDo, match=says):
        promise(chased, numbers, by, amount, **more)
    assert chased.promises() == []


def test_a_paid_invoice_takes_no_promise(chased: Firm) -> None:
    chased.payments(TUESDAY, f"A002,INV-A002,{TUESDAY},101.00,GBP,R")
    with pytest.raises(CannotDo, match="INV-A002 is not open"):
        promise(chased, ["INV-A002"], FRIDAY)


def test_of_two_currencies_all_that_is_open_is_two_promises(chased: Firm) -> None:
    assert len(promise(chased, ["INV-A001", "INV-3"], FRIDAY).ids) == 2


def test_one_that_is_withdrawn_is_chased_again_and_counts_for_nothing(chased: Firm) -> None:
    (key,) = promise(chased, ["INV-A001"], FRIDAY).ids
    undertakings.withdraw_promise(chased.office, key, Wanted("ben", "it was another customer"), moment(TUESDAY))
    assert [one.state for one in chased.promises()] == ["withdrawn"]
    with pytest.raises(CannotDo, match="withdrawn already"):
        undertakings.withdraw_promise(chased.office, key, Wanted("ben", "again"), moment(TUESDAY))
    with pytest.raises(CannotDo, match="no promise has the id 99"):
        undertakings.withdraw_promise(chased.office, "99", Wanted("ben", "x"), moment(TUESDAY))
    assert promise(chased, ["INV-A001"], FRIDAY).warnings == ()


def test_a_promise_is_reminded_of_on_the_working_day_before_where_the_policy_says_so(chased: Firm) -> None:
    chased.rules = policy(("remind = false ", "remind = true  "))
    monday = date(2026, 3, 16)
    promise(chased, ["INV-A001", "INV-2"], monday, "120.00")
    chased.payments(date(2026, 3, 5), "A001,INV-A001,2026-03-05,40.00,GBP,R")
    for on in (date(2026, 3, 12), date(2026, 3, 13), date(2026, 3, 13), date(2026, 3, 14), monday):
        chased.run(on)
    (letter,) = [one for one in chased.letters() if one.letter == "promise_due"]
    assert (letter.on, letter.state, letter.account) == (date(2026, 3, 13), "sent", "A001"), "the Friday before"
    assert chased.mail is not None
    said = " ".join(next(one for one in chased.mail.letters if one.message_id == letter.message_id).text.split())
    assert "We have already received £40.00 of this" in said
    assert "£120.00" in said
    assert chased.broken() == []


def test_nobody_is_reminded_of_what_was_kept_withdrawn_or_made_the_day_before(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 3)
    small_firm.run(MONDAY)
    small_firm.rules = policy(("remind = false ", "remind = true  "))
    wednesday = TUESDAY + timedelta(days=1)
    promise(small_firm, ["INV-A001"], FRIDAY)
    promise(small_firm, ["INV-A002"], FRIDAY)
    promise(small_firm, ["INV-A003"], wednesday)
    small_firm.payments(wednesday, f"A001,INV-A001,{wednesday},100.00,GBP,R")
    small_firm.run(TUESDAY)
    undertakings.withdraw_promise(small_firm.office, "2", ANNE, moment(wednesday))
    for on in (wednesday, FRIDAY - timedelta(days=1), FRIDAY):
        small_firm.run(on)
    assert [one.on for one in small_firm.letters() if one.letter == "promise_due"] == []
