"""Writing off, by people: what is not expected any more ends its case, and can be taken back."""

from __future__ import annotations

from decimal import Decimal

from dunwell.desk import named, users
from dunwell.desk.named import Named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import lookup, writing_off
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.rules.approving import may_write_off
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money
from dunwell.terms.user import UserRole


def write_off(office: Office, number: str, amount: Decimal | None, wanted: Wanted, moment: Moment) -> Money:
    """Write off an invoice's open principal, or `amount` of it; with all of it the charges are waived.

    Returns how much. Raises CannotDo, having changed nothing.
    """
    named.said(wanted.who, wanted.reason, needs_reason=True)
    with office.books.write() as work:
        found = named.open_invoices(work, [number])
        (row,) = found.invoices
        principal = lookup.open_principal(work, row.concerned.invoice_id)
        part = principal if amount is None else named.money(amount, principal.currency)
        if part.minor > principal.minor:
            raise CannotDo(f"{part} is more than the open principal, {principal}; charges are waived, not written off")
        account = work.lock_account(found.account_id)
        _check_limit(office, work, found, part, wanted.who)
        pen = Pen(moment.now, moment.on, wanted.who)
        writing_off.write_off(work, account, row.concerned.invoice_id, part.minor, pen, wanted.reason)
    return part


def _check_limit(office: Office, work: Work, found: Named, part: Money, who: str) -> None:
    """Raises CannotDo where `who` may not write so much off, with what is written off of the invoice already."""
    (row,) = found.invoices
    before = Money(writing_off.total(work, row.concerned.invoice_id), part.currency)
    rules, role = office.policy.rules_for(found.account), users.role_in(work, who)
    if may_write_off(role, before + part, rules):
        return
    if role is None:
        raise CannotDo(f"the policy limits write-offs by role (amounts.write_off), and no user is called {who!r}")
    if role is UserRole.AUDITOR:
        raise CannotDo("an auditor writes nothing off")
    limit = rules.amounts.write_off_limits(part.currency)[role]
    already = f", and {before} of it is written off already" if before else ""
    raise CannotDo(f"{part} is more than a {role} may write off of an invoice ({limit} {part.currency}){already}")


def undo(office: Office, number: str, wanted: Wanted, moment: Moment) -> Money:
    """Take the newest write-off of an invoice back: it is chased again. Raises CannotDo, having changed nothing."""
    named.said(wanted.who, wanted.reason, needs_reason=True)
    with office.books.write() as work:
        key = lookup.invoice_id(work, number)
        if key is None:
            raise CannotDo(named.no_invoice(work, number))
        account = work.lock_account(lookup.owner_of(work, key))
        done = writing_off.undo(work, account, key, Pen(moment.now, moment.on, wanted.who), wanted.reason)
        if isinstance(done, str):
            raise CannotDo(f"invoice {number}: {done}")
    return done
