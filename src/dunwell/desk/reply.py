"""Replies: from mail that is filed to what it means, whose it is, and what is done about it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dunwell.desk import effects
from dunwell.desk.clues import Found, find, trust_in
from dunwell.desk.effects import Target
from dunwell.desk.office import Office
from dunwell.desk.opinions import Asking
from dunwell.ledger import agreeing, bounces, cases, clues, correspondence, journal, replies, tasks
from dunwell.ledger import letters as letter_rows
from dunwell.ledger.agreeing import Source
from dunwell.ledger.books import Work
from dunwell.ledger.bounces import Returned
from dunwell.ledger.journal import Pen
from dunwell.ledger.replies import OpenRow, Read
from dunwell.replies.authenticity import Verdict
from dunwell.replies.diagnostics import BounceKind
from dunwell.replies.effects import Effect, OpenInvoice, Trust, effect
from dunwell.replies.matching import answered, bracketed
from dunwell.replies.message import Message, read_message
from dunwell.replies.plain import plain
from dunwell.replies.quoting import new_text
from dunwell.replies.reading import Reading, read
from dunwell.terms.agreement import PauseKind
from dunwell.terms.calendar import add_working_days
from dunwell.terms.moment import Moment

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one mail: `state` is acted, review or ignored, `words` those that it rests on."""

    message_id: str
    account: str | None
    invoices: tuple[str, ...]
    intent: str
    action: str
    state: str
    effect: str
    words: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail with all that can be said of it before the books are locked."""

    message: Message
    reading: Reading
    found: Found
    trust: Trust
    verdict: Verdict
    opinion: Reading | None = None

    @property
    def shown(self) -> Reading:
        """What a person is shown: a second opinion where there is one. What follows rests on `reading` alone."""
        return self.opinion or self.reading


def handle_all(office: Office, moment: Moment) -> Iterator[Handled]:
    """Read every mail that is filed, and act, ask, or leave it; each in a unit of work of its own."""
    with office.books.read() as work:
        waiting = correspondence.unread(work)
    asking = Asking(office.model)
    for mail_id in waiting:
        if handled := handle(office, mail_id, moment, asking):
            yield handled


def handle(office: Office, mail_id: int, moment: Moment, asking: Asking) -> Handled | None:
    """Read one mail and deal with it; None where somebody else has."""
    with office.books.read() as work:
        raw = correspondence.raw(work, mail_id)
    try:
        understood = understand(office, raw)
        if understood.found.match.account is not None:
            written = understood.message.written_at
            shown = asking.opinion_on(understood.reading, written.date() if written else moment.on)
            understood = replace(understood, opinion=shown)
    except Exception as error:  # no mail, however broken, may stop the others or be lost
        _log.exception("mail %s could not be read", mail_id)
        return _unreadable(office, mail_id, f"a fault of ours: {type(error).__name__}; see the log", moment)
    with office.books.write() as work:
        return _deal(office, work, mail_id, understood, Pen(moment.now, moment.on))


def understand(office: Office, raw: bytes) -> Understood:
    """What a mail says, whose it is, and whether its sender may act."""
    message = read_message(raw)
    quoted = new_text(message)
    found = find(office, message, quoted)
    reading = read(message, quoted, found.country)
    found = found.with_numbers(office, message, reading.new_text)
    trust, verdict = trust_in(office, message, found, raw)
    return Understood(message, reading, found, trust, verdict)


def _unreadable(office: Office, mail_id: int, why: str, moment: Moment) -> Handled | None:
    with office.books.write() as work:
        mail = correspondence.take(work, mail_id)
        if mail is None:
            return None
        pen = Pen(moment.now, moment.on)
        row = Read(mail_id, None, "", "", "other", "review", False, why, "review", (why,), {})
        replies.add(work, row, pen)
        return Handled(mail.message_id, None, (), "other", "review", "review", "", "", (why,))


def _deal(office: Office, work: Work, mail_id: int, understood: Understood, pen: Pen) -> Handled | None:
    mail = correspondence.take(work, mail_id)
    if mail is None:
        return None
    reading, match = understood.reading, understood.found.match
    if understood.found.own_letter:
        return _own(office, work, mail_id, understood, pen)
    if reading.bounce:
        return _bounced(work, mail_id, understood, pen)
    rows: list[OpenRow] = []
    account_id: int | None = None
    if match.account is not None:
        account_id = clues.account_key(work, match.account)
        work.lock_accounts([account_id])
        rows = replies.open_invoices(work, account_id)
    follows = _effect(office, work, understood, rows, account_id, pen)
    if not mail.complete:
        follows = _for_a_person(follows, "larger than what is fetched: not all of it was read")
    if twins := correspondence.twins(work, mail):
        follows = _for_a_person(follows, "another mail has the same Message-ID and other words")
        for one in twins:
            replies.to_review(work, one, "another mail came with the same Message-ID and other words")
    return _write(office, work, mail_id, understood, rows, account_id, follows, pen)


def _for_a_person(follows: Effect, why: str) -> Effect:
    return Effect("review", (why, *follows.reasons), (), follows.concerned, follows.holds)


def _effect(
    office: Office, work: Work, understood: Understood, rows: list[OpenRow], account_id: int | None, pen: Pen
) -> Effect:
    if account_id is None:
        return effect(
            understood.reading, understood.found.match, understood.trust, (), frozenset(), office.policy, pen.on
        )
    rules = office.policy.rules_for(cases.locked_account(work, account_id))
    invoices = [
        OpenInvoice(
            row.concerned.number, row.outstanding, row.due is not None and row.due < pen.on, row.promises, row.plans
        )
        for row in rows
    ]
    return effect(
        understood.reading, understood.found.match, understood.trust, invoices, understood.found.letter, rules, pen.on
    )


def _write(
    office: Office,
    work: Work,
    mail_id: int,
    understood: Understood,
    rows: list[OpenRow],
    account_id: int | None,
    follows: Effect,
    pen: Pen,
) -> Handled:
    reading, message, match = understood.reading, understood.message, understood.found.match
    by_number = {row.concerned.number: row.concerned for row in rows}
    concerned = [by_number[number] for number in follows.concerned if number in by_number]
    row = Read(
        mail_id=mail_id,
        account_id=account_id,
        sender=message.sender.email,
        subject=message.subject,
        intent=understood.shown.intent,
        action=reading.action,
        trusted=understood.trust.may_act,
        trust=understood.trust.why,
        state=follows.state,
        reasons=(*follows.reasons, *understood.shown.reasons[len(reading.reasons) :]),
        reading=kept(understood),
        invoice_ids=[one.invoice_id for one in concerned],
    )
    reply_id = replies.add(work, row, pen)
    said = ""
    if account_id is not None:
        account = cases.locked_account(work, account_id)
        if follows.state == "acted":
            target = Target(account_id, account, by_number, str(reply_id), message.sender.email)
            source = Source("dunwell", words_of(reading), reply_id)
            said = effects.apply(office, work, follows.steps, target, source, pen)
        elif follows.state == "review":
            said = _hold(office, work, rows, follows, reply_id, account_id, pen)
            text = f"a reply of {account.name} waits for you: `dunwell reviews` shows it"
            tasks.make(work, f"review:{reply_id}", "review", text, made_on=pen.on, account_id=account_id)
        locked = work.lock_account(account_id)
        numbers: list[str | None] = [one.number for one in concerned]
        for number in numbers or [None]:
            journal.write(
                work, locked, pen, "reply", invoice=number, why=f"{reading.intent}: {follows.state}", reply=reply_id
            )
    replies.set_effect(work, reply_id, said)
    return Handled(
        bracketed(message.message_id), match.account, tuple(follows.concerned), reading.intent, reading.action,
        follows.state, said, words_of(reading), follows.reasons,
    )  # fmt: skip


def _hold(
    office: Office, work: Work, rows: list[OpenRow], follows: Effect, reply_id: int, account_id: int, pen: Pen
) -> str:
    """The next letter about these invoices waits for a person, once a touch."""
    account = cases.locked_account(work, account_id)
    wait = office.policy.rules_for(account).reviews.wait
    until = add_working_days(pen.on, wait, account.country)
    source = Source("dunwell", "an unclear reply", reply_id)
    held = 0
    for row in rows:
        one = row.concerned
        if wait and one.number in follows.holds and not agreeing.was_held_up(work, one.invoice_id, row.touches):
            agreeing.add_pause(work, account_id, PauseKind.REVIEW, until, source, pen, invoice=one, touches=row.touches)
            held += 1
    return f"waits for a person, with the next letter, until {until}" if held else "waits for a person"


def words_of(reading: Reading) -> str:
    """The words that a reading rests on."""
    said = "; ".join(one.words for one in reading.promises)
    return (said or " ".join(reading.new_text.split()))[:300]


def kept(understood: Understood) -> Mapping[str, Any]:
    """The reading as it is kept, with what the mail server said of the sender and the files that came along."""
    files = [{"name": one.name, "type": one.type, "sha256": one.sha256} for one in understood.message.attachments]
    results = [{"method": one.method, "result": one.result} for one in understood.verdict.results]
    return {**plain(understood.shown), "authentication": results, "attachments": files}


def _own(office: Office, work: Work, mail_id: int, understood: Understood, pen: Pen) -> Handled:
    """A copy of a letter of ours, from the archive address: it went, whatever the server's answer was."""
    message = understood.message
    settled = letter_rows.settle_in_doubt(
        work, bracketed(message.message_id), True, pen, "its copy came to the mailbox"
    )
    said = "a copy of our own letter" + (": settled as sent" if settled else "")
    row = Read(
        mail_id,
        None,
        message.sender.email,
        message.subject,
        "other",
        "ignore",
        False,
        "our own letter",
        "ignored",
        (),
        {},
        (),
        said,
    )
    replies.add(work, row, pen)
    return Handled(
        bracketed(message.message_id), understood.found.match.account, (), "other", "ignore", "ignored", said, "", ()
    )


def _bounced(work: Work, mail_id: int, understood: Understood, pen: Pen) -> Handled:
    """A delivery report: believed where it names a letter of ours by its Message-ID, which only its receivers know."""
    message, failed = understood.message, understood.reading.bounce
    said: str | None = None
    account = understood.found.match.account
    if failed is not None:
        original = bracketed(failed.original_id or "")
        for message_id in dict.fromkeys((original, *answered(message))):
            hard = failed.kind is BounceKind.HARD
            said = bounces.came_back(work, Returned(message_id, failed.recipient, hard, failed.status), pen)
            if said is not None:
                account = clues.letters_with(work, [message_id])[0].account
                break
    state = "acted" if said else "review"
    reasons = () if said else ("a delivery report about no letter of ours that is known",)
    account_id = clues.account_key(work, account) if account else None
    row = Read(
        mail_id, account_id, message.sender.email, message.subject, "bounce", understood.reading.action, False,
        "a delivery report", state, reasons, kept(understood), (), said or "",
    )  # fmt: skip
    replies.add(work, row, pen)
    return Handled(
        bracketed(message.message_id), account, (), "bounce", understood.reading.action, state, said or "", "", reasons
    )
