"""Promises: judged by the books at the start of the day, kept ones as soon as the money is there."""

from __future__ import annotations

from datetime import date

from dunwell.desk.office import Office
from dunwell.ledger import cases, judging
from dunwell.ledger.journal import Pen
from dunwell.ledger.judging import OpenPromise
from dunwell.rules.promises import judged
from dunwell.terms.agreement import PromiseState
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money


def judge(office: Office, moment: Moment) -> int:
    """Judge every open promise, and close the claims that have come true; returns how many promises were broken."""
    pen = Pen(moment.now, moment.on)
    with office.books.read() as work:
        known = cases.payments_as_of(work)
        states = [(one, _state(office, one, moment, known)) for one in judging.open_promises(work)]
    done = [(one, state) for one, state in states if state is not PromiseState.OPEN]
    with office.books.write() as work:
        work.lock_accounts({one.account_id for one, _ in done})
        for one, state in done:
            judging.judge(work, one, state, pen)
        judging.close_found_claims(work, pen)
    return sum(state in (PromiseState.BROKEN, PromiseState.PART_KEPT) for _, state in done)


def _state(office: Office, one: OpenPromise, moment: Moment, known: date | None) -> PromiseState:
    return judged(
        one.by,
        Money(one.promised, one.currency),
        Money(one.received, one.currency),
        Money(one.left, one.currency),
        one.account,
        office.policy.rules_for(one.account),
        known,
        moment.on,
    )
