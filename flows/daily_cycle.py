"""The daily cycle: open the day, chase what is due, send, report. Of two at once the second says so and stops."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from prefect import flow, tags
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.events.worker import EventsWorker
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import day, evening
from dunwell.desk.day import CycleReport, DueInvoice
from dunwell.desk.letters import Post
from dunwell.desk.summary import headline, markdown
from flows.chase import chase_invoice, chase_shard
from flows.letters import letters
from flows.remedies import says_what_to_do
from flows.spread import spread
from flows.telling import tell


def _run_name() -> str:
    """The run is called by its day, also where the schedule names none."""
    return f"daily cycle {flow_run.parameters.get('as_of') or wiring.moment().on}"


@flow(name="daily_cycle", flow_run_name=_run_name, persist_result=False)
@says_what_to_do
async def daily_cycle(
    as_of: date | None = None, even_if_stale: bool = False, confirm_volume: bool = False
) -> State[CycleReport | day.CycleRunning]:
    """One daily cycle: open the day, decide about every invoice with something due, send one letter an account, report.

    Safe to run again: the same day sends nothing twice, and a cycle that was killed goes on where it stopped.

    Args:
        as_of: The day to run, at the cycle's hour. Empty: today, in the creditor's time zone.
        even_if_stale: Chase although the payments in the ledger are older than the policy allows.
        confirm_volume: Send although the night is unusually large. Look at `dunwell preview` first.
    """
    office, moment = wiring.office(), wiring.moment(as_of)
    try:
        with day.sole_cycle(office):
            report = await _cycle(office, moment, as_of, even_if_stale, confirm_volume)
    except day.CycleRunning as error:
        return Completed(name="Skipped", message=str(error), data=error)
    await acreate_markdown_artifact(
        key="daily-cycle", markdown=markdown(report), description=f"Daily cycle {moment.on}"
    )
    tell(office, report)
    if report.alarms:
        get_run_logger().warning("; ".join(report.alarms))
    return Completed(message=headline(report), data=report)


async def _cycle(
    office: day.Office, moment: day.Moment, as_of: date | None, even_if_stale: bool, confirm_volume: bool
) -> CycleReport:
    day.open_day(office, moment, even_if_stale=even_if_stale)
    failed = await _chase(office, moment, as_of)
    day.gather_news(office, moment)
    day.check_volume(office, moment, confirmed=confirm_volume)
    post = cast(Post, await (await letters(as_of, return_state=True)).aresult())
    return evening.end(office, moment, post, failed_runs=failed)


async def _chase(office: day.Office, moment: day.Moment, as_of: date | None) -> int:
    """A flow run for each case with something due, or, above the budget, a task run each; returns how many failed.

    Where workers share the night, they go first: what the ledger then still shows as due is done here.
    """
    budget, size = wiring.flow_run_budget()
    single = day.due_count(office, moment) <= budget
    if not single and (plan := wiring.spreading()) is not None:
        await spread(office, moment, size, plan)
    failed = 0
    for page in day.due_pages(office, moment, size):
        if single:
            for due in page:
                failed += await _chase_one(due, as_of)
        else:
            pairs = [(due.number, due.invoice_id) for due in page]
            state = await chase_shard(page[0].number, page[-1].number, pairs, as_of, return_state=True)
            failed += await _failed_in(state, len(pairs))
        day.looked_at(office, moment, len(page))
    return failed


async def _failed_in(state: State[Any], most: int) -> int:
    """How many cases of a shard could not be looked at: all of them where the shard itself failed."""
    found = await state.aresult() if state.is_completed() else most
    return found if isinstance(found, int) else most


async def _chase_one(due: DueInvoice, as_of: date | None) -> bool:
    with tags(f"account:{due.account}", f"invoice:{due.number}"):
        state = await chase_invoice(due.number, due.stage or "new", due.invoice_id, as_of, return_state=True)
    return bool(state.is_failed() or state.is_crashed())


def tell_prefect_everything() -> None:
    """Wait, ten seconds at most, until Prefect has heard of every event: a private server ends with the run."""
    EventsWorker.drain_all(timeout=10)
