"""Good news in the books: which accounts are pressed or on hold, and what is to be told to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, or_, select, update
from sqlmodel import col

from dunwell.ledger import cases, journal, touches
from dunwell.ledger.books import Work
from dunwell.ledger.cases import COUNTED, account_of
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow, InvoiceRow, LetterRow, NewsRow, PaymentRow, TouchRow
from dunwell.ledger.touches import Proposal
from dunwell.rules.news import PRESSING, Change, Standing, holds_good
from dunwell.terms.account import Account
from dunwell.terms.money import Money

_STATE_AFTER = {"waiting": "proposed", "withdrawn": "proposed"}


@dataclass(frozen=True, slots=True)
class Received:
    """A payment as the books have it."""

    on: date
    amount: Money
    reference: str


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told to an account: its kinds, and the payments that it is thanked for."""

    ids: tuple[int, ...] = ()
    kinds: frozenset[str] = frozenset()
    payments: tuple[Received, ...] = ()


def candidates(work: Work) -> list[int]:
    """The accounts that are pressed or on hold, have had a letter of such a stage, or have news waiting; by id."""
    newly = (
        select(col(InvoiceRow.account_id))
        .join(TouchRow, col(TouchRow.invoice_id) == col(InvoiceRow.id))
        .where(*cases.LETTERED, col(TouchRow.stage).in_(PRESSING), col(InvoiceRow.state) == "open")
    )
    query = select(col(AccountRow.id)).where(
        or_(
            col(AccountRow.pressed_since).is_not(None),
            col(AccountRow.hold_since).is_not(None),
            col(AccountRow.id).in_(newly),
            col(AccountRow.id).in_(select(col(NewsRow.account_id)).where(col(NewsRow.state).in_(_WAITING))),
        )
    )
    return sorted(key for key in work.session.execute(query).scalars() if key is not None)


_WAITING = ("proposed", "rehearsed")


def standings(work: Work, account_ids: Sequence[int]) -> list[tuple[int, Account, Standing]]:
    """Where these accounts stand. They must be locked by this work."""
    query = select(AccountRow).where(col(AccountRow.id).in_(list(account_ids))).order_by(col(AccountRow.id))
    rows = work.session.execute(query.execution_options(populate_existing=True)).scalars().all()
    stages = cases.stages_of(work, account_ids)
    booked = _last_booked(work, account_ids)
    return [
        (
            row.id or 0,
            account_of(row),
            Standing(
                row.pressed_since,
                row.hold_since,
                frozenset(stages.get(row.id or 0, ())),
                _paid(row, booked.get(row.id or 0)),
            ),
        )
        for row in rows
    ]


def withdraw_false(work: Work, account_ids: Sequence[int]) -> None:
    """News that is true no longer is told no more: a payment was taken back, an invoice opened again."""
    query = select(NewsRow).where(col(NewsRow.account_id).in_(list(account_ids)), col(NewsRow.state).in_(_WAITING))
    rows = list(work.session.execute(query).scalars())
    stages = cases.stages_of(work, {row.account_id for row in rows}) if rows else {}
    for row in rows:
        if not holds_good(row.kind, frozenset(stages.get(row.account_id, ()))):
            row.state = "superseded"
    work.session.flush()


def _last_booked(work: Work, account_ids: Iterable[int]) -> dict[int, str]:
    query = (
        select(col(PaymentRow.account_id), func.max(col(PaymentRow.booked_at)))
        .where(col(PaymentRow.account_id).in_(list(account_ids)), *_INCOMING)
        .group_by(col(PaymentRow.account_id))
    )
    return {key: moment or "" for key, moment in work.session.execute(query)}


_INCOMING = (
    col(PaymentRow.amount) > 0,
    col(PaymentRow.kind).in_(("payment", "adjustment", "unapplied")),
    col(PaymentRow.booked_at).is_not(None),
)


def _paid(row: AccountRow, booked: str | None) -> bool:
    return row.pressed_since is not None and booked is not None and booked >= row.pressed_since.isoformat()


def apply(work: Work, changes: Mapping[int, Change], pen: Pen) -> None:
    """Write the changes down, and the news that they bring. The accounts must be locked by this work."""
    query = select(AccountRow).where(col(AccountRow.id).in_(list(changes))).order_by(col(AccountRow.id))
    for row in work.session.execute(query).scalars().all():
        new, account_id = changes[row.id or 0], row.id or 0
        since = _thanks_since(work, account_id, row.pressed_since or pen.on)
        for kind in new.news:
            if kind == "payment_received" and not _received(work, account_id, since):
                continue  # it ended otherwise: there is nothing to thank for
            if not _known(work, account_id, kind, pen.on):
                values = {"account_id": row.id, "kind": kind, "on": pen.on, "since": since, "state": "proposed"}
                work.insert(NewsRow, {**values, "letter_id": None})
                journal.write(work, row, pen, kind, why=_WHY[kind])
        if new.hold_since is not None and row.hold_since is None:
            journal.write(work, row, pen, "hold", why="an invoice has reached the stage on_hold")
        row.pressed_since, row.hold_since = new.pressed_since, new.hold_since


