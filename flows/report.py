"""Report: the week in figures, as an artifact, and by mail to the owner."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import report as desk
from flows.remedies import says_what_to_do


@flow(name="report", flow_run_name="report", persist_result=False)
@says_what_to_do
async def report(week: date | None = None) -> State[None]:
    """The week in figures. The owner gets it by mail once, where `people.owner` is set.

    Args:
        week: A day of the week. Empty: of the last whole week.
    """
    office, moment = wiring.office(), wiring.moment()
    found = desk.report(office, moment, week)
    await acreate_markdown_artifact(
        key="weekly-report", markdown=desk.markdown(found), description=f"Collections, week {found.week}"
    )
    mailed = desk.send(office, found, moment)
    return Completed(message=desk.headline(found) + (f"; mail to the owner: {mailed}" if mailed else ""))
