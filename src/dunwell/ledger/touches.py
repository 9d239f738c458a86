"""Touches: what a decision leaves in the books. Recording the same decision twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from dunwell.ledger import calls, journal, notices, referrals, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.cases import COUNTED, Loaded, account_of
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import LOOK_NOW, AccountRow, InvoiceRow, TouchRow
from dunwell.terms.account import Account
from dunwell.terms.calendar import working_day_from
from dunwell.terms.decision import Ask, Call, Close, Decision, Notice, Reason, Refer, Send
from dunwell.terms.decision import Work as PeopleWork

OPEN = ("proposed", "waiting")
"""States of a touch that came due and has not gone yet."""


_ASKED_FOR = {
    Reason.NO_DUE_DATE.value: "no_due_date",
    Reason.DIRECT_DEBIT.value: "check_debit",
    Reason.NO_BANK_ACCOUNT.value: "no_bank_account",
    Reason.BELOW_LITIGATION_MINIMUM.value: "propose_write_off",
}
"""What people were asked for while a case had this reason: it is done when the reason has gone."""


def record_all(work: Work, decided: Sequence[tuple[Loaded, Decision]], pen: Pen) -> None:
    """Write down the decisions about these cases. The accounts' rows must be locked by this work."""
    known = _open_touches(work, [one.invoice_id for one, _ in decided])
    for one, decision in decided:
        record(work, one, decision, pen, known.get(one.invoice_id, ()))


def _open_touches(work: Work, invoice_ids: Sequence[int]) -> dict[int, list[TouchRow]]:
    query = select(TouchRow).where(
        col(TouchRow.invoice_id).in_(invoice_ids), col(TouchRow.channel) == "email", col(TouchRow.state) != "sent"
    )
    found: dict[int, list[TouchRow]] = {}
    for row in work.session.execute(query).scalars():
        found.setdefault(row.invoice_id, []).append(row)
    return found


def record(work: Work, loaded: Loaded, decision: Decision, pen: Pen, known: Sequence[TouchRow]) -> None:
    """Write down the decision about one case: its stage and reason, the touch due, the work for people.

    The account's row must be locked by this work.
    """
    session = work.session
    invoice = session.get_one(InvoiceRow, loaded.invoice_id)
    account = session.get_one(AccountRow, loaded.account_id)
    changed = (invoice.stage, invoice.reason) != (decision.stage, decision.reason.value)
    if changed and (subject := _ASKED_FOR.get(invoice.reason or "")):
        tasks.settle(work, f"{subject}:{invoice.number}")
    invoice.stage, invoice.reason, invoice.why = decision.stage, decision.reason.value, decision.why
    invoice.next_on, invoice.next_what, invoice.decided_on = decision.next_on, decision.next_what, pen.on
    proposed = _touch(work, loaded, decision, known)
    if changed or proposed:
        journal.write(
            work,
            account,
            pen,
            "decided",
            invoice=invoice.number,
            why=decision.why,
            stage=decision.stage,
            reason=decision.reason.value,
            outcome=type(decision.outcome).__name__.lower(),
        )
    for item in decision.work:
        _give(work, loaded, account, item, decision, pen)
    if isinstance(decision.outcome, Refer):
        referrals.refer(work, account, loaded.invoice_id, loaded.case.invoice.number, decision.why, pen)


_REPLAN = (
    update(InvoiceRow)
    .where(
        col(InvoiceRow.id) == bindparam("key"),
        col(InvoiceRow.state) == "open",
        # News that came in while the letter was on its way is not covered up.
        col(InvoiceRow.next_on) > LOOK_NOW,
    )
    .values(
        stage=bindparam("new_stage"),
        reason=bindparam("new_reason"),
        why=bindparam("new_why"),
        next_on=bindparam("new_next_on"),
        next_what=bindparam("new_next_what"),
    )
)


def replan(work: Work, decided: Sequence[tuple[int, Decision]]) -> None:
    """After a letter went: where its cases stand now, by invoice id, and when they are looked at again."""
    rows = [
        {
            "key": invoice_id,
            "new_stage": decision.stage,
            "new_reason": decision.reason.value,
            "new_why": decision.why,
            "new_next_on": decision.next_on,
            "new_next_what": decision.next_what,
        }
        for invoice_id, decision in decided
    ]
    if rows:
        work.session.connection().execute(_REPLAN, rows)


def _touch(work: Work, loaded: Loaded, decision: Decision, known: Sequence[TouchRow]) -> bool:
    """The touch that is due: proposed, or waiting with its reason; what it replaces is superseded.

    `known` are the case's letters that are not settled as sent. Returns whether it is newly proposed.
    """
    due = decision.touch
    mine: TouchRow | None = None
    for row in known:
        if due is not None and (row.stage, row.round) == (due.stage, due.round):
            mine = row
        elif row.state in OPEN:
            row.state, row.reason = "superseded", _superseded_by(decision)
    if due is None or (mine is not None and mine.state in COUNTED):
        return False
    if mine is None:
        _new_touch(work, loaded, decision, due)
        return isinstance(decision.outcome, Send)
    before, mine.letter = mine.state, due.letter
    if decision.reason is not Reason.REHEARSED:
        mine.state = "proposed" if isinstance(decision.outcome, Send) else "waiting"
        mine.reason = decision.reason.value
    return mine.state == "proposed" and before != "proposed"


