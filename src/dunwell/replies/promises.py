"""What a writer undertakes to pay and says to have paid: days and amounts joined to the sentence that says so. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from dunwell.replies.amounts import FoundAmount
from dunwell.replies.dates import FoundDate
from dunwell.replies.sentences import Clause, Sentence

_REFERENCE = re.compile(
    r"(?:\b(?:ref\w{0,10}|op|cro|trn|tr|dd|p/o|chq|cheque no|ch[eè]que|auftragsnr|verwendungszweck|nr|no|n|"
    r"confirmation|chitan[tț]a|п/п|поручение)|№|шماره|شماره|پیگیری|n°)\s{0,2}[.:°#№NnО]{0,2}\s{0,2}"
    r"([A-Z]{0,4}[-/]?[0-9۰-۹][0-9۰-۹A-Z/-]{1,24})",
    re.IGNORECASE,
)
_MOST = 12
_BARE = re.compile(r"(?<![\w/.-])([1-9][0-9]{1,4})\s(?:[^\W\d]{1,4}\s){0,2}$")
_TAGS = (
    " ok", " okay", " right", " alright", " va bene", " ok per voi", " d'accord", " ça va", " bine", " e bine", " gut",
    " vale", " sí", " de acuerdo", " хорошо", " ладно", " ок", " باشه", " خوبه", " ja", " oder",
)  # fmt: skip
"""How a statement ends that only sounds like a question."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What is undertaken. `date` is the day, or the day on which something promised for `window` is due."""

    date: dt.date
    window: tuple[dt.date, dt.date] | None
    amount: Decimal | None
    currency: str | None
    partial: bool
    conditional: bool
    words: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What is said to have been paid."""

    date: dt.date | None
    amount: Decimal | None
    reference: str | None


_AGAINST = frozenset({"negated", "recount", "third", "reply", "paid"})


def promises_of(sentences: list[Sentence], written: date, *, paid: bool) -> list[Promise]:
    """Every promise with a day. `paid` says that a part was paid before."""
    found: list[Promise] = []
    carried = False
    for sentence in sentences:
        listed = carried and bool(sentence.dates) and bool(sentence.amounts)
        found += _in_sentence(sentence, written, listed=listed)
        promising = bool(sentence.kinds & {"promise", "payment"}) and not _blocked(sentence)
        carried = (carried and listed) or (promising and (sentence.opens or bool(sentence.dates)))
    kept: list[Promise] = []
    for one in found:
        same = next((other for other in kept if (other.date, other.window) == (one.date, one.window)), None)
        if same is None:
            kept.append(one)
        elif same.amount is None and one.amount is not None:
            kept[kept.index(same)] = one
    several = len(kept) > 1
    return [replace(one, partial=one.partial or several or paid) for one in kept[:_MOST]]


def _blocked(sentence: Sentence) -> bool:
    tail = sentence.text.rstrip().lower().rstrip("?؟ ").endswith(_TAGS)
    if "third" in sentence.kinds and not any(
        "promise" in one.kinds and one.dates and "third" not in one.kinds for one in sentence.clauses
    ):
        return True
    return (sentence.asks and not tail) or bool(sentence.kinds & {"unserious", "orders", "habit", "wrong"})


def _says(clause: Clause, *, listed: bool) -> bool:
    """Whether a clause by itself is of paying."""
    said = bool(clause.kinds & {"promise", "payment"}) or bool(clause.amounts) or listed
    return said and not clause.kinds & {"recount", "negated"}


def _in_sentence(sentence: Sentence, written: date, *, listed: bool) -> list[Promise]:
    if _blocked(sentence) or not (listed or sentence.kinds & {"promise", "payment"}):
        return []
    conditional = "condition" in sentence.kinds
    places = []
    for clause in sentence.clauses:
        if clause.kinds & {"negated", "recount"} or ("paid" in clause.kinds and "promise" not in clause.kinds):
            continue
        if clause.kinds & {"reply", "third"} or ("condition" in clause.kinds and "promise" not in clause.kinds):
            continue
        coming = [one for one in clause.dates if _coming(one, written) and one.start not in clause.since]
        places += [(clause, one) for one in coming]
    strict = bool(sentence.kinds & {"negated", "recount", "paid", "reply"})
    own = [(clause, one) for clause, one in places if _says(clause, listed=listed)]
    undertaking = [(clause, one) for clause, one in own if "promise" in clause.kinds]
    if conditional and undertaking:
        own = [one for one in undertaking if "condition" not in one[0].kinds] or undertaking
    if not own and strict:
        own = _beside(sentence, places)
    elif not own:
        # A day beside no word of paying: never today, nor in the head of a list.
        own = [] if sentence.opens else [(clause, one) for clause, one in places if one.date != written]
    for weaker in ("arrives", "routine"):
        own = [one for one in own if weaker not in one[0].kinds] or own
    if "latest" in sentence.kinds and len(own) > 1 and not sentence.amounts:
        own = places[-1:]
    places = [
        (clause, _from(one, written))
        for clause, one in own
        if one.date != written or one.window or "promise" in clause.kinds or clause.amounts
    ]
    return _made(sentence, places, conditional=conditional)


def _beside(sentence: Sentence, places: list[tuple[Clause, FoundDate]]) -> list[tuple[Clause, FoundDate]]:
    """Days of a clause that says nothing, before or behind one that promises and names no day."""
    found = []
    for clause, day in places:
        at = sentence.clauses.index(clause)
        beside = (*sentence.clauses[at - 1 : at], *sentence.clauses[at + 1 : at + 2])
        if any("promise" in one.kinds and not one.dates and not one.kinds & _AGAINST for one in beside):
            found.append((clause, day))
    return found


def _coming(found: FoundDate, written: date) -> bool:
    last = found.window[1] if found.window else found.date
    return found.date is not None and last is not None and last >= written


def _from(found: FoundDate, written: date) -> FoundDate:
    """A window that began before the mail was written begins with it."""
    if found.window and found.window[0] < written:
        return replace(found, window=(written, found.window[1]))
    return found


def _made(sentence: Sentence, places: list[tuple[Clause, FoundDate]], *, conditional: bool) -> list[Promise]:
    days = _alternatives(sentence, [day for _, day in places])
    amounts = [one for one in sentence.amounts if not _elsewhere(sentence, one)]
    sums = [one for one in amounts if one.value is not None]
    if "each" in sentence.kinds and len(sums) == 1 and len(days) > 1:
        sums *= len(days)
    words = " ".join(sentence.text.split())[:300]
    found = []
    for at, day in enumerate(days):
        value = _amount_for(day, at, days, sums) or _unnamed(sentence, day, sums)
        near = [one for one in amounts if len(days) == 1 or _closest(one, days) is day]
        shared = any(one.share not in (None, "all") for one in near)
        first = day.date
        if first is None:
            continue
        found.append(
            Promise(
                first,
                day.window,
                value.value if value else None,
                value.currency if value else None,
                shared or "partial" in sentence.kinds,
                conditional,
                words,
            )
        )
    return found


def _alternatives(sentence: Sentence, days: list[FoundDate]) -> list[FoundDate]:
    """Monday or Tuesday: a window, where two days stand side by side."""
    if len(days) == 2 and all(one.window is None and one.date for one in days):
        between = sentence.text[days[0].end - sentence.start : days[1].start - sentence.start].strip().lower()
        first, last = days[0].date, days[1].date
        if between in ("or", "o", "ou", "sau", "oder", "или", "یا", "ya") and first and last and first < last:
            return [replace(days[0], date=last, window=(first, last))]
    return days


def _elsewhere(sentence: Sentence, amount: FoundAmount) -> bool:
    """Whether an amount belongs to what was paid or is contested."""
    clause = next((one for one in sentence.clauses if one.start <= amount.start < one.end), None)
    return clause is not None and bool(clause.kinds & {"dispute", "paid"}) and "promise" not in clause.kinds


def _closest(amount: FoundAmount, days: list[FoundDate]) -> FoundDate:
    return min(days, key=lambda day: _apart(amount, day))


def _unnamed(sentence: Sentence, day: FoundDate, sums: list[FoundAmount]) -> FoundAmount | None:
    """A bare number before a day, where another sum of the sentence has the currency: 300 euros now, 400 on Friday."""
    match = _BARE.search(sentence.text[: day.start - sentence.start])
    if match is None or not sums:
        return None
    at = sentence.start + match.start(1)
    if any(one.start <= at < one.end for one in sentence.amounts) or any(
        one.start <= at < one.end for one in sentence.dates
    ):
        return None
    return replace(sums[0], start=at, end=at + len(match[1]), value=Decimal(match[1]), words=match[1])


def _apart(amount: FoundAmount, day: FoundDate) -> int:
    return max(day.start - amount.end, amount.start - day.end)


def _amount_for(day: FoundDate, at: int, days: list[FoundDate], sums: list[FoundAmount]) -> FoundAmount | None:
    if len(sums) == len(days):
        return sums[at]
    near = [one for one in sums if _closest(one, days) is day]
    return min(near, key=lambda one: _apart(one, day)) if near else None


def paid_of(sentences: list[Sentence], written: date) -> Paid | None:
    """What the writer says was paid, None if nothing is."""
    for at, sentence in enumerate(sentences):
        if "paid" not in sentence.kinds or (sentence.asks and "recount" in sentence.kinds):
            continue
        if any("paid" in clause.kinds and not clause.kinds & {"negated", "recount"} for clause in sentence.clauses):
            return _paid_in(sentence, sentences[at + 1 : at + 2], written)
    return None


def _paid_in(sentence: Sentence, following: list[Sentence], written: date) -> Paid:
    days = [one.date for one in sentence.dates if one.date is not None and one.window is None]
    past = [one for one in days if one <= written]
    shifted = [one - timedelta(7) for one in days if written < one <= written + timedelta(7)]
    sums = [one.value for one in sentence.amounts if one.value is not None]
    texts = [sentence.text, *(one.text for one in following if "promise" not in one.kinds)]
    reference = next((match[1] for text in texts if (match := _REFERENCE.search(text))), None)
    day = past[0] if past else shifted[0] if shifted and "promise" not in sentence.kinds else None
    return Paid(day, sums[0] if sums else None, reference)
