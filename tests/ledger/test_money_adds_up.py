"""Invariant 11 under random files: outstanding = amount + charges - allocations, always, to the minor unit."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dunwell.ledger import money as ledger_money
from dunwell.ledger.tables import ChargeRow, InvoiceRow
from tests.support.databases import Postgres, Sqlite
from tests.support.dump import assert_money_adds_up, everything, money
from tests.support.firm import MONDAY, OPEN_ITEMS, PAYMENTS, Firm, csv

INVOICES = "account,invoice,issued,due,amount,currency,kind"
ACCOUNTS = ("A", "B")
CURRENCIES = ("GBP", "JPY")
_VOLATILE = ("feed",)

amounts = st.integers(1, 400)
places = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(CURRENCIES), st.integers(0, 2))
invoice_files = st.tuples(st.just("invoices"), st.dictionaries(places, amounts, min_size=1, max_size=5))
notes_files = st.tuples(st.just("notes"), st.dictionaries(places, amounts, min_size=1, max_size=2))
payment_rows = st.tuples(
    st.sampled_from(ACCOUNTS), st.sampled_from(CURRENCIES), st.sampled_from([None, 0, 1, 2]), amounts, st.integers(0, 3)
)
payment_files = st.tuples(st.just("payments"), st.lists(payment_rows, min_size=1, max_size=5))
listed = st.tuples(amounts, st.integers(0, 100), st.booleans())
list_files = st.tuples(
    st.just("list"),
    st.tuples(st.dictionaries(places, listed, min_size=1, max_size=5), st.booleans(), st.integers(0, 40)),
)
charges = st.tuples(st.just("charge"), st.tuples(st.integers(0, 9), st.integers(1, 20)))
stories = st.lists(st.one_of(invoice_files, notes_files, payment_files, list_files, charges), min_size=2, max_size=5)

QUICK = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    database=None,
    derandomize=True,
)


def number(account: str, currency: str, index: int, kind: str = "I") -> str:
    return f"{kind}{account}{currency}{index}"


def _file(step: tuple[str, Any], day: int, order: Callable[[list[str]], list[str]]) -> tuple[bytes, dict[str, Any]]:
    """The file of a step of a story, its rows in the order that `order` gives."""
    what, data = step
    due = [MONDAY - timedelta(days=30 + index) for index in range(3)]
    on = MONDAY + timedelta(days=day)
    if what in ("invoices", "notes"):
        kind, sign = ("invoice", "I") if what == "invoices" else ("credit_note", "N")
        rows = [
            f"{a},{number(a, c, i, sign)},2026-01-01,{due[i]},{amount},{c},{kind}" for (a, c, i), amount in data.items()
        ]
        return csv(INVOICES, *order(rows)), {}
    if what == "payments":
        rows = [
            f"{a},{number(a, c, i) if i is not None else ''},{on - timedelta(days=back)},{amount},{c},r"
            for a, c, i, amount, back in data
        ]
        return csv(PAYMENTS, *order(rows)), {"as_of": on}
    items, complete, loose = data
    rows = []
    for (a, c, i), (amount, percent, credit) in items.items():
        sign, minus = ("N", "-") if credit else ("I", "")
        is_open = amount * percent // 100
        rows.append(
            f"{a},Firm {a},,GB,en,{number(a, c, i, sign)},2026-01-01,{due[i]},{minus}{amount},"
            f"{minus if is_open else ''}{is_open},{c}"
        )
    if loose:
        rows.append(f"A,Firm A,,GB,en,,2026-01-01,,-{loose},-{loose},GBP")
    return csv(OPEN_ITEMS, *order(rows)), {"as_of": on, "complete": complete}


def _charge(firm: Firm, which: int, minor: int, day: int) -> None:
    with firm.books.write() as work:
        query = select(InvoiceRow).where(InvoiceRow.kind == "invoice").order_by(InvoiceRow.number)
        rows = list(work.session.execute(query).scalars())
        if rows:
            row = rows[which % len(rows)]
            key = f"{row.number}:{day}"
            work.session.add(ChargeRow(key=key, invoice_id=row.id or 0, kind="late_fee", on=MONDAY, amount=minor))
            ledger_money.refresh(work, row)


def _state(firm: Firm) -> dict[str, Any]:
    """All rows, save the count of lists read."""
    found = everything(firm.books, without=_VOLATILE)
    for row in found["invoice"]:
        del row["list_no"]
    return found


def _start(database: Sqlite | Postgres) -> Firm:
    firm = Firm(database.fresh())
    firm.customers(MONDAY, ACCOUNTS)
    return firm


def _tell(firm: Firm, story: list[tuple[str, Any]], order: Callable[[list[str]], list[str]], *, twice: bool) -> None:
    for day, step in enumerate(story):
        if step[0] == "charge":
            _charge(firm, *step[1], day)
        else:
            on = MONDAY + timedelta(days=day)
            data, request = _file(step, day, order)
            firm.take(data, on, **request)
            if twice:
                before = _state(firm)
                firm.take(data, on, **request)
                assert _state(firm) == before, f"importing {step} again changed something"
        assert_money_adds_up(firm.books)
    assert firm.broken() == []


@settings(QUICK, max_examples=25)
@given(story=stories)
def test_money_adds_up_and_importing_again_changes_nothing_on_sqlite(sqlite: Sqlite, story: list[Any]) -> None:
    firm = _start(sqlite)
    try:
        _tell(firm, story, lambda rows: rows, twice=True)
    finally:
        firm.close()


@settings(QUICK, max_examples=6)
@given(story=stories)
def test_money_adds_up_alike_on_both_databases(sqlite: Sqlite, postgres: Postgres, story: list[Any]) -> None:
    found = []
    for database in (sqlite, postgres):
        firm = _start(database)
        try:
            _tell(firm, story, lambda rows: rows, twice=False)
            found.append(everything(firm.books))
        finally:
            firm.close()
    assert found[0] == found[1]


@settings(QUICK, max_examples=15)
@given(story=stories, seed=st.integers(0, 9))
def test_a_shuffled_file_gives_the_same_state(sqlite: Sqlite, story: list[Any], seed: int) -> None:
    def shuffled(rows: list[str]) -> list[str]:
        return random.Random(seed).sample(rows, len(rows))  # noqa: S311

    found = []
    for order in (lambda rows: rows, shuffled):
        firm = _start(sqlite)
        try:
            _tell(firm, story, order, twice=False)
            found.append(money(firm.books))
        finally:
            firm.close()
    assert found[0] == found[1]


@pytest.mark.parametrize("order", ["principal_first", "law"])
def test_a_payment_goes_to_principal_or_charges_first_as_the_policy_says(firm: Firm, order: str) -> None:
    firm.customers(MONDAY, ["A"])
    firm.invoices(MONDAY, "A,X,2026-01-01,2026-02-01,100.00,GBP")
    with firm.books.write() as work:
        row = work.session.execute(select(InvoiceRow)).scalar_one()
        work.session.add(ChargeRow(key="k", invoice_id=row.id or 0, kind="late_fee", on=MONDAY, amount=500))
        ledger_money.refresh(work, row)
    firm.take(csv(PAYMENTS, "A,X,2026-03-01,40.00,GBP,x"), MONDAY, allocation=order)
    _, _, principal, charged, _ = money(firm.books)["invoices"]["X"]
    assert (principal, charged) == ((6000, 500) if order == "principal_first" else (6500, 0))
    assert_money_adds_up(firm.books)
