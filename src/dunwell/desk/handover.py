"""Hand-over: a referral goes to counsel or an agency once, with its dossier encrypted, and is recalled when it is paid.

By a signed post, else by mail, else as a task. Nothing is sent under a lock: it is decided again and reserved, that is
committed, it is sent, and settled. A mail that may have gone is in doubt and never sent again by itself.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

from dunwell.desk import named, refer
from dunwell.desk.handing import Job, ask_about_doubt, body, follow_up, mail, task
from dunwell.desk.notices import by_host
from dunwell.desk.office import Office
from dunwell.desk.refer import Made
from dunwell.desk.refusals import CannotDo
from dunwell.desk.sending import settled_by
from dunwell.ledger import approvals, handovers, referrals, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.cycles import is_gone, worker_name
from dunwell.ledger.handovers import Handover
from dunwell.ledger.journal import Pen
from dunwell.letters.facts import LetterError
from dunwell.liaison import webhook
from dunwell.liaison.packing import packed
from dunwell.liaison.webhook import Forbidden, PutOff
from dunwell.mailroom.envelope import Addressed, wire_address
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses, Sender
from dunwell.rules.notices import MOST_ATTEMPTS
from dunwell.settings.targets import Outsider
from dunwell.terms.moment import Moment
from dunwell.terms.reference import message_id

_WAIT = timedelta(hours=12)
_SOON = timedelta(minutes=5)
_LOST_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of one hand-over or recall in this run."""

    referral: str
    kind: str
    recipient: str
    state: str
    reason: str


def send_due(office: Office, moment: Moment) -> list[HandedOver]:
    """Recall what is paid, and hand over or recall what is due. Safe beside itself and at any rate of running."""
    refer.recall_paid(office, moment)
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        for lost in handovers.sweep(work, moment.now - _LOST_AFTER, is_gone, pen):
            ask_about_doubt(work, lost, referrals.queue(work, referral_id=int(lost.referral_id))[0], pen)
        ids = handovers.due(work, moment.now)
    found = []
    for key in ids:
        if job := _job(office, key, moment):
            _send(office, job, moment)
            found.append(_told(office, job))
    return found


def _told(office: Office, job: Job) -> HandedOver:
    with office.books.read() as work:
        now = next(one for one in handovers.of(work, job.one.referral_id) if one.kind == job.one.kind)
    return HandedOver(now.referral_id, now.kind, now.recipient, now.state, now.reason)


def _job(office: Office, key: int, moment: Moment) -> Job | None:
    """What is to be sent now; None where it waits or has ended, which is written down."""
    with office.books.write() as work:
        one = handovers.locked(work, key, moment.now)
        if one is None or not _still(office, work, one, moment):
            return None
        record = referrals.queue(work, referral_id=int(one.referral_id))[0]
        to = office.outsiders.get(one.recipient, Outsider())
        way = "webhook" if to.target else "mail" if to.email else "task"
        if one.kind == "recall" and one.way == "task":
            way = "task"
        return Job(one, record, way, to)


def _still(office: Office, work: Work, one: Handover, moment: Moment) -> bool:
    """Whether it is still to go, decided under the lock."""
    pen = Pen(moment.now, moment.on)
    if office.redirect_to:
        handovers.wait(work, one.id, moment.now + _WAIT, "letters are redirected: nothing is handed over meanwhile")
        return False
    if one.kind == "hand_over":
        if not approvals.owing(work, int(one.referral_id)):
            handovers.settle(work, one, "withdrawn", "paid before it went", pen)
            return False
        return True
    handed = handovers.of(work, one.referral_id)[0]
    if handed.state == "withdrawn":
        handovers.settle(work, one, "withdrawn", "what it recalls never went", pen)
        return False
    if handed.state in ("handed", "proposed"):
        handovers.wait(work, one.id, moment.now + _SOON, "what it recalls is on its way")
        return False
    return True


