"""Handing over: what is said to counsel and agencies, and what people have to do when that does not suffice."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from dunwell.desk.office import Office
from dunwell.desk.refer import Made
from dunwell.ledger import tasks
from dunwell.ledger.books import Work
from dunwell.ledger.handovers import Handover
from dunwell.ledger.journal import Pen
from dunwell.ledger.referrals import ReferralRecord
from dunwell.mailroom.envelope import Addressed, Enclosure, message
from dunwell.settings.targets import Outsider
from dunwell.terms.calendar import add_working_days

_CALLED = {"counsel": "counsel", "agency": "the collection agency", "buyer": "the buyer"}
_ACKNOWLEDGED_WITHIN = 5
"""Business days after which somebody is to ask whether a mailed dossier has arrived."""


@dataclass(frozen=True, slots=True)
class Job:
    """One word to somebody outside: what, about which referral, and how it is to go (mail, webhook, task)."""

    one: Handover
    record: ReferralRecord
    way: str
    to: Outsider

    @property
    def whom(self) -> str:
        return _CALLED[self.one.recipient]


def body(job: Job, made: Made | None, archive: bytes) -> bytes:
    """A hand-over names the account and carries the dossier; a recall names the referral alone."""
    data: dict[str, Any] = {"event": job.one.kind, "referral": job.record.id}
    if made is not None:
        data |= {
            "account": job.record.account.number,
            "invoices": list(job.record.invoices),
            "totals": [{"total": f"{one.amount:f}", "currency": one.currency} for one in job.record.totals],
            "disposition": job.record.disposition,
            "seal": made.seal,
            "dossier": {
                "file": f"dossier-{job.record.id}.zip",
                "encoding": "base64",
                "content": base64.b64encode(archive).decode("ascii"),
            },
        }
    return json.dumps(data, ensure_ascii=False).encode()


def mail(office: Office, job: Job, made: Made | None, archive: bytes, addressed: Addressed) -> bytes:
    """The mail: who is meant stands in the encrypted dossier alone, not in the mail."""
    number, name = job.record.id, office.creditor.name or ""
    lines: Sequence[str]
    enclosures: Sequence[Enclosure] = ()
    if made is not None:
        subject = f"{name}: referral {number}"
        lines = (
            f"{name} hands referral {number} over to you. Its dossier is attached, as an encrypted ZIP (AES-256).",
            "You have the passphrase already: it is never sent by mail.",
            f"The dossier's seal (SHA-256 of manifest.sha256): {made.seal}",
            "Please answer this mail when you have it.",
        )
        enclosures = (Enclosure(f"dossier-{number}.zip", archive, "zip"),)
    else:
        subject = f"{name}: referral {number} is recalled"
        lines = (
            f"{name} recalls referral {number}: all of it is paid. Please take no further steps, and close it.",
            "Please answer this mail when you have done so, with what is still to be settled between us.",
        )
    text = "\n\n".join(lines) + "\n"
    return message(subject, text, f"<pre>{escape(text)}</pre>", addressed, enclosures=enclosures)


def task(work: Work, job: Job, kind: str, why: str, pen: Pen) -> None:
    """Let the owner do by hand what could not be done otherwise."""
    number, name = job.record.id, job.record.account.name
    do = (
        f"hand referral {number} to {job.whom}, with `dunwell dossier make {number} --to FOLDER`"
        if job.one.kind == "hand_over"
        else f"has paid all of referral {number}: tell {job.whom}"
    )
    text = f"{name}: {do}; then `dunwell queue settle {number} --as acknowledged`" + (f" ({why})" if why else "")
    tasks.make(
        work, f"{kind}:{number}", kind, text, made_on=pen.on, role="owner", account_id=job.record.account_id
    )  # fmt: skip


def ask_about_doubt(work: Work, one: Handover, record: ReferralRecord, pen: Pen) -> None:
    """Let the operator find out whether a mail went."""
    text = (
        f"nobody knows whether the mail about referral {record.id} reached {_CALLED[one.recipient]}: ask them, then "
        f"`dunwell queue settle {record.id} --as sent` or `--as not_sent`"
    )
    tasks.make(
        work, f"hand_over_in_doubt:{record.id}", "hand_over_in_doubt", text, made_on=pen.on, role="operator",
        account_id=record.account_id,
    )  # fmt: skip


def follow_up(office: Office, work: Work, job: Job, state: str, reason: str, pen: Pen) -> None:
    """What people have to do about a mail: ask whether it has arrived, or whether it went, or do it by hand."""
    if state == "failed":
        task(work, job, job.one.kind, f"the mail server refused the mail: {reason}", pen)
    elif state == "in_doubt":
        ask_about_doubt(work, job.one, job.record, pen)
    elif state == "sent":
        number, by = job.record.id, add_working_days(pen.on, _ACKNOWLEDGED_WITHIN, office.creditor.country)
        text = (
            f"ask {job.whom} whether they have our mail about referral {number}; then "
            f"`dunwell queue settle {number} --as acknowledged`"
        )
        tasks.make(
            work, f"acknowledge:{number}", "acknowledge", text, made_on=pen.on, due_on=by, role="owner",
            account_id=job.record.account_id,
        )  # fmt: skip
