"""Overrides in the books: written, read and ended, each on record in the journal. Whoever writes holds the lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.agreement_tables import PauseRow
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.lever_tables import OverrideRow
from dunwell.ledger.tables import LOOK_NOW, AccountRow, InvoiceRow, TouchRow
from dunwell.terms.agreement import Action, Override


@dataclass(frozen=True, slots=True)
class Words:
    """Overrides that stand, by invoice and by account, oldest first."""

    of_invoice: dict[int, list[Override]]
    of_account: dict[int, list[Override]]


def standing(work: Work, invoice_ids: Sequence[int], account_ids: Iterable[int]) -> Words:
    """The overrides of these cases that nobody has ended."""
    query = (
        select(OverrideRow)
        .where(
            or_(
                col(OverrideRow.invoice_id).in_(invoice_ids),
                col(OverrideRow.account_id).in_(list(account_ids)) & col(OverrideRow.invoice_id).is_(None),
            ),
            col(OverrideRow.ended_on).is_(None),
        )
        .order_by(col(OverrideRow.id))
        .execution_options(populate_existing=True)
    )
    found = Words(defaultdict(list), defaultdict(list))
    for row in work.session.execute(query).scalars():
        word = Override(Action(row.action), row.since, row.until, row.stage, row.touches, row.who, row.why)
        if row.invoice_id is None:
            found.of_account[row.account_id].append(word)
        else:
            found.of_invoice[row.invoice_id].append(word)
    return found


def add(work: Work, account: AccountRow, word: Override, pen: Pen, invoice: tuple[int, str] | None = None) -> None:
    """Write an override down, for an invoice (its key and number) or for the account; one like it gives way."""
    key, number = invoice or (None, None)
    same = select(OverrideRow).where(
        col(OverrideRow.account_id) == account.id,
        col(OverrideRow.invoice_id) == key if key else col(OverrideRow.invoice_id).is_(None),
        col(OverrideRow.action).in_(_ALIKE.get(word.action, (word.action.value,))),
        col(OverrideRow.ended_on).is_(None),
    )
    for row in work.session.execute(same).scalars():
        row.ended_on = pen.on
    work.session.add(
        OverrideRow(
            account_id=account.id or 0,
            invoice_id=key,
            action=word.action.value,
            stage=word.stage,
            since=word.since,
            until=word.until,
            touches=word.touches,
            who=word.who,
            why=word.why,
        )
    )
    what = f"override_{word.action.value}"
    journal.write(work, account, pen, what, invoice=number, why=word.why, until=word.until, stage=word.stage)
    look_again(work, account.id or 0, key)


_ALIKE = {
    Action.SET_STAGE: ("set_stage", "keep"),
    Action.KEEP: ("set_stage", "keep"),
    Action.PAUSE: ("pause", "stop"),
    Action.STOP: ("pause", "stop"),
}


def skip(
    work: Work, account: AccountRow, invoice: tuple[int, str], touch: tuple[str, int, str], on: date, pen: Pen, why: str
) -> None:
    """Leave a touch out: it counts as given on the day `on`, and never goes."""
    key, number = invoice
    stage, round_no, letter = touch
    query = select(TouchRow).where(
        col(TouchRow.invoice_id) == key,
        col(TouchRow.channel) == "email",
        col(TouchRow.stage) == stage,
        col(TouchRow.round) == round_no,
    )
    row = work.session.execute(query).scalar_one_or_none()
    if row is None:
        row = TouchRow(invoice_id=key, stage=stage, round=round_no, due_on=on, state="skipped")
        work.session.add(row)
    row.state, row.reason, row.letter, row.on, row.letter_id = "skipped", f"by {pen.who}: {why}", letter, on, None
    journal.write(work, account, pen, "override_skip", invoice=number, why=why, stage=stage, round=round_no)
    look_again(work, account.id or 0, key)


def release(work: Work, account: AccountRow, pen: Pen, why: str, invoice: tuple[int, str] | None = None) -> int:
    """End every override and pause of a case or, without an invoice, of the account and its cases; returns how many.

    Touches left out for a day to come are due again.
    """
    key, number = invoice or (None, None)
    count = 0
    for table in (OverrideRow, PauseRow):
        mine = col(table.invoice_id) == key if key else col(table.account_id) == account.id
        rows = work.session.execute(select(table).where(mine, col(table.ended_on).is_(None))).scalars().all()
        for row in rows:
            row.ended_on = pen.on
        count += len(rows)
    query = select(TouchRow).join(InvoiceRow, col(InvoiceRow.id) == col(TouchRow.invoice_id))
    mine = col(InvoiceRow.id) == key if key else col(InvoiceRow.account_id) == account.id
    for touch in work.session.execute(
        query.where(mine, col(TouchRow.state) == "skipped", col(TouchRow.on) >= pen.on)
    ).scalars():
        touch.state, touch.on = "superseded", None
        count += 1
    if count:
        journal.write(work, account, pen, "override_release", invoice=number, why=why, ended=count)
        if key is None:
            tasks.settle_kinds(work, ("stopped",), account_id=account.id)
        look_again(work, account.id or 0, key)
    return count


def look_again(work: Work, account_id: int, invoice_id: int | None) -> None:
    """The case, or all open ones of the account, are looked at at the next opportunity."""
    work.session.flush()
    mine = col(InvoiceRow.id) == invoice_id if invoice_id else col(InvoiceRow.account_id) == account_id
    query = select(InvoiceRow).where(mine, col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice")
    for row in work.session.execute(query).scalars():
        row.next_on = LOOK_NOW
