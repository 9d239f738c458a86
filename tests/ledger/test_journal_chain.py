"""The journal: one hash chain an account, which holds through everything and shows what was tampered with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from dunwell.ledger import journal
from tests.support.firm import MONDAY, Firm, owing


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """A firm after a week."""
    owing(firm, MONDAY, 2)
    firm.run(MONDAY)
    firm.payments(MONDAY, "A001,INV-A001,2026-03-01,30.00,GBP,x")
    firm.run(MONDAY + timedelta(days=12))
    assert firm.broken() == []
    return firm


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET why = 'nothing happened' WHERE account_id = 1 AND seq = 4",
        "UPDATE journal SET who = 'Ada' WHERE account_id = 1 AND seq = 2",
        "UPDATE journal SET data = '{}' WHERE account_id = 1 AND what = 'invoice_imported'",
        "UPDATE journal SET \"on\" = '2026-01-01' WHERE account_id = 1 AND seq = 3",
        "DELETE FROM journal WHERE account_id = 1 AND seq = 3",
        "DELETE FROM journal WHERE account_id = 1 AND seq = (SELECT max(seq) FROM journal WHERE account_id = 1)",
        "DELETE FROM journal WHERE account_id = 1",
        "UPDATE journal SET seq = seq + 100 WHERE account_id = 1 AND seq > 3",
        "UPDATE account SET head = 'abc' WHERE id = 1",
    ],
)
def test_an_entry_changed_removed_or_moved_is_found(busy: Firm, change: str) -> None:
    with busy.books.write() as work:
        work.session.execute(text(change))
    found = busy.broken()
    assert found
    assert all("account A001" in sentence for sentence in found)


def test_a_cycles_seal_is_over_every_accounts_head(busy: Firm) -> None:
    with busy.books.read() as work:
        digest = journal.seal(work)
        sealed = work.session.execute(text('SELECT digest FROM cycle ORDER BY "on" DESC')).scalars().first()
    assert digest == sealed
    with busy.books.write() as work:
        work.session.execute(text("UPDATE account SET head = 'abc' WHERE id = 2"))
    with busy.books.read() as work:
        assert journal.seal(work) != sealed


def test_the_journal_holds_no_name_and_no_address(busy: Firm) -> None:
    """Invariant 12: identifiers only; what is personal stands beside and can be erased."""
    with busy.books.read() as work:
        rows = work.session.execute(text("SELECT why, data, what, who FROM journal")).all()
    told = " ".join(str(cell) for row in rows for cell in row)
    for personal in ("Person A001", "Firm A001", "a001.example"):
        assert personal not in told
