"""What a reply means: what is promised, claimed, disputed or asked, by its words alone. Pure, and never raises.

Whoever reads this acts on it, so doubt is said: `action` is 'act' only where nothing in the words speaks against it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from dunwell.replies.answers import TERSE, bare_day, paid_ahead, paid_before, the_only_day, unexplained, unsaid
from dunwell.replies.automatic import Automatic, automatic
from dunwell.replies.bounces import Bounce, bounce
from dunwell.replies.cards import without_card
from dunwell.replies.countries import country_of, domain_of
from dunwell.replies.dates import find_dates
from dunwell.replies.language import language_of
from dunwell.replies.message import Message
from dunwell.replies.promises import Paid, Promise, paid_of, promises_of
from dunwell.replies.quoting import Quoted
from dunwell.replies.rivals import rivals_of
from dunwell.replies.sentences import Sentence, read_sentences

Action = Literal["act", "review", "ignore"]
_MOST = 6_000
_LONG = 120
_UNKNOWN, _CANNOT = "not understood", "cannot pay"
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply means. `reasons` say what it rests on and what speaks against acting."""

    language: str
    country: str
    intent: str
    secondary: tuple[str, ...]
    promises: tuple[Promise, ...]
    paid: Paid | None
    new_contact: str | None
    auto_until: date | None
    bounce: Bounce | None
    new_text: str
    confidence: float
    action: Action
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Meaning:
    intent: str
    action: Action
    reason: str
    secondary: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    paid: Paid | None = None


def read(message: Message, quoted: Quoted, country: str | None = None) -> Reading:
    """What a mail means. `country` is the writer's, where it is known."""
    passed_on = quoted.forwarded
    remark = without_card(quoted.text)
    own = without_card(passed_on.text) if passed_on and passed_on.text.strip() else remark
    text = unicodedata.normalize("NFC", own[:_MOST])
    hint = domain_of(message)
    language = language_of(text, message.subject, quoted.quoted, quoted.signature, country=country or hint)
    land = country or country_of(message, language)
    failed = bounce(message)
    machine = None if failed else automatic(message)
    address, until = None, None
    if failed:
        meaning = _Meaning("bounce", "act", f"a delivery report: {failed.kind.value}")
        language = language_of(" ".join((*message.originals, message.text)), message.subject, country=country or hint)
    elif machine:
        meaning = _Meaning("auto_reply", "ignore", f"no person wrote it: {machine.kind.value}")
        until = _until(machine, message, language, land)
    else:
        written = message.written_at.date() if message.written_at else None
        sentences = read_sentences(text, language, written or date(2000, 1, 1), land)
        meaning = _meaning(sentences, text, written, answering=bool(quoted.quoted))
        if meaning.intent == "wrong_contact":
            named = [one.lower() for one in _ADDRESS.findall(text) if one.lower() != message.sender.email]
            address = named[0].rstrip(".") if named else None
    action, reasons = meaning.action, [meaning.reason]
    if meaning.intent == "wrong_contact" and address is None:
        action = "review"
    if passed_on and remark and action == "act":
        action = "review"
        reasons.append("a mail was passed on with it")
    if message.written_at is None and meaning.promises:
        action = "review"
        reasons.append("no day of writing")
    reasons += [f"broken: {one}" for one in message.problems[:3]]
    confidence = {"act": 0.95, "ignore": 0.9, "review": 0.5}[action]
    return Reading(
        language, land, meaning.intent, meaning.secondary, meaning.promises, meaning.paid, address, until, failed,
        own, confidence, action, tuple(reasons),
    )  # fmt: skip


def _until(machine: Automatic, message: Message, language: str, land: str) -> date | None:
    if message.written_at is None:
        return None
    written = message.written_at.date()
    for words in machine.until:
        days = [one for one in find_dates(words, language, written, land) if one.date and one.date >= written]
        if days:
            last = days[-1] if len(days) > 1 and days[0].window else days[0]
            return last.window[1] if last.window else last.date
    return None


