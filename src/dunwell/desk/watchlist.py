"""The watch list: accounts in difficulty, with the reasons, and how well the list has done. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import cases, watching
from dunwell.rules import backtest, watchlist
from dunwell.rules.backtest import Backtest
from dunwell.rules.watchlist import Watched


def listed(office: Office, on: date) -> list[Watched]:
    """The accounts on the list as of the day `on`, most points first."""
    with office.books.read() as work:
        tracks = watching.tracks(work)
    return watchlist.watchlist(tracks, office.policy.watchlist, on)


@dataclass(frozen=True, slots=True)
class Tested:
    """A back-test, with the day up to which its payments were known."""

    until: date
    result: Backtest


def tested(office: Office, on: date) -> Tested:
    """Hold the list against what came of it, up to the day `on` or the last day whose payments are known. Raises
    CannotDo where the ledger has no day with a whole horizon behind it."""
    with office.books.read() as work:
        tracks = watching.tracks(work)
        known = cases.payments_as_of(work)
    until = min(on, known or on)
    rules = office.policy.watchlist
    result = backtest.backtest(tracks, rules, until)
    if not result.days:
        raise CannotDo(
            f"the ledger has too little history: a back-test needs an invoice issued more than {rules.horizon} days "
            f"(watchlist.horizon) before {until}, up to which payments are known"
        )
    return Tested(until, result)
