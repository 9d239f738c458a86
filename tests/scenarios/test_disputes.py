"""Disputes from opening to their end: what is chased meanwhile, and how the chase goes on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dunwell.desk import answers, disputes
from dunwell.desk.disputes import Opening
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import agreed_lists
from dunwell.ledger.agreed_lists import DisputeRecord
from tests.support.dump import assert_money_adds_up
from tests.support.firm import INVOICES, MONDAY, Firm, csv, moment, owing

TUESDAY = MONDAY + timedelta(days=1)
ANNE = Wanted("anne", "telephone")
TELL = Wanted("anne", "telephone", tell=True)


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


def opened(firm: Firm, amount: str | None = None, code: str = "quality", wanted: Wanted = ANNE) -> str:
    said = None if amount is None else Decimal(amount)
    return disputes.open_dispute(firm.office, "INV-A001", Opening(code, said), wanted, moment(TUESDAY)).ids[0]


def resolve(firm: Firm, key: str, outcome: str, on: date, amount: str | None = None, wanted: Wanted = ANNE) -> None:
    said = None if amount is None else Decimal(amount)
    disputes.resolve(firm.office, key, outcome, said, wanted, moment(on))


def listed(firm: Firm, on: date) -> list[DisputeRecord]:
    with firm.books.read() as work:
        return agreed_lists.disputes(work, on)


def nights(firm: Firm, first: date, last: date) -> list[date]:
    """Every night of these days; the days on which A001 was written to by the escalation."""
    before = len(firm.letters())
    day = first
    while day <= last:
        if day.weekday() < 5 or day == last:  # no letter goes on a weekend
            firm.run(day)
        day += timedelta(days=1)
    return [one.on for one in firm.letters()[before:] if one.stage]


def test_all_of_it_in_dispute_is_not_chased_and_goes_on_after_a_fresh_notice(chased: Firm) -> None:
    key = opened(chased)
    assert nights(chased, TUESDAY, date(2026, 4, 1)) == []
    (one,) = listed(chased, date(2026, 4, 1))
    assert (one.code, one.owner, one.age, one.state) == ("quality", "anne", 29, "open")
    assert "dispute" in chased.task_kinds()
    resolve(chased, key, "rejected", date(2026, 4, 1), wanted=TELL)
    assert "dispute" not in chased.task_kinds()
    (answer,) = answers.send_answers(chased.office, moment(date(2026, 4, 1)))
    assert (answer.letter, answer.state) == ("dispute_closed", "sent")
    on = nights(chased, date(2026, 4, 2), date(2026, 4, 20))
    assert on[0] >= date(2026, 4, 8), "seven days of notice"
    assert chased.letters()[2].stage == "late", "as the ramp says: never a stage that it would have jumped to"
    assert chased.broken() == []


def test_the_part_that_is_not_disputed_goes_on_being_chased(chased: Firm) -> None:
    opened(chased, "30.00", wanted=TELL)
    (answer,) = answers.send_answers(chased.office, moment(TUESDAY))
    assert answer.letter == "dispute_acknowledged"
    assert nights(chased, TUESDAY, date(2026, 3, 20))
    assert chased.mail is not None
    text = chased.mail.to("a001@a001.example")[-1].text
    assert "70.00" in text


def test_what_is_credited_is_not_asked_for_until_the_ledger_shows_it(chased_on_both: Firm) -> None:
    key = opened(chased_on_both, "30.00")
    resolve(chased_on_both, key, "partly", TUESDAY, "20.00")
    assert nights(chased_on_both, TUESDAY, date(2026, 3, 16))
    assert chased_on_both.mail is not None
    assert "80.00" in chased_on_both.mail.to("a001@a001.example")[-1].text
    note = "A001,NOTE-1,2026-03-16,2026-03-16,20.00,GBP,credit_note"
    chased_on_both.take(csv(INVOICES + ",kind", note), date(2026, 3, 17))
    chased_on_both.run(date(2026, 3, 17))
    assert [one.credit for one in listed(chased_on_both, TUESDAY)] == ["shown"]
    nights(chased_on_both, date(2026, 3, 18), date(2026, 3, 25))
    assert "80.00" in chased_on_both.mail.to("a001@a001.example")[-1].text
    assert_money_adds_up(chased_on_both.books)


def test_a_credit_that_does_not_come_is_a_task_after_a_month(chased: Firm) -> None:
    resolve(chased, opened(chased), "credited", TUESDAY, wanted=TELL)
    (answer,) = answers.send_answers(chased.office, moment(TUESDAY))
    assert (answer.letter, answer.state) == ("dispute_closed", "sent")
    assert nights(chased, TUESDAY, TUESDAY + timedelta(days=30)) == []
    assert "credit_missing" not in chased.task_kinds()
    assert nights(chased, TUESDAY + timedelta(days=31), TUESDAY + timedelta(days=40))
    assert "credit_missing" in chased.task_kinds()


def test_a_credit_that_was_there_before_the_end_counts(chased: Firm) -> None:
    key = opened(chased, "20.00")
    note = "A001,NOTE-1,2026-03-04,2026-03-04,20.00,GBP,credit_note"
    chased.take(csv(INVOICES + ",kind", note), date(2026, 3, 4))
    resolve(chased, key, "credited", date(2026, 3, 5))
    assert [one.credit for one in listed(chased, TUESDAY)] == ["shown"]
    assert nights(chased, date(2026, 3, 5), date(2026, 3, 18))
    assert chased.mail is not None
    assert "80.00" in chased.mail.to("a001@a001.example")[-1].text


def test_what_is_refused(chased: Firm) -> None:
    with pytest.raises(CannotDo, match=r"no code; the codes are quality, .*, other"):
        opened(chased, code="mood")
    with pytest.raises(CannotDo, match="is open that is not in dispute"):
        opened(chased, "100.01")
    key = opened(chased, "60.00")
    with pytest.raises(CannotDo, match=r"40\.00 GBP is open that is not in dispute"):
        opened(chased, "50.00")
    for outcome, amount, says in [
        ("lost", None, "the outcomes are credited, rejected, partly"),
        ("partly", None, "how much"),
        ("partly", "60.00", "all that was disputed"),
        ("credited", "10.00", "not all"),
        ("credited", "70.00", "more than was disputed"),
        ("rejected", "10.00", "nothing is credited"),
    ]:
        with pytest.raises(CannotDo, match=says):
            resolve(chased, key, outcome, TUESDAY, amount)
    resolve(chased, key, "rejected", TUESDAY)
    with pytest.raises(CannotDo, match="rejected already"):
        resolve(chased, key, "rejected", TUESDAY)
    with pytest.raises(CannotDo, match="no dispute has the id 9"):
        resolve(chased, "9", "rejected", TUESDAY)
