"""Outcomes: what a person says came of a task, written to the books. A promise by telephone is a promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import agreeing, calls, cases, notices, posting, tasks
from dunwell.ledger.agreeing import Concerned, Source
from dunwell.ledger.books import Work
from dunwell.ledger.calls import OpenInvoice
from dunwell.ledger.journal import Pen
from dunwell.ledger.tasks import Found
from dunwell.rules import promises
from dunwell.rules.promises import Offered
from dunwell.terms.agreement import Claim, DisputeCode
from dunwell.terms.calendar import add_working_days
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money, MoneyError, totals
from dunwell.terms.outcome import Outcome

OUTCOMES = tuple(outcome.value for outcome in Outcome)
CODES = tuple(code.value for code in DisputeCode)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says: an `Outcome` and, of a dispute, a `DisputeCode`, by their names. `amount` in major units,
    with its currency where it was said; `invoices` are numbers."""

    outcome: str
    by: str
    reason: str = ""
    promise_date: date | None = None
    amount: tuple[Decimal, str | None] | None = None
    code: str = DisputeCode.OTHER.value
    on: date | None = None
    reference: str | None = None
    paid_on: date | None = None
    invoices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """What was written down, in words, and what a person should know of it."""

    task: str
    outcome: str
    effect: str
    warnings: tuple[str, ...] = ()


@dataclass
class _Hand:
    """What is at hand while one outcome is recorded."""

    office: Office
    work: Work
    found: Found
    account_id: int
    said: Said
    pen: Pen
    warnings: list[str] = field(default_factory=list)

    @property
    def source(self) -> Source:
        return Source(self.said.by, self.said.reason or f"task {self.found.task.id}")


def record(office: Office, task_id: int, said: Said, moment: Moment) -> Recorded:
    """Record what came of a task. Raises CannotDo, having changed nothing."""
    if said.outcome not in OUTCOMES:
        raise CannotDo(f"{said.outcome!r} is no outcome; the outcomes are {', '.join(OUTCOMES)}")
    if said.code not in CODES:
        raise CannotDo(f"{said.code!r} is no code; the codes are {', '.join(CODES)}")
    pen = Pen(moment.now, moment.on, said.by)
    with office.books.write() as work:
        found = tasks.find(work, task_id)
        if found is None:
            raise CannotDo(f"there is no task {task_id}: see `dunwell tasks list`")
        if found.account_id is not None:
            work.lock_account(found.account_id)
            found = tasks.find(work, task_id) or found
        if found.task.state != "open":
            raise CannotDo(f"task {task_id} is {found.task.state} already")
        if found.account_id is None and said.outcome not in (Outcome.DONE, Outcome.CALL_BACK, Outcome.NO_ANSWER):
            raise CannotDo(f"task {task_id} is about no account: its outcome can be done, call_back or no_answer")
        hand = _Hand(office, work, found, found.account_id or 0, said, pen)
        effect, again_on = _effect(hand)
        tasks.end(work, found, said.outcome, said.reason, pen, again_on=again_on)
    return Recorded(found.task.id, said.outcome, effect, tuple(hand.warnings))


def _effect(hand: _Hand) -> tuple[str, date | None]:
    """Write down what follows; says it in words, and on which day the task is due again, if it is."""
    effect, again_on = "closed", None
    match hand.said.outcome:
        case Outcome.PROMISED:
            effect = _promised(hand)
        case Outcome.PAID:
            effect = _paid(hand)
        case Outcome.DISPUTED:
            effect = _disputed(hand)
        case Outcome.CALL_BACK | Outcome.NO_ANSWER:
            again_on = _again(hand)
            effect = f"due again on {again_on}"
        case Outcome.WRONG_NUMBER:
            _task(hand, "wrong_number", f"wrong_number:{hand.found.task.account}", "find a number that reaches them")
            effect = "a task asks for another number"
        case Outcome.REFUSED:
            text = f"refuses to pay{f': {hand.said.reason}' if hand.said.reason else ''}; decide what follows"
            _task(hand, "refused", f"refused:{hand.found.key}", text, role="owner")
            effect = "a task for the owner"
        case Outcome.DONE:
            letter = posting.by_task(hand.found.key)
            if letter is not None and posting.posted(hand.work, letter, hand.pen.on, hand.pen) is None:
                effect = "the letter is marked as posted"
            notice = notices.by_task(hand.work, hand.found.key)
            if notice is not None and not isinstance(
                notices.report(hand.work, notice, hand.said.reason, hand.pen), str
            ):
                effect = "the notice is reported as done"
    return effect, again_on


def _task(hand: _Hand, kind: str, key: str, text: str, *, role: str = "collector") -> None:
    name = cases.locked_account(hand.work, hand.account_id).name
    task = hand.found
    tasks.make(
        hand.work, key, kind, f"{name}: {text}", made_on=hand.pen.on, role=role,
        account_id=hand.account_id, invoice_id=task.invoice_id,
    )  # fmt: skip


def _again(hand: _Hand) -> date:
    today, on = hand.pen.on, hand.said.on
    if on is not None and on < today:
        raise CannotDo(f"--on: {on} has passed: give today or a later day")
    if on is not None:
        return on
    country = hand.office.creditor.country
    if hand.account_id:
        country = cases.locked_account(hand.work, hand.account_id).country
    return add_working_days(today, 1, country)


