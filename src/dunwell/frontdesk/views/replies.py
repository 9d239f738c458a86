"""Replies to review: the mail beside what was read from it; accepted, corrected or rejected in two keys."""

from __future__ import annotations

from dunwell.desk import review as reviewing
from dunwell.desk.refusals import CannotDo
from dunwell.desk.review import Decision
from dunwell.frontdesk.ask import Answer, Ask, Moved, NotFound, Shown
from dunwell.frontdesk.views import PAGE
from dunwell.ledger import correspondence, lookup, worklist
from dunwell.ledger import replies as ledger_replies
from dunwell.replies.evidence import rests_on
from dunwell.replies.meanings import INTENTS
from dunwell.replies.message import read_message

_MOST_TEXT = 20_000


def page(ask: Ask) -> Shown:
    """The replies that wait for a person, oldest first."""
    number = ask.page()
    with ask.office.books.read() as work:
        found = worklist.waiting_replies(work, PAGE, PAGE * (number - 1))
        total = worklist.counts(work, ask.moment.on).replies
    return Shown("replies.html", {"replies": found, "total": total, "number": number, "size": PAGE})


def one(ask: Ask) -> Shown:
    """One reply: the mail as text, what was read, the words that this rests on, and the ways to decide."""
    text = ask.path["id"]
    with ask.office.books.read() as work:
        known = text.isascii() and text.isdecimal() and len(text) < 10
        found = ledger_replies.records(work, reply_id=int(text)) if known else []
        if not found:
            raise NotFound(text)
        record = found[0]
        raw = correspondence.raw(work, record.mail_id)
        country = lookup.country_of(work, record.account) if record.account else None
        own = lookup.account_id(work, record.account) if record.account else None
        invoices = ledger_replies.open_invoices(work, own) if own else []
        following = [one for one in worklist.waiting_replies(work, 2) if one.id != record.id]
    mail = read_message(raw)
    written = mail.written_at.date() if mail.written_at else record.on
    facts = {
        "reply": record,
        "mail": mail,
        "text": mail.text[:_MOST_TEXT],
        "cut": len(mail.text) > _MOST_TEXT,
        "words": rests_on(record.reading, written, country or ask.office.creditor.country),
        "invoices": invoices,
        "intents": INTENTS,
        "waits": record.state == "review",
        "following": following[0].id if following else None,
    }
    return Shown("reply.html", facts)


def decide(ask: Ask) -> Answer:
    """Accept the reading, say what the reply means instead, or let nothing follow."""
    how = ask.said_in("how")
    if how not in ("accept", "correct", "reject"):
        raise CannotDo("say whether you accept, correct or reject it")
    intent = ask.said_in("intent")
    if how == "correct" and intent not in INTENTS:
        raise CannotDo("say what it means instead")
    decision = Decision(ignore=how == "reject")
    if how == "correct":
        decision = Decision(
            intent, by=ask.day("by"), amount=ask.amount("amount"), currency=ask.or_none("currency"),
            invoices=ask.all_in("invoice"),
        )  # fmt: skip
    said = reviewing.review(ask.office, ask.path["id"], decision, ask.who, ask.said_in("reason"), ask.moment)
    with ask.office.books.read() as work:
        following = worklist.waiting_replies(work, 1)
    return Moved(f"/reply/{following[0].id}" if following else "/replies", f"{ask.labels('saved')} {said}")
