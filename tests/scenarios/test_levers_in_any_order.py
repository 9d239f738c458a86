"""Promises, disputes, claims, pauses, plans and payments in any order: what holds after every step.

No letter asks for money that is promised, disputed, said to be paid, paused, in a plan or paid (invariant 3); money
adds up (11); the journal holds (12).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from dunwell.desk import disputes, plans, undertakings, writing_off
from dunwell.desk.disputes import Opening
from dunwell.desk.override import override
from dunwell.desk.plans import Terms
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import agreed_lists, agreeing
from dunwell.ledger import plans as ledger_plans
from dunwell.ledger.agreeing import Concerned, Source
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import InvoiceRow
from dunwell.terms.agreement import Claim
from tests.support.databases import Sqlite
from tests.support.dump import assert_money_adds_up
from tests.support.dump import money as owed
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer

ANNE = Wanted("anne", "said so")
NUMBERS = ("INV-A001", "INV-A002", "INV-A003")
numbers = st.sampled_from(NUMBERS)
QUICK = settings(
    max_examples=6, stateful_step_count=12, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


class _Any(RuleBasedStateMachine):
    """Three invoices of three accounts, and whatever people say of them."""

    def __init__(self, made: Callable[[], Firm]) -> None:
        super().__init__()
        self.firm = made()
        self.today = MONDAY
        owing(self.firm, MONDAY, 3)
        self.firm.run(MONDAY)
        self.paused: dict[str, date] = {}

    def teardown(self) -> None:
        self.firm.close()

    def _open(self, number: str) -> bool:
        return bool(owed(self.firm.books)["invoices"][number][4] == "open")

    def _held(self) -> set[str]:
        """The invoices of which nothing may be asked today, by what stands in the lists."""
        found = {number for number, until in self.paused.items() if self.today <= until}
        with self.firm.books.read() as work:
            for promise in agreed_lists.promises(work, everything=False):
                found |= set(promise.invoices) if promise.stops and promise.date >= self.today else set()
            for dispute in agreed_lists.disputes(work, self.today, everything=False):
                found |= {dispute.invoice} if dispute.amount is None else set()
            for claim in agreed_lists.claims(work, everything=False):
                found |= set(claim.invoices) if claim.wait_until >= self.today else set()
            for plan in ledger_plans.plans(work, states=("agreed",)):
                found |= set(plan.invoices)
        return found | {number for number in NUMBERS if not self._open(number)}

    @rule(days=st.integers(1, 9))
    def nights(self, days: int) -> None:
        for _ in range(days):
            self.today += timedelta(days=1)
            before = len(self.firm.letters())
            self.firm.run(self.today)
            asked = {n for one in self.firm.letters()[before:] if one.stage for n in one.invoices}
            assert not asked & self._held(), self.today

    @rule(number=numbers, days=st.integers(0, 20), percent=st.sampled_from([None, 20, 80]))
    def promise(self, number: str, days: int, percent: int | None) -> None:
        amount = None if percent is None else Decimal(percent)
        by = self.today + timedelta(days=days)
        self._try(lambda: undertakings.add_promise(self.firm.office, [number], by, amount, ANNE, moment(self.today)))

    @rule(number=numbers, amount=st.sampled_from([None, "30.00"]))
    def dispute(self, number: str, amount: str | None) -> None:
        opening = Opening("price", None if amount is None else Decimal(amount))
        self._try(lambda: disputes.open_dispute(self.firm.office, number, opening, ANNE, moment(self.today)))

    @rule(outcome=st.sampled_from(disputes.OUTCOMES))
    def resolve(self, outcome: str) -> None:
        with self.firm.books.read() as work:
            found = agreed_lists.disputes(work, self.today, everything=False)
        amount = Decimal("10.00") if outcome == "partly" else None
        key = found[0].id if found else "0"
        self._try(lambda: disputes.resolve(self.firm.office, key, outcome, amount, ANNE, moment(self.today)))

    @rule(number=numbers)
    def claim(self, number: str) -> None:
        if not self._open(number):
            return
        with self.firm.books.write() as work:
            key = NUMBERS.index(number) + 1
            invoice = work.session.get_one(InvoiceRow, key)
            work.lock_account(invoice.account_id)
            claim = Claim(self.today, self.today + timedelta(days=7))
            concerned = [Concerned(key, number, invoice.principal_open)]
            pen = Pen(moment(self.today).now, self.today, "anne")
            agreeing.add_claim(work, invoice.account_id, concerned, claim, Source("anne", ""), pen)

    @rule(number=numbers, days=st.integers(0, 10))
    def pause(self, number: str, days: int) -> None:
        until = self.today + timedelta(days=days)
        if self._try(lambda: override(self.firm.office, "anne", number, "pause", until, "said so", moment(self.today))):
            self.paused[number] = until

    @precondition(lambda self: bool(self.paused))
    @rule()
    def release(self) -> None:
        number, _ = self.paused.popitem()
        self._try(lambda: override(self.firm.office, "anne", number, "release", None, "", moment(self.today)))

    @rule(number=numbers, action=st.sampled_from(["send_now", "skip", "keep"]))
    def word(self, number: str, action: str) -> None:
        self._try(lambda: override(self.firm.office, "anne", number, action, None, "said so", moment(self.today)))

    @rule(number=numbers, stage=st.sampled_from(["late", "on_hold"]))
    def stage(self, number: str, stage: str) -> None:
        office, on = self.firm.office, moment(self.today)
        self._try(lambda: override(office, "anne", number, "set_stage", None, "said so", on, stage=stage))

    @rule(number=numbers)
    def plan(self, number: str) -> None:
        terms = Terms(3, self.today + timedelta(days=5))
        self._try(lambda: plans.agree(self.firm.office, [number], terms, ANNE, moment(self.today)))

    @rule(number=numbers, amount=st.sampled_from([None, "25.00"]))
    def write_off(self, number: str, amount: str | None) -> None:
        said = None if amount is None else Decimal(amount)
        self._try(lambda: writing_off.write_off(self.firm.office, number, said, ANNE, moment(self.today)))

    @rule(number=numbers)
    def undo(self, number: str) -> None:
        self._try(lambda: writing_off.undo(self.firm.office, number, ANNE, moment(self.today)))

    @rule(number=numbers, amount=st.sampled_from(["10.00", "34.00", "101.00"]))
    def pay(self, number: str, amount: str) -> None:
        account = number.removeprefix("INV-")
        self.firm.payments(self.today, f"{account},{number},{self.today},{amount},GBP,R{self.today}{amount}")

    def _try(self, act: Callable[[], object]) -> bool:
        """Do it, or be refused: both leave the books whole."""
        try:
            act()
        except CannotDo:
            return False
        return True

    @invariant()
    def money_adds_up_and_the_journal_holds(self) -> None:
        assert_money_adds_up(self.firm.books)
        assert self.firm.broken() == []


def test_whatever_people_say_in_any_order(sqlite: Sqlite, mail: MailServer) -> None:
    run_state_machine_as_test(lambda: _Any(lambda: Firm(sqlite.fresh(), mail)), settings=QUICK)


class _Plans(_Any):
    """Plans alone, with payments and nights: parts add up to what was agreed, and no plan is both kept and missed."""

    dispute = resolve = claim = pause = release = word = stage = promise = None  # type: ignore[assignment]

    @rule()
    def judged(self) -> None:
        with self.firm.books.read() as work:
            for plan in ledger_plans.plans(work):
                assert sum(part.amount.minor for part in plan.parts) == plan.total.minor
                assert (plan.state == "missed") == ("missed" in plan.states)
                assert len(plan.parts) == 3


def test_plans_in_any_order(sqlite: Sqlite, mail: MailServer) -> None:
    run_state_machine_as_test(lambda: _Plans(lambda: Firm(sqlite.fresh(), mail)), settings=QUICK)
