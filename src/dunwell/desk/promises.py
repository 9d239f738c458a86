"""Promises: judged by the books at the start of the day, kept ones as soon as the money is there."""

from __future__ import annotations

from datetime import date

from dunwell.desk.office import Office
from dunwell.ledger import answers, cases, judging
from dunwell.ledger.journal import Pen
from dunwell.ledger.judging import OpenPromise
from dunwell.rules.promises import judged, reminds
from dunwell.terms.agreement import PromiseState
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money


def judge(office: Office, moment: Moment) -> int:
    """Judge every open promise, close the claims that have come true, and remind of promises that are due, once each,
    where the policy says so; returns how many promises were broken."""
    pen = Pen(moment.now, moment.on)
    with office.books.read() as work:
        known = cases.payments_as_of(work)
        states = [(one, _state(office, one, moment, known)) for one in judging.open_promises(work)]
    done = [(one, state) for one, state in states if state is not PromiseState.OPEN]
    near = [one for one, state in states if state is PromiseState.OPEN and _reminds(office, one, moment)]
    with office.books.write() as work:
        work.lock_accounts({one.account_id for one in (*near, *(one for one, _ in done))})
        for one, judgement in done:
            judging.judge(work, one, judgement, pen)
        judging.close_found_claims(work, pen)
        for one in near:
            key, ids = f"promise_due:{one.id}", one.invoice_ids
            answers.propose(work, key, one.account_id, "promise_due", ids, moment.on, about=one.id)
    return sum(judgement in (PromiseState.BROKEN, PromiseState.PART_KEPT) for _, judgement in done)


def _reminds(office: Office, one: OpenPromise, moment: Moment) -> bool:
    return reminds(one.by, one.made_on, office.policy.rules_for(one.account), one.account.country, moment.on)


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
