"""Levers: what people record and decide by hand, by typed forms in the Prefect UI; the same as the commands'."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dunwell import wiring
from dunwell.desk import answers, charging, contacts, disputes, named, outcomes, plans, undertakings, writing_off
from dunwell.desk.contacts import Card
from dunwell.desk.disputes import Opening
from dunwell.desk.outcomes import Said
from dunwell.desk.undertakings import Wanted
from flows.remedies import says_what_to_do

Code = Literal[
    "quality", "quantity", "price", "not_ordered", "not_delivered", "duplicate", "terms", "tax", "other"
]  # fmt: skip
Came = Literal["promised", "paid", "disputed", "no_answer", "call_back", "wrong_number", "refused", "done"]
Role = Literal["accounts_payable", "manager", "owner", "legal", "other"]


@flow(name="record_promise", flow_run_name="promise about {invoices}", persist_result=False)
@says_what_to_do
async def record_promise(
    invoices: list[str], by: date, who: str, reason: str = "", amount: str | None = None, tell: bool = False
) -> State[None]:
    """Record a promise that a customer made. Its invoices are not chased until it is due.

    Args:
        invoices: The numbers of open invoices of one account.
        by: The day by which it is to be paid.
        who: Your name: it is recorded.
        reason: How it was made, for the journal.
        amount: How much, such as 1234.50. Empty: all that is open.
        tell: Thank the customer at once.
    """
    wanted = Wanted(who, reason, tell)
    done = undertakings.add_promise(wiring.office(), invoices, by, named.amount(amount), wanted, wiring.moment())
    said = [f"promise {', '.join(done.ids)} recorded: by {by}", *done.warnings]
    return Completed(message="; ".join([*said, *_told(tell)]))


@flow(name="record_outcome", flow_run_name="task {task}: {outcome}", persist_result=False)
@says_what_to_do
async def record_outcome(
    task: int,
    outcome: Came,
    who: str,
    reason: str = "",
    promise_date: date | None = None,
    amount: str | None = None,
    code: Code = "other",
    reference: str | None = None,
    paid_on: date | None = None,
    again_on: date | None = None,
) -> State[None]:
    """Say what came of a call or another task. What was promised, paid or disputed holds up the case as a reply would.

    Args:
        task: The task, as `dunwell tasks list` and the daily artifact number it.
        outcome: What came of it.
        who: Your name: it is recorded.
        reason: In words, for the journal.
        promise_date: promised: to be paid by this day.
        amount: promised, paid or disputed: how much, such as 1234.50. Empty: all that is open.
        code: disputed: about what.
        reference: paid: the transfer's or cheque's number.
        paid_on: paid: the day on which it was sent.
        again_on: call_back, no_answer: when again. Empty: the next working day.
    """
    number = named.amount(amount)
    said = Said(
        outcome, who, reason, promise_date, (number, None) if number is not None else None,
        code, again_on, reference, paid_on,
    )  # fmt: skip
    done = outcomes.record(wiring.office(), task, said, wiring.moment())
    return Completed(message="; ".join([f"task {done.task}: {done.outcome}", done.effect, *done.warnings]))


@flow(name="open_dispute", flow_run_name="dispute about {invoice}", persist_result=False)
@says_what_to_do
async def open_dispute(
    invoice: str,
    code: Code,
    who: str,
    reason: str = "",
    amount: str | None = None,
    owner: str | None = None,
    tell: bool = False,
) -> State[None]:
    """Open a dispute about an invoice or a part of it. That is not chased until somebody settles it.

    Args:
        invoice: The invoice's number.
        code: What it is about.
        who: Your name: it is recorded.
        reason: In words, for the journal.
        amount: How much of it, such as 1234.50. Empty: all of it.
        owner: Who settles it. Empty: you.
        tell: Write to the customer at once.
    """
    opening = Opening(code, named.amount(amount), owner)
    done = disputes.open_dispute(wiring.office(), invoice, opening, Wanted(who, reason, tell), wiring.moment())
    return Completed(message="; ".join([f"dispute {done.ids[0]} opened about {invoice}", *_told(tell)]))


@flow(name="resolve_dispute", flow_run_name="dispute {dispute}: {outcome}", persist_result=False)
@says_what_to_do
async def resolve_dispute(
    dispute: str,
    outcome: Literal["credited", "rejected", "partly"],
    who: str,
    reason: str = "",
    amount: str | None = None,
    tell: bool = False,
) -> State[None]:
    """Settle a dispute. Nothing is booked: the credit comes with the ledger, and is not asked for until then.

    Args:
        dispute: Its id, as `dunwell dispute list` shows it.
        outcome: credited: all of it. rejected: nothing. partly: `amount` of it.
        who: Your name: it is recorded.
        reason: In words, for the journal.
        amount: partly: how much is credited, such as 1234.50.
        tell: Write to the customer at once.
    """
    wanted = Wanted(who, reason, tell)
    disputes.resolve(wiring.office(), dispute, outcome, named.amount(amount), wanted, wiring.moment())
    return Completed(message="; ".join([f"dispute {dispute}: {outcome}", *_told(tell)]))


@flow(name="withdraw", flow_run_name="withdraw {what} {number}", persist_result=False)
@says_what_to_do
async def withdraw(what: Literal["promise", "claim", "plan"], number: str, who: str, reason: str) -> State[None]:
    """End what does not hold: its invoices are chased again. It does not count as broken.

    Args:
        what: A promise, a claim of payment, or an instalment plan.
        number: Its id, as `dunwell promise list`, `claims` or `plan list` shows it.
        who: Your name: it is recorded.
        reason: Why, for the journal.
    """
    end = {"promise": undertakings.withdraw_promise, "claim": undertakings.close_claim, "plan": plans.void}[what]
    end(wiring.office(), number, Wanted(who, reason), wiring.moment())
    return Completed(message=f"{what} {number} ended")


@flow(name="waive_charge", flow_run_name="waive charge {charge}", persist_result=False)
@says_what_to_do
async def waive_charge(charge: int, who: str, reason: str) -> State[None]:
    """Waive a late fee, interest or a fixed sum. What is paid already cannot be waived. No letter follows.

    Args:
        charge: Its id, as `dunwell charges list` numbers it.
        who: Your name: it is recorded.
        reason: Why, for the journal.
    """
    done = charging.waive(wiring.office(), charge, Wanted(who, reason), wiring.moment())
    return Completed(message=f"waived: {done.kind.replace('_', ' ')} of {done.amount} on {done.invoice}")


@flow(name="write_off", flow_run_name="write off {invoice}", persist_result=False)
@says_what_to_do
async def write_off(invoice: str, who: str, reason: str, amount: str | None = None, undo: bool = False) -> State[None]:
    """Write an invoice's open principal off. With all of it its charges are waived and its case ends.

    Args:
        invoice: The invoice's number.
        who: Your name: it is recorded, and its role limits how much.
        reason: Why, for the journal.
        amount: How much, such as 1234.50. Empty: all that is open.
        undo: Take the newest write-off of the invoice back instead.
    """
    office, wanted, moment = wiring.office(), Wanted(who, reason), wiring.moment()
    if undo:
        return Completed(message=f"{invoice}: {writing_off.undo(office, invoice, wanted, moment)} is open again")
    done = writing_off.write_off(office, invoice, named.amount(amount), wanted, moment)
    return Completed(message=f"{invoice}: {done} written off")


@flow(name="contact", flow_run_name="contact of {account}: {action}", persist_result=False)
@says_what_to_do
async def contact(
    account: str,
    email: str,
    action: Literal["add", "change", "left", "back"],
    who: str,
    reason: str,
    new_email: str | None = None,
    name: str | None = None,
    role: Role | None = None,
    language: str | None = None,
    phone: str | None = None,
) -> State[None]:
    """Add or change a contact of an account, or say that somebody is none any more.

    Args:
        account: The account's number.
        email: The contact's address as it is now, or of a new one.
        action: add, change, left: no contact any more, back: one again.
        who: Your name: it is recorded.
        reason: Why, for the journal.
        new_email: change: the new address.
        name: The person's or the desk's name. Needed for a new one.
        role: What the contact is there.
        language: In which language to write to it, where it is not the account's.
        phone: The telephone number.
    """
    office, wanted, moment = wiring.office(), Wanted(who, reason), wiring.moment()
    said = f"{account}: {email}: {action}"
    if action == "add":
        contacts.add(office, account, Card(email, name, role, language, phone), wanted, moment)
    elif action == "change":
        card = Card(new_email, name, role, language, phone)
        said += f" of {', '.join(contacts.change(office, account, email, card, wanted, moment)) or 'nothing'}"
    else:
        contacts.leave(office, account, email, wanted, moment, undo=action == "back")
    return Completed(message=said)


@flow(name="account_language", flow_run_name="language of {account}: {language}", persist_result=False)
@says_what_to_do
async def account_language(account: str, language: str, who: str, reason: str) -> State[None]:
    """Write to an account in another language. A newer export of your ledger that says otherwise wins.

    Args:
        account: The account's number.
        language: A language that has letters, such as it or de.
        who: Your name: it is recorded.
        reason: Why, for the journal.
    """
    contacts.speak(wiring.office(), account, language, Wanted(who, reason), wiring.moment())
    return Completed(message=f"{account}: letters are written in {language} from now on")


def _told(tell: bool) -> list[str]:
    return answers.told_now(wiring.office(), wiring.moment()) if tell else []
