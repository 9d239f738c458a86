"""What was said about cases, as decisions want it: promises, claims, disputes and pauses, by case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import col

from dunwell.ledger import overriding
from dunwell.ledger.agreement_tables import (
    ClaimLineRow,
    ClaimRow,
    DisputeRow,
    PauseRow,
    PromiseLineRow,
    PromiseRow,
)
from dunwell.ledger.books import Work
from dunwell.ledger.lever_tables import PartRow, PlanLineRow, PlanRow
from dunwell.terms.agreement import (
    Action,
    Agreements,
    Claim,
    Dispute,
    DisputeCode,
    InPlan,
    Override,
    Pause,
    PauseKind,
    Promise,
    PromiseState,
)
from dunwell.terms.money import Money

_STANDING = ("open", "broken", "part_kept")


def of(work: Work, invoices: Sequence[tuple[int, int, str]]) -> dict[int, Agreements]:
    """What holds these cases up, by invoice id; given each invoice's id, account id and currency.

    Cases with nothing are left out.
    """
    ids = [invoice_id for invoice_id, _, _ in invoices]
    promises, claims = _promises(work, ids), _claims(work, ids)
    disputes, settled = _disputes(work, ids)
    account_ids = {account_id for _, account_id, _ in invoices}
    by_invoice, by_account = _pauses(work, ids, account_ids)
    overrides = overriding.standing(work, ids, account_ids)
    in_plans = _plans(work, ids)
    found: dict[int, Agreements] = {}
    for invoice_id, account_id, currency in invoices:
        words = (*overrides.of_account.get(account_id, ()), *overrides.of_invoice.get(invoice_id, ()))
        by_people = tuple(pause for one in words if (pause := pause_of(one)))
        pauses = (*by_account.get(account_id, ()), *by_invoice.get(invoice_id, ()), *by_people)
        over = tuple(one for one in words if pause_of(one) is None)
        given = [_promise(row, line, currency) for row, line in promises.get(invoice_id, ())]
        claim = claims.get(invoice_id)
        quarrels = tuple(disputes.get(invoice_id, ()))
        credited, resolved_on = settled.get(invoice_id, ((), None))
        plan = in_plans.get(invoice_id)
        if pauses or given or claim or quarrels or resolved_on or over or plan:
            found[invoice_id] = Agreements(tuple(given), claim, quarrels, pauses, credited, resolved_on, over, plan)
    return found


def pause_of(override: Override) -> Pause | None:
    """The pause that a person's word is; None for other words."""
    if override.action is Action.PAUSE:
        return Pause(PauseKind.PERSON, override.until, override.why)
    if override.action is Action.STOP:
        return Pause(PauseKind.EXCLUDED, None, override.why)
    return None


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _promise(row: Any, line: Any, currency: str) -> Promise:
    return Promise(
        made_on=row.made_on,
        by=row.by,
        amount=_money(row.amount, row.currency),
        share=_money(line.share, currency),
        stops=row.stops,
        state=PromiseState(row.state),
        received=_money(row.received, row.currency or currency),
    )


def _promises(work: Work, ids: Sequence[int]) -> dict[int, list[tuple[PromiseRow, PromiseLineRow]]]:
    query = (
        select(PromiseRow, PromiseLineRow)
        .join(PromiseLineRow, col(PromiseLineRow.promise_id) == col(PromiseRow.id))
        .where(col(PromiseLineRow.invoice_id).in_(ids), col(PromiseRow.state).in_(_STANDING))
        .order_by(col(PromiseRow.by), col(PromiseRow.id))
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[tuple[PromiseRow, PromiseLineRow]]] = defaultdict(list)
    for row, line in work.session.execute(query):
        found[line.invoice_id].append((row, line))
    return found


