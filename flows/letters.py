"""Letters: send what is proposed, one letter an account a day. Hourly, it sends what waited for its window.

Asynchronous for the same reasons as `chase_invoice`.
"""

from __future__ import annotations

from datetime import date

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import letters as desk
from dunwell.desk import sending
from dunwell.desk.letters import Post
from flows.remedies import says_what_to_do


@task(name="letter", task_run_name="{account}", cache_policy=NO_CACHE, persist_result=False)
async def letter(account: str, invoices: list[str], state: str, outcome: str) -> State[None]:
    """Show what became of one account's letter. It has left already: Prefect never sends and never retries one."""
    return Completed(name=state.replace("_", " ").capitalize(), message=outcome)


@flow(name="letters", flow_run_name="letters", persist_result=False)
@says_what_to_do
async def letters(as_of: date | None = None) -> State[Post]:
    """Send the letters that waited for their send window or were put off, deciding again about each.

    Only what the day's cycle has cleared goes. Safe beside a cycle and beside itself, at any rate of running.

    Args:
        as_of: The day to send for, whatever the hour. Empty: today, within each account's send window.
    """
    post = Post()
    for sent in desk.post_all(wiring.office(), wiring.moment(as_of), post):
        await letter(
            sent.account, list(sent.invoices), sent.state, sending.outcome_without_names(sent), return_state=True
        )  # type: ignore[misc]  # typed as if it were synchronous
    message = f"{len(post.letters)} letters" + (f"; stopped: {post.away}" if post.away else "")
    return Completed(message=message, data=post)
