"""Foresee: what the next cycle would send, and what the policy would do over months. Nothing is written or sent."""

from __future__ import annotations

import heapq
import os
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from dunwell.desk import matters
from dunwell.desk.day import rules_digest
from dunwell.desk.facts import Due
from dunwell.desk.office import Office
from dunwell.desk.writing import Written, write_letter
from dunwell.ledger import cases, cycles, due
from dunwell.ledger.cases import Loaded
from dunwell.letters.facts import LetterError
from dunwell.rules.decide import decide
from dunwell.rules.foresight import Foreseen, foresee
from dunwell.rules.policy import Policy
from dunwell.terms.case import Case
from dunwell.terms.decision import Decision, Send
from dunwell.terms.moment import Moment

_PAGE = 500
_WORTH_A_PROCESS = 1000
"""Cases for which a process of its own pays."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A letter that the next cycle would send, or why it cannot be written (`problem`)."""

    account: str
    letter: str
    stage: str | None
    invoices: tuple[str, ...]
    reason: str
    written: Written | None
    problem: str | None = None


def next_cycle_day(office: Office, moment: Moment) -> date:
    """The day of the next cycle: today, or tomorrow where today's has been to its end."""
    with office.books.read() as work:
        last = cycles.last_day(work)
        done = last is not None and cycles.is_done(work, last)
    if last is None or last < moment.on:
        return moment.on
    return last + timedelta(days=1) if done else last


def preview(office: Office, moment: Moment) -> Iterator[Previewed]:
    """Every letter that a cycle on `moment` would send, by account."""
    with office.books.read() as work:
        changed = due.note(work, "rules") != rules_digest(office)
        by_account: dict[int, list[int]] = defaultdict(list)
        for account_id, invoice_id in due.to_look_at(work, moment.on, everything=changed):
            by_account[account_id].append(invoice_id)
    for account_id in sorted(by_account):
        previewed = _preview_account(office, by_account[account_id], account_id, moment)
        if previewed is not None:
            yield previewed


def _preview_account(office: Office, invoice_ids: list[int], account_id: int, moment: Moment) -> Previewed | None:
    ids = set(invoice_ids)
    with office.books.read() as work:
        loaded = cases.load(work, sorted(ids | set(cases.open_ids(work, [account_id]))), moment.on, office.around)
    decided = [(one, decide(one.case, office.policy, moment.on)) for one in loaded if one.invoice_id in ids]
    sends = [(one, decision) for one, decision in decided if isinstance(decision.outcome, Send)]
    if not sends:
        return None
    going = {one.invoice_id for one, _ in sends}
    others = [one for one in loaded if one.invoice_id not in going and one.case.outstanding.minor > 0]
    dues = [Due(one, decision.outcome) for one, decision in sends if isinstance(decision.outcome, Send)]
    account = sends[0][0].case.account
    numbers = tuple(one.case.invoice.number for one, _ in sends)
    try:
        fetched = matters.fetch(office, [account_id], moment)
        with office.books.read() as work:
            beside = {account_id: others}
            about = matters.gather(office, work, {account_id: account}, {account_id: dues}, beside, fetched)
        written = write_letter(office, about[0], moment)
    except LetterError as error:
        return Previewed(account.number, "", None, numbers, _why(sends), None, str(error))
    return Previewed(account.number, written.draft.name, written.draft.stage, numbers, _why(sends, written), written)


def _why(sends: list[tuple[Loaded, Decision]], written: Written | None = None) -> str:
    """The reason of the case that sets the tone."""
    for _, decision in sends:
        if written is None or decision.stage == written.draft.stage:
            return decision.why
    return sends[0][1].why


def save(previewed: Previewed, folder: Path) -> Path | None:
    """Write a previewed letter as .eml, .txt and .html files into `folder`; returns the .eml file."""
    if previewed.written is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{re.sub(r'[^A-Za-z0-9._-]+', '_', previewed.account)[:80]}_{previewed.letter}"
    file = folder / f"{stem}.eml"
    file.write_bytes(previewed.written.draft.raw)
    file.with_suffix(".txt").write_text(previewed.written.letter.text, encoding="utf-8")
    file.with_suffix(".html").write_text(previewed.written.letter.html, encoding="utf-8")
    return file


def simulate(office: Office, moment: Moment, days: int) -> Iterator[Foreseen]:
    """What the policy would do to this ledger over the next `days` days if nobody paid or wrote, by day and account.

    A large ledger is shared out among the machine's cores: accounts do not touch each other.
    """
    with office.books.read() as work:
        ids = [invoice_id for _, invoice_id in due.to_look_at(work, moment.on, everything=True)]
        loaded = [
            one.case
            for start in range(0, len(ids), _PAGE)
            for one in cases.load(work, ids[start : start + _PAGE], moment.on, office.around)
        ]
    cores = min(os.cpu_count() or 1, len(loaded) // _WORTH_A_PROCESS)
    if cores < 2:
        return foresee(loaded, office.policy, moment.on, days)
    shares: list[list[Case]] = [[] for _ in range(cores)]
    for case in loaded:
        shares[zlib.crc32(case.account.number.encode()) % cores].append(case)
    return _together(shares, office.policy, moment.on, days)


def _together(shares: Sequence[Sequence[Case]], policy: Policy, start: date, days: int) -> Iterator[Foreseen]:
    # Spawned, not forked: a forked process would share the ledger's connections.
    with ProcessPoolExecutor(len(shares), mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_foreseen, share, policy, start, days) for share in shares]
        yield from heapq.merge(*(job.result() for job in jobs), key=lambda event: (event.on, event.account))


def _foreseen(share: Sequence[Case], policy: Policy, start: date, days: int) -> list[Foreseen]:
    return sorted(foresee(share, policy, start, days), key=lambda event: (event.on, event.account))
