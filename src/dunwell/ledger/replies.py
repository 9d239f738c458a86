"""Replies in the books: what each mail means, what was done about it, and what waits for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import plans
from dunwell.ledger.agreeing import Concerned, promises_made
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.mail_tables import MailRow, ReplyLineRow, ReplyRow
from dunwell.ledger.tables import AccountRow, InvoiceRow, TouchRow
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Read:
    """A reply as it is written down; `reading` is the reading as plain data."""

    mail_id: int
    account_id: int | None
    sender: str
    subject: str
    intent: str
    action: str
    trusted: bool
    trust: str
    state: str
    reasons: Sequence[str]
    reading: Mapping[str, Any]
    invoice_ids: Sequence[int] = ()
    effect: str = ""


@dataclass(frozen=True, slots=True)
class ReplyRecord:
    """A reply as people see it. `read_as` is the machine's intent, `corrected` a person's where it was another;
    `erased`: its mail gave way to its digest."""

    id: str
    mail_id: int
    message_id: str
    account: str | None
    sender: str
    subject: str
    invoices: tuple[str, ...]
    intent: str
    action: str
    trusted: bool
    trust: str
    state: str
    effect: str
    reasons: tuple[str, ...]
    reading: Mapping[str, Any]
    on: date
    read_as: str
    corrected: str | None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open invoice of an account: its key, number, what is open, due date, letters had, promises made, and how many
    plans were offered for it."""

    concerned: Concerned
    outstanding: Money
    due: date | None
    touches: int
    promises: int
    plans: int = 0


_UNSAFE = dict.fromkeys((0, *range(1, 9), 11, 12, *range(14, 32)), " ")


def add(work: Work, read: Read, pen: Pen) -> int:
    """Write a reply down; returns its id."""
    row = ReplyRow(
        mail_id=read.mail_id,
        account_id=read.account_id,
        sender=read.sender.translate(_UNSAFE)[:320],
        subject=read.subject.translate(_UNSAFE)[:500],
        on=pen.on,
        intent=read.intent,
        action=read.action,
        trusted=read.trusted,
        trust=read.trust.translate(_UNSAFE),
        state=read.state,
        effect=read.effect,
        reasons=json.dumps(list(read.reasons), ensure_ascii=True),
        reading=json.dumps(read.reading, ensure_ascii=True, default=str),
    )
    work.session.add(row)
    work.session.flush()
    for invoice_id in read.invoice_ids:
        work.session.add(ReplyLineRow(reply_id=row.id or 0, invoice_id=invoice_id))
    work.session.flush()
    return row.id or 0


def set_effect(work: Work, reply_id: int, effect: str) -> None:
    """Say in words what was done about a reply."""
    work.session.get_one(ReplyRow, reply_id).effect = effect


def to_review(work: Work, reply_id: int, why: str) -> None:
    """A reply that was dealt with goes to a person after all."""
    row = work.session.get_one(ReplyRow, reply_id)
    if row.state != "review":
        row.state = "review"
        row.reasons = json.dumps([why, *json.loads(row.reasons)], ensure_ascii=True)


def open_invoices(work: Work, account_id: int) -> list[OpenRow]:
    """The account's open invoices, oldest due date first."""
    query = (
        select(InvoiceRow)
        .where(
            col(InvoiceRow.account_id) == account_id,
            col(InvoiceRow.state) == "open",
            col(InvoiceRow.kind) == "invoice",
        )
        .order_by(col(InvoiceRow.due), col(InvoiceRow.number))
        .execution_options(populate_existing=True)
    )
    rows = list(work.session.execute(query).scalars())
    ids = [row.id or 0 for row in rows]
    made, offered = promises_made(work, ids), plans.offered_before(work, ids)
    given = (
        select(col(TouchRow.invoice_id), func.count())
        .where(col(TouchRow.invoice_id).in_(ids), col(TouchRow.channel) == "email", col(TouchRow.on).is_not(None))
        .group_by(col(TouchRow.invoice_id))
    )
    touches = {key: int(count) for key, count in work.session.execute(given)}
    return [
        OpenRow(
            Concerned(row.id or 0, row.number, row.principal_open + row.charges_open),
            Money(row.principal_open + row.charges_open, row.currency),
            row.due,
            touches.get(row.id or 0, 0),
            made.get(row.id or 0, 0),
            offered.get(row.id or 0, 0),
        )
        for row in rows
        if row.principal_open > 0
    ]


def records(
    work: Work,
    *,
    state: str | None = None,
    on: date | None = None,
    reply_id: int | None = None,
    account: str | None = None,
) -> list[ReplyRecord]:
    """The replies, in the order in which they were filed; of one state, day, id or account only where it is given."""
    query = (
        select(ReplyRow, col(MailRow.message_id), col(AccountRow.number), col(MailRow.erased_on))
        .join(MailRow, col(MailRow.id) == col(ReplyRow.mail_id))
        .outerjoin(AccountRow, col(AccountRow.id) == col(ReplyRow.account_id))
        .order_by(col(ReplyRow.id))
        .execution_options(populate_existing=True)
    )
    asked = (
        (col(ReplyRow.state), state),
        (col(ReplyRow.on), on),
        (col(ReplyRow.id), reply_id),
        (col(AccountRow.number), account),
    )
    wanted = [column == value for column, value in asked if value is not None]
    rows = work.session.execute(query.where(*wanted)).all()
    lines = (
        select(col(ReplyLineRow.reply_id), col(InvoiceRow.number))
        .join(InvoiceRow, col(InvoiceRow.id) == col(ReplyLineRow.invoice_id))
        .join(ReplyRow, col(ReplyRow.id) == col(ReplyLineRow.reply_id))
        .outerjoin(AccountRow, col(AccountRow.id) == col(ReplyRow.account_id))
        .where(*wanted)
        .order_by(col(InvoiceRow.due), col(InvoiceRow.number))
    )
    numbers: dict[int, list[str]] = {}
    for key, number in work.session.execute(lines):
        numbers.setdefault(key, []).append(number)
    return [
        ReplyRecord(
            id=str(row.id),
            mail_id=row.mail_id,
            message_id=message_id,
            account=account,
            sender=row.sender,
            subject=row.subject,
            invoices=tuple(numbers.get(row.id or 0, ())),
            intent=row.corrected or row.intent,
            action=row.action,
            trusted=row.trusted,
            trust=row.trust,
            state=row.state,
            effect=row.effect,
            reasons=tuple(json.loads(row.reasons)),
            reading=json.loads(row.reading),
            on=row.on,
            read_as=row.intent,
            corrected=row.corrected,
            erased=erased_on is not None,
        )
        for row, message_id, account, erased_on in rows
    ]


def account_of(work: Work, reply_id: int) -> int | None:
    """The key of the account that a reply is about."""
    return work.session.get_one(ReplyRow, reply_id).account_id


def reviewed(work: Work, reply_id: int, by: str, corrected: str | None, effect: str, pen: Pen) -> bool:
    """A person has decided about a reply; False where somebody has decided before."""
    query = select(ReplyRow).where(col(ReplyRow.id) == reply_id).execution_options(populate_existing=True)
    row = work.session.execute(query.with_for_update() if work.postgres else query).scalar_one()
    if row.state != "review":
        return False
    row.state, row.reviewed_by, row.reviewed_on = "reviewed", by, pen.on
    row.corrected = corrected if corrected != row.intent else None
    row.effect = effect
    return True
