"""Notices: service delivery is told to suspend, to cancel and, at once on payment, to restore.

Nothing is posted under a lock: a notice is decided again and reserved, that is committed, it is sent, and settled.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.desk import staff
from dunwell.desk.office import Office
from dunwell.ledger import cases, tasks
from dunwell.ledger import notices as books
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.notices import NoticeRecord
from dunwell.liaison import webhook
from dunwell.liaison.webhook import Forbidden, PutOff, Refused, Taken
from dunwell.rules import stops
from dunwell.rules.notices import MOST_ATTEMPTS
from dunwell.terms.moment import Moment

_WAIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class NoticeSent:
    """What became of one notice in this run."""

    id: int
    event: str
    account: str
    state: str
    reason: str


def propose(
    office: Office, event: str, account_id: int, invoice_ids: Sequence[int], by: date, moment: Moment, why: str
) -> int | None:
    """Propose a notice about an account, such as `cancel` after the last deadline; None where one stands already."""
    with office.books.write() as work:
        account = work.lock_account(account_id)
        return books.propose(work, account, event, invoice_ids, by, Pen(moment.now, moment.on), why)


def send_due(office: Office, moment: Moment, events: Sequence[str] = books.EVENTS) -> list[NoticeSent]:
    """Send every notice whose time has come. Safe beside itself and at any rate: nothing is posted twice within its
    distance. Where the host is away the rest is left for later."""
    _restore(office, moment)
    with office.books.read() as work:
        ids = books.due(work, moment.now, events)
    found: list[NoticeSent] = []
    for key in ids:
        answer = _send(office, key, moment, found)
        if isinstance(answer, PutOff) and answer.away:
            break
    _ask_about_unreported(office, moment)
    return found


def after_payments(office: Office, moment: Moment) -> list[NoticeSent]:
    """Money has come in: where it ended a hold, service delivery is told to restore, at once."""
    return send_due(office, moment, ("restore",))


def _restore(office: Office, moment: Moment) -> None:
    with office.books.read() as work:
        ids = books.released(work)
    for key in ids:
        with office.books.write() as work:
            work.lock_account(key)
            books.restore(work, key, Pen(moment.now, moment.on))


def _send(office: Office, notice_id: int, moment: Moment, found: list[NoticeSent]) -> webhook.Answer | None:
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        one = books.locked(work, notice_id, moment.now)
        numbers = _decided(office, work, one, moment) if one else ()
        if one is None or not numbers:
            return None
        if office.service is None and office.people.service is None:
            _as_task(office, work, one, numbers, pen, "given as a task: no service_url and no people.service are set")
            books.settle(work, one.id, "sent", "given to people as a task", pen)
            found.append(NoticeSent(one.id, one.event, one.account, "sent", "given to people as a task"))
            return None
        attempts = books.reserve(work, one.id, pen)
    mail = _mail(office, one, numbers, moment)
    answer: webhook.Answer | None = None
    if office.service is not None:
        now = office.clock() if office.clock else moment.now
        answer = webhook.post(office.service, _id(office, one), _body(one, numbers), now)
    state, reason = _outcome(answer, mail, attempts)
    with office.books.write() as work:
        work.lock_account(one.account_id)
        if mail not in (None, "waiting"):
            books.mailed(work, one.id)
        books.settle(work, one.id, state, reason, pen)
        _tell_people(office, work, one, numbers, answer, state, reason, pen)
    found.append(NoticeSent(one.id, one.event, one.account, state, reason))
    return answer


def _decided(office: Office, work: Work, one: NoticeRecord, moment: Moment) -> tuple[str, ...]:
    """The invoices that the notice is about today; none where it waits or is withdrawn, which is written down."""
    pen = Pen(moment.now, moment.on)
    if one.event == "restore":
        return one.invoices
    if office.redirect_to:
        books.wait(work, one.id, moment.now + _WAIT, "letters are redirected: nobody is suspended meanwhile")
        return ()
    loaded = cases.load(work, one.invoice_ids, moment.on, office.around)
    owing = [each.case for each in loaded if each.case.open_principal.minor > 0]
    if not owing:
        books.settle(work, one.id, "withdrawn", "paid before it was sent", pen)
        return ()
    held, free = [], []
    for case in owing:
        rules = office.policy.rules_for(case.account)
        stop = stops.excluded(case, rules) or stops.agreed(case, rules, moment.on)
        held += [stop.why] if stop else []
        free += [] if stop else [case.invoice.number]
    if not free:
        books.wait(work, one.id, moment.now + _WAIT, held[0])
    return tuple(free)


def _id(office: Office, one: NoticeRecord) -> str:
    """The message's id: the same for every attempt, and told apart from other creditors'."""
    return "notice_" + hmac.digest(office.key.encode(), one.key.encode(), "sha256").hex()[:32]


def _body(one: NoticeRecord, numbers: Sequence[str]) -> bytes:
    data = {"event": one.event, "account": one.account, "invoices": list(numbers), "by": one.by, "on": one.on}
    return json.dumps(data, default=str, ensure_ascii=False).encode()


def _said(one: NoticeRecord, numbers: Sequence[str]) -> str:
    about = ", ".join(numbers)
    if one.event == "restore":
        return f"{one.account} {one.name}: restore services now; the hold is over ({about})"
    unless = " unless paid" if one.event == "suspend" else ""
    return f"{one.account} {one.name}: {one.event} services by {one.by}{unless} ({about})"


def _mail(office: Office, one: NoticeRecord, numbers: Sequence[str], moment: Moment) -> str | None:
    """Mail it to service delivery once, where an address is set: the mail's state, None where none was to go."""
    if office.people.service is None or one.mailed:
        return None
    done = f"When it is done: dunwell notices done {one.id} --by NAME"
    text = f"{_said(one, numbers)}\n\n{done}\n"
    state = staff.send(office, f"notice:{one.key}", office.people.service, _said(one, ()), text, moment)
    if state is None:
        return "sent"  # its slot was taken by an attempt before: it went, or may have gone
    return "waiting" if state.startswith("waiting") else state


