"""Explain: where one invoice stands, what was done about it and why, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.desk import named
from dunwell.desk.office import Office
from dunwell.ledger import cases, journal, lookup
from dunwell.ledger.journal import Entry
from dunwell.rules.decide import decide
from dunwell.rules.holding import holding
from dunwell.terms.case import Case
from dunwell.terms.decision import Decision
from dunwell.terms.moment import Moment


class UnknownInvoice(LookupError):
    """No such invoice; the message names the nearest."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One invoice: the case, the decision that holds today, the touches it had, and its journal."""

    case: Case
    state: str
    decision: Decision
    history: tuple[lookup.Happened, ...]
    journal: tuple[Entry, ...]
    held_up_by: tuple[str, ...]
    on: date

    @property
    def days_overdue(self) -> int | None:
        """Days since the due date, 0 until then; None without one."""
        due = self.case.invoice.due
        return None if due is None else max(0, (self.on - due).days)


def decided_now(office: Office, numbers: Sequence[str], moment: Moment) -> dict[str, Decision]:
    """What holds for these invoices today, by number: for those about which there is news since the last cycle."""
    with office.books.read() as work:
        ids = [key for key in (lookup.invoice_id(work, number) for number in numbers) if key is not None]
        loaded = cases.load(work, ids, moment.on, office.around)
    return {one.case.invoice.number: decide(one.case, office.policy, moment.on) for one in loaded}


def explain(office: Office, number: str, moment: Moment) -> Explanation:
    """Everything about invoice `number` as of `moment`; raises UnknownInvoice."""
    with office.books.read() as work:
        invoice_id = lookup.invoice_id(work, number)
        if invoice_id is None:
            raise UnknownInvoice(named.no_invoice(work, number))
        loaded = cases.load(work, [invoice_id], moment.on, office.around)[0]
        decision = decide(loaded.case, office.policy, moment.on)
        return Explanation(
            case=loaded.case,
            state=lookup.state(work, invoice_id),
            decision=decision,
            history=tuple(lookup.history(work, invoice_id)),
            journal=tuple(journal.entries(work, loaded.case.account.number, number)),
            held_up_by=tuple(holding(loaded.case, office.policy.rules_for(loaded.case.account), moment.on)),
            on=moment.on,
        )