_WHY = {
    "payment_received": "a payment ended the chase: the account is thanked",
    "released": "no open invoice has reached a hold any more: the account is told",
}


def _known(work: Work, account_id: int, kind: str, on: date) -> bool:
    query = select(col(NewsRow.id)).where(
        col(NewsRow.account_id) == account_id, col(NewsRow.kind) == kind, col(NewsRow.on) == on
    )
    return work.session.execute(query).first() is not None


def _thanks_since(work: Work, account_id: int, began: date) -> str:
    """The moment from which payments are thanked for: the last letter's, else the day on which the pressing began."""
    query = select(func.max(col(LetterRow.reserved_at))).where(
        col(LetterRow.account_id) == account_id, col(LetterRow.kind) == "cycle", col(LetterRow.state).in_(COUNTED)
    )
    last = work.session.execute(query).scalar_one_or_none()
    return max(last or "", began.isoformat())


def renew(work: Work, account_ids: Sequence[int], before: date, *, redirecting: bool) -> None:
    """What was rehearsed is to be told once letters are not redirected any more; what is too old, no more."""
    theirs = col(NewsRow.account_id).in_(list(account_ids))
    if not redirecting:
        query = update(NewsRow).where(theirs, col(NewsRow.state) == "rehearsed")
        work.session.execute(query.values(state="proposed"))
    old = update(NewsRow).where(theirs, col(NewsRow.state).in_(_WAITING), col(NewsRow.on) < before)
    work.session.execute(old.values(state="superseded"))


def proposals(work: Work) -> list[Proposal]:
    """The accounts that are to be written to: with touches proposed, or news to be told; by id."""
    wanted = select(col(NewsRow.account_id)).where(col(NewsRow.state) == "proposed")
    query = select(AccountRow).where(col(AccountRow.id).in_(wanted)).order_by(col(AccountRow.id))
    found = {one.account_id: one for one in touches.proposals(work)}
    for row in work.session.execute(query).scalars():
        found.setdefault(row.id or 0, Proposal(row.id or 0, account_of(row), only_news=True))
    return [found[key] for key in sorted(found)]


def of(work: Work, account_ids: Sequence[int]) -> dict[int, News]:
    """What is to be told to these accounts."""
    query = select(NewsRow).where(col(NewsRow.account_id).in_(list(account_ids)), col(NewsRow.state) == "proposed")
    found: dict[int, News] = {}
    for row in work.session.execute(query.order_by(col(NewsRow.id))).scalars():
        told = found.get(row.account_id, News())
        payments = _received(work, row.account_id, row.since) if row.kind == "payment_received" else told.payments
        found[row.account_id] = News((*told.ids, row.id or 0), told.kinds | {row.kind}, payments)
    return found


def _received(work: Work, account_id: int, since: str) -> tuple[Received, ...]:
    """The payments booked since then; of what lists showed beside them, what is left once they are explained."""
    query = (
        select(PaymentRow)
        .where(col(PaymentRow.account_id) == account_id, col(PaymentRow.booked_at) >= since)
        .order_by(col(PaymentRow.on), col(PaymentRow.id))
    )
    found: list[Received] = []
    beside: dict[str, tuple[int, date]] = {}
    for row in work.session.execute(query).scalars():
        if row.kind == "payment" and row.amount > 0:
            found.append(Received(row.on, Money(row.amount, row.currency), row.reference))
        else:
            minor, on = beside.get(row.currency, (0, row.on))
            beside[row.currency] = (minor + row.amount, max(on, row.on))
    found += [Received(on, Money(minor, currency), "") for currency, (minor, on) in beside.items() if minor > 0]
    return tuple(found)


def take(work: Work, letter_id: int, ids: Sequence[int]) -> None:
    """These news go with the letter."""
    if ids:
        query = update(NewsRow).where(col(NewsRow.id).in_(list(ids)), col(NewsRow.state) == "proposed")
        work.session.execute(query.values(state="reserved", letter_id=letter_id))


def settle(work: Work, letter_id: int, state: str, *, try_again: bool = False, rehearsal: bool = False) -> None:
    """What became of the news that went with a letter: told, or to be told still where it has not left.

    `try_again`: refused for its address alone, and the account may have another; `rehearsal`: what the redirect
    address refuses says nothing about the customer.
    """
    work.session.flush()
    after = _STATE_AFTER.get(state, state)
    if state == "failed":
        after = "rehearsed" if rehearsal else "proposed" if try_again else "failed"
    work.session.connection().execute(_SETTLE, {"key": letter_id, "new_state": after})


# Once a letter: put together once.
_SETTLE = (
    update(NewsRow)
    .where(col(NewsRow.letter_id) == bindparam("key"), col(NewsRow.state).in_(("reserved", "in_doubt")))
    .values(state=bindparam("new_state"))
)
