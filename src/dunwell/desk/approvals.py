"""Approvals: the referrals about which a person is asked, the reminders, and what follows when nobody decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.desk import refer, staff
from dunwell.desk.office import Office
from dunwell.desk.refer import Queued
from dunwell.desk.refusals import CannotDo
from dunwell.desk.summary import cell
from dunwell.ledger import approvals
from dunwell.ledger.journal import Pen
from dunwell.litigation.disposition import Disposition
from dunwell.rules.approving import approvers, asked_since, decide_by, reminder_due
from dunwell.terms.moment import Moment

DISPOSITIONS = tuple(one.value for one in Disposition)


@dataclass(frozen=True, slots=True)
class Question:
    """A referral about which a person is asked: since when, and the last day for an answer. `persons`: how many have to
    agree on suing. `key` tells this question from an earlier one about the same referral."""

    queued: Queued
    since: date
    by: date
    persons: int

    @property
    def id(self) -> str:
        """The referral's id."""
        return self.queued.record.id

    @property
    def account(self) -> str:
        """The number of the referral's account."""
        return self.queued.record.account.number

    @property
    def key(self) -> str:
        """Of which referral it is, and which of the questions about it."""
        return f"referral:{self.id}:{self.since}"


def questions(office: Office, moment: Moment) -> list[Question]:
    """The referrals about which a person is asked today, oldest first. Those that are paid are asked about no more."""
    with office.books.read() as work:
        asked = {one.id: asked_since(one.since, one.wait_until) for one in approvals.questions(work, moment.on)}
        owing = {key for key in asked if approvals.owing(work, int(key))}
    if not owing:
        return []
    return [
        _question(office, queued, asked[queued.record.id])
        for queued in refer.queue(office, moment)
        if queued.record.id in owing
    ]


def _question(office: Office, queued: Queued, since: date) -> Question:
    rules = office.policy.rules_for(queued.record.account)
    persons = approvers(Disposition.SUE.value, queued.record.totals, rules)
    return Question(queued, since, decide_by(since, office.policy), persons)


def question(office: Office, referral_id: str, moment: Moment) -> Question | None:
    """The question about this referral; None where nobody is asked about it today."""
    return next((one for one in questions(office, moment) if one.id == referral_id), None)


def how_it_stands(office: Office, referral_id: str) -> str:
    """What became of a referral, in words. Raises NoReferral for an unknown one."""
    record = refer.find(office, referral_id)
    if record.state == "queued" and record.wait_until:
        return f"referral {record.id} waits until {record.wait_until}: {record.decided_by} decided so"
    if record.decided_by and record.state == "decided":
        return f"referral {record.id}: {record.decided_by} decided '{record.disposition}'"
    return f"referral {record.id} is {record.state}"


def decide(
    office: Office, referral_id: str, disposition: str, by: str, why: str, moment: Moment, *, until: date | None = None
) -> str:
    """`refer.decide` for whoever has words and no types; raises CannotDo for an unknown disposition, too."""
    if disposition not in DISPOSITIONS:
        raise CannotDo(f"{disposition!r} is not known; the dispositions are {', '.join(DISPOSITIONS)}")
    return refer.decide(office, referral_id, Disposition(disposition), by, why, moment, until=until)


def tend(office: Office, moment: Moment) -> list[str]:
    """Decide 'wait' about what nobody has decided in time, and remind the owner of the rest; says what was done.

    Each once a day at most, however often it runs.
    """
    said = []
    for one in questions(office, moment):
        if moment.on > one.by:
            if _time_is_up(office, one, moment):
                said.append(f"referral {one.id} waits: nobody has decided by {one.by}")
        elif _remind(office, one, moment):
            said.append(f"the owner was reminded of referral {one.id}")
    return said


def _time_is_up(office: Office, one: Question, moment: Moment) -> bool:
    until = moment.on + timedelta(days=office.policy.litigation.wait)
    why = f"nobody has decided by {one.by}; asked about again on {until}"
    with office.books.write() as work:
        return approvals.time_is_up(work, one.queued.record, why, until, Pen(moment.now, moment.on))


def _remind(office: Office, one: Question, moment: Moment) -> bool:
    with office.books.read() as work:
        known = {each.id: each.reminded_on for each in approvals.questions(work, moment.on)}
    if not reminder_due(one.since, known.get(one.id), office.policy, moment.on):
        return False
    if office.people.owner is not None:
        text = f"{description(one)}\n\n`dunwell queue decide {one.id} --as DISPOSITION --by NAME --reason TEXT`\n"
        slot = f"reminder:{one.id}:{moment.on}"
        subject = f"Referral {one.id} waits for a decision until {one.by}"
        state = staff.send(office, slot, office.people.owner, subject, text, moment)
        if state is not None and state.startswith("waiting"):
            return False
    with office.books.write() as work:
        approvals.reminded(work, one.id, Pen(moment.now, moment.on))
    return True


def description(one: Question) -> str:
    """What a person has to know to decide, as Markdown."""
    record, figures = one.queued.record, one.queued.figures
    limit, account = figures.limitation, record.account
    lines = [
        f"**{cell(f'{account.number} {account.name}')}** ({account.country}), referral {record.id}",
        "",
        f"- open: {', '.join(map(str, record.totals))} on {cell(', '.join(record.invoices))}",
        f"- oldest: {figures.days_overdue} days overdue; {figures.letters} letters, {figures.calls} calls so far",
        f"- time-barred after: {limit.until} ({limit.law})" if limit else "- time-barred after: not known",
        f"- missing in the dossier: {'; '.join(map(str, one.queued.lacks)) or 'nothing'}",
        f"- in the queue since {record.since}; asked since {one.since}, until {one.by}, then it waits",
    ]
    if one.persons > 1:
        lines.append("- above the limit of `amounts.four_eyes`: two people have to agree")
    lines += [f"- {each.who} has approved '{each.disposition}': {cell(each.why)}" for each in one.queued.approvals]
    return "\n".join(lines)


def queue_rows(found: Sequence[Queued]) -> list[dict[str, str]]:
    """The litigation queue as rows of a table, for the Prefect UI."""
    return [
        {
            "id": one.record.id,
            "account": f"{one.record.account.number} {one.record.account.name}",
            "invoices": ", ".join(one.record.invoices),
            "open": ", ".join(map(str, one.record.totals)),
            "oldest": f"{one.figures.days_overdue} days",
            "time-barred": str(one.figures.limitation.until) if one.figures.limitation else "?",
            "since": str(one.record.since),
            "missing": "; ".join(map(str, one.lacks)) or "nothing",
            "decided": decided(one),
        }
        for one in found
    ]


def decided(one: Queued) -> str:
    """What was decided about a referral, by whom, and what became of it, in a few words."""
    record = one.record
    said = f"{record.disposition} by {record.decided_by}" if record.disposition else "not yet"
    if record.wait_until and record.state == "queued":
        said += f", until {record.wait_until}"
    said += "".join(f"; {each.disposition} approved by {each.who}" for each in one.approvals)
    return said + "".join(f"; {each.kind.replace('_', '-')} {each.state}" for each in one.handovers)
