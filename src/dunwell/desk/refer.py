"""Refer: the litigation queue, its dossiers, and what people decide about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dunwell.desk import dossier as writing
from dunwell.desk import matters
from dunwell.desk.office import Office
from dunwell.ledger import cases, referrals, tasks
from dunwell.ledger.cases import Loaded
from dunwell.ledger.journal import Pen
from dunwell.ledger.referrals import ReferralRecord
from dunwell.liaison.documents import Document, Missing
from dunwell.litigation.disposition import HANDED_OVER, Disposition, Figures, figures
from dunwell.litigation.dossier import SEAL, digest, faults, sealed
from dunwell.litigation.readiness import Lack, missing
from dunwell.terms.moment import Moment


class NoReferral(LookupError):
    """No such referral, or one that cannot be decided about; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A referral with its figures and what its dossier lacks."""

    record: ReferralRecord
    figures: Figures
    lacks: tuple[Lack, ...]


def queue(office: Office, moment: Moment, *, everything: bool = False) -> list[Queued]:
    """The litigation queue, oldest first. A document counts as there where the ledger says where it is."""
    with office.books.read() as work:
        records = referrals.queue(work, everything=everything)
        loaded = {one.id: tuple(cases.load(work, one.keys, moment.on, office.around)) for one in records}
    return [_queued(one, loaded[one.id], moment, None) for one in records]


def one(office: Office, referral_id: str, moment: Moment) -> Queued:
    """The referral with this id, with its figures and what its dossier lacks; raises NoReferral."""
    record = find(office, referral_id)
    with office.books.read() as work:
        loaded = tuple(cases.load(work, record.keys, moment.on, office.around))
    return _queued(record, loaded, moment, None)


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


def decide(office: Office, referral_id: str, disposition: Disposition, by: str, why: str, moment: Moment) -> str:
    """Decide about a referral, by a person's name; says what follows. Raises NoReferral where it is decided already."""
    record = find(office, referral_id)
    pen = Pen(moment.now, moment.on, by)
    with office.books.write() as work:
        if not referrals.decide(work, record, disposition.value, why, pen):
            raise NoReferral(
                f"referral {referral_id} is {record.state}"
                + (f": {record.decided_by} decided '{record.disposition}'" if record.decided_by else "")
            )
        said, text = _follows(record, disposition)
        if text:
            tasks.make(
                work,
                f"disposition:{record.id}",
                "disposition",
                text,
                made_on=moment.on,
                role="owner",
                account_id=record.account_id,
            )
    return said


def _follows(record: ReferralRecord, disposition: Disposition) -> tuple[str, str | None]:
    name = record.account.name
    if disposition is Disposition.WAIT:
        return "stays in the queue", None
    if disposition in HANDED_OVER:
        to = {"sue": "counsel", "agency": "the collection agency", "sell": "the buyer"}[disposition.value]
        text = f"{name}: hand referral {record.id} to {to}, with `dunwell dossier make {record.id} --to FOLDER`"
        return f"approved for {to}: a task asks for the hand-over", text
    words = disposition.value.replace("_", " ")
    return f"decided: {words}; a task asks for it", f"{name}: {words} referral {record.id}, as decided"


def make_dossier(office: Office, referral_id: str, folder: Path, moment: Moment) -> tuple[Queued, str]:
    """Write the dossier of a referral into an empty folder; returns what it lacks, and its seal.

    Raises NoReferral, LetterError where the statement cannot be printed, or FileExistsError.
    """
    record = find(office, referral_id)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(17, "is not an empty folder", str(folder))
    fetched = matters.fetch(office, [record.account_id], moment)
    with office.books.read() as work:
        loaded = tuple(cases.load(work, record.keys, moment.on, office.around))
        queued = _queued(record, loaded, moment, fetched.documents)
        contents = writing.contents(office, work, queued, loaded, fetched, moment)
    about = {"dossier": record.id, "account": record.account.number, "made_on": moment.on.isoformat()}
    whole = sealed(contents, about)
    _write(whole, folder)
    seal = digest(whole[SEAL])
    with office.books.write() as work:
        referrals.made_dossier(work, record, seal, Pen(moment.now, moment.on))
    return queued, seal


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