def _outcome(answer: webhook.Answer | None, mail: str | None, attempts: int) -> tuple[str, str]:
    """The notice's state, by the host's answer or, where there is no host, by the mail's."""
    if answer is not None:
        return by_host(answer, attempts)
    if mail in ("sent", "in_doubt"):
        return "sent", "mailed to service delivery" + (" (the mail is in doubt)" if mail == "in_doubt" else "")
    if mail == "failed" or attempts >= MOST_ATTEMPTS:
        return "failed", "the mail server refused the mail to service delivery"
    return "proposed", f"attempt {attempts}: the mail server put it off"


def by_host(answer: webhook.Answer, attempts: int) -> tuple[str, str]:
    """The state that follows from a host's answer to this attempt, and why."""
    match answer:
        case Taken(said):
            return "confirmed", f"the host {said}"
        case Refused(said):
            return "failed", f"the host {said}"
        case PutOff(said) if attempts >= MOST_ATTEMPTS:
            return "failed", f"given up after {attempts} attempts: {said}"
        case PutOff(said) | Forbidden(said):
            return "proposed", f"attempt {attempts}: {said}"


def _tell_people(
    office: Office,
    work: Work,
    one: NoticeRecord,
    numbers: Sequence[str],
    answer: webhook.Answer | None,
    state: str,
    reason: str,
    pen: Pen,
) -> None:
    if state == "failed":
        _as_task(office, work, one, numbers, pen, reason)
    if isinstance(answer, Forbidden):
        text = f"notices to service delivery cannot be posted: {answer.said}"
        tasks.make(work, "notices_blocked", "notices_blocked", text, made_on=pen.on, role="operator")
    elif answer is not None:
        tasks.settle(work, "notices_blocked")


def _as_task(office: Office, work: Work, one: NoticeRecord, numbers: Sequence[str], pen: Pen, why: str) -> None:
    tasks.make(
        work, f"notice:{one.key}", one.event, f"{_said(one, numbers)}; {why}", made_on=pen.on, due_on=one.by,
        role="service", account_id=one.account_id, invoice_id=one.invoice_ids[0] if len(one.invoice_ids) == 1 else None,
    )  # fmt: skip


def _ask_about_unreported(office: Office, moment: Moment) -> None:
    with office.books.read() as work:
        late = books.unreported(work, moment.on)
    if not late:
        return
    with office.books.write() as work:
        for one in late:
            if tasks.is_open(work, f"notice:{one.key}"):
                continue  # the task that it was given as is there still
            text = f"{_said(one, one.invoices)}; not reported as done: ask, then `dunwell notices done {one.id}`"
            tasks.make(
                work, f"not_reported:{one.key}", "not_reported", text, made_on=moment.on, account_id=one.account_id
            )
