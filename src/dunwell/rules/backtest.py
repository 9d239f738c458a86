"""The watch list held against what came of it: how many later defaults it named, and how many of its names were right,
beside the plain list of the oldest invoices. Pure, and without a look ahead: each list is made as of its own day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from dunwell.rules.policy_watch import Watchlist
from dunwell.rules.watchlist import assess
from dunwell.terms.track import Item, Track

STEP = timedelta(days=30)
"""How far apart the days are on which the lists are made anew."""


Periods = list[tuple[date, date | None]]


@dataclass(frozen=True, slots=True)
class Score:
    """How a list did. `named`: names given, over all days; `right`: those of whom a default followed within the
    horizon; `found`: defaults of accounts that had been named; `lead_days`: how long before, in the middle."""

    named: int
    right: int
    found: int
    lead_days: int | None

    @property
    def precision(self) -> int | None:
        """Right names of a hundred; None where nobody was named."""
        return None if not self.named else (self.right * 200 + self.named) // (self.named * 2)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Both lists, on the same days about the same accounts, as many names each day."""

    days: tuple[date, ...]
    defaults: int
    watchlist: Score
    oldest_invoice: Score


def defaults(track: Track, rules: Watchlist, until: date) -> Periods:
    """When the account was in default: from the day on which an invoice was `default_after` days overdue, or written
    off, until that was over (None: it was not by then). Periods that touch are one."""
    periods = sorted(_periods(track.items, rules, until), key=lambda one: one[0])
    merged: Periods = []
    for began, ended in periods:
        if merged and (merged[-1][1] is None or began <= merged[-1][1]):
            last = merged[-1]
            over = None if last[1] is None or ended is None else max(last[1], ended)
            merged[-1] = (last[0], over)
        else:
            merged.append((began, ended))
    return merged


def _periods(items: Iterable[Item], rules: Watchlist, until: date) -> Iterator[tuple[date, date | None]]:
    for item in items:
        reached = item.due + timedelta(days=rules.default_after)
        if reached <= until and item.open_on(reached) > 0:
            days = [one.on for one in item.reductions if reached < one.on <= until]
            yield reached, next((day for day in days if item.open_on(day) <= 0), None)
        for one in item.reductions:
            if one.written_off and one.minor > 0 and one.on <= until:
                yield one.on, one.on


def backtest(tracks: Sequence[Track], rules: Watchlist, until: date) -> Backtest:
    """Make both lists every thirty days, up to the last day whose horizon is known by `until`, and score them.

    Accounts that are in default on such a day are on neither list: they need no naming. Without history there are no
    days, and nothing is scored.
    """
    days = _days(tracks, rules, until)
    bad = {track.account: defaults(track, rules, until) for track in tracks}
    ours: dict[date, list[str]] = {}
    plain: dict[date, list[str]] = {}
    for day in days:
        free = [track for track in tracks if track.known_on(day) and not _in_default(bad[track.account], day)]
        ours[day] = [one.account for one in free if assess(one, rules, day).points >= rules.listed_from]
        plain[day] = _oldest(free, day)[: len(ours[day])]
    starts = {track.account: _foreseeable(track, bad[track.account], days, rules) for track in tracks}
    return Backtest(
        tuple(days),
        sum(map(len, starts.values())),
        _score(ours, starts, rules.horizon),
        _score(plain, starts, rules.horizon),
    )


def _foreseeable(track: Track, periods: Periods, days: Iterable[date], rules: Watchlist) -> list[date]:
    """The first days of the account's defaults that a list of one of these days could have named."""
    horizon = timedelta(days=rules.horizon)
    able = [day for day in days if track.known_on(day) and not _in_default(periods, day)]
    return [began for began, _ in periods if any(day < began <= day + horizon for day in able)]


def _days(tracks: Sequence[Track], rules: Watchlist, until: date) -> list[date]:
    """Backwards from the last day with a whole horizon behind it, to the first invoice."""
    first = min((item.issued for track in tracks for item in track.items), default=None)
    days: list[date] = []
    day = until - timedelta(days=rules.horizon)
    while first is not None and day > first:
        days.append(day)
        day -= STEP
    return days[::-1]


def _in_default(periods: Periods, day: date) -> bool:
    return any(began <= day and (ended is None or day < ended) for began, ended in periods)


def _oldest(tracks: Iterable[Track], day: date) -> list[str]:
    """The accounts with something overdue, the one with the oldest invoice first."""
    late = []
    for track in tracks:
        dues = [one.due for one in track.items if one.issued <= day and one.due < day and one.open_on(day) > 0]
        if dues:
            late.append((min(dues), track.account))
    return [account for _, account in sorted(late)]


def _score(lists: dict[date, list[str]], starts: dict[str, list[date]], horizon: int) -> Score:
    right, leads = 0, dict[tuple[str, date], int]()
    for day, names in sorted(lists.items()):
        for account in names:
            ahead = [one for one in starts.get(account, []) if day < one <= day + timedelta(days=horizon)]
            right += bool(ahead)
            for one in ahead:
                leads.setdefault((account, one), (one - day).days)
    named = sum(len(names) for names in lists.values())
    return Score(named, right, len(leads), median_low(leads.values()) if leads else None)
