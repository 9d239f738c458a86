"""Accounts in difficulty are seen early, and start afresh on new terms: the watch list from the books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dunwell.desk import new_terms, undertakings, watchlist
from dunwell.desk.new_terms import Wish
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import new_terms as books
from dunwell.ledger import parties
from dunwell.ledger.imports import Taker
from dunwell.ledger.journal import Pen
from dunwell.rules.watchlist import Watched
from dunwell.terms.money import Money
from tests.support.customer_mail import mail as written
from tests.support.firm import ACCOUNTS, MONDAY, Firm, csv, moment

DAY = timedelta(days=1)


def watched(firm: Firm, on: date) -> dict[str, Watched]:
    return {one.account: one for one in watchlist.listed(firm.office, on)}


def reasons(firm: Firm, account: str, on: date) -> dict[str, int]:
    found = watched(firm, on).get(account)
    return {one.sign.value: one.points for one in found.reasons} if found else {}


def history(firm: Firm) -> None:
    """A and B have paid ten days late for months, and have an invoice open that is nine days late."""
    firm.customers(MONDAY, ["A", "B"])
    firm.take(csv(ACCOUNTS + ",credit_limit", "A,Firm A,GB,en,250.00", "B,Firm B,GB,en,9000.00"), MONDAY)
    lines, paid = [], []
    for number in ("A", "B"):
        for month in range(5, 11):
            due = date(2025, month, 1)
            lines.append(f"{number},{number}-{month},{due - 30 * DAY},{due},100.00,GBP")
            paid.append(f"{number},{number}-{month},{due + 10 * DAY},100.00,GBP,{number}{month}")
        lines.append(f"{number},{number}-13,2026-01-01,{MONDAY - 9 * DAY},200.00,GBP")
    firm.invoices(MONDAY, *lines)
    firm.payments(MONDAY, *paid)


def test_the_signs_add_up_and_later_days_change_no_earlier_list(firm: Firm) -> None:
    history(firm)
    firm.run(MONDAY)
    assert watched(firm, MONDAY) == {}, "nine days late, as ever"
    undertakings.add_promise(firm.office, ["A-13"], MONDAY + 2 * DAY, None, Wanted("anne"), moment(MONDAY))
    friday = MONDAY + 4 * DAY
    firm.payments(friday, f"A,A-13,{friday},80.00,GBP,HALF")
    said = "We have no money at the moment and cannot pay anything, our situation is very difficult."
    answers = [one.message_id for one in firm.letters() if one.account == "A"][-1]
    firm.receive(friday, written("Person A <a@a.example>", said, on=friday, answers=answers), answer=False)
    tuesday = MONDAY + 8 * DAY
    firm.run(tuesday)
    found = reasons(firm, "A", tuesday)
    assert found == {"later_than_usual": 1, "promise_broken": 2, "part_payment": 1, "hardship_words": 3}
    assert "B" not in watched(firm, tuesday)
    before = watchlist.listed(firm.office, tuesday)
    later = MONDAY + 30 * DAY
    firm.take(csv(ACCOUNTS + ",credit_limit", "A,Firm A,GB,en,1.00", "B,Firm B,GB,en,2.00"), later)
    firm.invoices(later, f"A,A-14,{later},{later + 30 * DAY},5000.00,GBP")
    firm.payments(later, f"A,A-13,{later},120.00,GBP,REST")
    new_terms.agree(firm.office, "A", Wish(days=7), "anne", "a fresh start", moment(later))
    firm.run(later)
    assert watchlist.listed(firm.office, tuesday) == before
    assert reasons(firm, "A", later)["over_limit"] == 2
    assert reasons(firm, "B", later)["over_limit"] == 2, "200.00 open, and 2.00 allowed by now"


def test_an_address_that_works_again_does_not_undo_what_came_back(firm: Firm) -> None:
    history(firm)
    assert firm.mail is not None
    firm.mail.rcpt["a@a.example"].append("550 5.1.1 no such user")
    firm.run(MONDAY)
    assert firm.task_kinds().count("bad_address") == 1
    assert reasons(firm, "A", MONDAY) == {}, "one bounce alone lists nobody"
    rules = firm.rules
    firm.rules = rules.model_copy(update={"watchlist": rules.watchlist.model_copy(update={"listed_from": 1})})
    assert reasons(firm, "A", MONDAY)["bounced"] == 1
    with firm.books.write() as work:
        taker = Taker(work, Pen(moment(MONDAY).now, MONDAY + DAY, "anne"), "default", "principal_first", MONDAY + DAY)
        assert parties.address_works(taker, "a@a.example", "they said so") == ["A"]
    assert reasons(firm, "A", MONDAY)["bounced"] == 1
    assert reasons(firm, "A", MONDAY - DAY) == {}


def on_hold(firm: Firm) -> date:
    """An account that has come to a hold; returns the next day."""
    firm.customers(MONDAY, ["A"])
    due = MONDAY - timedelta(days=95)
    firm.invoices(MONDAY, f"A,INV-1,{due - 30 * DAY},{due},100.00,GBP")
    on = MONDAY
    while "on_hold" not in {one.stage for one in firm.letters()}:
        firm.run(on)
        on += DAY
    return on


def test_a_hold_that_ends_asks_for_new_terms_which_are_on_record(firm: Firm) -> None:
    on = on_hold(firm)
    assert "new_terms" not in firm.task_kinds()
    firm.payments(on, f"A,INV-1,{on},100.00,GBP,TRX")
    for _ in range(2):
        firm.run(on)
    (task,) = [one for one in firm.tasks() if one.kind == "new_terms"]
    assert (task.account, task.role) == ("A", "collector")
    assert "dunwell terms agree A" in task.text
    wish = Wish(Decimal(50), 14, Decimal(500))
    for _ in range(2):
        new_terms.agree(firm.office, "A", wish, "anne", "agreed with their director", moment(on))
    assert "new_terms" not in firm.task_kinds()
    with firm.books.read() as work:
        (record,) = books.listed(work, everything=True)
    assert record.terms.words == "50 % in advance, 14 days to pay, at most 500.00 GBP open"
    assert watched(firm, on)["A"].terms == record.terms, "the watch list shows them"
    firm.run(on + DAY)
    assert "new_terms" not in firm.task_kinds(), "asked once a hold"
    firm.invoices(on + DAY, f"A,INV-2,{on + DAY},{on + 15 * DAY},500.01,GBP")
    assert reasons(firm, "A", on + DAY)["over_limit"] == 2
    assert firm.broken() == []


def test_new_terms_replace_older_ones_and_end(firm: Firm) -> None:
    firm.customers(MONDAY, ["A"])
    firm.invoices(MONDAY, "A,INV-1,2026-02-20,2026-03-20,100.00,GBP", "A,INV-2,2026-02-20,2026-03-20,100.00,EUR")
    new_terms.agree(firm.office, "A", Wish(days=14), "anne", "first", moment(MONDAY))
    wish = Wish(limit=Decimal(50), currency="EUR")
    new_terms.agree(firm.office, "A", wish, "anne", "second", moment(MONDAY + DAY))
    terms = watched(firm, MONDAY + DAY)["A"].terms
    assert terms is not None
    assert (terms.days, terms.limit) == (None, Money(5000, "EUR"))
    first = watched(firm, MONDAY)["A"].terms
    assert first is not None
    assert first.days == 14
    new_terms.end(firm.office, "A", "anne", "a year without trouble", moment(MONDAY + 2 * DAY))
    assert watched(firm, MONDAY + 2 * DAY) == {}
    with firm.books.read() as work:
        assert books.listed(work) == []
        ended = [one.terms.ended_on for one in books.listed(work, everything=True)]
    assert ended == [MONDAY + DAY, MONDAY + 2 * DAY]
    assert firm.broken() == []


@pytest.mark.parametrize(
    ("account", "wish", "says"),
    [
        ("A", Wish(), "--advance PERCENT"),
        ("A", Wish(advance=Decimal(101)), "no part of a price"),
        ("A", Wish(days=-1), "between 0 and 365"),
        ("A", Wish(limit=Decimal(5)), "say in which currency"),
        ("A", Wish(limit=Decimal("5.001"), currency="EUR"), "more decimals"),
        ("A", Wish(limit=Decimal(5), currency="XXX"), "unknown currency"),
        ("AA", Wish(days=5), "no account AA in the ledger"),
    ],
)
def test_what_is_refused(small_firm: Firm, account: str, wish: Wish, says: str) -> None:
    small_firm.customers(MONDAY, ["A"])
    with pytest.raises(CannotDo, match=says):
        new_terms.agree(small_firm.office, account, wish, "anne", "because", moment(MONDAY))
    with pytest.raises(CannotDo, match="no new terms in force"):
        new_terms.end(small_firm.office, "A", "anne", "because", moment(MONDAY))
    with pytest.raises(CannotDo, match="--reason"):
        new_terms.end(small_firm.office, "A", "anne", "", moment(MONDAY))


def test_a_back_test_needs_history(firm: Firm) -> None:
    firm.customers(MONDAY, ["A"])
    firm.invoices(MONDAY, f"A,INV-1,{MONDAY - 40 * DAY},{MONDAY - 10 * DAY},100.00,GBP")
    with pytest.raises(CannotDo, match="too little history"):
        watchlist.tested(firm.office, MONDAY)
    later = MONDAY + 100 * DAY
    firm.payments(later)
    found = watchlist.tested(firm.office, later)
    assert (found.until, found.result.defaults) == (later, 1)
    assert found.result.oldest_invoice.named == found.result.watchlist.named
