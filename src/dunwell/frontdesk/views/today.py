"""Today: what needs a person."""

from __future__ import annotations

from dunwell.desk import doubts
from dunwell.desk.refusals import CannotDo
from dunwell.frontdesk.ask import Answer, Ask, Moved, Shown
from dunwell.frontdesk.views import PAGE
from dunwell.ledger import worklist
from dunwell.ledger.worklist import LISTED_ELSEWHERE, Wanted
from dunwell.terms.user import UserRole

_ROLES = ("collector", "owner", "service", "operator")
_OF_USER = {UserRole.COLLECTOR: "collector", UserRole.CONTROLLER: "collector"}
_MOST_IN_DOUBT = 20


def page(ask: Ask) -> Shown:
    """What waits: calls, replies, tasks by due day, letters in doubt, referrals; and what the last cycle did."""
    said = ask.query.get("role", "")
    role = said if said in _ROLES else None if said == "all" else _OF_USER.get(ask.person.role)
    everything = ask.query.get("due") == "all"
    wanted = Wanted(role=role, but=LISTED_ELSEWHERE, due=None if everything else ask.moment.on)
    number = ask.page()
    with ask.office.books.read() as work:
        facts = {
            "counts": worklist.counts(work, ask.moment.on, role),
            "tasks": worklist.open_tasks(work, wanted, PAGE, PAGE * (number - 1)),
            "total": worklist.count_tasks(work, wanted),
            "in_doubt": worklist.in_doubt(work, _MOST_IN_DOUBT),
            "cycle": worklist.last_cycle(work),
        }
    return Shown("today.html", {**facts, "role": role, "roles": _ROLES, "everything": everything, "number": number,
                                "size": PAGE})  # fmt: skip


def settle(ask: Ask) -> Answer:
    """Say what became of a letter in doubt."""
    became, reason = ask.said_in("became"), ask.said_in("reason")
    if became not in ("sent", "not_sent"):
        raise CannotDo("say what became of the letter: it went, or it did not")
    if not reason:
        raise CannotDo("say how you know")
    doubts.settle(ask.office.books, ask.said_in("message_id"), ask.who, reason, ask.moment, went=became == "sent")
    return Moved("/", ask.labels("saved"))
