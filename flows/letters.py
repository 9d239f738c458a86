"""Letters: send what is proposed, one letter an account a day. Hourly, it sends what waited for its window."""

from __future__ import annotations

from datetime import date

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from dunwell import wiring
from dunwell.desk import letters as desk
from dunwell.desk.letters import MailServerAway, MailServerRefuses, Post, Proposal, Sender, Sent


@task(name="send_letter", task_run_name="{account}", retries=0, cache_policy=NO_CACHE, persist_result=False)
def send_letter(account: str, proposal: Proposal, as_of: date | None, sender: Sender) -> Sent | None:
    """Send one account's letter. Never retried by Prefect: only the ledger knows whether it may have left."""
    return desk.send_one(wiring.office(), proposal, wiring.moment(as_of), sender)


@flow(name="letters", flow_run_name="letters {as_of}", persist_result=False, validate_parameters=False)
def letters(as_of: date | None = None) -> Post:
    """Send every proposed letter whose hour it is. Safe beside a cycle and beside itself, at any rate of running."""
    office, post = wiring.office(), Post()
    with Sender(office.route) as sender:
        for proposal in desk.proposed(office):
            try:
                sent = send_letter(proposal.number, proposal, as_of, sender)
            except (MailServerAway, MailServerRefuses) as error:
                post.away = str(error)
                break
            if sent is not None:
                post.letters.append(sent)
    return post
