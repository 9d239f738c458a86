"""Recording what was said about cases: promises, claims, disputes, pauses; each change stands in the journal.

Whoever writes holds the account's lock. Every change has the cases looked at again at the next opportunity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, update
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.agreement_tables import (
    ClaimLineRow,
    ClaimRow,
    DisputeRow,
    PauseRow,
    PromiseLineRow,
    PromiseRow,
)
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import LOOK_NOW, AccountRow, InvoiceRow
from dunwell.terms.agreement import Claim, DisputeCode, PauseKind
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Concerned:
    """An invoice that something was said about: what is open on it, and its part (None: all of it), in minor units."""

    invoice_id: int
    number: str
    open: int
    share: int | None = None

    def sharing(self, share: Money | None) -> Concerned:
        """The same invoice with its part; None: all of it, which is another thing than a part of nothing."""
        return replace(self, share=None if share is None else share.minor)


@dataclass(frozen=True, slots=True)
class Source:
    """Where it comes from: the reply, or the person who recorded it, and the words or the reason."""

    who: str
    why: str
    reply_id: int | None = None


def add_promise(
    work: Work,
    account_id: int,
    concerned: Sequence[Concerned],
    by: date,
    amount: Money | None,
    currency: str,
    source: Source,
    pen: Pen,
    *,
    stops: bool,
    earlier: int = 0,
) -> int:
    """Record a promise; returns its id. `earlier`: minor units that the same reply promises for earlier days.

    An invoice on which nothing of the sum falls is kept where the promise stops the chase, and else left out.
    """
    row = PromiseRow(
        account_id=account_id,
        reply_id=source.reply_id,
        made_on=pen.on,
        by=by,
        amount=amount.minor if amount else None,
        needed=amount.minor + earlier if amount else None,
        currency=currency,
        stops=stops,
        who=source.who,
        why=source.why,
    )
    account = work.session.get_one(AccountRow, account_id)
    work.session.add(row)
    work.session.flush()
    covered = [one for one in concerned if stops or one.share != 0]
    for one in covered:
        key = row.id or 0
        line = PromiseLineRow(promise_id=key, invoice_id=one.invoice_id, open_then=one.open, share=one.share)
        work.session.add(line)
        said = str(amount) if amount else None
        journal.write(work, account, pen, "promised", invoice=one.number, why=f"by {source.who}", by=by, amount=said)
    look_again(work, [one.invoice_id for one in covered])
    return row.id or 0


def add_claim(
    work: Work, account_id: int, concerned: Sequence[Concerned], claim: Claim, source: Source, pen: Pen
) -> int:
    """Record that these invoices are said to be paid; an older open claim about them gives way. Returns its id."""
    ids = [one.invoice_id for one in concerned]
    older = select(col(ClaimLineRow.claim_id)).where(col(ClaimLineRow.invoice_id).in_(ids))
    query = update(ClaimRow).where(col(ClaimRow.id).in_(older), col(ClaimRow.state) == "open")
    work.session.execute(query.values(state="closed", ended_on=pen.on))
    row = ClaimRow(
        account_id=account_id,
        reply_id=source.reply_id,
        made_on=claim.made_on,
        wait_until=claim.wait_until,
        paid_on=claim.paid_on,
        amount=claim.amount.minor if claim.amount else None,
        currency=claim.amount.currency if claim.amount else None,
        reference=claim.reference,
        who=source.who,
        why=source.why,
    )
    account = work.session.get_one(AccountRow, account_id)
    work.session.add(row)
    work.session.flush()
    for one in concerned:
        work.session.add(ClaimLineRow(claim_id=row.id or 0, invoice_id=one.invoice_id))
        journal.write(
            work, account, pen, "claimed_paid", invoice=one.number, why=f"by {source.who}", until=claim.wait_until
        )
    look_again(work, ids)
    return row.id or 0


def add_dispute(
    work: Work,
    account_id: int,
    one: Concerned,
    currency: str,
    source: Source,
    pen: Pen,
    *,
    code: DisputeCode = DisputeCode.OTHER,
    amount: int | None = None,
    owner: str | None = None,
    due_on: date | None = None,
) -> int:
    """Open a dispute about an invoice, or about `amount` minor units of it. Returns its id.

    A task to settle it by `due_on` (default: today) comes with it; `ending.resolve_dispute` closes it.
    """
    row = DisputeRow(
        account_id=account_id,
        invoice_id=one.invoice_id,
        reply_id=source.reply_id,
        opened_on=pen.on,
        code=code.value,
        amount=amount,
        currency=currency,
        owner=owner,
        who=source.who,
        why=source.why,
    )
    account = work.session.get_one(AccountRow, account_id)
    work.session.add(row)
    work.session.flush()
    journal.write(work, account, pen, "disputed", invoice=one.number, why=f"by {source.who}", code=code.value)
    said = "" if code is DisputeCode.OTHER else f" ({code.value})"
    tasks.make(
        work,
        f"dispute:{row.id}",
        "dispute",
        f"{account.name} disputes {one.number}{said}: find out why, and settle it",
        made_on=pen.on,
        due_on=due_on,
        account_id=account_id,
        invoice_id=one.invoice_id,
    )
    look_again(work, [one.invoice_id])
    return row.id or 0


def add_pause(
    work: Work,
    account_id: int,
    kind: PauseKind,
    until: date | None,
    source: Source,
    pen: Pen,
    *,
    invoice: Concerned | None = None,
    touches: int = 0,
) -> int:
    """Have chasing wait, for one invoice or for the account. Returns the pause's id."""
    row = PauseRow(
        account_id=account_id,
        invoice_id=invoice.invoice_id if invoice else None,
        reply_id=source.reply_id,
        kind=kind.value,
        since=pen.on,
        until=until,
        touches=touches,
        who=source.who,
        why=source.why,
    )
    account = work.session.get_one(AccountRow, account_id)
    work.session.add(row)
    work.session.flush()
    number = invoice.number if invoice else None
    journal.write(work, account, pen, "paused", invoice=number, why=f"by {source.who}", until=until, kind=kind.value)
    look_again(work, [invoice.invoice_id] if invoice else open_of(work, account_id))
    return row.id or 0


