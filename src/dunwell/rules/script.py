"""What a call is to say: what is owed on the whole account, what was promised, what to ask. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.terms.agreement import PromiseState
from dunwell.terms.money import Money, totals

ASK = "ask for the day of payment; if it is paid already: amount, date sent, cheque or transfer number"
_MOST_PROMISES = 3


@dataclass(frozen=True, slots=True)
class Owed:
    """An open invoice of the account."""

    number: str
    due: date | None
    outstanding: Money


@dataclass(frozen=True, slots=True)
class Given:
    """A promise of the account, and what became of it. `amount` None: all that was open."""

    by: date
    amount: Money | None
    state: PromiseState


def script(name: str, stage: str, owed: Sequence[Owed], given: Sequence[Given], today: date) -> str:
    """The script of a call to the account `name`, which has reached `stage`, in one paragraph."""
    late = [one for one in owed if one.due is not None and one.due < today]
    return "; ".join((f"call {name}, stage {stage}: {_sums(late)}", *_rest(owed, late), *_words(given), ASK))


def _sums(late: Sequence[Owed]) -> str:
    if not late:
        return "nothing is overdue any more"
    sums = " and ".join(str(one) for one in totals(one.outstanding for one in late))
    since = min(one.due for one in late if one.due is not None)
    numbers = ", ".join(one.number for one in late[:5]) + (f" and {len(late) - 5} more" if len(late) > 5 else "")
    return f"{sums} overdue in all, the oldest since {since} ({numbers})"


def _rest(owed: Sequence[Owed], late: Sequence[Owed]) -> Iterator[str]:
    rest = totals(one.outstanding for one in owed if one not in late)
    if rest:
        yield " and ".join(str(one) for one in rest) + " more not yet due"


def _words(given: Sequence[Given]) -> Iterator[str]:
    said = {
        PromiseState.OPEN: "and still open",
        PromiseState.BROKEN: "and not paid",
        PromiseState.PART_KEPT: "and paid in part only",
    }
    for one in sorted(given, key=lambda promise: promise.by, reverse=True)[:_MOST_PROMISES]:
        if one.state in said:
            yield f"promised {one.amount or 'all of it'} by {one.by}, {said[one.state]}"
