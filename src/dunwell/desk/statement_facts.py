"""The facts of a statement of account, from those of the letter that it goes with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dunwell.desk import facts as facts_of
from dunwell.desk.facts import Matter
from dunwell.desk.office import Office
from dunwell.letters.facts import Facts, InvoiceFacts, Total
from dunwell.letters.statement import Movement, Section, StatementFacts, payable
from dunwell.terms.money import Money, zero


def of_statement(office: Office, matter: Matter, facts: Facts, banner: str) -> StatementFacts:
    """The account's statement: all that is open, what is not asked for marked, and what moved since the last one."""
    invoices = sorted((*facts.invoices, *facts.others), key=lambda one: (one.due or date.max, one.number))
    asked = {one.number for one in payable(invoices, facts.as_of)}
    # One debt has one reference, in the letter and on the statement beside it.
    same = asked == {one.number for one in facts.invoices}
    reference = facts.payment_reference if same else matter.account.number
    unapplied = {money.currency: money for money in matter.background.unapplied}
    currencies = dict.fromkeys([one.amount.currency for one in invoices] + list(unapplied))
    sections = []
    for currency in currencies:
        theirs = tuple(one for one in invoices if one.amount.currency == currency)
        loose = unapplied.get(currency, zero(currency))
        sections.append(Section(theirs, loose, _asked(office, matter, payable(theirs, facts.as_of), loose, reference)))
    moved = (Movement(one.on, one.kind, one.detail, one.amount) for one in matter.background.movements)
    return StatementFacts(
        as_of=facts.as_of,
        creditor=facts.creditor,
        account=facts.account,
        sections=tuple(sections),
        payment_reference=reference,
        banner=None if banner == "none" else banner,
        since=matter.background.since,
        movements=tuple(moved),
        interest=matter.interest,
    )


def _asked(
    office: Office, matter: Matter, invoices: Sequence[InvoiceFacts], loose: Money, reference: str
) -> Total | None:
    principal, charges = zero(loose.currency), zero(loose.currency)
    for one in invoices:
        back = one.held_back or zero(loose.currency)
        principal, charges = facts_of.without(principal + one.open_principal, charges + one.charges, back)
    if (principal + charges - loose).minor <= 0 or not office.creditor.bank_account(loose.currency):
        return None
    return facts_of.total_of(office, matter, reference, principal - loose, charges)