def was_held_up(work: Work, invoice_id: int, touches: int) -> bool:
    """Whether a review has held up this case's next touch already: it does so once a touch."""
    query = select(col(PauseRow.id)).where(
        col(PauseRow.invoice_id) == invoice_id, col(PauseRow.kind) == "review", col(PauseRow.touches) == touches
    )
    return work.session.execute(query).first() is not None


def end_reviews(work: Work, reply_id: int, pen: Pen) -> None:
    """A person has read the reply: what waited for it goes on."""
    query = select(PauseRow).where(
        col(PauseRow.reply_id) == reply_id, col(PauseRow.kind) == "review", col(PauseRow.ended_on).is_(None)
    )
    for row in work.session.execute(query).scalars():
        row.ended_on = pen.on
        if row.invoice_id is not None:
            look_again(work, [row.invoice_id])


def open_of(work: Work, account_id: int) -> list[int]:
    """The account's open invoices."""
    query = select(col(InvoiceRow.id)).where(
        col(InvoiceRow.account_id) == account_id, col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice"
    )
    return [key for key in work.session.execute(query).scalars() if key is not None]


def look_again(work: Work, invoice_ids: Sequence[int]) -> None:
    """These cases are looked at on the next day that runs."""
    work.session.flush()
    work.session.execute(update(InvoiceRow).where(col(InvoiceRow.id).in_(invoice_ids)).values(next_on=LOOK_NOW))


def promises_made(work: Work, invoice_ids: Sequence[int]) -> dict[int, int]:
    """How many promises were made for each of these cases, kept and broken alike; withdrawn ones do not count."""
    query = (
        select(col(PromiseLineRow.invoice_id), col(PromiseRow.id))
        .join(PromiseRow, col(PromiseRow.id) == col(PromiseLineRow.promise_id))
        .where(col(PromiseLineRow.invoice_id).in_(list(invoice_ids)), col(PromiseRow.state) != "withdrawn")
    )
    found: dict[int, int] = defaultdict(int)
    for invoice_id, _ in work.session.execute(query):
        found[invoice_id] += 1
    return found


def currencies(work: Work, invoice_ids: Sequence[int]) -> dict[int, str]:
    """The currency of each of these invoices, by id."""
    query = select(col(InvoiceRow.id), col(InvoiceRow.currency)).where(col(InvoiceRow.id).in_(list(invoice_ids)))
    return {key or 0: currency for key, currency in work.session.execute(query)}