def _new_touch(work: Work, loaded: Loaded, decision: Decision, due: Send) -> None:
    work.insert(
        TouchRow,
        {
            **_NO_TOUCH,
            "invoice_id": loaded.invoice_id,
            "channel": "email",
            "stage": due.stage,
            "round": due.round,
            "letter": due.letter,
            "due_on": due.due_on,
            "state": "proposed" if isinstance(decision.outcome, Send) else "waiting",
            "reason": decision.reason.value,
        },
    )


_NO_TOUCH: dict[str, Any] = {"letter": None, "on": None, "deadline": None, "letter_id": None}


def _superseded_by(decision: Decision) -> str:
    if isinstance(decision.outcome, Close):
        return decision.reason.value
    return f"superseded by {decision.touch.letter}" if decision.touch else "its time has passed"


def _give(work: Work, loaded: Loaded, account: AccountRow, item: PeopleWork, decision: Decision, pen: Pen) -> None:
    """Give a piece of work to people, once."""
    case, number = loaded.case, loaded.case.invoice.number
    if isinstance(item, Ask):
        per_account = item.subject == "no_reachable_contact"
        key = f"{item.subject}:{account.number if per_account else number}"
        tasks.make(
            work,
            key,
            item.subject,
            decision.why,
            made_on=pen.on,
            account_id=loaded.account_id,
            invoice_id=None if per_account else loaded.invoice_id,
        )
        return
    channel = "call" if isinstance(item, Call) else "notice"
    work.insert(
        TouchRow,
        {
            **_NO_TOUCH,
            "invoice_id": loaded.invoice_id,
            "channel": channel,
            "stage": item.stage,
            "round": item.round,
            "due_on": item.due_on,
            "state": "given",
            "reason": "",
            "on": pen.on,
        },
    )
    if isinstance(item, Notice):
        notices.propose(work, account, item.event, [loaded.invoice_id], item.by, pen, decision.why)
    else:
        due = working_day_from(pen.on, case.account.country)
        calls.give(work, account, loaded.invoice_id, item.stage, pen.on, due)
    journal.write(work, account, pen, channel, invoice=number, why=decision.why, stage=item.stage, round=item.round)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account with letters proposed; `only_news`: nothing but good news."""

    account_id: int
    account: Account
    only_news: bool = False

    @property
    def number(self) -> str:
        """The account's number."""
        return self.account.number


def proposals(work: Work) -> list[Proposal]:
    """The accounts with proposed touches, by id."""
    query = (
        select(AccountRow)
        .where(
            col(AccountRow.id).in_(
                select(col(InvoiceRow.account_id))
                .join(TouchRow, col(TouchRow.invoice_id) == col(InvoiceRow.id))
                .where(col(TouchRow.state) == "proposed", col(TouchRow.channel) == "email")
            )
        )
        .order_by(col(AccountRow.id))
    )
    return [Proposal(row.id or 0, account_of(row)) for row in work.session.execute(query).scalars()]


def proposed_invoices(work: Work, account_ids: Iterable[int]) -> dict[int, list[int]]:
    """The ids of the invoices with a proposed touch, by account."""
    query = (
        select(col(InvoiceRow.account_id), col(InvoiceRow.id))
        .join(TouchRow, col(TouchRow.invoice_id) == col(InvoiceRow.id))
        .where(
            col(InvoiceRow.account_id).in_(list(account_ids)),
            col(TouchRow.state) == "proposed",
            col(TouchRow.channel) == "email",
        )
        .order_by(col(InvoiceRow.id))
    )
    found: dict[int, list[int]] = {}
    for account_id, invoice_id in work.session.execute(query):
        found.setdefault(account_id, []).append(invoice_id or 0)
    return found


def hold_back(work: Work, invoice_ids: Iterable[int], reason: str, next_on: date | None) -> None:
    """Touches proposed for these invoices wait, with the reason; their cases are looked at again on `next_on`."""
    ids = list(invoice_ids)
    query = select(TouchRow).where(
        col(TouchRow.invoice_id).in_(ids), col(TouchRow.state) == "proposed", col(TouchRow.channel) == "email"
    )
    for row in work.session.execute(query).scalars():
        row.state, row.reason = "waiting", reason
    for invoice in work.session.execute(select(InvoiceRow).where(col(InvoiceRow.id).in_(ids))).scalars():
        invoice.next_on = next_on


def waiting_reasons(work: Work) -> list[tuple[str, int]]:
    """How many touches wait for which reason, the most frequent first."""
    query = (
        select(col(TouchRow.reason), func.count())
        .where(col(TouchRow.state) == "waiting", col(TouchRow.channel) == "email")
        .group_by(col(TouchRow.reason))
    )
    found = [(reason, int(count)) for reason, count in work.session.execute(query)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))