def _concerned(hand: _Hand) -> list[OpenInvoice]:
    """The open invoices that it is about: those named; of a call all that are due; else the task's own."""
    everything = calls.open_invoices(hand.work, hand.account_id)
    if hand.said.invoices:
        known = {one.concerned.number: one for one in everything}
        if lack := [number for number in hand.said.invoices if number not in known]:
            raise CannotDo(f"--invoice: {lack[0]} is no open invoice of this account")
        return [known[number] for number in dict.fromkeys(hand.said.invoices)]
    own = [one for one in everything if one.concerned.invoice_id == hand.found.invoice_id]
    if hand.found.task.kind != "call" and own:
        return own
    late = [one for one in everything if one.due is not None and one.due <= hand.pen.on]
    if not (found := late or everything):
        raise CannotDo("nothing is open on this account any more: close the task with --outcome done")
    return found


def _money(hand: _Hand, among: Sequence[OpenInvoice]) -> Money | None:
    """The amount that was said, in the currency that was said or, where there is only one, that is owed."""
    if hand.said.amount is None:
        return None
    amount, currency = hand.said.amount
    known = [one.currency for one in totals(one.outstanding for one in among)]
    if currency is None and len(known) > 1:
        raise CannotDo(f"--amount: say in which currency, such as '{amount} {known[0]}'")
    if currency is not None and currency not in known:
        raise CannotDo(f"--amount: {currency} is another currency than what is owed: {', '.join(known)}")
    try:
        money = Money.of(amount, currency or known[0])
    except MoneyError as error:
        raise CannotDo(f"--amount: {error}") from None
    if money.minor <= 0:
        raise CannotDo(f"--amount: {money} is nothing")
    return money


def _promised(hand: _Hand) -> str:
    by = hand.said.promise_date
    if by is None:
        raise CannotDo("--promise-date: say for which day it was promised")
    concerned = _concerned(hand)
    amount = _money(hand, concerned)
    currencies = [amount.currency] if amount else [one.currency for one in totals(c.outstanding for c in concerned)]
    for currency in currencies:
        _promise(hand, by, amount, [one for one in concerned if one.outstanding.currency == currency])
    return f"promise of {amount or 'all that is owed'} by {by} recorded"


def _promise(hand: _Hand, by: date, amount: Money | None, among: Sequence[OpenInvoice]) -> None:
    account = cases.locked_account(hand.work, hand.account_id)
    rules = hand.office.policy.rules_for(account)
    (open_sum,) = totals(one.outstanding for one in among)
    offered = Offered(by, amount)
    if why := promises.impossible(offered, open_sum, hand.pen.on):
        raise CannotDo(why)
    made = agreeing.promises_made(hand.work, [one.concerned.invoice_id for one in among])
    if why := promises.beyond(offered, max(made.values(), default=0), rules, hand.pen.on):
        hand.warnings.append(f"recorded although {why}")
    lines: list[Concerned] = [one.concerned for one in among]
    if amount is not None:
        shares = promises.spread(amount, [one.outstanding for one in among])
        lines = [one.concerned.sharing(share) for one, share in zip(among, shares, strict=True)]
    agreeing.add_promise(
        hand.work, hand.account_id, lines, by, amount, open_sum.currency, hand.source, hand.pen,
        stops=promises.stops(offered, open_sum, rules),
    )  # fmt: skip


def _paid(hand: _Hand) -> str:
    account = cases.locked_account(hand.work, hand.account_id)
    rules = hand.office.policy.rules_for(account)
    concerned = _concerned(hand)
    amount = _money(hand, concerned)
    if hand.said.paid_on is not None and hand.said.paid_on > hand.pen.on + timedelta(days=1):
        raise CannotDo(f"--paid-on: {hand.said.paid_on} has not come: that is a promise")
    until = add_working_days(hand.pen.on, rules.claims.wait, account.country)
    claim = Claim(hand.pen.on, until, hand.said.paid_on, amount, hand.said.reference)
    if amount is not None:
        concerned = [one for one in concerned if one.outstanding.currency == amount.currency]
    lines = [one.concerned for one in concerned]
    agreeing.add_claim(hand.work, hand.account_id, lines, claim, hand.source, hand.pen)
    return f"said to be paid: the bank has until {until}"


def _disputed(hand: _Hand) -> str:
    concerned = _concerned(hand)
    own = [one for one in concerned if one.concerned.invoice_id == hand.found.invoice_id]
    about = concerned if hand.said.invoices or len(concerned) == 1 else own
    if not about:
        numbers = ", ".join(one.concerned.number for one in concerned)
        raise CannotDo(f"--invoice: say which invoice is in dispute: {numbers}")
    amount = _money(hand, about)
    if amount is not None and (len(about) > 1 or amount.minor > about[0].outstanding.minor):
        raise CannotDo(f"--amount: {amount} is not part of one invoice: {about[0].outstanding} is open on it")
    for one in about:
        agreeing.add_dispute(
            hand.work, hand.account_id, one.concerned, one.outstanding.currency, hand.source, hand.pen,
            code=DisputeCode(hand.said.code), amount=amount.minor if amount else None,
        )  # fmt: skip
    return f"dispute opened about {', '.join(one.concerned.number for one in about)}"