def _meaning(sentences: list[Sentence], text: str, written: date | None, *, answering: bool) -> _Meaning:
    kinds = frozenset().union(*(one.kinds for one in sentences)) if sentences else frozenset()
    asks = any(one.asks for one in sentences)
    if not text.strip():
        return _Meaning("other", "review", "no words of the writer's own")
    for kind, reason in (
        ("orders", "speaks to a machine"),
        ("bank", "tells of another bank account"),
        ("unserious", "not meant seriously"),
    ):
        if kind in kinds:
            return _Meaning("other", "review", reason)
    paid = paid_of(sentences, written or date(2000, 1, 1))
    promises = tuple(promises_of(sentences, written, paid=paid is not None)) if written else ()
    if "undated" in kinds:
        promises = tuple(one for one in promises if one.window is None)
    if not promises and written and not paid and answering:
        promises = bare_day(sentences, kinds, written)
    if not promises and written:
        likely = unsaid(sentences, kinds, written)
        if likely:
            return _Meaning("promise_to_pay", "review", "a day and no word of paying", (), likely)
    proposed = (
        "instalment" in kinds
        and (asks or "agree" in kinds)
        and any("instalment" in one.kinds or "agree" in one.kinds for one in sentences)
    )
    if proposed and (asks or not promises):
        asked = _Meaning("instalment_request", "act", "asks to pay in parts", _also(kinds, "hardship"))
        return _checked(asked, kinds, asks=asks)
    if promises and "insolvency" not in kinds:
        return _promised(sentences, kinds, promises, paid, written or date(2000, 1, 1))
    meaning = _without(sentences, kinds, paid, written, asks=asks, answering=answering)
    return _dated(_checked(meaning, kinds, asks=asks), sentences, kinds, written, asks=asks)


def _dated(
    meaning: _Meaning, sentences: list[Sentence], kinds: frozenset[str], written: date | None, *, asks: bool
) -> _Meaning:
    """A promise, or words that are not understood, with the only day that the mail names: for a person to see."""
    promised = meaning.intent == "promise_to_pay" and "undated" not in kinds
    denied = meaning.reason == _CANNOT and "hardship" not in kinds
    if written is None or not (promised or denied or (meaning.reason.startswith(_UNKNOWN) and not asks)):
        return meaning
    likely = the_only_day(sentences, written)
    if not likely:
        return meaning
    reason = "a promise, and a day in other words" if promised else "a day, and words that are not understood"
    return replace(meaning, intent="promise_to_pay", promises=likely, reason=reason)


def _checked(meaning: _Meaning, kinds: frozenset[str], *, asks: bool) -> _Meaning:
    """A meaning to act on only where no words of another stand beside it."""
    rivals = rivals_of(meaning.intent, kinds, asks=asks)
    if meaning.action == "act" and rivals:
        return replace(meaning, action="review", reason=f"{meaning.reason}, but also: {', '.join(rivals)}")
    return meaning


def _also(kinds: frozenset[str], *wanted: str) -> tuple[str, ...]:
    names = {"hardship": "hardship_or_insolvency"}
    return tuple(names.get(one, one) for one in wanted if one in kinds)


def _promised(
    sentences: list[Sentence],
    kinds: frozenset[str],
    promises: tuple[Promise, ...],
    paid: Paid | None,
    written: date,
) -> _Meaning:
    saying = [one for one in sentences if any(" ".join(one.text.split())[:300] == each.words for each in promises)]
    beside = frozenset().union(*(one.kinds for one in saying)) if saying else frozenset()
    conditional = any(one.conditional for one in promises)
    if "dispute" in kinds:
        if "dispute" in beside and not conditional and "partial" not in beside:
            return _Meaning("dispute", "review", "disputes and speaks of paying in one sentence")
        first = min((one.start for one in sentences if "dispute" in one.kinds), default=0)
        if first < min((one.start for one in saying), default=0):
            return _Meaning("dispute", "review", "disputes, and promises a part", ("promise_to_pay",), promises, paid)
        return _Meaning("promise_to_pay", "review", "promises and disputes", ("dispute",), promises, paid)
    secondary = ("already_paid",) if paid else ()
    weak = ("third", "recount", "when") if "latest" in beside else ("vague", "third", "recount", "when")
    doubts: list[str] = [name for name in weak if name in beside] + [
        name
        for name in ("refusal", "insolvency", "complaint", "wrong", "offer", "third", "resend", "details")
        if name in kinds
    ]
    if conditional:
        doubts.append("a condition")
    if not beside & {"promise"} and any(len(" ".join(one.text.split())) > TERSE for one in saying):
        doubts.append("no one undertakes it")
    if "tense" in beside and all(one.date <= written + timedelta(7) for one in promises):
        doubts.append("it may be past")
    if len(promises) > 6:
        doubts.append("many days")
    sums = sum(one.value is not None for sentence in saying for one in sentence.amounts)
    equal = len(promises) > 1 and sums == 1 and len({one.amount for one in promises}) == 1
    if not equal and sums not in (0, len(promises), len(promises) + (paid is not None)):
        doubts.append("sums and days that do not match")
    if unexplained(saying, promises, written):
        doubts.append("another day")
    if any("promise" in one.kinds and "paid" in one.kinds for sentence in saying for one in sentence.clauses):
        doubts.append("it may be past")
    if any("negated" in one.kinds and not one.dates for one in sentences if one in saying):
        doubts.append("a denial")
    if doubts:
        return _Meaning("promise_to_pay", "review", "a promise, but " + ", ".join(doubts), secondary, promises, paid)
    return _Meaning("promise_to_pay", "act", f"promises: {promises[0].words[:120]}", secondary, promises, paid)


