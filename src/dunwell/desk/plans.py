"""Instalment plans: offered and agreed by people, their parts judged by the books at the start of each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.desk import named
from dunwell.desk.named import Named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import answers, cases, plans
from dunwell.ledger.agreeing import Concerned, Source
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.plans import Plan
from dunwell.letters.facts import PartFacts, PlanFacts
from dunwell.rules import instalments
from dunwell.rules.policy import Policy
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Terms:
    """How a plan is to be paid, where a person says so; else as the policy has it."""

    parts: int | None = None
    first: date | None = None


def offer(office: Office, numbers: Sequence[str], terms: Terms, wanted: Wanted, moment: Moment) -> str:
    """Offer to pay these invoices in parts: the offer goes out with the answers. Returns its id; raises CannotDo."""
    named.said(wanted.who)
    pen = Pen(moment.now, moment.on, wanted.who)
    with office.books.write() as work:
        found = named.open_invoices(work, numbers)
        key = _offered(office, work, found, terms, wanted, pen)
        _tell(work, found.account_id, "plan_offered", [one.concerned.invoice_id for one in found.invoices], key, pen)
    return str(key)


def agree(office: Office, what: Sequence[str], terms: Terms, wanted: Wanted, moment: Moment) -> str:
    """Agree the plan with this id, or a new one about these invoices: the confirmation goes out with the answers.

    A plan agreed before about the same invoices gives way. Returns its id; raises CannotDo, having changed nothing.
    """
    named.said(wanted.who)
    pen = Pen(moment.now, moment.on, wanted.who)
    with office.books.write() as work:
        by_id = len(what) == 1 and what[0].isdecimal() and len(what[0]) < 10
        plan = plans.get(work, int(what[0])) if by_id and not terms.parts else None
        if plan is None:
            if not terms.parts or not terms.first:
                raise CannotDo(f"no plan has the id {what[0]}; of invoices say --parts and --first")
            found = named.open_invoices(work, what)
            plan = plans.get(work, _offered(office, work, found, terms, wanted, pen))
        if plan is None or plan.state != "offered":
            raise CannotDo(f"plan {what[0]} is {plan.state if plan else 'gone'}: only an offered one can be agreed")
        if plan.left != plan.total.minor:
            left = Money(plan.left, plan.total.currency)
            raise CannotDo(f"plan {plan.id} is about {plan.total}, and {left} is open by now: offer another")
        plans.agree(work, plan, pen, wanted.reason)
        _tell(work, plan.account_id, "plan_agreed", plan.invoice_ids, plan.id, pen)
    return str(plan.id)


def void(office: Office, plan_id: str, wanted: Wanted, moment: Moment) -> None:
    """End a plan by a person's word: its invoices are chased again. Raises CannotDo."""
    named.said(wanted.who, wanted.reason, needs_reason=True)
    with office.books.write() as work:
        plan = plans.get(work, int(plan_id)) if plan_id.isdecimal() and len(plan_id) < 10 else None
        if plan is None:
            raise CannotDo(f"no plan has the id {plan_id}: `dunwell plan list` has them")
        if plan.state not in ("offered", "agreed"):
            raise CannotDo(f"plan {plan_id} is {plan.state} already")
        plans.end(work, plan, "void", Pen(moment.now, moment.on, wanted.who), wanted.reason)


def _offered(office: Office, work: Work, found: Named, terms: Terms, wanted: Wanted, pen: Pen) -> int:
    if len(found.currencies) > 1:
        raise CannotDo(f"the invoices are in {' and '.join(found.currencies)}: name those of one currency")
    concerned = [one.concerned for one in found.invoices]
    source = Source(wanted.who, wanted.reason)
    return add(office, work, found.account_id, concerned, found.currencies[0], terms, source, pen)


def add(
    office: Office,
    work: Work,
    account_id: int,
    concerned: Sequence[Concerned],
    currency: str,
    terms: Terms,
    source: Source,
    pen: Pen,
) -> int:
    """Write down the offer of a plan over these invoices; raises CannotDo where it would be none."""
    account = cases.locked_account(work, account_id)
    total = Money(sum(one.open for one in concerned), currency)
    rules, country = office.policy.rules_for(account), account.country
    count = terms.parts or rules.plans.parts
    first = terms.first or instalments.first_day(rules, pen.on, country)
    if why := instalments.unsound(total, count, first, pen.on):
        raise CannotDo(why)
    return plans.add(
        work,
        work.lock_account(account_id),
        concerned,
        instalments.parts(total, count, first, country),
        instalments.answer_by(rules, pen.on, country),
        source,
        pen,
    )


def _tell(work: Work, account_id: int, letter: str, invoice_ids: Sequence[int], about: int, pen: Pen) -> None:
    answers.propose(work, f"{letter}:{about}", account_id, letter, invoice_ids, pen.on, about=about)


def judge(office: Office, moment: Moment) -> None:
    """Judge every plan by the books: parts paid or missed, plans kept, missed or lapsed; remind of parts to come."""
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        standing = plans.plans(work, states=("offered", "agreed"))
        work.lock_accounts({one.account_id for one in standing})
        known = cases.payments_as_of(work)
        for plan in plans.plans(work, ids=[one.id for one in standing]) if standing else ():
            if plan.state == "offered":
                if plan.answer_by is not None and moment.on > plan.answer_by:
                    plans.end(work, plan, "lapsed", pen, f"not answered by {plan.answer_by}")
            elif plan.state == "agreed":
                _judge(work, plan, office.policy.rules_for(plan.account), known, pen)


def _judge(work: Work, plan: Plan, rules: Policy, known: date | None, pen: Pen) -> None:
    country = plan.account.country
    states = instalments.judged(plan.parts, plan.received, rules, known, pen.on, country)
    if states != plan.states:
        plans.mark(work, plan, states)
    if plan.left <= 0 or all(state == "paid" for state in states):
        plans.end(work, plan, "kept", pen, "all of it is paid")
    elif "missed" in states:
        part = plan.parts[states.index("missed")]
        plans.end(work, plan, "missed", pen, f"part {part.number}, due on {part.due}, did not come")
    elif rules.plans.remind:
        for part, state, key in zip(plan.parts, states, plan.part_ids, strict=True):
            if state == "open" and instalments.remind_on(part, country) <= pen.on <= part.due:
                _tell(work, plan.account_id, "part_due", plan.invoice_ids, key, pen)


def facts(plan: Plan) -> PlanFacts:
    """The plan as letters show it."""
    return PlanFacts(
        tuple(part_facts(plan, index) for index in range(len(plan.parts))), plan.total, plan.answer_by, plan.agreed_on
    )


def part_facts(plan: Plan, index: int) -> PartFacts:
    """One part as letters show it."""
    part = plan.parts[index]
    return PartFacts(part.number, part.due, part.amount, plan.states[index])


def due_with(plan: Plan, index: int) -> Money:
    """What has to come in for the part to be paid: earlier parts first, less what has come already."""
    needed = sum(part.amount.minor for part in plan.parts[: index + 1])
    return Money(max(0, min(needed - plan.received, plan.left)), plan.total.currency)
