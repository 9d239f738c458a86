"""Forewarning: in the evening the collector hears which letters go the next day."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import forewarning as desk
from flows.remedies import says_what_to_do


@flow(name="forewarning", flow_run_name="forewarning", persist_result=False)
@says_what_to_do
async def forewarning() -> State[None]:
    """Mail the collector which letters go tomorrow, and how to hold each back. Nothing where the policy has it off."""
    office, tonight = wiring.office(), wiring.moment()
    if not office.policy.forewarning.send:
        return Completed(message="[forewarning] of the policy is off: nobody was told")
    found = desk.forewarn(office, tonight, wiring.moment(desk.next_day(tonight)))
    return Completed(message=f"{len(found.letters)} letters on {found.on}; mail: {found.state or 'none was to go'}")
