"""Erasure: a person erased from the books, and what the law obliges to keep said, with until when and why.

One unit of work an account: it may stop after any, and run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date

from dunwell.desk import named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import erased as marks
from dunwell.ledger import erasing, retention
from dunwell.ledger.books import Work
from dunwell.ledger.erasing import Cards
from dunwell.ledger.journal import SYSTEM, Pen
from dunwell.rules.retention import Period, Piece, period, to_erase
from dunwell.terms.moment import Moment

_CLAIM = "an open case or a referral rests on it, and a claim may need its proof (GDPR art. 17 (3) (e))"
_LAST = "it is the only contact of an account with an open case (GDPR art. 17 (3) (e)): erased once none is open"


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays: how many of what, until when (None: until what `why` names is over), and why."""

    what: str
    count: int
    until: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of a person at an account (None: in mails of no account). `erased` counts by kind; `before` is the
    day of an earlier erasure of the contact."""

    account: str | None
    contacts: tuple[int, ...] = ()
    erased: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    before: date | None = None


def law_of(office: Office) -> Period:
    """How long the creditor keeps letters and records."""
    return period(office.creditor.country, office.policy.retention)


def erase(office: Office, contact: str, wanted: Wanted, moment: Moment, *, dry_run: bool = False) -> list[Erasure]:
    """Erase whoever has this address, or the address of the contact with this id, at every account.

    Safe to run again: what is erased stays so, and what its period kept is erased once that is over. `dry_run`: says
    what would be done. Raises CannotDo where nobody is known by it, having changed nothing.
    """
    named.said(wanted.who, wanted.reason, needs_reason=True)
    with office.books.read() as work:
        email = _address(work, contact)
        keys = erasing.places(work, email)
    if not keys:
        raise CannotDo(f"nobody with the address {email} is in the ledger: `dunwell contact list ACCOUNT` shows them")
    pen = Pen(moment.now, moment.on, wanted.who)
    return [_at(office, key, email, wanted.reason, pen, dry_run=dry_run) for key in keys]


def finish(office: Office, moment: Moment, *, dry_run: bool = False) -> list[Erasure]:
    """Erase who was to be erased and was kept for an open case, where none is open any more; `dry_run`: who would."""
    with office.books.read() as work:
        waiting = [(email, erasing.places(work, email)) for email in erasing.asked_for(work)]
    pen = Pen(moment.now, moment.on, SYSTEM)
    found = [
        _at(office, key, email, "asked for earlier; no case is open any more", pen, dry_run=dry_run)
        for email, keys in waiting
        for key in keys
    ]
    return [one for one in found if any(one.erased.values())]


def _address(work: Work, contact: str) -> str:
    said = contact.strip()
    if "@" in said:
        return said
    if not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise CannotDo(f"{contact!r} is neither an address nor the id of a contact: `dunwell contact list ACCOUNT`")
    found = erasing.address_of(work, int(said))
    if found is None:
        raise CannotDo(f"there is no contact with the id {said}: `dunwell contact list ACCOUNT` shows them")
    email, erased_on = found
    if erased_on is not None:
        raise CannotDo(f"contact {said} was erased on {erased_on}: name the address to see what is kept")
    return email


def _at(office: Office, key: int | None, email: str, why: str, pen: Pen, *, dry_run: bool) -> Erasure:
    opened: AbstractContextManager[Work] = office.books.read() if dry_run else office.books.write()
    with opened as work:
        if key is None:
            return _strangers(work, email, pen, law_of(office), dry_run=dry_run)
        if not dry_run:
            work.lock_account(key)
        return _of_account(work, key, email, why, pen, law_of(office), dry_run=dry_run)


def _strangers(work: Work, email: str, pen: Pen, law: Period, *, dry_run: bool) -> Erasure:
    """Mails of no account: no contact, no case, and nobody's journal."""
    mails = retention.mails(work, None, email=email)
    gone = to_erase(mails, pen.on, law)
    if not dry_run:
        retention.erase_mails(work, gone, pen.on, "erased on request")
    return Erasure(None, (), {"replies": len(gone)}, tuple(_kept("replies", mails, gone, law)))


def _of_account(work: Work, key: int, email: str, why: str, pen: Pen, law: Period, *, dry_run: bool) -> Erasure:
    found = erasing.cards(work, key, email)
    letters = retention.letters(work, account_id=key, email=email)
    mails = retention.mails(work, key, email=email)
    gone_letters, gone_mails = to_erase(letters, pen.on, law), to_erase(mails, pen.on, law)
    needed = bool(found.ids) and found.open_case and not found.others
    counts = {"letters": len(gone_letters), "replies": len(gone_mails)}
    if not needed:
        counts["contacts"] = len(found.ids)
    kept = (
        *([Kept("contacts", len(found.ids), None, _LAST)] if needed else []),
        *_kept("letters", letters, gone_letters, law),
        *_kept("replies", mails, gone_mails, law),
        *_records(found, pen.on, law),
    )
    if not dry_run:
        retention.erase_letters(work, gone_letters, pen.on, "erased on request, after the period of the law")
        retention.erase_mails(work, gone_mails, pen.on, "erased on request")
        counts |= _cards(work, key, found, email, why, pen, counts, needed=needed)
    return Erasure(found.account, found.ids or found.erased, counts, kept, found.erased_on)


def _cards(
    work: Work, key: int, found: Cards, email: str, why: str, pen: Pen, counts: Mapping[str, int], *, needed: bool
) -> dict[str, int]:
    """Erase the contact, or keep in mind to; put it on record. Returns what was counted while it was done."""
    done: dict[str, int] = {}
    rewritten: dict[str, str] = {}
    values = (email, *found.names)
    fresh = erasing.ask(work, found, pen.on) if needed else False
    if found.ids and not needed:
        done = erasing.erase(work, key, found, email, pen)
        rewritten = erasing.rewrite(work, key, values)
        done["journal_texts"] = len(rewritten)
    if fresh or any([*counts.values(), *done.values()]):
        said = "is to be erased when no case is open: " if needed else ""
        reason = marks.without(f"{said}{why}", values)
        erasing.record(work, key, reason, {**counts, **done}, pen, contacts=found.ids, rewritten=rewritten)
    return done


def _kept(what: str, pieces: Sequence[Piece], gone: Sequence[int], law: Period) -> list[Kept]:
    stay = [one for one in pieces if one.key not in set(gone)]
    held = [one for one in stay if one.held]
    timed = [one for one in stay if not one.held]
    found = [Kept(what, len(held), None, _CLAIM)] if held else []
    if timed:
        until = max(law.until(one.on) for one in timed)
        found.append(Kept(what, len(timed), until, f"kept {law.letters} years after the end of the year: {law.law}"))
    return found


def _records(found: Cards, on: date, law: Period) -> list[Kept]:
    if not found.records:
        return []
    why = f"accounting records, which the law wants {law.records} years ({law.law}); they name the account only"
    return [Kept("invoices and payments", found.records, None, why)]
