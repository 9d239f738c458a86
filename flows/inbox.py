"""Inbox: fetch what customers wrote, file it, read it, and act where nothing leaves a doubt.

Asynchronous for the same reasons as `chase_invoice`.
"""

from __future__ import annotations

from datetime import date

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import inbox as desk
from dunwell.desk.inbox import Round
from flows.remedies import says_what_to_do


@task(name="reply", task_run_name="{account}", cache_policy=NO_CACHE, persist_result=False)
async def reply(account: str, invoices: list[str], state: str, outcome: str) -> State[None]:
    """Show what became of one mail. It has been dealt with already: Prefect reads nothing twice."""
    return Completed(name=state.capitalize(), message=outcome)


@flow(name="inbox", flow_run_name="inbox", persist_result=False)
@says_what_to_do
async def inbox(as_of: date | None = None) -> State[Round]:
    """One look at the mailbox: file every mail, understand it, and act where nothing leaves a doubt.

    Safe beside a cycle and beside itself, at any rate of running.

    Args:
        as_of: The day to act on. Empty: today, in the creditor's time zone.
    """
    office, moment, done = wiring.office(), wiring.moment(as_of), Round()
    for _ in desk.look(office, wiring.inbox(), moment, done):
        pass
    for one in done.handled:
        outcome = f"{one.intent}: {one.effect or ', '.join(one.reasons[:2])}"
        await reply(one.account or "nobody known", list(one.invoices), one.state, outcome, return_state=True)  # type: ignore[misc]  # typed as if it were synchronous
    return Completed(message=desk.headline(done), data=done)
