"""What the watch list rests on, read set by set: each account's invoices with what reduced them, and the days on which
something else happened to it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import new_terms
from dunwell.ledger.agreement_tables import PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.lever_tables import PlanLineRow, PlanRow
from dunwell.ledger.mail_tables import ReplyRow
from dunwell.ledger.tables import AccountRow, AllocationRow, InvoiceRow, JournalRow, PaymentRow
from dunwell.ledger.writing_off import KIND as WRITE_OFF
from dunwell.terms.money import Money
from dunwell.terms.track import Event, Item, Limit, Reduction, Sign, Track

Events = Iterable[tuple[int, Event]]
_IN_DISTRESS = ("hardship_or_insolvency", "instalment_request")


def tracks(work: Work) -> list[Track]:
    """The history of every account, by number."""
    items = _items(work)
    events: dict[int, list[Event]] = defaultdict(list)
    for found in (_broken(work), _bounced(work), _distressed(work)):
        for account_id, event in found:
            events[account_id].append(event)
    limits, terms = _limits(work), new_terms.histories(work)
    accounts = select(col(AccountRow.id), col(AccountRow.number), col(AccountRow.name)).order_by(col(AccountRow.number))
    return [
        Track(
            account=number,
            name=name,
            items=tuple(items.get(key or 0, ())),
            events=tuple(sorted(events.get(key or 0, ()), key=lambda one: (one.on, one.sign))),
            limits=tuple(limits.get(key or 0, ())),
            terms=tuple(terms.get(key or 0, ())),
        )
        for key, number, name in work.session.execute(accounts)
    ]


def _items(work: Work) -> dict[int, list[Item]]:
    """The invoices that have a due date, by account."""
    reduced, planned = _reductions(work), _planned(work)
    query = select(
        col(InvoiceRow.id),
        col(InvoiceRow.account_id),
        col(InvoiceRow.number),
        col(InvoiceRow.issued),
        col(InvoiceRow.due),
        col(InvoiceRow.amount),
        col(InvoiceRow.currency),
    ).where(col(InvoiceRow.kind) == "invoice", col(InvoiceRow.due).is_not(None))
    found: dict[int, list[Item]] = defaultdict(list)
    for row in work.session.execute(query.order_by(col(InvoiceRow.due), col(InvoiceRow.number))):
        taken = sorted(reduced.get(row.id, ()), key=lambda one: one.on)
        item = Item(
            number=row.number,
            issued=row.issued,
            due=row.due,
            amount=Money(row.amount, row.currency),
            reductions=tuple(taken),
            planned=tuple(planned.get(row.id, ())),
        )
        found[row.account_id].append(item)
    return found


def _reductions(work: Work) -> dict[int, list[Reduction]]:
    """What reduced the principal of each invoice. Money that came before its invoice reduces it from its issue."""
    note = select(col(InvoiceRow.id), col(InvoiceRow.issued)).where(col(InvoiceRow.kind) == "credit_note").subquery()
    query = (
        select(
            col(AllocationRow.invoice_id),
            col(AllocationRow.amount),
            col(PaymentRow.on),
            col(PaymentRow.kind),
            note.c.issued.label("noted"),
            col(InvoiceRow.issued),
        )
        .join(InvoiceRow, col(InvoiceRow.id) == col(AllocationRow.invoice_id))
        .outerjoin(PaymentRow, col(PaymentRow.id) == col(AllocationRow.payment_id))
        .outerjoin(note, note.c.id == col(AllocationRow.credit_note_id))
        .where(col(AllocationRow.part) == "principal")
        .order_by(col(AllocationRow.id))
    )
    found: dict[int, list[Reduction]] = defaultdict(list)
    for key, minor, paid_on, kind, noted, issued in work.session.execute(query):
        given_up = kind == WRITE_OFF
        on = max(paid_on or noted or issued, issued)
        found[key].append(Reduction(on, minor, paid=kind is not None and not given_up, written_off=given_up))
    return found


def _planned(work: Work) -> dict[int, list[tuple[date, date | None]]]:
    query = (
        select(col(PlanLineRow.invoice_id), col(PlanRow.agreed_on), col(PlanRow.ended_on))
        .join(PlanRow, col(PlanRow.id) == col(PlanLineRow.plan_id))
        .where(col(PlanRow.agreed_on).is_not(None))
    )
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for key, agreed_on, ended_on in work.session.execute(query):
        found[key].append((agreed_on, ended_on))
    return found


def _broken(work: Work) -> Events:
    """Promises that were judged as not kept, and plans of which a part was missed."""
    promises = select(col(PromiseRow.account_id), col(PromiseRow.ended_on)).where(
        col(PromiseRow.state).in_(("broken", "part_kept")), col(PromiseRow.ended_on).is_not(None)
    )
    plans = select(col(PlanRow.account_id), col(PlanRow.ended_on)).where(
        col(PlanRow.state) == "missed", col(PlanRow.ended_on).is_not(None)
    )
    for query in (promises, plans):
        for key, on in work.session.execute(query):
            yield key, Event(on, Sign.BROKEN)


def _bounced(work: Work) -> Events:
    """The days on which letters came back or were refused for their address. The journal keeps them: an address that
    works again leaves no trace with its contact."""
    refused = (col(JournalRow.what) == "letter_failed") & col(JournalRow.data).contains('"bad_address": true')
    query = select(col(JournalRow.account_id), col(JournalRow.on)).where(
        (col(JournalRow.what) == "letter_bounced") | refused
    )
    for key, on in work.session.execute(query.distinct()):
        yield key, Event(on, Sign.BOUNCE)


def _distressed(work: Work) -> Events:
    """Replies that speak of hardship or ask for instalments, as they were read; those that only a person could believe,
    or read so, from the day on which one did. What a person read otherwise counts until then."""
    query = select(
        col(ReplyRow.account_id),
        col(ReplyRow.on),
        col(ReplyRow.intent),
        col(ReplyRow.trusted),
        col(ReplyRow.reviewed_on),
        col(ReplyRow.corrected),
    ).where(col(ReplyRow.account_id).is_not(None))
    for row in work.session.execute(query):
        at_first = row.trusted and row.intent in _IN_DISTRESS
        in_the_end = (row.corrected or row.intent) in _IN_DISTRESS
        if at_first:
            until = row.reviewed_on if row.reviewed_on is not None and not in_the_end else None
            yield row.account_id, Event(row.on, Sign.HARDSHIP, until)
        elif row.reviewed_on is not None and in_the_end:
            yield row.account_id, Event(row.reviewed_on, Sign.HARDSHIP)


def _limits(work: Work) -> dict[int, list[Limit]]:
    """The ledger's own credit limits, each from the day on which it was imported. Of an account from before limits were
    journalled, the one that it has, from the day on which it was first seen."""
    noted = select(col(JournalRow.account_id), col(JournalRow.on), col(JournalRow.data)).where(
        col(JournalRow.what) == "credit_limit"
    )
    found: dict[int, list[Limit]] = defaultdict(list)
    for key, on, data in work.session.execute(noted.order_by(col(JournalRow.account_id), col(JournalRow.seq))):
        found[key].append(Limit(on, Decimal(str(json.loads(data)["limit"]))))
    older = select(col(AccountRow.id), col(AccountRow.imported_on), col(AccountRow.credit_limit)).where(
        col(AccountRow.credit_limit).is_not(None)
    )
    for account_id, on, limit in work.session.execute(older):
        if account_id is not None and limit is not None and account_id not in found:
            found[account_id].append(Limit(on, Decimal(limit)))
    return found
