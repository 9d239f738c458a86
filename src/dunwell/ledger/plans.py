"""Instalment plans in the books: offered, agreed, judged by what came in, ended. Whoever writes holds the lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import journal
from dunwell.ledger.agreeing import Concerned, Source, look_again
from dunwell.ledger.books import Work
from dunwell.ledger.cases import account_of
from dunwell.ledger.journal import Pen
from dunwell.ledger.lever_tables import PartRow, PlanLineRow, PlanRow
from dunwell.ledger.tables import AccountRow, InvoiceRow
from dunwell.rules.instalments import Part
from dunwell.terms.account import Account
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its parts; `received` is what has come in since it was agreed, `left` what is open still, in minor
    units."""

    id: int
    account_id: int
    account: Account
    state: str
    offered_on: date
    answer_by: date | None
    agreed_on: date | None
    ended_on: date | None
    total: Money
    invoice_ids: tuple[int, ...]
    invoices: tuple[str, ...]
    parts: tuple[Part, ...]
    states: tuple[str, ...]
    part_ids: tuple[int, ...]
    received: int
    left: int
    who: str
    words: str


def add(
    work: Work,
    account: AccountRow,
    concerned: Sequence[Concerned],
    parts: Sequence[Part],
    answer_by: date | None,
    source: Source,
    pen: Pen,
) -> int:
    """Offer a plan, to be answered by a day; returns its id."""
    currency = parts[0].amount.currency
    row = PlanRow(
        account_id=account.id or 0,
        reply_id=source.reply_id,
        state="offered",
        offered_on=pen.on,
        answer_by=answer_by,
        total=sum(part.amount.minor for part in parts),
        currency=currency,
        who=source.who,
        why=source.why,
    )
    work.session.add(row)
    work.session.flush()
    key = row.id or 0
    for part in parts:
        work.session.add(PartRow(plan_id=key, number=part.number, due=part.due, amount=part.amount.minor))
    for one in concerned:
        work.session.add(PlanLineRow(plan_id=key, invoice_id=one.invoice_id, open_then=one.open))
        said = str(Money(row.total, currency))
        journal.write(work, account, pen, "plan_offered", invoice=one.number, why=source.why, plan=key, total=said)
    work.session.flush()
    return key


def agree(work: Work, plan: Plan, pen: Pen, why: str) -> None:
    """The plan holds from today on: an older one about the same invoices gives way."""
    lines = select(col(PlanLineRow.plan_id)).where(col(PlanLineRow.invoice_id).in_(plan.invoice_ids))
    older = select(col(PlanRow.id)).where(
        col(PlanRow.id).in_(lines), col(PlanRow.state).in_(("agreed", "offered")), col(PlanRow.id) != plan.id
    )
    for key in work.session.execute(older).scalars().all():
        end(work, get(work, key or 0), "void", pen, "another plan took its place")
    row = work.session.get_one(PlanRow, plan.id)
    row.state, row.agreed_on = "agreed", pen.on
    _told(work, plan, "plan_agreed", pen, why)


def end(work: Work, plan: Plan | None, state: str, pen: Pen, why: str) -> None:
    """The plan ends: kept, missed, lapsed, or void by a person's word. Its invoices are looked at again."""
    if plan is None:
        return
    row = work.session.get_one(PlanRow, plan.id)
    row.state, row.ended_on, row.received = state, pen.on, plan.received
    _told(work, plan, f"plan_{state}", pen, why)


def mark(work: Work, plan: Plan, states: Sequence[str]) -> None:
    """Write down what became of the parts."""
    for key, state in zip(plan.part_ids, states, strict=True):
        work.session.get_one(PartRow, key).state = state
    work.session.flush()


def _told(work: Work, plan: Plan, what: str, pen: Pen, why: str) -> None:
    account = work.session.get_one(AccountRow, plan.account_id)
    for number in plan.invoices:
        journal.write(work, account, pen, what, invoice=number, why=why, plan=plan.id)
    look_again(work, plan.invoice_ids)


def get(work: Work, key: int) -> Plan | None:
    """The plan with this id, its account locked; None where there is none."""
    row = work.session.get(PlanRow, key)
    if row is None:
        return None
    work.lock_account(row.account_id)
    return next(iter(plans(work, ids=[key])), None)


def plans(
    work: Work, *, states: Sequence[str] = (), ids: Sequence[int] = (), invoice_ids: Sequence[int] = ()
) -> list[Plan]:
    """The plans in these states, with these ids, or about these invoices; by id."""
    query = select(PlanRow).order_by(col(PlanRow.id)).execution_options(populate_existing=True)
    if states:
        query = query.where(col(PlanRow.state).in_(states))
    if ids:
        query = query.where(col(PlanRow.id).in_(ids))
    if invoice_ids:
        about = select(col(PlanLineRow.plan_id)).where(col(PlanLineRow.invoice_id).in_(invoice_ids))
        query = query.where(col(PlanRow.id).in_(about))
    rows = list(work.session.execute(query).scalars())
    return [_plan(work, row) for row in rows]


def _plan(work: Work, row: PlanRow) -> Plan:
    lines = (
        select(col(PlanLineRow.open_then), InvoiceRow)
        .join(InvoiceRow, col(InvoiceRow.id) == col(PlanLineRow.invoice_id))
        .where(col(PlanLineRow.plan_id) == row.id)
        .order_by(col(InvoiceRow.due), col(InvoiceRow.number))
        .execution_options(populate_existing=True)
    )
    concerned = [(then, one, one.principal_open + one.charges_open) for then, one in work.session.execute(lines)]
    query = select(PartRow).where(col(PartRow.plan_id) == row.id).order_by(col(PartRow.number))
    parts = list(work.session.execute(query.execution_options(populate_existing=True)).scalars())
    ended = row.ended_on is not None
    return Plan(
        id=row.id or 0,
        account_id=row.account_id,
        account=account_of(work.session.get_one(AccountRow, row.account_id)),
        state=row.state,
        offered_on=row.offered_on,
        answer_by=row.answer_by,
        agreed_on=row.agreed_on,
        ended_on=row.ended_on,
        total=Money(row.total, row.currency),
        invoice_ids=tuple(one.id or 0 for _, one, _ in concerned),
        invoices=tuple(one.number for _, one, _ in concerned),
        parts=tuple(Part(part.number, part.due, Money(part.amount, row.currency)) for part in parts),
        states=tuple(part.state for part in parts),
        part_ids=tuple(part.id or 0 for part in parts),
        received=row.received if ended else sum(max(0, then - now) for then, _, now in concerned),
        left=sum(now for _, _, now in concerned),
        who=row.who,
        words=row.why,
    )


def offered_before(work: Work, invoice_ids: Sequence[int]) -> dict[int, int]:
    """How many plans were ever offered for each of these invoices; those without any are left out."""
    query = select(col(PlanLineRow.invoice_id), func.count()).where(col(PlanLineRow.invoice_id).in_(list(invoice_ids)))
    rows = work.session.execute(query.group_by(col(PlanLineRow.invoice_id)))
    return {key: int(count) for key, count in rows}


def of_part(work: Work, part_id: int) -> tuple[Plan, int] | None:
    """The plan that a part belongs to, and the part's place in it."""
    row = work.session.get(PartRow, part_id)
    plan = next(iter(plans(work, ids=[row.plan_id])), None) if row else None
    return (plan, row.number - 1) if plan is not None and row is not None else None
