"""The real thing on one machine: a scheduled night, a worker killed in the middle of a shard, and a night that ends."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from tests.deploy.site import Site
from tests.support.dump import assert_money_adds_up
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer

pytestmark = pytest.mark.deploy
COUNT = 22


def test_a_worker_is_killed_in_the_middle_of_a_shard_and_the_night_ends_right(site: Site, mail: MailServer) -> None:
    firm = site.firm
    owing(firm, MONDAY, COUNT)
    firm.payments(MONDAY)
    site.worker("cycle")
    with firm.books.engine.connect() as holding:
        # Whoever looks at the third shard's accounts has to wait: the shard is in the middle of its work.
        holding.execute(text("SELECT id FROM account WHERE number = 'A003' FOR NO KEY UPDATE"))
        site.schedule("daily_cycle/daily", 20, as_of=str(MONDAY))
        taken = ("Pending", "Running")
        site.until(lambda: [run for run in site.runs("daily_cycle") if run.state.name in taken], 120, "no cycle began")
        site.worker("shards")
        site.until(
            lambda: first_shard(site) and first_shard(site).state.is_running(), 120, "the first shard did not begin"
        )
        site.local.end("shards", signal.SIGKILL)
        holding.rollback()
    night = site.until(lambda: ended(site), 120, "no night ended")[0]

    assert night.auto_scheduled
    assert night.state.is_completed(), night.state.message
    assert night.state.message.startswith(f"{MONDAY}: {COUNT} cases looked at, {COUNT} letters expected, {COUNT} sent")
    assert not first_shard(site).state.is_completed()
    assert_right(firm, mail, COUNT)

    # The next scheduled run of the same day finds nothing left.
    site.until(lambda: len(ended(site)) > 1, 120, "no second run")
    assert_right(firm, mail, COUNT)


def ended(site: Site) -> list[Any]:
    """The cycles that ended, without those that never began because one was under way."""
    return [run for run in site.runs("daily_cycle") if run.state.is_final() and run.state.name != "Cancelled"]


def first_shard(site: Site) -> Any:
    """The run of the shard whose accounts are held."""
    return next((run for run in site.runs("chase_shard") if run.parameters["first"] == "INV-A001"), None)


def assert_right(firm: Firm, mail: MailServer, count: int) -> None:
    """Every case was decided once, no letter went twice, and the cycle is closed."""
    assert Counter(len(mail.to(letter.recipients[0])) for letter in mail.letters) == {1: count}
    assert Counter(touch.state for touch in firm.touches()) == {"sent": count}
    with firm.books.read() as work:
        assert work.session.execute(text("SELECT state, looked_at FROM cycle")).all() == [("done", count)]
        query = "SELECT count(*) FROM touch WHERE channel = 'email' GROUP BY invoice_id HAVING count(*) > 1"
        assert work.session.execute(text(query)).all() == []
    assert firm.broken() == []
    assert_money_adds_up(firm.books)
