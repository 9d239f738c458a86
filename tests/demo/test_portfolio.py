"""The sample portfolio: the same every time, importable without a reject, and as large and mixed as it says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.demo import portfolio
from dunwell.demo.firms import FIRMS, TAKEN_OVER, desk, management
from dunwell.demo.history import past_days, working_day
from dunwell.demo.settings_file import COUNTRY
from dunwell.intake import tables
from dunwell.intake.rows import FileKind, InvoiceRow, OpenItemRow, PaymentRow, Reject, Row
from dunwell.terms.calendar import is_rest

DAY = date(2026, 11, 23)
KINDS = {
    "accounts.csv": FileKind.ACCOUNTS,
    "contacts.csv": FileKind.CONTACTS,
    "invoices.csv": FileKind.INVOICES,
    "payments.csv": FileKind.PAYMENTS,
    "open_items.csv": FileKind.OPEN_ITEMS,
}


def rows(name: str, on: date = DAY, of: date = DAY) -> list[Row | Reject]:
    text = portfolio.build(of).files(on)[name]
    return list(tables.read(text.encode(), name, None).rows)


def test_the_same_day_and_seed_give_the_same_files() -> None:
    assert portfolio.build(DAY).files(DAY) == portfolio.build(DAY).files(DAY)
    assert portfolio.build(DAY, "another").files(DAY) != portfolio.build(DAY).files(DAY)


@pytest.mark.parametrize("today", [DAY, date(2027, 1, 4), date(2028, 2, 29), date(2026, 6, 30)])
@pytest.mark.parametrize("back", [0, 1, 30, portfolio.HISTORY_DAYS])
def test_every_export_is_read_without_a_reject(today: date, back: int) -> None:
    on = today - timedelta(days=back)
    files = portfolio.build(today).files(on)
    assert set(files) == (set(KINDS) if back == 0 else set(KINDS) - {"open_items.csv"})
    for name, text in files.items():
        table = tables.read(text.encode(), name, None)
        assert table.kind is KINDS[name]
        assert [row for row in table.rows if isinstance(row, Reject)] == []
        assert table.ignored_columns == ()


def test_it_has_sixty_accounts_in_eight_languages_and_two_hundred_invoices() -> None:
    firms = (*FIRMS, *TAKEN_OVER)
    assert len(firms) == 60
    assert {firm.language for firm in firms} == {"de", "en", "es", "fa", "fr", "it", "ro", "ru"}
    assert len({firm.country[:2] for firm in firms}) >= 8
    assert {firm.kind for firm in firms} == {"business", "consumer", "public"}
    invoices = [row for row in rows("invoices.csv") if isinstance(row, InvoiceRow)]
    taken_over = [row for row in rows("open_items.csv") if isinstance(row, OpenItemRow)]
    assert sum(row.kind == "invoice" for row in invoices) + sum(row.amount.minor > 0 for row in taken_over) == 200
    assert sum(row.kind == "credit_note" for row in invoices) == 4


def test_ages_run_from_not_yet_due_to_more_than_two_hundred_days() -> None:
    dues = [row.due for name in ("invoices.csv", "open_items.csv") for row in rows(name) if getattr(row, "due", None)]
    ages = sorted((DAY - due).days for due in dues)
    assert ages[0] <= -20
    assert ages[-1] > 200
    for low, high in ((-7, 0), (1, 15), (16, 30), (31, 90), (91, 120), (121, 400)):
        assert sum(low <= age <= high for age in ages) >= 5


def test_it_has_what_every_ledger_has() -> None:
    invoices = {row.invoice: row for row in rows("invoices.csv") if isinstance(row, InvoiceRow)}
    payments = [row for row in rows("payments.csv") if isinstance(row, PaymentRow)]
    bills = [row for row in invoices.values() if row.kind == "invoice"]
    assert any(row.due is None for row in bills)
    assert any(row.discount_until and row.discount_until >= DAY for row in bills)
    assert any(row.not_sent for row in bills)
    assert any(row.invoice is None for row in payments)
    named = [(row, invoices[row.invoice]) for row in payments if row.invoice]
    assert any(row.amount.minor < invoice.amount.minor for row, invoice in named)
    assert any(row.amount.minor > invoice.amount.minor for row, invoice in named)
    assert len({row.amount.currency for row in bills}) >= 8
    assert any(row.open.minor < row.amount.minor for row in rows("open_items.csv") if isinstance(row, OpenItemRow))


def test_no_export_knows_the_future() -> None:
    for back in (10, 40, portfolio.HISTORY_DAYS):
        on = DAY - timedelta(days=back)
        assert all(row.issued <= on for row in rows("invoices.csv", on) if isinstance(row, InvoiceRow))
        assert all(row.date <= on for row in rows("payments.csv", on) if isinstance(row, PaymentRow))


def test_addresses_are_at_reserved_domains_only() -> None:
    for firm in (*FIRMS, *TAKEN_OVER):
        for _, address in (desk(firm), management(firm)):
            assert address.endswith(".example")
    assert all(address.endswith(".example") for address in portfolio.answers())


def test_the_day_is_one_of_work() -> None:
    for back in range(400):
        clock = DAY - timedelta(days=back)
        day = working_day(clock, COUNTRY)
        assert day <= clock <= day + timedelta(days=10)
        assert not is_rest(day, COUNTRY)
    assert working_day(DAY, COUNTRY) == DAY
    assert all(not is_rest(day, COUNTRY) and day < DAY for day in past_days(portfolio.build(DAY), COUNTRY))
