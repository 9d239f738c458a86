"""A whole daily cycle without Prefect: the same jobs in the same order, for a night on which its server is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dunwell.desk import chase, day, evening, letters
from dunwell.desk.day import CycleReport
from dunwell.desk.letters import Post
from dunwell.desk.office import Office
from dunwell.terms.moment import Moment


@dataclass(frozen=True)
class Consent:
    """What a person has said is all right tonight: old payments, an unusual number of letters."""

    even_if_stale: bool = False
    confirm_volume: bool = False


def run_direct(office: Office, moment: Moment, consent: Consent, progress: Callable[[str, int], None]) -> CycleReport:
    """One daily cycle. `progress` hears of each step with a count. Raises what `day.open_day` raises."""
    with day.sole_cycle(office):
        day.open_day(office, moment, even_if_stale=consent.even_if_stale)
        failed = 0
        for page in day.due_pages(office, moment):
            looked = chase.chase_each(office, [due.invoice_id for due in page], moment)
            failed += sum(isinstance(one, chase.Fault) for one in looked.values())
            day.looked_at(office, moment, len(page))
            progress("cases", len(page))
        day.gather_news(office, moment)
        day.check_volume(office, moment, confirmed=consent.confirm_volume)
        post = Post()
        for _ in letters.post_all(office, moment, post):
            progress("letters", 1)
        return evening.end(office, moment, post, failed_runs=failed)
