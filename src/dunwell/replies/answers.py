"""Answers of few words, and days that a promise leaves unexplained: what a sentence says without saying it. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from dunwell.replies.promises import Promise
from dunwell.replies.sentences import Sentence

_SILENT = frozenset({"ack", "vague", "payment", "partial", "when", "since", "latest", "agree", "promise", "third"})
_ELSEWHERE = frozenset({"reply", "paid", "recount", "negated", "unserious", "orders", "habit", "complaint", "dispute"})
_WEEK = timedelta(7)
TERSE = 70
"""So long a sentence may promise with no verb of undertaking."""
_FEW_WORDS, _BESIDE = 300, 6


def bare_day(sentences: list[Sentence], kinds: frozenset[str], written: date) -> tuple[Promise, ...]:
    """A day and hardly a word beside it: the answer to when it will be paid."""
    first = sentences[0]
    days = [one for one in first.dates if one.date and one.date >= written]
    against = {"dispute", "negated", "recount", "third", "reply", "offer", "wrong", "refusal", "hardship", "resend"}
    if len(days) != 1 or first.asks or kinds & against or len(first.text.strip()) > 60:
        return ()
    beside = (first.text[: days[0].start - first.start] + first.text[days[0].end - first.start :]).split()
    if days[0].start - first.start > 14 or days[0].date is None or len(beside) > _BESIDE:
        return ()
    words = " ".join(first.text.split())
    return (Promise(days[0].date, days[0].window, None, None, partial=False, conditional=False, words=words),)


def unsaid(sentences: list[Sentence], kinds: frozenset[str], written: date) -> tuple[Promise, ...]:
    """The one day to come of a short answer that says nothing else: likely a promise, for a person to see."""
    if kinds - _SILENT or any(one.asks for one in sentences) or sum(len(one.text) for one in sentences) > _FEW_WORDS:
        return ()
    told = [(one, day) for one in sentences for day in one.dates if day.date and day.date > written]
    began = any(day.window and day.window[0] <= written for _, day in told)
    if len(told) != 1 or "third" in kinds or began or told[0][1].date is None:
        return ()
    words = " ".join(told[0][0].text.split())[:300]
    day = told[0][1]
    due = day.date or written
    return (Promise(due, day.window, None, None, partial=False, conditional=False, words=words),)


def the_only_day(sentences: list[Sentence], written: date) -> tuple[Promise, ...]:
    """The one day to come of a mail that promises in another sentence ('My pay comes on the 28th. You get it then')."""
    open_to_it = [one for one in sentences if not one.kinds & _ELSEWHERE]
    told = [(one, day) for one in open_to_it for day in one.dates if day.date and day.date > written]
    if len({day.date for _, day in told}) != 1:
        return ()
    saying, day = told[0]
    if day.date is None or (day.window and day.window[0] <= written):
        return ()
    words = " ".join(saying.text.split())[:300]
    conditional = any("condition" in one.kinds for one in sentences)
    return (Promise(day.date, day.window, None, None, partial=False, conditional=conditional, words=words),)


def unexplained(saying: list[Sentence], promises: tuple[Promise, ...], written: date) -> bool:
    """Whether days to come stand beside the promised ones, or several are promised with neither sums nor shares."""
    promised = {one.date for one in promises}
    for one in saying:
        if "latest" in one.kinds:
            continue
        days = [day for clause in one.clauses for day in clause.dates if day.start not in clause.since]
        coming = [day.date for day in days if day.date and day.date > written]
        if any(day not in promised for day in coming):
            return True
        if len(set(coming)) > 1 and not one.amounts and "partial" not in one.kinds:
            return True
    return False


def paid_ahead(sentences: list[Sentence], written: date | None) -> bool:
    """Whether a clause that says something was paid names only days that have not come.

    A weekday may as well be the one that has passed, unless its verb may speak of what is to come.
    """
    clauses = [clause for one in sentences for clause in one.clauses if "paid" in clause.kinds]
    for one in clauses:
        days = [day.date for day in one.dates if day.date]
        if written and days and min(days) > (written if "tense" in one.kinds else written + _WEEK):
            return True
    return False


def paid_before(sentence: Sentence, written: date | None) -> bool:
    """Whether a clause speaks of paying beside a day that has passed."""
    return any(
        "payment" in one.kinds
        and any(day.date and written and day.date < written and day.start not in one.since for day in one.dates)
        for one in sentence.clauses
    )
