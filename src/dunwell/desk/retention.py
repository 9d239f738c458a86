"""Retention: what is past its period erased on schedule, and erasures that had to wait finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.desk import erasure
from dunwell.desk.erasure import Erasure
from dunwell.desk.office import Office
from dunwell.ledger import erasing, retention
from dunwell.ledger.books import Work
from dunwell.ledger.journal import SYSTEM, Pen
from dunwell.rules.retention import Period, to_erase
from dunwell.terms.moment import Moment


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was erased, or would be: letters and mails up to the day `to`, kept for the time that `law` wants.

    `contacts` are those who were to be erased earlier, and were.
    """

    to: date
    law: Period
    letters: int = 0
    replies: int = 0
    contacts: tuple[Erasure, ...] = ()


def prune(office: Office, moment: Moment, *, dry_run: bool = False) -> Pruned:
    """Erase what is past its period, and finish erasures that waited for a case. Safe to run again, and beside a night:
    one unit of work an account. `dry_run`: says what would be erased."""
    law = erasure.law_of(office)
    to = law.over(moment.on)
    contacts = erasure.finish(office, moment, dry_run=dry_run)
    with office.books.read() as work:
        keys = retention.accounts_past(work, to)
    letters = replies = 0
    for key in keys:
        if dry_run:
            with office.books.read() as work:
                some = _past(work, key, moment.on, law)
        else:
            with office.books.write() as work:
                some = _erase(work, key, law, Pen(moment.now, moment.on, SYSTEM))
        letters, replies = letters + len(some[0]), replies + len(some[1])
    return Pruned(to, law, letters, replies, tuple(contacts))


def _past(work: Work, key: int | None, on: date, law: Period) -> tuple[Sequence[int], Sequence[int]]:
    """The letters and mails of an account that are past their period: one that proves nothing waits for it as well."""
    to = law.over(on)
    letters = [] if key is None else to_erase(retention.letters(work, to=to, account_id=key), on, law)
    return letters, to_erase(retention.mails(work, key, to=to), on, law)


def _erase(work: Work, key: int | None, law: Period, pen: Pen) -> tuple[Sequence[int], Sequence[int]]:
    if key is not None:
        work.lock_account(key)
    letters, mails = _past(work, key, pen.on, law)
    why = f"kept {law.letters} years after the end of the year ({law.law})"
    retention.erase_letters(work, letters, pen.on, why)
    retention.erase_mails(work, mails, pen.on, why)
    if key is not None and (letters or mails):
        erasing.record(work, key, why, {"letters": len(letters), "replies": len(mails)}, pen)
    return letters, mails


def headline(found: Pruned) -> str:
    """What was erased, in a line."""
    return (
        f"{found.letters} letters and {found.replies} replies up to {found.to} erased, {len(found.contacts)} contacts"
        f" ({found.law.letters} years: {found.law.law})"
    )
