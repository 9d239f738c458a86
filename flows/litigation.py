"""Litigation: a run that waits for each referral without a decision, reminders, hand-overs, and the queue as a table.

The ledger holds what is asked; a waiting run is only the form for the answer. One that is gone is opened again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId, FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.states import Completed
from pydantic import Field

from dunwell import wiring
from dunwell.desk import approvals, handover, refer
from dunwell.desk.approvals import Question
from dunwell.desk.day import Office
from dunwell.desk.refer import NoReferral
from dunwell.desk.refusals import CannotDo
from flows.remedies import says_what_to_do

_WAITS = "dunwell-referral"
_GRACE = timedelta(days=14)
"""So much longer than the policy's time a run waits: the ledger's time ends first."""


class Decision(RunInput):
    """What a person decides about a referral."""

    disposition: Literal["sue", "agency", "sell", "settle", "instalments", "write_off", "wait"]
    reason: str = Field(min_length=1, description="Why, for the journal.")
    by: str = Field(min_length=1, description="Your name: it is recorded.")
    until: date | None = Field(None, description="wait: nobody is asked again before this day.")


@flow(name="litigation", flow_run_name="litigation", persist_result=False)
@says_what_to_do
async def litigation(as_of: date | None = None, decisions: str = "approval/decision") -> State[None]:
    """Ask about every referral that has no decision, remind, hand over what was approved, recall what is paid.

    Safe at any rate of running. Each referral that waits for a decision has one run of `approval` that waits.

    Args:
        as_of: The day to act on. Empty: today, in the creditor's time zone.
        decisions: The deployment whose runs wait for the decisions.
    """
    office, moment = wiring.office(), wiring.moment(as_of)
    said = approvals.tend(office, moment)
    handed = handover.send_due(office, moment)
    said += [f"{one.kind.replace('_', '-')} of referral {one.referral}: {one.state}" for one in handed]
    asked = approvals.questions(office, moment)
    async with get_client() as client:
        said += await _keep_waiting(client, office, asked, as_of, decisions)
    found = refer.queue(office, moment)
    await acreate_table_artifact(
        key="litigation-queue", table=approvals.queue_rows(found), description=f"Litigation queue, {moment.on}"
    )
    return Completed(message="; ".join([f"{len(found)} referrals, {len(asked)} to decide about", *said]))


async def _keep_waiting(
    client: PrefectClient, office: Office, asked: Sequence[Question], as_of: date | None, decisions: str
) -> list[str]:
    """Open a waiting run for each question that has none, and end those whose question is answered elsewhere."""
    try:
        deployment = await client.read_deployment_by_name(decisions)
    except ObjectNotFound:
        return [f"no form: there is no deployment {decisions}; decide with `dunwell queue decide`"] if asked else []
    said = []
    for one in asked:
        runs = await _runs(client, deployment, one.key)
        if all(run.state is not None and run.state.is_final() for run in runs):
            parameters = {"referral": one.id, "asked": one.key, "as_of": as_of.isoformat() if as_of else None}
            tags = [_WAITS, one.key, f"account:{one.account}"]
            # By how many there were: two of these flows at once open the same run.
            again = f"{deployment.id}:{one.key}:{len(runs)}"
            await arun_deployment(
                decisions, client=client, parameters=parameters, tags=tags, timeout=0, as_subflow=False,
                flow_run_name=f"referral {one.id}",
                idempotency_key=again,
            )  # fmt: skip
            said.append(f"asked about referral {one.id}")
    open_keys = {one.key for one in asked}
    for run in await _runs(client, deployment, _WAITS):
        if run.state is not None and run.state.is_paused() and not open_keys & set(run.tags):
            message = approvals.how_it_stands(office, str(run.parameters["referral"]))
            await client.set_flow_run_state(run.id, Completed(message=message), force=True)
            said.append(f"{message}; its run waits no more")
    return said


async def _runs(client: PrefectClient, deployment: DeploymentResponse, tag: str) -> list[FlowRun]:
    """All runs of the deployment with this tag."""
    found: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[tag])),
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
            limit=200,
            offset=len(found),
        )
        found += page
        if len(page) < 200:
            return found


@flow(name="approval", flow_run_name="referral {referral}", persist_result=True)
@says_what_to_do
async def approval(referral: str, asked: str, as_of: date | None = None) -> State[None]:
    """Wait for a person's decision about one referral. `litigation` starts it; press *Resume* to decide.

    It runs from its beginning again when it is resumed: what it does twice changes nothing the second time.

    Args:
        referral: The referral's id.
        asked: Which question about it.
        as_of: The day to act on. Empty: today, in the creditor's time zone.
    """
    office, problem = wiring.office(), ""
    while True:
        moment = wiring.moment(as_of)
        question = approvals.question(office, referral, moment)
        if question is None or question.key != asked:
            return Completed(message=approvals.how_it_stands(office, referral))
        form = Decision.with_initial_data(description=_form(question, problem))
        seconds = int((question.by - moment.on + _GRACE).total_seconds())
        given: Any = await asuspend_flow_run(wait_for_input=form, timeout=seconds)
        try:
            problem = approvals.decide(
                office, referral, given.disposition, given.by, given.reason, moment, until=given.until
            )
        except NoReferral as late:
            return Completed(message=str(late))
        except CannotDo as error:
            problem = str(error)


def _form(question: Question, problem: str) -> str:
    return f"**{problem}**\n\n{approvals.description(question)}" if problem else approvals.description(question)
