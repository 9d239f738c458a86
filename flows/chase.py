"""Chase: one flow run an invoice, so that its number in the search box answers what happened to it and why.

Asynchronous on purpose, flows and tasks: a synchronous flow run waits at its end for its heartbeat thread, and a
synchronous task within an asynchronous flow opens a client, with its certificates, of its own.
"""

from __future__ import annotations

from datetime import date

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dunwell import wiring
from dunwell.desk import chase as desk
from dunwell.desk.chase import Chased, Fault
from dunwell.desk.spreading import require_same_rules


@flow(name="chase_invoice", flow_run_name="{invoice} {stage}", log_prints=False, persist_result=False)
async def chase_invoice(invoice: str, stage: str, invoice_id: int, as_of: date | None = None) -> State[None]:
    """Decide what one invoice needs today and propose it. The run's state message is the decision and its reason.

    `invoice` and `stage` name the run; `invoice_id` is the ledger's key; without `as_of` it is today.
    """
    chased = _chase([invoice_id], as_of)
    return Completed(message=chased[0].headline if chased else "the ledger has no such open invoice")


@task(name="chase_task", task_run_name="{invoice}", cache_policy=NO_CACHE, persist_result=False)
async def chase_task(invoice: str, headline: str, failed: bool) -> State[None]:
    """Show what was decided about one invoice of a shard, and why; the shard decides its cases together."""
    return Failed(message=headline) if failed else Completed(message=headline)


@flow(name="chase_shard", flow_run_name="shard {first} to {last}", persist_result=False)
async def chase_shard(
    first: str, last: str, invoices: list[tuple[str, int]], as_of: date | None = None, rules: str | None = None
) -> State[int]:
    """Chase many invoices, a task run each; the failure of one does not stop the others. Results in how many failed.

    The daily cycle starts it. It decides and proposes; nothing is sent here, and the same cases may be given twice.

    Args:
        first: The first invoice's number; it names the run.
        last: The last invoice's number; it names the run.
        invoices: Pairs of an invoice's number and its key in the ledger.
        as_of: The day of the cycle. Empty: today, in the creditor's time zone.
        rules: By which version and rules the cycle decides. A worker with others refuses.
    """
    moment, office = wiring.moment(as_of), wiring.office()
    require_same_rules(office, rules)
    looked = desk.chase_each(office, [invoice_id for _, invoice_id in invoices], moment)
    failed = 0
    for number, invoice_id in invoices:
        one = looked[invoice_id]
        fault = isinstance(one, Fault)
        failed += fault
        said = one.why if isinstance(one, Fault) else one.headline
        await chase_task(number, said, fault, return_state=True)  # type: ignore[misc]  # typed as if it were synchronous
    return Completed(message=f"{len(invoices) - failed} looked at, {failed} failed", data=failed)


def _chase(invoice_ids: list[int], as_of: date | None) -> list[Chased]:
    return desk.chase(wiring.office(), invoice_ids, wiring.moment(as_of))
