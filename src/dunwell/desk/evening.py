"""The evening: the day is closed, and our own people hear what is theirs to do."""

from __future__ import annotations

from dunwell.desk import approvals, day, handover, notices, print_room, staff
from dunwell.desk.day import CycleReport
from dunwell.desk.letters import Post
from dunwell.desk.office import Office
from dunwell.terms.moment import Moment


def end(office: Office, moment: Moment, post: Post, *, failed_runs: int = 0) -> CycleReport:
    """Tell service delivery, hand over what was approved, close the day as `day.close_day` does, mail our own."""
    notices.send_due(office, moment)
    handover.send_due(office, moment)
    report = day.close_day(office, moment, post, failed_runs=failed_runs)
    print_room.fill(office, moment)
    approvals.tend(office, moment)
    if not post.away:
        staff.send_list(office, moment)
    return report
