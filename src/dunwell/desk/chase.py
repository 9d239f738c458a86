"""Chase: look at cases, decide, and write the decision down. Nothing is sent here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.desk.office import Office
from dunwell.ledger import cases, touches
from dunwell.ledger.engine import LedgerError
from dunwell.ledger.journal import Pen
from dunwell.rules.decide import decide
from dunwell.terms.decision import Call, Decision, Notice, Send
from dunwell.terms.moment import Moment

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chased:
    """What was decided about one case, in words that an operator understands."""

    invoice: str
    account: str
    stage: str | None
    outcome: str
    reason: str
    why: str
    work: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The decision and its reason in one line."""
        beside = f"; {', '.join(self.work)}" if self.work else ""
        return f"{self.outcome}: {self.why}{beside}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A case that could not be looked at, and why."""

    why: str


def chase(office: Office, invoice_ids: Sequence[int], moment: Moment) -> list[Chased]:
    """Decide about these cases and record it, in one unit of work. The same cases may be given twice."""
    return list(_together(office, invoice_ids, moment).values())


def _together(office: Office, invoice_ids: Sequence[int], moment: Moment) -> dict[int, Chased]:
    """What was decided, by invoice id; one that the ledger does not have is left out."""
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        work.lock_accounts(cases.accounts_of(work, invoice_ids))
        loaded = cases.load(work, invoice_ids, moment.on, office.around)
        decided = [(one, decide(one.case, office.policy, moment.on)) for one in loaded]
        touches.record_all(work, decided, pen)
    return {one.invoice_id: _chased(one, decision) for one, decision in decided}


def chase_each(office: Office, invoice_ids: Sequence[int], moment: Moment) -> dict[int, Chased | Fault]:
    """Chase these cases together; where one fails, each by itself, so that it does not keep the others back.

    What was decided by invoice id, or what was at fault. Raises LedgerError when the books cannot be used.
    """
    try:
        found: dict[int, Chased | Fault] = {**_together(office, invoice_ids, moment)}
        return found | {one: Fault("the ledger has no such open invoice") for one in invoice_ids if one not in found}
    except LedgerError:
        raise
    except Exception as error:  # whatever is wrong with one case must not end the night
        if len(invoice_ids) == 1:
            _log.exception("invoice with the key %s could not be looked at", invoice_ids[0], exc_info=error)
            return {invoice_ids[0]: Fault(f"a fault of ours: {type(error).__name__}; see the log")}
    found = {}
    for invoice_id in invoice_ids:
        found |= chase_each(office, [invoice_id], moment)
    return found


def _chased(one: cases.Loaded, decision: Decision) -> Chased:
    return Chased(
        invoice=one.case.invoice.number,
        account=one.case.account.number,
        stage=decision.stage,
        outcome=_outcome(decision),
        reason=decision.reason.value,
        why=decision.why,
        work=tuple(_work(item) for item in decision.work if isinstance(item, Call | Notice)),
    )


def _outcome(decision: Decision) -> str:
    if isinstance(decision.outcome, Send):
        return f"letter '{decision.outcome.letter}'"
    return type(decision.outcome).__name__.lower()


def _work(item: Call | Notice) -> str:
    return f"call {item.round} of {item.stage}" if isinstance(item, Call) else f"notice to {item.event}"
