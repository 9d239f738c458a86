"""The life of charges as a state machine: booked, paid, waived, in any order; invariant 11 after every step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from dunwell.desk import charging
from dunwell.ledger import agreeing, charges
from dunwell.ledger.agreeing import Concerned, Source
from dunwell.ledger.charges import CannotWaive
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import ChargeRow, InvoiceRow, TouchRow
from dunwell.rules.policy import load
from dunwell.terms.agreement import PauseKind
from dunwell.wiring import default_policy_text
from tests.support.databases import Sqlite
from tests.support.dump import assert_money_adds_up
from tests.support.firm import INVOICES, MONDAY, Firm, csv, moment

INTEREST = default_policy_text().replace(
    "countries = []                  # between", 'countries = ["GB"]  # between', 1
)
BIG = 100_000
RAMP = (("past_due", 40), ("late", 33), ("delinquent", 25), ("on_hold", 0))


def machine(fresh: Callable[[], str], *, fee: bool, order: str) -> type[RuleBasedStateMachine]:
    class Charges(RuleBasedStateMachine):
        """An account with two invoices on hold; `twice` is that every charging is asked for two times."""

        def __init__(self) -> None:
            super().__init__()
            self.firm = Firm(fresh())
            self.on = MONDAY
            self.payments = 0
            if fee:
                self.firm.creditor["terms"] = {"late_fee_percent": "1.75"}
            else:
                self.firm.rules = load(INTEREST, "policy")
            self.firm.customers(MONDAY, ["A"])
            due = MONDAY - timedelta(days=95)
            self.firm.invoices(MONDAY, f"A,X,2025-10-01,{due},{BIG / 100:.2f},GBP", f"A,Y,2025-10-01,{due},333.33,GBP")
            self._lettered()
            self.firm.payments(MONDAY)

        def _lettered(self) -> None:
            """As if the letters of the ramp had gone."""
            with self.firm.books.write() as work:
                for invoice in work.session.execute(select(InvoiceRow)).scalars().all():
                    for stage, ago in RAMP:
                        on = MONDAY - timedelta(days=ago)
                        row = {"invoice_id": invoice.id or 0, "stage": stage, "round": 1, "letter": stage}
                        work.session.add(TouchRow(**row, due_on=on, on=on, state="sent"))

        @rule(days=st.integers(1, 70))
        def time_passes(self, days: int) -> None:
            self.on += timedelta(days=days)
            self.firm.payments(self.on)
            charging.charge(self.firm.office, moment(self.on))
            before = self._rows()
            assert charging.charge(self.firm.office, moment(self.on)) == 0
            assert self._rows() == before, "charging twice changes nothing"

        @rule(minor=st.integers(1, 30_000), named=st.sampled_from(["X", "Y", ""]), back=st.integers(0, 40))
        def money_comes_in(self, minor: int, named: str, back: int) -> None:
            self.payments += 1
            row = f"A,{named},{self.on - timedelta(days=back)},{minor / 100:.2f},GBP,r{self.payments}"
            self.firm.take(csv("account,invoice,date,amount,currency,reference", row), self.on, allocation=order)

        @rule(minor=st.integers(1, 9_000))
        def a_credit_note(self, minor: int) -> None:
            self.payments += 1
            row = f"A,N{self.payments},{self.on},{self.on},{minor / 100:.2f},GBP,credit_note"
            self.firm.take(csv(f"{INVOICES},kind", row), self.on)

        @rule(which=st.integers(0, 50))
        def somebody_waives(self, which: int) -> None:
            with self.firm.books.read() as work:
                listed = charges.listed(work)
            if not listed:
                return
            one = listed[which % len(listed)]
            pen = Pen(moment(self.on).now, self.on, "Pat")
            try:
                with self.firm.books.write() as work:
                    assert charges.waive(work, one.id, "goodwill", pen).state == "waived"
                assert one.state == "open"
            except CannotWaive:
                assert one.state != "open"

        @rule(days=st.integers(1, 60))
        def a_pause(self, days: int) -> None:
            with self.firm.books.write() as work:
                work.lock_account(1)
                pen = Pen(moment(self.on).now, self.on)
                for row in work.session.execute(select(InvoiceRow).where(InvoiceRow.number == "X")).scalars().all():
                    one = Concerned(row.id or 0, row.number, row.principal_open)
                    until = self.on + timedelta(days=days)
                    agreeing.add_pause(work, 1, PauseKind.PERSON, until, Source("p", "w"), pen, invoice=one)

        def _rows(self) -> list[Any]:
            with self.firm.books.read() as work:
                query = select(ChargeRow.key, ChargeRow.amount, ChargeRow.waived_on).order_by(ChargeRow.id)
                return list(work.session.execute(query).all())

        @invariant()
        def money_adds_up(self) -> None:
            assert_money_adds_up(self.firm.books)

        @invariant()
        def the_list_says_what_the_books_say(self) -> None:
            with self.firm.books.read() as work:
                listed = charges.listed(work)
                rows = list(work.session.execute(select(InvoiceRow.number, InvoiceRow.charges_open)).all())
            for number, charges_open in rows:
                mine = [one for one in listed if one.invoice == number]
                whole = sum(one.amount.minor for one in mine if one.state == "open")
                parts = sum(one.amount.minor for one in mine if one.state == "part_paid")
                assert charges_open == whole if not parts else whole < charges_open < whole + parts

        @invariant()
        def the_journal_holds(self) -> None:
            assert self.firm.broken() == []

        @invariant()
        def nothing_twice(self) -> None:
            periods: dict[tuple[str, str], list[date]] = {}
            with self.firm.books.read() as work:
                for one in charges.listed(work):
                    periods.setdefault((one.invoice, one.kind), []).append(one.on)
            for days in periods.values():
                assert len(days) == len(set(days))
                assert all((later - earlier).days >= 28 for earlier, later in pairwise(days))

        def teardown(self) -> None:
            self.firm.close()

    return Charges


@pytest.mark.parametrize("fee", [True, False], ids=["late fee", "interest"])
@pytest.mark.parametrize("order", ["principal_first", "law"])
def test_charges_live_their_life_and_the_money_adds_up(sqlite: Sqlite, fee: bool, order: str) -> None:
    run_state_machine_as_test(
        machine(sqlite.fresh, fee=fee, order=order),
        settings=settings(
            max_examples=7, stateful_step_count=12, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
