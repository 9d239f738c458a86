"""Mails that say that a letter of ours was not delivered: delivery reports (RFC 3464), and servers' own forms.

What decides is who wrote the mail and how it is made, never that somebody's words look like a server's: an answer
that quotes a delivery report is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dunwell.replies.diagnostics import BounceKind, kind_of, phrases, status_in
from dunwell.replies.folding import fold
from dunwell.replies.message import Message

_MOST_TEXT = 30_000
_DAEMON = re.compile(
    r"(?:mailer|mail|delivery|smtp|bounce)?(?:daemon|deamon)|post?master\d*|mdaemon|mmdf|maildelivery|mailerror"
    r"|nondelivery|ndr"
)
_DAEMON_NAMES = re.compile(
    r"mail delivery|mailer[- ]daemon|delivery (?:sub)?system|postmaster|system administrator|mail administrator|"
    r"ndr admin|delivery service|mail server|internet mail|message delivery"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,128}@[^\s<>()\[\]\"',;:]{1,200}[^\s<>()\[\]\"',;:.]")
_ORIGINAL_BELOW = re.compile(
    r"^[ \t>*_-]{0,80}(?:below (?:this line )?is (?:a|the) copy|this is a copy of|(?:the )?original message|"
    r"unsent message|"
    r"(?:the )?header of the original|included is a copy|(?:the )?message headers?|returned message|copy of |"
    r"forwarded message|received:|return-path:|ursprüngliche nachricht|the body of|undelivered message|"
    r"message details:|start of (?:original|message|included))",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(r"^[> \t]{0,10}message-id:\s{0,10}<?([^<>\s]{1,500})", re.IGNORECASE | re.MULTILINE)
_FAILED_LINE = re.compile(
    r"(?:rcpt to:\s?<?|<|\"|^\s{0,10}|to:\s|recipient:?\s<?|\()"
    r"([^\s<>()\[\]\"',;:]{1,128}@[^\s<>()\[\]\"',;:]{1,200}[\w])",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_FAILED = frozenset({"delivered", "relayed", "expanded"})
_ANSWER = re.compile(r"\W*(?:re|aw|sv|antw|r|rif|odp|вн|ответ|отв|پاسخ|fwd?|wg|tr|rv|i)\s?:")


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient that was not reached. `status` is an enhanced code (RFC 3463), where there is one."""

    kind: BounceKind
    recipient: str | None
    status: str | None
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that a mail did not arrive: its first failure, all of them, and the id of the mail, if it says."""

    kind: BounceKind
    recipient: str | None
    status: str | None
    diagnostic: str
    original_id: str | None
    failures: tuple[Failure, ...]


def bounce(message: Message) -> Bounce | None:
    """The bounce that a mail is, None if it is anything else."""
    failures = _reported(message)
    if failures is None:
        failures = _told(message) if _is_told(message) else ()
    if not failures:
        return None
    # An address that is gone for good is what somebody has to do something about.
    first = next((failure for failure in failures if failure.kind is BounceKind.HARD), failures[0])
    return Bounce(first.kind, first.recipient, first.status, first.diagnostic, original_id(message), failures)


def is_delivered(message: Message) -> bool:
    """Whether a mail reports only that a letter arrived."""
    groups = list(_groups(message))
    actions = {_action(group) for group in groups}
    return bool(groups) and actions <= _NOT_FAILED


def original_id(message: Message) -> str | None:
    """The Message-ID of the mail that a report is about."""
    for text in (*message.originals, message.text):
        if found := _MESSAGE_ID.search(text[:_MOST_TEXT]):
            return found[1]
    return next(iter((*message.in_reply_to, *message.references[-1:])), None)


def _groups(message: Message) -> Iterator[dict[str, str]]:
    """The groups of fields about one recipient in a delivery report."""
    for report in message.reports:
        if not report.type.endswith("delivery-status"):
            continue
        for block in re.split(r"\n[ \t]*\n", report.text[:_MOST_TEXT]):
            fields = _fields(block)
            if fields.keys() & {"final-recipient", "original-recipient", "action", "status", "diagnostic-code"}:
                yield fields


def _action(group: dict[str, str]) -> str:
    return next(iter(group.get("action", "").lower().split()), "")


def _fields(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for line in block.split("\n"):
        if line[:1] in (" ", "\t") and last:
            found[last] += " " + line.strip()
        else:
            name, colon, value = line.partition(":")
            if colon and name.strip():
                last = name.strip().lower()
                found[last] = value.strip()
    return found


def _reported(message: Message) -> tuple[Failure, ...] | None:
    """The failures in a delivery report's own part; None without such a part."""
    groups = list(_groups(message))
    if not groups:
        return None
    return tuple(_failure(group, message) for group in groups if _action(group) not in _NOT_FAILED)


