"""A person's word over the policy's: what it does, what it does not, and how it ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from dunwell.desk.explain import explain
from dunwell.desk.override import Effect, override
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted, add_promise
from dunwell.terms.decision import Send
from tests.support.dump import everything
from tests.support.firm import MONDAY, Firm, moment, owing

TUESDAY = MONDAY + timedelta(days=1)


def _chased(firm: Firm) -> Firm:
    owing(firm, MONDAY, 2)
    firm.run(MONDAY)
    return firm


@pytest.fixture
def chased(small_firm: Firm) -> Firm:
    """A001 and A002 owe an invoice each, and had a first overdue letter on Monday."""
    return _chased(small_firm)


@pytest.fixture
def chased_on_both(firm: Firm) -> Firm:
    """The same on each database in turn, for what the others rest on."""
    return _chased(firm)


def say(firm: Firm, what: str, action: str, until: date | None = None, on: date = TUESDAY, **more: Any) -> Effect:
    reason = more.pop("reason", "the manager said so")
    return override(firm.office, "anne", what, action, until, reason, moment(on), **more)


def letters(firm: Firm, first: date, days: int, account: str = "A001") -> list[tuple[date, str]]:
    """The escalation's letters to an account over so many nights."""
    before = len(firm.letters())
    for day in range(days):
        firm.run(first + timedelta(days=day))
    return [(one.on, one.letter) for one in firm.letters()[before:] if one.account == account and one.stage]


def test_a_pause_holds_until_its_day_and_with_it(chased_on_both: Firm) -> None:
    say(chased_on_both, "INV-A001", "pause", date(2026, 3, 27))
    found = explain(chased_on_both.office, "INV-A001", moment(TUESDAY))
    assert found.decision.reason == "paused"
    assert "the manager said so" in found.decision.why
    assert found.held_up_by == ("person: until 2026-03-27: the manager said so",)
    sent = letters(chased_on_both, TUESDAY, 30)
    assert sent[0] == (date(2026, 3, 30), "late"), "Saturday and Sunday are days of rest; one stage at a time"
    assert [one.what for one in found.journal if one.who == "anne"] == ["override_pause"]
    assert chased_on_both.broken() == []


def test_an_excluded_account_hears_nothing_until_it_is_released(chased_on_both: Firm) -> None:
    say(chased_on_both, "A001", "stop")
    assert letters(chased_on_both, TUESDAY, 20) == []
    chased_on_both.invoices(date(2026, 3, 23), "A001,INV-9,2026-01-10,2026-02-10,70.00,GBP")
    assert letters(chased_on_both, date(2026, 3, 23), 3) == [], "invoices that come later are excluded too"
    assert say(chased_on_both, "A001", "release", on=date(2026, 3, 26), reason="").ended == 1
    assert letters(chased_on_both, date(2026, 3, 26), 3)
    assert say(chased_on_both, "A001", "release", on=date(2026, 3, 29), reason="").ended == 0


def test_a_stage_is_set_and_the_ramp_goes_on_from_there(chased: Firm) -> None:
    say(chased, "INV-A001", "set_stage", stage="on_hold")
    sent = letters(chased, TUESDAY, 12)
    assert sent[0] == (TUESDAY, "on_hold"), "the day after the last letter: over the distance"
    assert {letter for _, letter in sent} == {"on_hold"}
    assert letters(chased, TUESDAY + timedelta(days=12), 3, "A002")[:1] != [(TUESDAY, "on_hold")]


def test_a_stage_is_kept_until_its_day(chased: Firm) -> None:
    say(chased, "INV-A001", "keep", date(2026, 4, 15), stage="late")
    sent = letters(chased, TUESDAY, 44)
    assert {letter for _, letter in sent} <= {"past_due_second", "late"}
    after = letters(chased, date(2026, 4, 16), 10)
    assert after[0][1] == "delinquent"


def test_the_next_touch_is_left_out(chased: Firm) -> None:
    usual = letters(chased, TUESDAY, 20, "A002")[0]
    say(chased, "INV-A001", "skip", on=TUESDAY + timedelta(days=20))
    found = explain(chased.office, "INV-A001", moment(TUESDAY + timedelta(days=20)))
    assert [one.state for one in found.history][-1] == "skipped"
    assert usual[1] in ("past_due_second", "late")
    say(chased, "INV-A001", "release", on=TUESDAY + timedelta(days=20), reason="")
    found = explain(chased.office, "INV-A001", moment(TUESDAY + timedelta(days=20)))
    assert "skipped" not in [one.state for one in found.history]


def test_a_letter_goes_now_but_one_a_day(chased: Firm) -> None:
    (one,) = say(chased, "INV-A001", "send_now", on=MONDAY).changed
    assert not isinstance(one.after.outcome, Send), "today's letter has gone"
    sent = letters(chased, TUESDAY, 5)
    assert sent == [(TUESDAY, "past_due_second")], "once, and not again"


def test_what_is_promised_is_not_asked_for_whoever_wants_it(chased: Firm) -> None:
    add_promise(chased.office, ["INV-A001"], date(2026, 3, 20), None, Wanted("ben"), moment(TUESDAY))
    for action, more in [("send_now", {}), ("set_stage", {"stage": "delinquent"})]:
        say(chased, "INV-A001", action, **more)
    assert letters(chased, TUESDAY, 15) == []


def test_a_trial_changes_nothing(chased_on_both: Firm) -> None:
    before = everything(chased_on_both.books)
    done = say(chased_on_both, "INV-A001", "set_stage", stage="delinquent", dry_run=True)
    assert done.dry_run
    assert isinstance(done.changed[0].after.outcome, Send)
    assert done.changed[0].after.outcome.letter == "delinquent"
    assert everything(chased_on_both.books) == before


@pytest.mark.parametrize(
    ("what", "action", "until", "more", "says"),
    [
        ("INV-A01", "stop", None, {}, r"no invoice or account INV-A01 .*did you mean .*INV-A001"),
        ("A0O1", "stop", None, {}, r"did you mean .*A001"),
        ("INV-A001", "nod", None, {}, "set_stage, keep, skip, pause, release, stop, send_now"),
        ("INV-A001", "pause", MONDAY, {}, "has passed"),
        ("INV-A001", "pause", None, {}, "until when"),
        ("INV-A001", "stop", date(2026, 4, 1), {}, "no end of its own"),
        ("INV-A001", "set_stage", None, {}, "say which"),
        ("INV-A001", "set_stage", None, {"stage": "issued"}, "known are past_due"),
        ("INV-A001", "pause", date(2026, 4, 1), {"stage": "late"}, "has none"),
        ("INV-A001", "stop", None, {"reason": " "}, "--reason"),
        ("INV-B", "keep", None, {}, "not overdue"),
    ],
)
def test_what_is_refused(
    chased: Firm, what: str, action: str, until: date | None, more: dict[str, Any], says: str
) -> None:
    chased.invoices(MONDAY, "A002,INV-B,2026-02-20,2026-04-20,70.00,GBP")
    before = everything(chased.books)
    with pytest.raises(CannotDo, match=says):
        say(chased, what, action, until, **more)
    assert everything(chased.books) == before
