"""The day: open it, or refuse to; stop an unusual night; close it with what it did and what could slip."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dunwell.desk import charging, claims, disputes, plans, promises, refer
from dunwell.desk.letters import Post
from dunwell.desk.office import Office
from dunwell.desk.refusals import DayRefused, UnsafeToChase
from dunwell.desk.sending import Sent
from dunwell.ledger import cases, cycles, due, new_terms, news, outbox, tasks, touches
from dunwell.ledger.cycles import CycleRecord, CycleRunning, Slip
from dunwell.ledger.due import DueInvoice
from dunwell.ledger.journal import Pen
from dunwell.ledger.tasks import Task
from dunwell.letters.facts import LetterError
from dunwell.mailroom import signing
from dunwell.rules.news import Change, change
from dunwell.rules.policy_parts import Volume
from dunwell.terms.calendar import working_days_between
from dunwell.terms.moment import Moment

LOST_AFTER = timedelta(minutes=30)
"""A letter reserved by a process of another machine is in doubt after so long."""


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What a cycle did: the record, its letters, why touches wait, what could slip, and what people have to do."""

    record: CycleRecord
    letters: tuple[Sent, ...]
    waiting: tuple[tuple[str, int], ...]
    slips: tuple[Slip, ...]
    tasks: tuple[Task, ...]
    alarms: tuple[str, ...]
    away: str | None = None
    failed_runs: int = 0
    misconfigured: bool = False

    @property
    def failures(self) -> int:
        """Letters refused by a server or that could not be written, and cases that could not be looked at."""
        return self.failed_runs + sum(letter.state in ("failed", "unsound") for letter in self.letters)


@contextlib.contextmanager
def sole_cycle(office: Office) -> Iterator[None]:
    """Hold the lock of the daily cycle; raises CycleRunning where another does."""
    with cycles.lock(office.books):
        yield


def stale_payments(office: Office, on: date) -> str | None:
    """Why the payments are too old to chase anybody on `on`; None when they are fresh enough."""
    with office.books.read() as work:
        as_of = cases.payments_as_of(work)
    if as_of is None:
        return "no payments have been imported yet: nobody knows who has paid (a header without rows says: no payments)"
    age = working_days_between(as_of, on, office.creditor.country)
    most = office.policy.limits.payments_max_age
    if age <= most:
        return None
    return f"payments are known up to {as_of}, {age} business days ago; the policy allows {most}"


def refuse_early(office: Office, moment: Moment, *, even_if_stale: bool) -> None:
    """Raise DayRefused, LetterError or UnsafeToChase where the day cannot be opened: asked before anything starts."""
    if missing := [name for name in ("name", "email") if getattr(office.creditor, name) is None]:
        raise DayRefused(f"creditor.{missing[0]} is not set: every letter needs it")
    with office.books.read() as work:
        newest = cycles.last_day(work)
    if newest is not None and newest > moment.on:
        raise DayRefused(f"{moment.on} is older than the last cycle, {newest}: days only go forward")
    if problems := office.library.check(own_only=True):
        raise LetterError("\n".join(str(one) for one in problems))
    _refuse_unsound_settings(office)
    if not even_if_stale and (why := stale_payments(office, moment.on)):
        raise UnsafeToChase(f"{why}. Import the payments, or type --even-if-stale to chase all the same.")


def _refuse_unsound_settings(office: Office) -> None:
    """What would spoil every letter of the night: a wrong IBAN, a logo or a signing key that cannot be used."""
    for currency in office.creditor.wrong_ibans():
        name = f"bank.{currency}" if currency else "iban"
        raise DayRefused(f"creditor.{name}: the IBAN's check digits are wrong: nobody could pay to it")
    office.library.printer()
    if office.dkim is not None:
        try:
            signing.signed(TRIAL, office.dkim)
        except signing.BadKey as error:
            raise DayRefused(str(error)) from None


TRIAL = b"From: a@example.com\r\nSubject: a trial\r\n\r\nA trial.\r\n"
"""A message to try a signing key on."""


def open_day(office: Office, moment: Moment, *, even_if_stale: bool = False) -> None:
    """Open the day, or go on where its cycle stopped. Raises DayRefused or UnsafeToChase, having changed nothing.

    Letters of processes that died are found in doubt; when the rules have changed every case is looked at.
    """
    refuse_early(office, moment, even_if_stale=even_if_stale)
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        cycles.open_day(work, moment.on, moment.now)
        outbox.sweep(work, moment.now - LOST_AFTER, cycles.is_gone, pen)
        if due.note(work, "rules") != rules_digest(office):
            due.look_again_at_all(work)
            due.remember(work, "rules", rules_digest(office))
    promises.judge(office, moment)
    disputes.judge(office, moment)
    plans.judge(office, moment)
    claims.offer(office, moment)
    refer.recall_paid(office, moment)
    charging.charge(office, moment)


def rules_digest(office: Office) -> str:
    """Tells whether what decisions rest on beside the ledger has changed since the last cycle."""
    own = office.creditor
    parts = [office.policy.digest, repr(sorted(own.bank.items())), str(own.iban), str(own.strict_currency)]
    return hashlib.sha256("\0".join([*parts, str(bool(office.redirect_to))]).encode()).hexdigest()


def due_pages(office: Office, moment: Moment, size: int = 500) -> Iterator[list[DueInvoice]]:
    """The cases with something due, page by page."""
    return due.pages(office.books, moment.on, size)


