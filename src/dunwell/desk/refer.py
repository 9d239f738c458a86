"""Refer: the litigation queue, its dossiers, and what people decide about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from dunwell.desk import dossier as writing
from dunwell.desk import matters, named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import approvals, cases, handovers, notices, referrals, tasks
from dunwell.ledger.approvals import Approval
from dunwell.ledger.books import Work
from dunwell.ledger.cases import Loaded
from dunwell.ledger.handovers import Handover
from dunwell.ledger.journal import Pen
from dunwell.ledger.referrals import ReferralRecord
from dunwell.liaison.documents import Document, Missing
from dunwell.litigation.disposition import HANDED_OVER, Disposition, Figures, figures
from dunwell.litigation.dossier import SEAL, digest, faults, sealed
from dunwell.litigation.readiness import Lack, missing
from dunwell.rules.approving import approvers
from dunwell.terms.calendar import working_day_from
from dunwell.terms.moment import Moment


class NoReferral(CannotDo):
    """No such referral, or one that cannot be decided about; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A referral with its figures and what its dossier lacks; approvals that wait for a second person, and what became
    of its hand-over and recall."""

    record: ReferralRecord
    figures: Figures
    lacks: tuple[Lack, ...]
    approvals: tuple[Approval, ...] = ()
    handovers: tuple[Handover, ...] = ()


def queue(office: Office, moment: Moment, *, everything: bool = False) -> list[Queued]:
    """The litigation queue, oldest first. A document counts as there where the ledger says where it is."""
    with office.books.read() as work:
        records = referrals.queue(work, everything=everything)
        return [_looked_up(office, work, one, moment) for one in records]


def one(office: Office, referral_id: str, moment: Moment) -> Queued:
    """The referral with this id, with its figures and what its dossier lacks; raises NoReferral."""
    record = find(office, referral_id)
    with office.books.read() as work:
        return _looked_up(office, work, record, moment)


def _looked_up(office: Office, work: Work, record: ReferralRecord, moment: Moment) -> Queued:
    return replace(
        _queued(record, tuple(cases.load(work, record.keys, moment.on, office.around)), moment, None),
        approvals=tuple(approvals.given(work, int(record.id))),
        handovers=tuple(handovers.of(work, record.id)),
    )


def _queued(
    record: ReferralRecord,
    loaded: tuple[Loaded, ...],
    moment: Moment,
    documents: Mapping[str, Document | Missing] | None,
) -> Queued:
    found = tuple(one.case for one in loaded)
    there = frozenset(
        case.invoice.number
        for case in found
        if case.invoice.document and (documents is None or isinstance(documents.get(case.invoice.document), Document))
    )
    return Queued(record, figures(record.account, found, moment.on), missing(record.account, found, there))


def find(office: Office, referral_id: str) -> ReferralRecord:
    """The referral with this id; raises NoReferral."""
    with office.books.read() as work:
        found = referrals.queue(work, referral_id=int(referral_id)) if referral_id.isdecimal() else []
    if not found:
        raise NoReferral(f"no referral has the id {referral_id}: `dunwell queue list --all` lists them")
    return found[0]


def decide(
    office: Office,
    referral_id: str,
    disposition: Disposition,
    by: str,
    why: str,
    moment: Moment,
    *,
    until: date | None = None,
) -> str:
    """Decide about a referral, by a person's name; says what follows. From `amounts.four_eyes` on a second person has
    to say the same. `until` is for `wait`: nobody is asked before that day.

    Raises CannotDo for words that cannot be, and NoReferral where it is decided already, or paid: nothing has changed.
    """
    named.said(by, why, needs_reason=True)
    record = find(office, referral_id)
    until = _until(office, disposition, until, moment.on)
    pen = Pen(moment.now, moment.on, by)
    with office.books.write() as work:
        row = approvals.locked(work, record)
        if row.state != "queued":
            raise NoReferral(_over(record, row.state, row.disposition, row.decided_by))
        if not approvals.owing(work, int(record.id)):
            raise NoReferral(f"referral {record.id} is paid: nothing is open on it, and there is nothing to decide")
        needed = approvers(disposition.value, record.totals, office.policy.rules_for(record.account))
        if needed > 1:
            so_far = approvals.approve(work, record, disposition.value, why, pen)
            if len(so_far) < needed:
                return f"'{disposition.value}' approved by {by}: another person has to approve it, too"
            why = "; ".join(f"{one.who}: {one.why}" for one in so_far)
            pen = replace(pen, who=" and ".join(one.who for one in so_far))
        approvals.decide(work, record, disposition.value, why, pen, until)
        return _follows(office, work, record, disposition, until, pen)


def _over(record: ReferralRecord, state: str, disposition: str | None, by: str | None) -> str:
    return f"referral {record.id} is {state}" + (f": {by} decided '{disposition}'" if by else "")


def _until(office: Office, disposition: Disposition, until: date | None, on: date) -> date | None:
    if disposition is not Disposition.WAIT:
        if until is not None:
            raise CannotDo(f"--until: {disposition.value} has no end; it is for `wait`")
        return None
    if until is not None and until <= on:
        raise CannotDo(f"--until: {until} has passed: say a later day")
    return until or on + timedelta(days=office.policy.litigation.wait)


def _follows(
    office: Office, work: Work, record: ReferralRecord, disposition: Disposition, until: date | None, pen: Pen
) -> str:
    """Write down what a decision leads to; says it."""
    if disposition is Disposition.WAIT:
        return f"stays in the queue; it is asked about again on {until}"
    if disposition in HANDED_OVER:
        account = work.lock_account(record.account_id)
        by = working_day_from(pen.on, office.creditor.country)
        said = f"referral {record.id}: '{disposition.value}', decided by {pen.who}"
        notices.propose(work, account, "cancel", record.keys, by, pen, said)
        to = {"sue": "counsel", "agency": "the collection agency", "sell": "the buyer"}[disposition.value]
        return (
            f"approved for {to}: it is handed over with the next `run`, or hourly; service delivery is told to cancel"
        )
    words = disposition.value.replace("_", " ")
    text = f"{record.account.name}: {words} referral {record.id}, as decided"
    tasks.make(
        work,
        f"disposition:{record.id}",
        "disposition",
        text,
        made_on=pen.on,
        role="owner",
        account_id=record.account_id,
    )
    return f"decided: {words}; a task asks for it"


@dataclass(frozen=True, slots=True)
class Made:
    """A dossier: what it is about, its files by name, and the digest of its seal."""

    queued: Queued
    files: Mapping[str, bytes]
    seal: str


def assemble(office: Office, record: ReferralRecord, moment: Moment) -> Made:
    """The dossier of a referral, in memory. Raises LetterError where the statement cannot be printed."""
    fetched = matters.fetch(office, [record.account_id], moment)
    with office.books.read() as work:
        loaded = tuple(cases.load(work, record.keys, moment.on, office.around))
        queued = _queued(record, loaded, moment, fetched.documents)
        contents = writing.contents(office, work, queued, loaded, fetched, moment)
    about = {"dossier": record.id, "account": record.account.number, "made_on": moment.on.isoformat()}
    whole = sealed(contents, about)
    return Made(queued, whole, digest(whole[SEAL]))


def make_dossier(office: Office, referral_id: str, folder: Path, moment: Moment) -> tuple[Queued, str]:
    """Write the dossier of a referral into an empty folder; returns what it lacks, and its seal.

    Raises NoReferral, LetterError where the statement cannot be printed, or FileExistsError.
    """
    record = find(office, referral_id)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(17, "is not an empty folder", str(folder))
    made = assemble(office, record, moment)
    _write(made.files, folder)
    with office.books.write() as work:
        referrals.made_dossier(work, record, made.seal, Pen(moment.now, moment.on))
    return made.queued, made.seal


def _write(contents: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in contents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_bytes(content)


def verify(folder: Path) -> list[str]:
    """What is wrong with the dossier in a folder, a sentence each; none where it is as it was made."""
    found = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return faults(found)


def recall_paid(office: Office, moment: Moment) -> int:
    """Referrals that are paid after all are recalled; returns how many."""
    with office.books.write() as work:
        return referrals.recall_paid(work, Pen(moment.now, moment.on))
