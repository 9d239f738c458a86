"""An account in the litigation queue, put there without the months before."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.ledger import lookup, referrals
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import TouchRow
from tests.support.firm import Firm, moment


def referred(firm: Firm, on: date, account: str = "A", amount: str = "500.00") -> str:
    """An account with two invoices, whose final notice's deadline has passed; returns its referral's id."""
    numbers = [f"{account}-1", f"{account}-2"]
    firm.customers(on, [account])
    due = on - timedelta(days=140)
    firm.invoices(on, *(f"{account},{number},2025-09-01,{due},{amount},GBP" for number in numbers))
    firm.payments(on)
    with firm.books.write() as work:
        key = lookup.account_id(work, account)
        assert key is not None
        row = work.lock_account(key)
        for number in numbers:
            invoice = lookup.invoice_id(work, number)
            assert invoice is not None
            sent = on - timedelta(days=12)
            work.session.add(
                TouchRow(
                    invoice_id=invoice, stage="litigation", round=1, letter="final_notice", due_on=sent, on=sent,
                    state="sent", deadline=on - timedelta(days=2),
                )
            )  # fmt: skip
            referrals.refer(work, row, invoice, number, "the last deadline has passed", Pen(moment(on).now, on))
        work.flush()
        (found,) = [one for one in referrals.queue(work) if one.account.number == account]
    return found.id


def pay_all(firm: Firm, on: date, account: str = "A", amount: str = "500.00") -> None:
    """Both invoices are paid."""
    firm.payments(on, *(f"{account},{account}-{n},{on},{amount},GBP,{account}{n}" for n in (1, 2)))