def due_count(office: Office, moment: Moment) -> int:
    """How many cases have something due."""
    with office.books.read() as work:
        return due.count(work, moment.on)


def looked_at(office: Office, moment: Moment, count: int) -> None:
    """Count cases that this cycle has looked at."""
    with office.books.write() as work:
        cycles.add_looked_at(work, moment.on, count)


NEWS_KEPT = timedelta(days=7)
"""How long good news may wait for its hour; after that it would only puzzle its reader."""


def gather_news(office: Office, moment: Moment) -> int:
    """See which accounts are pressed or on hold, and for which that has ended; returns how many have news to be told.

    May run twice: what is told already is told no more.
    """
    with office.books.read() as work:
        ids = news.candidates(work)
    told = 0
    for start in range(0, len(ids), _ACCOUNTS):
        told += _gather_news(office, ids[start : start + _ACCOUNTS], moment)
    return told


_ACCOUNTS = 1000
"""Accounts that are looked at together: their locks are short."""


def _gather_news(office: Office, ids: Sequence[int], moment: Moment) -> int:
    with office.books.write() as work:
        work.lock_accounts(ids)
        news.renew(work, ids, moment.on - NEWS_KEPT, redirecting=office.redirect_to is not None)
        news.withdraw_false(work, ids)
        changes: dict[int, Change] = {}
        for key, account, standing in news.standings(work, ids):
            new = change(standing, moment.on)
            if standing.hold_since is not None and new.hold_since is None:
                new_terms.ask(work, work.lock_account(key), Pen(moment.now, moment.on))
            if not office.policy.writes_to(account):
                new = replace(new, news=())
            if new != Change(standing.pressed_since, standing.hold_since):
                changes[key] = new
        news.apply(work, changes, Pen(moment.now, moment.on))
    return sum(len(one.news) for one in changes.values())


def check_volume(office: Office, moment: Moment, *, confirmed: bool) -> int:
    """How many letters are proposed; raises UnsafeToChase when that is unusual and nobody has confirmed it."""
    with office.books.read() as work:
        count = len(news.proposals(work))
        usual = cycles.usual_volume(work, moment.on, office.policy.volume.cycles)
    limits = office.policy.volume
    usual_enough = _usual_enough(count, usual, limits) or confirmed
    if usual_enough:
        with office.books.write() as work:
            cycles.clear(work, moment.on)
        return count
    before = f"the largest of the last {len(usual)} cycles had {max(usual)}" if usual else "this is the first cycle"
    raise UnsafeToChase(
        f"{count} letters would go; {before}. Nothing was sent. Look at `dunwell preview`, then type --confirm-volume "
        "to go on."
    )


def _usual_enough(count: int, usual: Sequence[int], limits: Volume) -> bool:
    """Whether so many letters are nothing to ask about."""
    if not usual:
        return count <= limits.first
    return count <= limits.letters or count <= limits.times * max(usual)


def close_day(office: Office, moment: Moment, post: Post, *, failed_runs: int = 0) -> CycleReport:
    """Close the day: seal the journal, count expected against sent, list what waits and what could slip."""
    # The letters of tonight may have been the first to press: a payment of tomorrow then ends a chase.
    gather_news(office, moment)
    # Or the first on hold: their late fee begins today. It comes after the letters, and stands on the next statement.
    charging.charge(office, replace(moment, now=moment.now + timedelta(seconds=1)))
    with office.books.write() as work:
        waiting = touches.waiting_reasons(work)
        unsound = {letter.account for letter in post.letters if letter.state == "unsound"}
        left = len(unsound | {one.number for one in news.proposals(work)})
        record = cycles.close_day(work, moment.on, moment.now, "stopped" if post.away else "done", left)
        usual = cycles.usual_volume(work, moment.on, office.policy.volume.cycles)
        slips = cycles.slips(work, moment.on)
        open_tasks = tasks.open_tasks(work)
    return CycleReport(
        record,
        tuple(post.letters),
        tuple(waiting),
        tuple(slips),
        tuple(open_tasks),
        tuple(_alarms(record, post.letters, usual)),
        post.away,
        failed_runs,
        post.misconfigured,
    )


def _alarms(record: CycleRecord, letters: Sequence[Sent], usual: Sequence[int]) -> Iterator[str]:
    """What an operator has to hear of: expected letters and none sent, a silence where there never was one."""
    gone = record.sent + record.in_doubt + record.rehearsed
    in_their_window = record.expected - sum(letter.state == "window" for letter in letters)
    if in_their_window > 0 and not gone:
        yield f"letters expected: {record.expected}, sent: none"
    if not record.expected and len(usual) >= 5 and min(usual[:5]) > 0:
        yield "no letter was expected, though each of the last five cycles had some: are the imports running?"
    if record.in_doubt:
        yield f"letters in doubt: {record.in_doubt}; settle them with `dunwell letters settle`"


__all__ = [
    "CycleReport",
    "CycleRunning",
    "DayRefused",
    "DueInvoice",
    "Moment",
    "Office",
    "UnsafeToChase",
    "check_volume",
    "close_day",
    "due_count",
    "due_pages",
    "gather_news",
    "looked_at",
    "open_day",
    "refuse_early",
    "rules_digest",
    "sole_cycle",
    "stale_payments",
]
