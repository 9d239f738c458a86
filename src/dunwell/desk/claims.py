"""Claims of payment: held against the payments that nobody has matched, and offered to the collector."""

from __future__ import annotations

from dunwell.desk.office import Office
from dunwell.ledger import claiming, tasks
from dunwell.ledger.claiming import LoosePayment, OpenClaim
from dunwell.rules.claims import fits
from dunwell.terms.moment import Moment


def offer(office: Office, moment: Moment) -> int:
    """Make a task of each payment that may be what an open claim speaks of; returns how many are new."""
    with office.books.read() as work:
        claims = claiming.open_claims(work)
        payments = claiming.loose_payments(work) if claims else []
    found = [
        (claim, payment, why)
        for claim in claims
        for payment in payments
        if not payment.invoice_ids & claim.invoice_ids and (why := fits(claim.claimed, payment.loose))
    ]
    if not found:
        return 0
    with office.books.write() as work:
        return sum(
            tasks.make(
                work,
                f"claim_payment:{claim.id}:{payment.id}",
                "claim_payment",
                _text(claim, payment, why),
                made_on=moment.on,
                account_id=claim.account_id,
            )
            for claim, payment, why in found
        )


def _text(claim: OpenClaim, payment: LoosePayment, why: tuple[str, ...]) -> str:
    whose = "" if payment.account_id == claim.account_id else f", booked for account {payment.account},"
    return (
        f"{claim.claimed.name} says that {', '.join(claim.claimed.numbers)} is paid: the payment of "
        f"{payment.loose.amount} of {payment.loose.on} ({payment.loose.words or 'without a reference'}){whose} may be "
        f"it ({' and '.join(why)}). Match it in the ledger, or close claim {claim.id}"
    )
