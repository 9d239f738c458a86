"""Reviews: a person decides about a reply that the machine was not sure of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dunwell.desk import effects
from dunwell.desk.effects import Target
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import agreeing, cases, correspondence, journal, replies, tasks
from dunwell.ledger.agreeing import Source
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.replies import OpenRow, ReplyRecord
from dunwell.replies.effects import NewContact, OpenInvoice, Step, concerned, steps_of
from dunwell.replies.matching import Match
from dunwell.replies.plain import paid_in, promises_in
from dunwell.replies.promises import Paid, Promise
from dunwell.rules.policy import Policy
from dunwell.rules.policy_parts import Promises
from dunwell.terms.moment import Moment

_FOR_PEOPLE = ("refusal", "question", "unsubscribe_or_complaint")
"""Meanings that a person deals with: the review leaves a task."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says that a reply means. Without an `intent` the suggested reading is accepted; `ignore`: nothing
    follows. `by` is the promised day, `amount` the sum, `invoices` what it is about, where the person says so."""

    intent: str | None = None
    ignore: bool = False
    by: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    invoices: tuple[str, ...] = ()


def waiting(office: Office) -> list[ReplyRecord]:
    """The replies that wait for a person, oldest first."""
    with office.books.read() as work:
        return replies.records(work, state="review")


def save_mail(office: Office, record: ReplyRecord, folder: Path) -> Path:
    """Write the mail into `folder`, readable by its owner alone, and return the file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{record.id}.eml"
    if not file.exists():
        with office.books.read() as work:
            raw = correspondence.raw(work, record.mail_id)
        file.touch(mode=0o600)
        file.write_bytes(raw)
    return file


def review(office: Office, reply_id: str, decision: Decision, by: str, reason: str, moment: Moment) -> str:
    """Decide about a reply, by a person's name; says what was done. Raises CannotDo, having changed nothing."""
    pen = Pen(moment.now, moment.on, by)
    with office.books.write() as work:
        found = replies.records(work, reply_id=int(reply_id)) if reply_id.isdecimal() else []
        if not found:
            raise CannotDo(f"no reply has the id {reply_id}: `dunwell reviews` lists those that wait")
        record = found[0]
        account_id = replies.account_of(work, int(reply_id))
        if account_id is not None:
            work.lock_accounts([account_id])
        intent = "other" if decision.ignore else decision.intent or record.intent
        said = "" if decision.ignore else _act(office, work, record, account_id, intent, decision, pen)
        corrected = "ignored" if decision.ignore else intent
        if not replies.reviewed(work, int(reply_id), by, corrected, said, pen):
            raise CannotDo(f"reply {reply_id} does not wait for a review: somebody has decided about it")
        agreeing.end_reviews(work, int(reply_id), pen)
        tasks.settle(work, f"review:{reply_id}")
        if account_id is not None:
            account = work.lock_account(account_id)
            journal.write(work, account, pen, "reviewed", why=reason or corrected, reply=int(reply_id))
    return said or "nothing follows"


def _act(
    office: Office, work: Work, record: ReplyRecord, account_id: int | None, intent: str, decision: Decision, pen: Pen
) -> str:
    if account_id is None:
        if decision.intent in (None, "other", "acknowledgement", "auto_reply", "bounce"):
            return ""
        raise CannotDo("nobody can tell whose this mail is: record it for the account by hand")
    account = cases.locked_account(work, account_id)
    rows = replies.open_invoices(work, account_id)
    steps = _steps(office, record, rows, intent, decision, office.policy.rules_for(account), pen.on)
    by_number = {row.concerned.number: row.concerned for row in rows}
    target = Target(account_id, account, by_number, f"{record.id}-reviewed", record.sender)
    source = Source(pen.who, "; ".join(one.words for one in promises_in(record.reading)), int(record.id))
    if intent in _FOR_PEOPLE or (intent == "instalment_request" and not steps):
        text = f"{account.name}: {intent.replace('_', ' ')} (reply {record.id}): answer by hand"
        tasks.make(work, f"reply:{record.id}", intent, text, made_on=pen.on, account_id=account_id)
        return "a task for the collector"
    return effects.apply(office, work, steps, target, source, pen)


def _steps(
    office: Office,
    record: ReplyRecord,
    rows: list[OpenRow],
    intent: str,
    decision: Decision,
    rules: Policy,
    on: date,
) -> tuple[Step, ...]:
    if intent in ("acknowledgement", "auto_reply", "bounce", "other", *_FOR_PEOPLE):
        return ()
    if intent == "wrong_contact":
        return (NewContact(record.reading.get("new_contact")),)
    invoices = [
        OpenInvoice(
            row.concerned.number, row.outstanding, row.due is not None and row.due < on, row.promises, row.plans
        )
        for row in rows
    ]
    named = decision.invoices or record.invoices
    if unknown := sorted(set(decision.invoices) - {one.number for one in invoices}):
        raise CannotDo(f"{unknown[0]} is no open invoice of account {record.account}")
    about = concerned(named, frozenset(), invoices)
    match = Match(record.account, tuple(one for one in named if one in {each.number for each in about}), "contact")
    steps, doubts = steps_of(intent, _said(record, decision), _paid(record, decision), match, about, _freely(rules), on)
    if doubts and intent == "instalment_request":
        return ()
    if doubts or not steps:
        raise CannotDo("; ".join(doubts) or f"{intent}: nothing can follow")
    return steps


def _freely(rules: Policy) -> Policy:
    """The policy without the limits that bind the machine alone: how far ahead, how often, and for which sums a plan is
    offered is a person's to say."""
    free = Promises(days_ahead=365, per_case=20, grace=rules.promises.grace, stops_from=rules.promises.stops_from)
    plans = rules.plans.model_copy(update={"offer": True, "minimum": Decimal(0), "maximum": None})
    return rules.model_copy(update={"promises": free, "plans": plans})


def _said(record: ReplyRecord, decision: Decision) -> tuple[Promise, ...]:
    read = promises_in(record.reading)
    if decision.by is None and decision.amount is None:
        return read
    first = read[0] if read else None
    by = decision.by or (first.date if first else None)
    if by is None:
        raise CannotDo("--date: the day by which it is promised is needed")
    amount = decision.amount if decision.amount is not None else None
    return (Promise(by, None, amount, decision.currency, amount is not None, conditional=False, words=""),)


def _paid(record: ReplyRecord, decision: Decision) -> Paid | None:
    read = paid_in(record.reading)
    if decision.intent != "already_paid" or (decision.by is None and decision.amount is None):
        return read
    return Paid(decision.by, decision.amount, read.reference if read else None)


def corrections(office: Office) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """The replies that a person read otherwise than the machine: the mail, and its label for a corpus."""
    with office.books.read() as work:
        for record in replies.records(work, state="reviewed"):
            if record.corrected is not None and record.corrected != "ignored" and not record.erased:
                label = {
                    "intent": record.corrected,
                    "language": record.reading.get("language"),
                    "read_as": record.read_as,
                }
                yield correspondence.raw(work, record.mail_id), json.loads(json.dumps(label, default=str))
