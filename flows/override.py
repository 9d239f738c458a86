"""Override: a person's word over the policy's, by a typed form in the Prefect UI."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk.override import override as say
from dunwell.desk.override import rows, told
from flows.remedies import says_what_to_do

Action = Literal["set_stage", "keep", "skip", "pause", "release", "stop", "send_now"]
Stage = Literal["past_due", "late", "delinquent", "on_hold", "litigation"]


@flow(name="override", flow_run_name="override {number}: {action}", persist_result=False)
@says_what_to_do
async def override(
    number: str,
    action: Action,
    reason: str,
    who: str,
    stage: Stage | None = None,
    until: date | None = None,
    dry_run: bool = False,
) -> State[None]:
    """Let your word win over the policy, for an invoice or for a whole account. The next cycle obeys.

    It wins over nothing else: what is paid, promised or in dispute is not asked for, and one letter goes a day.

    Args:
        number: The invoice's or the account's number; `invoice:N` or `account:N` where both have the same.
        action: set_stage: the next letter is this stage's. keep: it climbs no further. skip: the next letter is left
            out. pause: nothing goes until a day. release: ends every override and pause. stop: nothing goes any more.
            send_now: the next letter goes with the next cycle.
        reason: Why, for the journal.
        who: Your name: it is recorded.
        stage: For set_stage and keep.
        until: The last day on which it holds. Needed for pause.
        dry_run: Show what would follow, and change nothing.
    """
    done = say(wiring.office(), who, number, action, until, reason, wiring.moment(), stage=stage, dry_run=dry_run)
    await acreate_table_artifact(key="override", table=rows(done), description=told(done))
    return Completed(message=told(done))
