"""Disputes: opened and resolved by people, and what is to be credited looked for in the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dunwell.desk import named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Recorded, Wanted
from dunwell.ledger import agreeing, answers, crediting, ending, tasks
from dunwell.ledger.agreeing import Source
from dunwell.ledger.books import Work
from dunwell.ledger.crediting import Promised
from dunwell.ledger.ending import OpenDispute
from dunwell.ledger.journal import Pen
from dunwell.terms.agreement import DisputeCode
from dunwell.terms.calendar import add_working_days
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money

CODES = tuple(code.value for code in DisputeCode)
OUTCOMES = ("credited", "rejected", "partly")
_DAYS_TO_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Opening:
    """A dispute as a person opens it: about `amount`, or all; `owner` settles it."""

    code: str
    amount: Decimal | None = None
    owner: str | None = None


def open_dispute(office: Office, number: str, opening: Opening, wanted: Wanted, moment: Moment) -> Recorded:
    """Open a dispute about an invoice, or about part of it; raises CannotDo, having changed nothing."""
    named.said(wanted.who)
    if opening.code not in CODES:
        raise CannotDo(f"{opening.code!r} is no code; the codes are {', '.join(CODES)}")
    pen = Pen(moment.now, moment.on, wanted.who)
    with office.books.write() as work:
        found = named.open_invoices(work, [number])
        (row,) = found.invoices
        free = Money(row.outstanding.minor - crediting.in_dispute(work, row.concerned.invoice_id), found.currencies[0])
        if free.minor <= 0:
            raise CannotDo(f"all of invoice {number} is in dispute already: `dunwell dispute list` has it")
        amount = None if opening.amount is None else named.money(opening.amount, free.currency)
        if amount is not None and amount.minor > free.minor:
            raise CannotDo(f"{amount} is disputed, and {free} is open that is not in dispute")
        key = agreeing.add_dispute(
            work,
            found.account_id,
            row.concerned,
            free.currency,
            Source(wanted.who, wanted.reason),
            pen,
            code=DisputeCode(opening.code),
            amount=amount.minor if amount else None,
            owner=opening.owner or wanted.who,
            due_on=add_working_days(moment.on, _DAYS_TO_ANSWER, found.account.country),
        )
        if wanted.tell:
            _answer(work, key, found.account_id, row.concerned.invoice_id, "dispute_acknowledged", moment)
    return Recorded((str(key),))


def resolve(
    office: Office, dispute_id: str, outcome: str, amount: Decimal | None, wanted: Wanted, moment: Moment
) -> Recorded:
    """End a dispute: `credited` (all that was disputed), `partly` (`amount` of it) or `rejected`. Raises CannotDo.

    Nothing is booked by it: what is to be credited is not asked for until the books show it, or too long has passed.
    """
    named.said(wanted.who)
    if outcome not in OUTCOMES:
        raise CannotDo(f"{outcome!r} is no outcome; the outcomes are {', '.join(OUTCOMES)}")
    pen = Pen(moment.now, moment.on, wanted.who)
    with office.books.write() as work:
        known = dispute_id.isdecimal() and len(dispute_id) < 10
        found = ending.open_dispute(work, int(dispute_id)) if known else None
        if found is None:
            raise CannotDo(f"no dispute has the id {dispute_id}: `dunwell dispute list` has them")
        if isinstance(found, str):
            raise CannotDo(f"dispute {dispute_id} is {found} already")
        credited = _credited(found, outcome, amount)
        ending.resolve_dispute(work, found, outcome, credited, pen, wanted.reason)
        crediting.judge(work, found.account_id, pen)
        if wanted.tell:
            _answer(work, found.id, found.account_id, found.invoice_id, "dispute_closed", moment)
    return Recorded((dispute_id,))


def _credited(found: OpenDispute, outcome: str, amount: Decimal | None) -> Money | None:
    """How much is to be credited."""
    disputed = found.amount or found.open
    said = None if amount is None else named.money(amount, found.open.currency)
    if outcome == "rejected":
        if said is not None:
            raise CannotDo("--amount: of a dispute that is rejected nothing is credited")
        return None
    if outcome == "partly" and said is None:
        raise CannotDo("--amount: say how much of it is credited")
    if said is not None and said.minor > disputed.minor:
        raise CannotDo(f"{said} is more than was disputed ({disputed})")
    if outcome == "partly" and said == disputed:
        raise CannotDo(f"{said} is all that was disputed: say --outcome credited")
    if outcome == "credited" and said is not None and said != disputed:
        raise CannotDo(f"{said} is not all that was disputed ({disputed}): say --outcome partly")
    return said or disputed


def judge(office: Office, moment: Moment) -> int:
    """Look which credits the books show by now, and ask a person for those that take too long; returns how many."""
    pen = Pen(moment.now, moment.on)
    within = office.policy.disputes.credit_within
    late = 0
    with office.books.write() as work:
        accounts = crediting.accounts_waiting(work)
        work.lock_accounts(accounts)
        for account_id in accounts:
            for one in crediting.judge(work, account_id, pen):
                if moment.on > one.ended_on + timedelta(days=within):
                    _give_up(work, one, pen)
                    late += 1
    return late


def _give_up(work: Work, one: Promised, pen: Pen) -> None:
    """The credit took too long: it is asked for again, and a person hears of it."""
    crediting.give_up(work, one, pen)
    text = (
        f"dispute {one.id} about {one.number} ended on {one.ended_on} with a credit of "
        f"{Money(one.credited, one.currency)}, and the ledger does not show it: have it booked. It is asked for again"
    )
    tasks.make(
        work,
        f"credit_missing:{one.id}",
        "credit_missing",
        text,
        made_on=pen.on,
        account_id=one.account_id,
        invoice_id=one.invoice_id,
    )


def _answer(work: Work, key: int, account_id: int, invoice_id: int, letter: str, moment: Moment) -> None:
    answers.propose(work, f"{letter}:{key}", account_id, letter, [invoice_id], moment.on, about=key)
