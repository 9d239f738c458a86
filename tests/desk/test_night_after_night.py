"""Many nights: caps, intervals, the ramp, missed nights, and the same decisions whatever runs them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest

from dunwell.desk import chase, day, letters
from dunwell.desk.day import DayRefused, UnsafeToChase
from dunwell.rules.stages import CHASING, RANK
from tests.support.databases import Postgres, Sqlite
from tests.support.dump import assert_money_adds_up, everything
from tests.support.firm import MONDAY, Firm, csv, moment, owing, policy
from tests.support.mail_server import MailServer

COUNTRIES = ("GB", "IT", "DE", "FR")


def portfolio(firm: Firm, seed: int, on: date, accounts: int = 12) -> None:
    """Accounts with invoices of every age, some with credit, some that cannot be reached."""
    chance = random.Random(seed)  # noqa: S311
    numbers = [f"P{index:03}" for index in range(accounts)]
    for country in COUNTRIES:
        firm.customers(on, [n for i, n in enumerate(numbers) if COUNTRIES[i % 4] == country and i], country=country)
    firm.take(csv("account,name,country,language", "P000,Firm without contact,GB,en"), on)
    lines, paid = [], []
    for number in numbers:
        for index in range(chance.randint(1, 3)):
            due = on - timedelta(days=chance.choice([-9, -7, -1, 0, 2, 3, 14, 20, 40, 95, 130, 250]))
            issued = due - timedelta(days=chance.choice([10, 30, 60]))
            amount = chance.randint(50, 9000)
            lines.append(f"{number},{number}-{index},{issued},{due},{amount}.{chance.randint(0, 99):02},GBP")
            if chance.random() < 0.2:
                paid.append(f"{number},{number}-{index},{on},{amount // 2}.00,GBP,part")
    firm.invoices(on, *lines)
    firm.payments(on, *paid)


def nights(firm: Firm, start: date, count: int) -> None:
    for days in range(count):
        firm.run(start + timedelta(days=days), fresh=days % 5 == 0, confirm_volume=True)


def test_over_two_months_no_cap_interval_or_stage_is_ever_broken(small_firm: Firm, mail: MailServer) -> None:
    """Invariants 2 and 4, counted at the mail server and in the books."""
    firm = small_firm
    portfolio(firm, 1, MONDAY, accounts=5)
    nights(firm, MONDAY, 60)
    by_account: dict[str, list[date]] = defaultdict(list)
    reached: dict[str, list[str]] = defaultdict(list)
    for record in firm.letters():
        assert record.state == "sent"
        by_account[record.account].append(record.on)
        if record.stage in CHASING:
            for invoice in record.invoices:
                reached[invoice].append(record.stage)
    assert len(by_account) == 4
    assert sum(map(len, by_account.values())) == len(mail.letters) > 30
    for days in by_account.values():
        assert all((later - earlier).days >= 2 for earlier, later in pairwise(days))
        for index, first in enumerate(days):
            assert sum(0 <= (other - first).days < 7 for other in days[index:]) <= 2
    with firm.books.read() as work:
        from sqlalchemy import select

        from dunwell.ledger.tables import TouchRow

        query = select(TouchRow.invoice_id, TouchRow.stage, TouchRow.on).where(
            TouchRow.channel == "email", TouchRow.state == "sent", TouchRow.stage.in_(CHASING)
        )
        steps: dict[int, list[int]] = defaultdict(list)
        began: dict[tuple[int, int], date] = {}
        for invoice_id, stage, on in work.session.execute(query.order_by(TouchRow.on)):
            steps[invoice_id].append(RANK[stage])
            began.setdefault((invoice_id, RANK[stage]), on)
    least = {RANK["past_due"]: 7, RANK["late"]: 7, RANK["delinquent"]: 14, RANK["on_hold"]: 21}
    for (invoice_id, rank), first in began.items():
        if (invoice_id, rank + 1) in began:
            assert (began[invoice_id, rank + 1] - first).days >= least[rank]
    assert steps
    for ranks in steps.values():
        assert ranks[0] == RANK["past_due"]
        assert all(after - before in (0, 1) for before, after in pairwise(ranks))
    assert max(max(ranks) for ranks in steps.values()) == RANK["litigation"]
    for letter in mail.letters:
        account = letter.recipients[0].partition("@")[0].upper()
        assert letter.recipients[0] == f"{account.lower()}@{account.lower()}.example"
    assert_money_adds_up(firm.books)
    assert firm.broken() == []


def test_seven_missed_nights_send_one_nights_letters_and_none_harsher(firm: Firm, mail: MailServer) -> None:
    """Invariant 14."""
    owing(firm, MONDAY, 3)
    firm.run(MONDAY)
    late = MONDAY + timedelta(days=29)
    firm.run(late)
    assert len(mail.letters) == 6
    assert {one.stage for one in firm.letters(late)} == {"late"}
    assert len(firm.letters(late)) == 3
    firm.run(late + timedelta(days=1))
    assert len(mail.letters) == 6


def test_a_ledger_full_of_old_debt_begins_with_the_friendliest_letter(firm: Firm, mail: MailServer) -> None:
    firm.customers(MONDAY, ["A001"])
    firm.invoices(MONDAY, "A001,OLD,2025-06-01,2025-07-01,900.00,GBP")
    firm.run(MONDAY)
    assert [one.letter for one in firm.letters()] == ["past_due_first"]


def test_a_day_older_than_the_last_is_refused_and_changes_nothing(firm: Firm) -> None:
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    before = everything(firm.books)
    with pytest.raises(DayRefused, match="older than the last cycle"):
        firm.run(MONDAY - timedelta(days=1), fresh=False)
    assert everything(firm.books) == before


def test_old_payments_stop_everybody_until_a_person_says_otherwise(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    with pytest.raises(UnsafeToChase, match="no payments have been imported"):
        firm.run(MONDAY, fresh=False)
    firm.payments(MONDAY, as_of=MONDAY - timedelta(days=7))
    before = everything(firm.books)
    firm.run(MONDAY, fresh=False)
    assert len(mail.letters) == 1, "five business days are allowed"
    firm.invoices(MONDAY, "A001,B,2026-01-01,2026-02-20,5.00,GBP")
    with pytest.raises(UnsafeToChase, match="6 business days"):
        firm.run(MONDAY + timedelta(days=1), fresh=False)
    assert before["cycle"] == []
    firm.run(MONDAY + timedelta(days=2), fresh=False, even_if_stale=True)
    assert len(mail.letters) == 2


def test_a_night_with_many_times_the_usual_letters_sends_nothing_until_confirmed(
    small_firm: Firm, mail: MailServer
) -> None:
    firm = small_firm
    firm.rules = policy(("letters = 200", "letters = 4"), ("times = 5", "times = 2"), ("first = 1000", "first = 3"))
    owing(firm, MONDAY, 4)
    with pytest.raises(UnsafeToChase, match="4 letters would go; this is the first cycle"):
        firm.run(MONDAY)
    assert mail.letters == []
    firm.run(MONDAY, confirm_volume=True)
    assert len(mail.letters) == 4
    tuesday = MONDAY + timedelta(days=1)
    owing(firm, tuesday, 9, prefix="B")
    with pytest.raises(UnsafeToChase, match="9 letters would go; the largest of the last 1 cycles had 4"):
        firm.run(tuesday)
    assert len(mail.letters) == 4
    firm.run(tuesday, confirm_volume=True)
    assert len(mail.letters) == 13


def test_the_same_ledger_gives_the_same_books_on_both_databases(sqlite: Sqlite, postgres: Postgres) -> None:
    """Invariant 13: every row of every table, journal hashes and letter texts included."""
    found = []
    for database in (sqlite, postgres):
        with MailServer() as mail:
            firm = Firm(database.fresh(), mail)
            portfolio(firm, 7, MONDAY, accounts=8)
            nights(firm, MONDAY, 10)
            found.append(everything(firm.books))
            firm.close()
    for table in found[0]:
        assert found[0][table] == found[1][table], table


def _decisions(firm: Firm) -> list[tuple[object, ...]]:
    rows = everything(firm.books)
    numbers = {row["id"]: row["number"] for row in rows["invoice"]}
    touches = sorted(
        (numbers[row["invoice_id"]], row["channel"], row["stage"], row["round"], row["state"], row["on"])
        for row in rows["touch"]
    )
    invoices = sorted(
        (row["number"], row["stage"], row["reason"], row["why"], row["next_on"]) for row in rows["invoice"]
    )
    tasks = sorted((row["key"], row["due_on"]) for row in rows["task"])
    return [*touches, *invoices, *tasks]


@pytest.mark.parametrize("size", [1, 5])
def test_the_order_and_the_size_of_the_pages_change_no_decision(sqlite: Sqlite, size: int) -> None:
    """Invariant 13: in any order, with any number of workers."""

    def shuffled(ids: Sequence[int]) -> Iterator[list[int]]:
        order = list(ids)
        random.Random(size).shuffle(order)  # noqa: S311
        for start in range(0, len(order), size):
            yield order[start : start + size]

    found = []
    for pages in (lambda ids: [ids], shuffled):
        with MailServer() as mail:
            firm = Firm(sqlite.fresh(), mail)
            portfolio(firm, 11, MONDAY, accounts=8)
            for days in range(5):
                at = moment(MONDAY + timedelta(days=days))
                firm.payments(at.on)
                day.open_day(firm.office, at)
                ids = [due.invoice_id for page in day.due_pages(firm.office, at) for due in page]
                for page in pages(ids):
                    chase.chase(firm.office, page, at)
                    chase.chase(firm.office, page, at)
                day.check_volume(firm.office, at, confirmed=True)
                list(letters.send_proposed(firm.office, at))
                day.close_day(firm.office, at, letters.Post())
            found.append((_decisions(firm), sorted((one.account, one.letter, one.on) for one in firm.letters())))
            firm.close()
    assert found[0] == found[1]


def test_chasing_the_same_cases_twice_changes_nothing(firm: Firm) -> None:
    portfolio(firm, 3, MONDAY)
    at = moment(MONDAY)
    day.open_day(firm.office, at)
    ids = [due.invoice_id for page in day.due_pages(firm.office, at) for due in page]
    chase.chase(firm.office, ids, at)
    before = everything(firm.books)
    chase.chase(firm.office, ids, at)
    assert everything(firm.books) == before


def test_letters_beside_letters_send_nothing_twice(small_firm: Firm, mail: MailServer) -> None:
    """`letters` may run at any rate."""
    owing(small_firm, MONDAY, 3)
    small_firm.run(MONDAY)
    for _ in range(3):
        assert list(letters.send_proposed(small_firm.office, moment(MONDAY))) == []
    assert len(mail.letters) == 3


def test_an_account_that_nobody_can_reach_is_asked_about_once_and_listed_every_day(firm: Firm) -> None:
    portfolio(firm, 1, MONDAY)
    first, second = firm.run(MONDAY), firm.run(MONDAY + timedelta(days=1))
    assert firm.task_kinds().count("no_reachable_contact") == 1
    for report in (first, second):
        assert any(slip.account == "P000" and slip.what == "no reachable contact" for slip in report.slips)