_HANDED: dict[str, tuple[str, Action, str]] = {
    "insolvency": ("hardship_or_insolvency", "act", "insolvency"),
    "complaint": ("unsubscribe_or_complaint", "review", "complains of the letters"),
    "offer": ("other", "review", "speaks of something else"),
    "resend": ("resend_invoice", "act", "asks for the invoice"),
    "dispute": ("dispute", "act", "disputes"),
    "wrong": ("wrong_contact", "act", "not the one to write to"),
    "paid": ("already_paid", "act", "says it was paid"),
    "details": ("payment_details_request", "act", "asks where to pay"),
    "instalment": ("instalment_request", "review", "speaks of parts"),
    "third": ("other", "review", "tells of another, or of what was said"),
    "refusal": ("refusal", "review", "will not pay"),
    "hardship": ("hardship_or_insolvency", "review", _CANNOT),
    "asks": ("question", "review", "asks"),
    "reply": ("acknowledgement", "review", "will answer"),
    "promise": ("promise_to_pay", "review", "a promise without a day"),
    "ack": ("acknowledgement", "ignore", "thanks or receipt"),
    "question": ("question", "review", "asks"),
}
"""What a mail without a promised day is, by the first of these kinds that it holds."""


def _without(
    sentences: list[Sentence],
    kinds: frozenset[str],
    paid: Paid | None,
    written: date | None,
    *,
    asks: bool,
    answering: bool,
) -> _Meaning:
    """What a mail is that promises nothing on a day."""
    count = {kind: sum(kind in one.kinds for one in sentences) for kind in kinds}
    told = any(
        "third" in one.kinds and not ("promise" in one.kinds and one.kinds & {"condition", "when"}) for one in sentences
    ) or ("recount" in kinds and not asks and "negated" not in kinds)
    against = {
        "complaint": "dispute" in kinds,
        "dispute": count.get("refusal", 0) > count.get("dispute", 0),
        "resend": count.get("dispute", 0) > count.get("resend", 0),
        "wrong": "refusal" in kinds,
        "details": "refusal" in kinds,
        "refusal": "hardship" in kinds,
    }
    also = {
        "paid": paid is not None,
        "third": told,
        "hardship": bool(kinds & {"hardship", "negated"}),
        "asks": asks,
        "promise": "promise" in kinds or ("payment" in kinds and bool(kinds & {"vague", "condition", "when"})),
    }
    handed = dict(_HANDED)
    if paid_ahead(sentences, written):
        handed["paid"] = ("already_paid", "review", "said to be paid, on a day that has not come")
    for kind, (intent, action, reason) in handed.items():
        if not also.get(kind, kind in kinds) or against.get(kind):
            continue
        if kind == "promise" and any(paid_before(one, written) for one in sentences):
            return _Meaning("already_paid", "review", "tells of a payment on a day that has passed")
        claimed = paid if kind in ("paid", "dispute") else None
        if kind == "dispute" and claimed:
            return _Meaning(intent, "review", reason, ("already_paid",), (), claimed)
        unsure = kind == "ack" and sum(len(one.text) for one in sentences) >= _LONG
        return _Meaning(intent, "review" if unsure else action, reason, (), (), claimed)
    if any(_ADDRESS.search(one.text) for one in sentences):
        return _Meaning("wrong_contact", "review", "names another address")
    if any(paid_before(one, written) for one in sentences):
        return _Meaning("already_paid", "review", "tells of a payment on a day that has passed")
    return _Meaning("other", "review", _UNKNOWN + (", below a quotation" if answering else ""))