def _failure(group: dict[str, str], message: Message) -> Failure:
    diagnostic = group.get("diagnostic-code", "").partition(";")[2].strip() or group.get("diagnostic-code", "")
    recipient = _recipient(group, message)
    declared = status_in(group.get("status", ""))
    said = status_in(diagnostic)
    status = said if said and (declared is None or (declared[0] == said[0] and declared.endswith(".0.0"))) else declared
    if _action(group) == "delayed":
        return Failure(BounceKind.SOFT, recipient, status, diagnostic[:500])
    words = (
        diagnostic if diagnostic and not re.fullmatch(r"[\d. -]*", diagnostic) else _above_original(message.text)[:3000]
    )
    return Failure(kind_of(status, words), recipient, status, diagnostic[:500])


def _recipient(group: dict[str, str], message: Message) -> str | None:
    # An original recipient that is not where the mail came from is the address that we wrote to.
    own = {address.email for address in message.to}
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        found = _ADDRESS.search(group.get(name, ""))
        if found and found[0].lower() not in own:
            return found[0].lower()
    return None


def _is_told(message: Message) -> bool:
    """Whether a server, not a person, says in words that a mail was not delivered."""
    if message.header("x-failed-recipients"):
        return True
    known = phrases()
    subject = fold(message.subject[:300])
    words = fold(_above_original(message.text))
    if message.type == "multipart/report" and (known.subjects.search(subject) or known.texts.search(words)):
        return not any(
            report.type.endswith(("feedback-report", "disposition-notification")) for report in message.reports
        )
    if _is_daemon(message):
        return bool(known.texts.search(words) or (known.subjects.search(subject) and not _ANSWER.match(subject)))
    return known.texts.search(words) is not None and _is_servers(message, subject, words)


def _is_servers(message: Message, subject: str, words: str) -> bool:
    """Whether a mail with words of failure is a server's, though its sender does not say so."""
    known = phrases()
    if _ANSWER.match(subject):
        return False
    # A null sender is a server's; without it only a server's own words and codes count, in a mail of its own.
    if message.header("return-path").strip() == "<>":
        return bool(known.subjects.search(subject) or status_in(words))
    if message.in_reply_to:
        return False
    return bool(known.sure_subjects.match(subject) or (known.subjects.match(subject) and status_in(words)))


def _is_daemon(message: Message) -> bool:
    sender = message.sender
    local = re.sub(r"[^a-z0-9]", "", sender.email.partition("@")[0])
    path = re.sub(r"[^a-z]", "", message.header("return-path").lower().partition("@")[0])
    name = fold(sender.name)
    return bool(_DAEMON.fullmatch(local) or path == "mailerdaemon" or _DAEMON_NAMES.search(name))


def _above_original(text: str) -> str:
    """What the server says, without the mail that it sends back."""
    text = text[:_MOST_TEXT]
    found = _ORIGINAL_BELOW.search(text, 1)
    return text[: found.start()] if found and text[: found.start()].strip() else text


def _told(message: Message) -> tuple[Failure, ...]:
    """The failures that a server tells in words."""
    words = _above_original(message.text)
    status = status_in(words) or status_in(message.subject)
    said = " ".join(words.split())
    if "delay" in fold(message.subject) and not (status or "").startswith("5"):
        kind = BounceKind.SOFT
    else:
        kind = kind_of(status, f"{words}\n{message.subject}")
    recipients = _failed_recipients(message, words) or (None,)
    return tuple(Failure(kind, recipient, status, said[:500]) for recipient in recipients)


def _failed_recipients(message: Message, words: str) -> tuple[str, ...]:
    own = {address.email for address in (*message.to, *message.cc, *message.senders)}
    listed = _ADDRESS.findall(message.header("x-failed-recipients"))
    found = listed or _FAILED_LINE.findall(words) or _ADDRESS.findall(words) or _ADDRESS.findall(message.subject)
    unique = dict.fromkeys(address.lower() for address in found[:200])
    return tuple(address for address in unique if address not in own)[:50]
