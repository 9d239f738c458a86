"""What people record of customers' words: a promise made by telephone, a claim that is settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dunwell.desk import named
from dunwell.desk.named import Named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import agreeing, answers, ending
from dunwell.ledger.agreeing import Source
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.rules import promises
from dunwell.rules.policy import Policy
from dunwell.rules.promises import Offered
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. `tell`: the customer hears of it at once; else nothing is sent."""

    who: str
    reason: str = ""
    tell: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded, by its ids; what goes beyond the policy is warned of."""

    ids: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def add_promise(
    office: Office,
    numbers: Sequence[str],
    by: date,
    amount: Decimal | None,
    wanted: Wanted,
    moment: Moment,
    *,
    currency: str | None = None,
) -> Recorded:
    """Record a promise; of invoices in several currencies one for each. Raises CannotDo, having changed nothing.

    A person may go beyond what the policy takes from customers by itself, and is warned.
    """
    named.said(wanted.who)
    pen = Pen(moment.now, moment.on, wanted.who)
    with office.books.write() as work:
        found = named.open_invoices(work, numbers)
        if amount is not None and len(found.currencies) > 1:
            raise CannotDo(f"the invoices are in {' and '.join(found.currencies)}: name those of one currency")
        rules = office.policy.rules_for(found.account)
        made = max(one.promises for one in found.invoices)
        warning = promises.beyond(Offered(by), made, rules, moment.on)
        keys = [_promise(work, found, each, by, amount, currency, rules, wanted, pen) for each in found.currencies]
        if wanted.tell:
            ids = [one.concerned.invoice_id for one in found.invoices]
            answers.propose(
                work, f"promise:{keys[0]}", found.account_id, "promise_thanked", ids, moment.on, about=keys[0]
            )
    said = (f"beyond the policy, and recorded by your word: {warning}",) if warning else ()
    return Recorded(tuple(str(key) for key in keys), said)


def _promise(
    work: Work,
    found: Named,
    currency: str,
    by: date,
    amount: Decimal | None,
    said: str | None,
    rules: Policy,
    wanted: Wanted,
    pen: Pen,
) -> int:
    mine, total = found.in_currency(currency), found.total(currency)
    offered = Offered(by, None if amount is None else named.money(amount, currency, said))
    if why := promises.impossible(offered, total, pen.on):
        raise CannotDo(why)
    shares: Sequence[Money | None] = [None] * len(mine)
    if offered.amount is not None:
        shares = promises.spread(offered.amount, [one.outstanding for one in mine])
    concerned = [one.concerned.sharing(share) for one, share in zip(mine, shares, strict=True)]
    return agreeing.add_promise(
        work,
        found.account_id,
        concerned,
        by,
        offered.amount,
        currency,
        Source(wanted.who, wanted.reason),
        pen,
        stops=promises.stops(offered, total, rules),
    )


def withdraw_promise(office: Office, promise_id: str, wanted: Wanted, moment: Moment) -> None:
    """End an open promise by a person's word; raises CannotDo."""
    _end(office, "promise", promise_id, wanted, moment)


def close_claim(office: Office, claim_id: str, wanted: Wanted, moment: Moment) -> None:
    """End an open claim of payment by a person's word; raises CannotDo."""
    _end(office, "claim", claim_id, wanted, moment)


def _end(office: Office, what: str, key: str, wanted: Wanted, moment: Moment) -> None:
    named.said(wanted.who, wanted.reason, needs_reason=True)
    pen = Pen(moment.now, moment.on, wanted.who)
    end = ending.withdraw_promise if what == "promise" else ending.close_claim
    with office.books.write() as work:
        before = end(work, int(key), pen, wanted.reason) if key.isdecimal() and len(key) < 10 else None
        if before is None:
            raise CannotDo(
                f"no {what} has the id {key}: `dunwell {what}{'s' if what == 'claim' else ''} list` has them"
            )
        if before != "open":
            raise CannotDo(f"{what} {key} is {before.replace('_', ' ')} already: only an open one can be ended")