def _claims(work: Work, ids: Sequence[int]) -> dict[int, Claim]:
    query = (
        select(ClaimRow, col(ClaimLineRow.invoice_id))
        .join(ClaimLineRow, col(ClaimLineRow.claim_id) == col(ClaimRow.id))
        .where(col(ClaimLineRow.invoice_id).in_(ids), col(ClaimRow.state) == "open")
        .order_by(col(ClaimRow.id))
        .execution_options(populate_existing=True)
    )
    return {invoice_id: claim_of(row) for row, invoice_id in work.session.execute(query)}


def claim_of(row: ClaimRow) -> Claim:
    """The claim's row as a term."""
    return Claim(row.made_on, row.wait_until, row.paid_on, _money(row.amount, row.currency), row.reference)


Settled = dict[int, tuple[tuple[Money, ...], date]]


def _disputes(work: Work, ids: Sequence[int]) -> tuple[dict[int, list[Dispute]], Settled]:
    """The open disputes; and what ended ones brought that is awaited still, with the day on which the last ended."""
    query = (
        select(DisputeRow)
        .where(col(DisputeRow.invoice_id).in_(ids))
        .order_by(col(DisputeRow.id))
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[Dispute]] = defaultdict(list)
    settled: Settled = {}
    for row in work.session.execute(query).scalars():
        if row.ended_on is None:
            disputed = _money(row.amount, row.currency)
            found[row.invoice_id].append(Dispute(row.opened_on, DisputeCode(row.code), disputed))
            continue
        awaited, last = settled.get(row.invoice_id, ((), row.ended_on))
        if row.credit == "awaited" and row.credited:
            awaited = (*awaited, Money(row.credited, row.currency))
        settled[row.invoice_id] = (awaited, max(last, row.ended_on))
    return found, settled


def _plans(work: Work, ids: Sequence[int]) -> dict[int, InPlan]:
    query = (
        select(PlanRow, col(PlanLineRow.invoice_id))
        .join(PlanLineRow, col(PlanLineRow.plan_id) == col(PlanRow.id))
        .where(col(PlanLineRow.invoice_id).in_(ids), col(PlanRow.state).in_(("offered", "agreed", "missed")))
        .order_by(col(PlanRow.id))
        .execution_options(populate_existing=True)
    )
    rows = [(row, invoice_id) for row, invoice_id in work.session.execute(query)]
    agreed = [row.id for row, _ in rows if row.state == "agreed"]
    following = select(col(PartRow.plan_id), func.min(col(PartRow.due))).where(
        col(PartRow.plan_id).in_(agreed), col(PartRow.state) == "open"
    )
    days: dict[int, date] = {}
    if agreed:
        found = work.session.execute(following.group_by(col(PartRow.plan_id)))
        days.update((key, day) for key, day in found)
    standing: dict[int, InPlan] = {}
    for row, invoice_id in sorted(rows, key=lambda one: one[0].state == "agreed"):
        missed_on = row.ended_on if row.state == "missed" else None
        offered = row.answer_by if row.state == "offered" else None
        standing[invoice_id] = InPlan(row.agreed_on, days.get(row.id or 0), missed_on, offered, row.id or 0)
    return standing


def _pauses(
    work: Work, ids: Sequence[int], account_ids: Iterable[int]
) -> tuple[dict[int, list[Pause]], dict[int, list[Pause]]]:
    query = (
        select(PauseRow)
        .where(
            or_(
                col(PauseRow.invoice_id).in_(ids),
                col(PauseRow.account_id).in_(list(account_ids)) & col(PauseRow.invoice_id).is_(None),
            ),
            col(PauseRow.ended_on).is_(None),
        )
        .order_by(col(PauseRow.id))
        .execution_options(populate_existing=True)
    )
    by_invoice: dict[int, list[Pause]] = defaultdict(list)
    by_account: dict[int, list[Pause]] = defaultdict(list)
    for row in work.session.execute(query).scalars():
        pause = Pause(PauseKind(row.kind), row.until, row.why)
        if row.invoice_id is None:
            by_account[row.account_id].append(pause)
        else:
            by_invoice[row.invoice_id].append(pause)
    return by_invoice, by_account