def _send(office: Office, job: Job, moment: Moment) -> None:
    try:
        made = refer.assemble(office, job.record, moment) if job.one.kind == "hand_over" and job.way != "task" else None
    except LetterError as error:
        with office.books.write() as work:
            handovers.wait(work, job.one.id, moment.now + _WAIT, f"its dossier cannot be made: {error}"[:500])
            task(work, job, "hand_over", f"the dossier cannot be made: {error}", Pen(moment.now, moment.on))
        return
    archive = packed(f"dossier-{job.record.id}", made.files, job.to.passphrase) if made else b""
    too_large = len(archive) > office.policy.attachments.letter_mb * 1_000_000
    if job.way == "task" or (job.way == "mail" and too_large):
        _astask(office, job, moment, "its dossier is too large for a mail" if too_large else "")
    elif job.way == "webhook":
        _post(office, job, made, archive, moment)
    else:
        _mail(office, job, made, archive, moment)


def _astask(office: Office, job: Job, moment: Moment, why: str) -> None:
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        if handovers.locked(work, job.one.id, moment.now) is None:
            return
        handovers.settle(
            work, job.one, "sent", "; ".join(filter(None, ("given to people as a task", why))), pen, "task"
        )
        task(work, job, job.one.kind, why, pen)


def _post(office: Office, job: Job, made: Made | None, archive: bytes, moment: Moment) -> None:
    if job.to.target is None:
        raise ValueError("a post needs a target")
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        one = handovers.locked(work, job.one.id, moment.now)
        if one is None or not _still(office, work, one, moment):
            return
        attempts = _reserve(work, job, made, pen)
    now = office.clock() if office.clock else moment.now
    key = "handover_" + hmac.digest(office.key.encode(), job.one.key.encode(), "sha256").hex()[:32]
    answer = webhook.post(job.to.target, key, body(job, made, archive), now)
    state, reason = by_host(answer, attempts)
    with office.books.write() as work:
        handovers.settle(work, job.one, state, reason, pen)
        if state == "failed":
            task(work, job, job.one.kind, reason, pen)
        if isinstance(answer, Forbidden):
            text = f"dossiers for {job.whom} cannot be posted: {answer.said}"
            tasks.make(
                work, f"posts_blocked:{job.one.recipient}", "posts_blocked", text, made_on=pen.on, role="operator"
            )
        elif not isinstance(answer, PutOff):
            tasks.settle(work, f"posts_blocked:{job.one.recipient}")


def _reserve(work: Work, job: Job, made: Made | None, pen: Pen) -> int:
    if made is not None:
        referrals.made_dossier(work, job.record, made.seal, pen)
    return handovers.attempt(work, job.one, job.way, made.seal if made else None, pen)


def _mail(office: Office, job: Job, made: Made | None, archive: bytes, moment: Moment) -> None:
    pen, to, own = Pen(moment.now, moment.on), job.to.email or "", office.creditor.email or ""
    key = message_id(office.key, job.one.key, wire_address(own).rpartition("@")[2])
    with Sender(office.route) as sender:
        try:
            sender.connect()
        except (MailServerAway, MailServerRefuses) as error:
            with office.books.write() as work:
                handovers.wait(work, job.one.id, moment.now + _SOON, str(error)[:500])
            return
        with office.books.write() as work:
            one = handovers.locked(work, job.one.id, moment.now)
            if one is None or not _still(office, work, one, moment):
                return
            attempts = _reserve(work, job, made, pen)
            if not handovers.hand(work, job.one, key, worker_name(), pen):
                return
            before = [each.message_id for each in handovers.of(work, one.referral_id) if each.kind == "hand_over"]
        thread = [each for each in before if each and each != key]
        addressed = Addressed(office.creditor.name or "", own, "", to, own, key, thread, moment.now, "en")
        settled = settled_by(sender.send(own, to, mail(office, job, made, archive, addressed)), rehearsal=False)
    state = {"waiting": "proposed"}.get(settled.state, settled.state)
    if state == "proposed" and attempts >= MOST_ATTEMPTS:
        state = "failed"
    with office.books.write() as work:
        handovers.settle(work, job.one, state, settled.reason, pen)
        follow_up(office, work, job, state, settled.reason, pen)


def say(office: Office, referral_id: str, outcome: str, by: str, why: str, moment: Moment) -> Handover:
    """A person says what became of the newest word about a referral: acknowledged, sent or not_sent.

    Raises NoReferral or CannotDo, having changed nothing.
    """
    refer.find(office, referral_id)
    named.said(by, why, needs_reason=True)
    with office.books.write() as work:
        found = handovers.say(work, referral_id, outcome, why, Pen(moment.now, moment.on, by))
    if isinstance(found, str):
        raise CannotDo(found)
    return found
