"""The evening before: the collector hears who gets which letter, and holds one back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dunwell.desk import forewarning
from dunwell.desk.forewarning import Evening
from dunwell.desk.refusals import CannotDo
from dunwell.terms.moment import Moment
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer

SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
COLLECTOR = {"collector": "collector@northwind.example"}


def evening(on: date) -> Moment:
    return Moment(datetime(on.year, on.month, on.day, 17, tzinfo=UTC), on, keeps_hours=False)


def told(firm: Firm, on: date) -> Evening:
    return forewarning.forewarn(firm.office, evening(on), moment(on + timedelta(days=1)))


def held_back(firm: Firm, token: str, at: Moment, by: str = "the collector") -> str:
    return forewarning.hold_back(firm.office, token, by, "they have telephoned", at).planned.account


def test_the_collector_holds_one_letter_back_by_its_link_and_the_other_goes(firm: Firm, mail: MailServer) -> None:
    firm.people, firm.desk_url = COLLECTOR, "https://desk.northwind.example/"
    owing(firm, SUNDAY, 2)
    firm.payments(SUNDAY)
    found = told(firm, SUNDAY)
    assert [(one.planned.account, one.planned.letter) for one in found.letters] == [
        ("A001", "past_due_first"), ("A002", "past_due_first")
    ]  # fmt: skip
    told(firm, SUNDAY)
    (letter,) = mail.to("collector@northwind.example")
    assert "A001 Firm A001: past_due_first (INV-A001)" in letter.text
    assert "why: 5 days overdue" in letter.text
    links = [line.split("/hold/")[1] for line in letter.text.splitlines() if "/hold/" in line]
    assert len(links) == 2

    seen = forewarning.look(firm.office, links[0], evening(SUNDAY))
    assert (seen.planned.account, seen.held_by) == ("A001", None), "to look at the page holds nothing back"
    assert held_back(firm, links[0], evening(SUNDAY)) == "A001"
    with pytest.raises(CannotDo, match="has been used: the collector held the letter back"):
        held_back(firm, links[0], evening(SUNDAY), "somebody else")
    with pytest.raises(CannotDo, match="not one of ours"):
        held_back(firm, links[1][:-1], evening(SUNDAY))
    with pytest.raises(CannotDo, match="has ended"):
        held_back(firm, links[1], replace(moment(MONDAY), now=moment(MONDAY).now + timedelta(minutes=1)))
    firm.run(MONDAY)
    assert [one.account for one in firm.letters()] == ["A002"]

    # The next evening tells what became of them; what was held back is due again.
    found = told(firm, MONDAY)
    assert [one.planned.account for one in found.letters] == ["A001"]
    assert [(one.planned.account, became) for one, became in found.before] == [
        ("A001", "held back by the collector"), ("A002", "went")
    ]  # fmt: skip
    assert "override pause" in found.news[found.letters[0].planned.account_id]
    firm.run(TUESDAY)
    assert [one.account for one in firm.letters()] == ["A002", "A001"]
    assert firm.broken() == []


def test_without_the_web_pages_address_the_mail_names_the_command(small_firm: Firm, mail: MailServer) -> None:
    small_firm.people = COLLECTOR
    owing(small_firm, SUNDAY, 1)
    small_firm.payments(SUNDAY)
    told(small_firm, SUNDAY)
    assert f"dunwell pause account:A001 --until {MONDAY} --by NAME --reason TEXT" in mail.letters[0].text


def test_holding_back_leaves_a_longer_pause_as_it_is(small_firm: Firm) -> None:
    from dunwell.desk.override import override

    owing(small_firm, SUNDAY, 1)
    small_firm.payments(SUNDAY)
    found = told(small_firm, SUNDAY)
    token = forewarning.link(small_firm.office, found.letters[0], moment(MONDAY))
    override(small_firm.office, "the owner", "A001", "stop", None, "we are talking", evening(SUNDAY))
    held_back(small_firm, token, evening(SUNDAY))
    small_firm.run(TUESDAY + timedelta(days=7))
    assert small_firm.letters() == []


def test_nobody_is_written_to_who_is_not_set_and_old_payments_are_said(small_firm: Firm, mail: MailServer) -> None:
    owing(small_firm, SUNDAY, 1)
    assert told(small_firm, SUNDAY).state is None
    assert mail.letters == []
    small_firm.people = COLLECTOR
    told(small_firm, SUNDAY)
    assert "CAUTION: no payments have been imported yet" in mail.letters[0].text
