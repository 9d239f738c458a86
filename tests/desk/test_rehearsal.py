"""A safe first week: redirected letters are rehearsed once, count for nothing, and are due again after."""

from __future__ import annotations

from datetime import timedelta

from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer

WATCHER = "watcher@northwind.example"


def test_while_redirected_no_customer_gets_anything_and_each_touch_is_rehearsed_once(
    firm: Firm, mail: MailServer
) -> None:
    owing(firm, MONDAY, 2)
    firm.redirect_to = WATCHER
    for days in range(0, 5):
        firm.run(MONDAY + timedelta(days=days))
    assert {letter.recipients for letter in mail.letters} == {(WATCHER,)}
    assert len(mail.letters) == 2
    assert {one.state for one in firm.letters()} == {"rehearsed"}
    body = mail.letters[0].message.get_body(("plain",))
    assert body is not None
    assert "a001@a001.example" in body.get_content(), "the banner says whom it is for"


def test_when_redirection_ends_what_was_rehearsed_is_due_at_once_as_if_it_had_never_been(
    firm: Firm, mail: MailServer
) -> None:
    owing(firm, MONDAY, 2)
    firm.redirect_to = WATCHER
    firm.run(MONDAY)
    firm.redirect_to = None
    tuesday = MONDAY + timedelta(days=1)
    firm.run(tuesday)
    assert sorted(letter.recipients[0] for letter in mail.letters[2:]) == ["a001@a001.example", "a002@a002.example"]
    assert [(one.letter, one.state) for one in firm.letters(tuesday)] == [("past_due_first", "sent")] * 2
    assert len({letter.message_id for letter in mail.letters}) == 4
    assert "In-Reply-To" not in mail.letters[-1].message, "a rehearsal is no letter to refer to"


def test_a_rehearsal_takes_nobodys_day(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.redirect_to = WATCHER
    firm.run(MONDAY)
    firm.redirect_to = None
    firm.run(MONDAY)
    assert [letter.recipients[0] for letter in mail.letters] == [WATCHER, "a001@a001.example"]


def test_a_rehearsal_in_doubt_counts_for_no_interval_either(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.redirect_to = WATCHER
    mail.drop.append("taken")
    firm.run(MONDAY)
    firm.redirect_to = None
    firm.run(MONDAY + timedelta(days=1))
    assert [letter.recipients[0] for letter in mail.letters] == [WATCHER, "a001@a001.example"]


def test_a_rehearsal_that_is_put_off_is_rehearsed_with_the_next_run(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.redirect_to = WATCHER
    mail.rcpt[WATCHER].append("451 4.7.1 later")
    firm.run(MONDAY)
    firm.run(MONDAY)
    assert [letter.recipients[0] for letter in mail.letters] == [WATCHER]
    assert [one.state for one in firm.letters()] == ["rehearsed"]


def test_a_redirect_address_that_does_not_exist_makes_no_contact_bad(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.redirect_to = WATCHER
    mail.rcpt[WATCHER].extend(["550 5.1.1 no such user"] * 3)
    firm.run(MONDAY)
    firm.redirect_to = None
    firm.run(MONDAY + timedelta(days=1))
    assert len(mail.to("a001@a001.example")) == 1


def test_a_rehearsed_final_stage_climbs_nothing(firm: Firm, mail: MailServer) -> None:
    """Rehearsals count for no stage: after three weeks of them the first real letter is the first letter."""
    owing(firm, MONDAY, 1)
    firm.redirect_to = WATCHER
    for days in range(0, 21):
        firm.run(MONDAY + timedelta(days=days))
    assert {one.letter for one in firm.letters()} == {"past_due_first"}
    firm.redirect_to = None
    firm.run(MONDAY + timedelta(days=21))
    assert [one.letter for one in firm.letters() if one.state == "sent"] == ["past_due_first"]
