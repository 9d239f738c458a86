"""Calls and other tasks: what is to be done, and what came of it."""

from __future__ import annotations

from typing import TypeVar

from dunwell.desk import outcomes
from dunwell.desk.outcomes import Said
from dunwell.desk.refusals import CannotDo
from dunwell.frontdesk.ask import Answer, Ask, Moved, NotFound, Shown
from dunwell.frontdesk.rights import needed_for_task
from dunwell.frontdesk.views import PAGE
from dunwell.ledger import account_file, tasks, worklist
from dunwell.ledger.tasks import Found
from dunwell.ledger.worklist import Wanted
from dunwell.terms.agreement import DisputeCode
from dunwell.terms.outcome import Outcome

_Word = TypeVar("_Word", Outcome, DisputeCode)
_MOST_INVOICES = 100
_WITHOUT_ACCOUNT = (Outcome.DONE, Outcome.CALL_BACK, Outcome.NO_ANSWER)


def page(ask: Ask) -> Shown:
    """The calls to make, the most urgent first."""
    everything = ask.query.get("due") == "all"
    wanted = Wanted(kind="call", due=None if everything else ask.moment.on)
    number = ask.page()
    with ask.office.books.read() as work:
        found = worklist.open_tasks(work, wanted, PAGE, PAGE * (number - 1))
        total = worklist.count_tasks(work, wanted)
    facts = {"tasks": found, "total": total, "everything": everything, "number": number, "size": PAGE}
    return Shown("calls.html", facts)


def task(ask: Ask) -> Shown:
    """One task: its script, whom to reach, what is open, and the form for what came of it."""
    found = _found(ask)
    with ask.office.books.read() as work:
        account = found.task.account
        file = account_file.read(work, account, ask.moment.on, _MOST_INVOICES) if account else None
    facts = {
        "task": found.task,
        "lines": found.task.text.split("; ") if found.task.kind == "call" else [found.task.text],
        "file": file,
        "outcomes": list(Outcome) if account else list(_WITHOUT_ACCOUNT),
        "codes": list(DisputeCode),
        "may_end": ask.may(needed_for_task(found.task.role)),
    }
    return Shown("task.html", facts)


def outcome(ask: Ask) -> Answer:
    """Write down what came of a task."""
    found = _found(ask)
    ask.need(needed_for_task(found.task.role))
    amount = ask.amount("amount")
    said = Said(
        outcome=_one_of(Outcome, ask.said_in("outcome"), "what came of it"),
        by=ask.who,
        reason=ask.said_in("reason"),
        promise_date=ask.day("promise_date"),
        amount=None if amount is None else (amount, ask.or_none("currency")),
        code=_one_of(DisputeCode, ask.said_in("code") or "other", "what is in dispute"),
        on=ask.day("on"),
        reference=ask.or_none("reference"),
        paid_on=ask.day("paid_on"),
        invoices=ask.all_in("invoice"),
    )
    recorded = outcomes.record(ask.office, int(found.task.id), said, ask.moment)
    text = "; ".join((recorded.effect, *recorded.warnings))
    return Moved("/calls" if found.task.kind == "call" else "/", f"{ask.labels('saved')} {text}")


def _found(ask: Ask) -> Found:
    text = ask.path["id"]
    with ask.office.books.read() as work:
        found = tasks.find(work, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if found is None:
        raise NotFound(text)
    return found


def _one_of(words: type[_Word], text: str, what: str) -> _Word:
    try:
        return words(text)
    except ValueError:
        raise CannotDo(f"say {what}") from None
