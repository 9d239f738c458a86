"""One mail, read: who wrote it, when, to whom, and its text. Raw bytes in, a frozen message out, never an exception."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from dunwell.replies.bodies import Body, Reader, body_of, is_attached, measured, transferred
from dunwell.replies.headers import Address, Fields, addresses_of, ids_of, moment_of
from dunwell.replies.htmlmarks import Mark
from dunwell.replies.mime import Part, tree_of

_MOST_REPORT = 100_000
_MOST_ATTACHMENTS = 500
_NEEDED_LATER = re.compile(
    r"auto-submitted|precedence|x-auto.*|x-failed-recipients|list-.*|authentication-results|return-path|delivered-to"
    r"|x-loop|x-(?:mail|vacation|out-of-office).*|feedback-.*|x-ms-exchange-.*|content-language|received|reply-to|sender"
    r"|x-mailer|user-agent|x-originating-.*|dkim-signature|thread-.*|x-priority|importance|x-challenge.*|x-spam-.*"
)
_WORDS = ("text/plain", "text/html", "text/enriched", "text/richtext")
_PASSED_OVER = ("text/calendar", "text/vcard", "text/x-vcard", "text/directory")
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_REPORTS = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/feedback-report",
    "message/disposition-notification",
)
_ORIGINALS = ("message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail, never opened. `size` and `sha256` are those of its content."""

    name: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """A part of a report to machines: its type and its text."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """One mail.

    `written_at` is on the writer's own clock, so that its day is the writer's day; None if the mail does not say.
    `text` is what a reader sees; `part` says which kind of part it is from; `marks` count its lines. `hidden` says
    that there were words in it that nobody sees. `headers` are the fields that later parts need, in their order.
    `originals` are heads (and bodies) of mails that came inside. `problems` says what was broken.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address
    senders: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    written_at: datetime | None
    type: str
    text: str
    part: str
    marks: tuple[Mark, ...] = ()
    hidden: bool = False
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    reports: tuple[Report, ...] = ()
    originals: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The first of the kept fields with that name (in lower case), '' without one."""
        return next((value for key, value in self.headers if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """All kept fields with that name, in their order."""
        return tuple(value for key, value in self.headers if key == name)


def read_message(raw: bytes) -> Message:
    """The mail in `raw`, however broken; what was broken is told in its `problems`."""
    tree, problems = tree_of(raw)
    reader = Reader(raw, list(problems))
    if not raw.strip():
        reader.problem("an empty mail")
    try:
        body = body_of(reader, tree)
    except RecursionError:
        reader.problem("parts within parts, too deep to be read")
        body = Body("")
    leaves = list(tree.leaves())
    return _message(tree.fields, tree, leaves, body, reader)


def _message(fields: Fields, tree: Part, leaves: list[Part], body: Body, reader: Reader) -> Message:
    senders = addresses_of(fields.every("from"))
    written = fields.first("date")
    moment = moment_of(written) if written else None
    if not senders:
        reader.problem("no sender")
    if moment is None:
        reader.problem(f"no date: {written[:60]!r}" if written else "no date")
    attachments = _attachments(reader, leaves)
    reports, originals = _reports(reader, leaves)
    return Message(
        message_id=next(iter(ids_of(fields.first("message-id"))), fields.first("message-id")[:500]),
        in_reply_to=ids_of(" ".join(fields.every("in-reply-to"))),
        references=ids_of(" ".join(fields.every("references"))),
        sender=senders[0] if senders else Address(""),
        senders=senders,
        to=addresses_of(fields.every("to")),
        cc=addresses_of(fields.every("cc")),
        reply_to=addresses_of(fields.every("reply-to")),
        subject=fields.first("subject"),
        written_at=moment,
        type=tree.type,
        text=body.text,
        part=body.part,
        marks=body.marks,
        hidden=body.hidden,
        attachments=attachments,
        headers=_kept(fields),
        reports=reports,
        originals=originals,
        problems=tuple(reader.problems),
    )


def _kept(fields: Fields) -> tuple[tuple[str, str], ...]:
    found = {name for name, _ in fields.all if _NEEDED_LATER.fullmatch(name)}
    if not found:
        return ()
    wanted = Fields(tuple((name, value) for name, value in fields.all if name in found))
    texts = {name: iter(wanted.every(name)) for name in found}
    return tuple((name, next(texts[name])) for name, _ in wanted.all)


def _attachments(reader: Reader, leaves: list[Part]) -> tuple[Attachment, ...]:
    found: list[Attachment] = []
    for part in leaves:
        if id(part) in reader.read or part.type in _REPORTS or part.type in _PASSED_OVER or part.type in _SIGNATURES:
            continue
        if part.type in _WORDS and not is_attached(part):
            continue
        if len(found) >= _MOST_ATTACHMENTS:
            reader.problem(f"more than {_MOST_ATTACHMENTS} attachments")
            break
        found.append(Attachment(part.name[:255], part.type, *measured(reader.raw, part)))
    return tuple(found)


def _reports(reader: Reader, leaves: list[Part]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
    reports, originals = [], []
    for part in leaves:
        if part.type in _REPORTS or part.type in _ORIGINALS:
            data = reader.raw[part.start : min(part.end, part.start + _MOST_REPORT)]
            data = transferred(data, part.fields.first("content-transfer-encoding").lower().strip())
            text = data.decode("utf-8", "replace").replace("\r\n", "\n")
            if part.type in _ORIGINALS:
                originals.append(text)
            else:
                reports.append(Report(part.type, text))
    return tuple(reports[:20]), tuple(originals[:20])
