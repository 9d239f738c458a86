"""Notices: tell service delivery to suspend, cancel or restore. Hourly, it tries again what a host did not take."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import notices as desk
from flows.remedies import says_what_to_do


@flow(name="notices", flow_run_name="notices", persist_result=False)
@says_what_to_do
async def notices(as_of: date | None = None) -> State[None]:
    """Send every notice whose time has come. Safe beside a cycle and beside itself: Prefect never retries one."""
    sent = desk.send_due(wiring.office(), wiring.moment(as_of))
    told = "; ".join(f"{one.event} {one.account}: {one.state}" for one in sent)
    return Completed(message=f"{len(sent)} notices" + (f": {told}" if told else ""))
