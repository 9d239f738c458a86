"""The hourly letters send only what the day's cycle has looked at: payments are fresh, the number is usual."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.desk import letters
from dunwell.desk.day import UnsafeToChase
from tests.support.firm import MONDAY, Firm, moment, owing, policy
from tests.support.mail_server import MailServer


def test_a_night_that_stopped_for_its_volume_is_not_sent_by_the_hour(firm: Firm, mail: MailServer) -> None:
    firm.rules = policy(("first = 1000", "first = 1"))
    owing(firm, MONDAY, 3)
    with pytest.raises(UnsafeToChase):
        firm.run(MONDAY)
    assert list(letters.send_proposed(firm.office, moment(MONDAY))) == []
    assert mail.letters == []


def test_what_was_put_off_does_not_go_weeks_later_without_a_cycle(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    mail.data.append("451 4.7.1 try later")
    firm.run(MONDAY)
    assert list(letters.send_proposed(firm.office, moment(MONDAY + timedelta(days=21)))) == []
    assert mail.letters == []


def test_a_due_date_that_moves_on_ends_the_overdue_letters(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    assert len(mail.letters) == 1
    later = MONDAY + timedelta(days=120)
    firm.invoices(MONDAY, f"A001,INV-A001,2026-01-01,{later},100.00,GBP")
    for days in range(1, 40):
        firm.run(MONDAY + timedelta(days=days))
    assert len(mail.letters) == 1
