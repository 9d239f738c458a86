"""Accounts: listed, and each with everything about it; one invoice with its why; a letter as it left."""

from __future__ import annotations

from dunwell.desk import explain
from dunwell.desk.disputes import CODES, OUTCOMES
from dunwell.desk.override import ACTIONS
from dunwell.frontdesk.ask import Ask, NotFound, Shown
from dunwell.frontdesk.rights import GENTLE, Right
from dunwell.frontdesk.views import PAGE
from dunwell.ledger import account_file, directory, timeline
from dunwell.replies.message import read_message
from dunwell.rules.stages import CHASING

_MOST_INVOICES = 200


def page(ask: Ask) -> Shown:
    """The accounts: found by number or name, else the longest overdue first, or all by number."""
    words, number, on = ask.query.get("q", "").strip()[:100], ask.page(), ask.moment.on
    sort = "number" if ask.query.get("sort") == "number" else "overdue"
    with ask.office.books.read() as work:
        if words:
            found = directory.accounts_like(work, words, on, PAGE, PAGE * (number - 1))
        elif sort == "number":
            found = directory.by_number(work, on, PAGE, PAGE * (number - 1))
        else:
            found = directory.longest_overdue(work, on, PAGE, PAGE * (number - 1))
    return Shown("accounts.html", {"accounts": found, "words": words, "sort": sort, "number": number, "size": PAGE})


def one(ask: Ask) -> Shown:
    """One account: its exposure, what is open and comes next and why, what was agreed, and its timeline."""
    wanted = ask.path.get("number") or ask.said_in("account")
    number = ask.page()
    with ask.office.books.read() as work:
        file = account_file.read(work, wanted, ask.moment.on, _MOST_INVOICES)
        if file is None:
            raise NotFound(wanted)
        events = timeline.events(work, file.id, PAGE + 1, PAGE * (number - 1))
    # What the last cycle wrote down is out of date where there is news.
    news = [line.number for line in file.invoices if not line.looked_at][:PAGE]
    facts = {
        "file": file,
        "fresh": explain.decided_now(ask.office, news, ask.moment),
        "events": events[:PAGE],
        "more": len(events) > PAGE,
        "number": number,
        "actions": ACTIONS if ask.may(Right.OVERRIDE) else [one for one in ACTIONS if one in GENTLE],
        "stages": CHASING,
        "codes": CODES,
        "endings": OUTCOMES,
        "effect": None,
    }
    return Shown("events.html" if ask.fragment and number > 1 else "account.html", facts)


def invoice(ask: Ask) -> Shown:
    """One invoice: where it stands, what comes next and why, and its history."""
    try:
        found = explain.explain(ask.office, ask.path["number"], ask.moment)
    except explain.UnknownInvoice as error:
        raise NotFound(str(error)) from None
    return Shown("invoice.html", {"found": found})


def letter(ask: Ask) -> Shown:
    """A letter as it left, as text."""
    text = ask.path["id"]
    with ask.office.books.read() as work:
        found = timeline.letter(work, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if found is None:
        raise NotFound(text)
    return Shown("letter.html", {"letter": found, "text": read_message(found.raw).text})
