"""The watch list: which accounts are in difficulty, by points that anybody can add up. Pure.

Everything is counted as of a day: what happened later changes nothing about an earlier list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from dunwell.rules.policy_watch import Watchlist
from dunwell.terms.money import Money, totals
from dunwell.terms.track import Item, NewTerms, Sign, Track


class Advice(StrEnum):
    """What to do about an account in difficulty."""

    CALL = "call"
    ADVANCE = "ask_advance"
    INSTALMENTS = "offer_instalments"
    TERMS = "change_terms"
    STOP = "stop_supply"


_FOLLOWS: dict[Sign, tuple[Advice, ...]] = {
    Sign.LATE: (Advice.CALL,),
    Sign.BROKEN: (Advice.CALL, Advice.ADVANCE),
    Sign.PART: (Advice.INSTALMENTS,),
    Sign.BOUNCE: (Advice.CALL,),
    Sign.HARDSHIP: (Advice.INSTALMENTS, Advice.ADVANCE),
    Sign.OVER_LIMIT: (Advice.TERMS,),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A sign, what it counts, and why, in words."""

    sign: Sign
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Watched:
    """An account as the watch list shows it. `exposure` is all that is open, due or not, in each currency."""

    account: str
    name: str
    points: int
    reasons: tuple[Counted, ...]
    advice: tuple[Advice, ...]
    exposure: tuple[Money, ...]
    terms: NewTerms | None


def watchlist(tracks: Iterable[Track], rules: Watchlist, on: date) -> list[Watched]:
    """The accounts that are listed on a day, most points first: in difficulty, or under new terms."""
    found = [assess(track, rules, on) for track in tracks if track.known_on(on)]
    listed = [one for one in found if one.points >= rules.listed_from or one.terms is not None]
    return sorted(listed, key=lambda one: (-one.points, one.account))


def assess(track: Track, rules: Watchlist, on: date) -> Watched:
    """How an account stands on a day, whether it is listed or not."""
    reasons = tuple(one for one in _signs(track, rules, on) if one.points > 0)
    points = sum(one.points for one in reasons)
    return Watched(
        account=track.account,
        name=track.name,
        points=points,
        reasons=reasons,
        advice=_advice(reasons, points, rules),
        exposure=exposure(track, on),
        terms=track.terms_on(on),
    )


def exposure(track: Track, on: date) -> tuple[Money, ...]:
    """All that was open at the end of a day, due or not, in each currency."""
    known = (item for item in track.items if item.issued <= on)
    return tuple(one for one in totals(Money(i.open_on(on), i.amount.currency) for i in known) if one.minor > 0)


def _advice(reasons: Iterable[Counted], points: int, rules: Watchlist) -> tuple[Advice, ...]:
    wanted = {advice for one in reasons for advice in _FOLLOWS[one.sign]}
    if points >= rules.stop_from:
        wanted.add(Advice.STOP)
    return tuple(advice for advice in Advice if advice in wanted)


def _signs(track: Track, rules: Watchlist, on: date) -> Iterator[Counted]:
    since = on - timedelta(days=rules.recent_days)
    each = rules.points
    yield _late(track, rules, since, on)
    broken = _happened(track, Sign.BROKEN, since, on)
    yield _times(Sign.BROKEN, broken, each.broken_promise, rules, "promises or parts of a plan not kept")
    parts = sum(_part_payments(item, since, on) for item in track.items if item.issued <= on)
    yield _times(Sign.PART, parts, each.part_payment, rules, "payments of a part only, on invoices that were due")
    bounced = _happened(track, Sign.BOUNCE, since, on)
    yield _times(Sign.BOUNCE, bounced, each.bounce, rules, "days on which letters came back")
    said = _happened(track, Sign.HARDSHIP, since, on)
    yield _times(Sign.HARDSHIP, said, each.hardship, rules, "replies that speak of hardship or ask for instalments")
    yield _over_limit(track, rules, on)


def _happened(track: Track, sign: Sign, since: date, on: date) -> int:
    return sum(one.sign is sign and since < one.on and one.counts_on(on) for one in track.events)


def _times(sign: Sign, count: int, each: int, rules: Watchlist, what: str) -> Counted:
    return Counted(sign, min(rules.most, count * each), f"{what}: {count} in {rules.recent_days} days")


def _late(track: Track, rules: Watchlist, since: date, on: date) -> Counted:
    """How much later the account pays than it used to; an account without a habit is held against the due date.

    An invoice that is open counts once it is later than the habit: before that it says nothing yet.
    """
    before = since - timedelta(days=rules.memory_days)
    known = [item for item in track.items if item.issued <= on]
    paid = [(day, _days_late(item, day)) for item in known if (day := item.paid_on(on)) is not None]
    habit = [late for day, late in paid if before < day <= since]
    usual = _average(habit) if len(habit) >= rules.least_paid else Fraction(0)
    recent = [late for day, late in paid if since < day]
    recent += [late for item in known if item.open_on(on) > 0 and (late := _days_late(item, on)) > usual]
    now = _average(recent) if recent else usual
    steps = max(0, (now - usual) // rules.late_step)
    used_to = f"{_whole(usual)} before" if len(habit) >= rules.least_paid else "the due date: no habit is known yet"
    why = f"{_whole(now)} days late on average in {rules.recent_days} days, against {used_to}"
    return Counted(Sign.LATE, min(rules.most, steps * rules.points.late), why)


def _days_late(item: Item, on: date) -> int:
    """Days after the due date; what was paid before it counts as on time."""
    return max(0, (on - item.due).days)


def _average(days: list[int]) -> Fraction:
    return Fraction(sum(days), len(days))


def _whole(days: Fraction) -> int:
    return int(days + Fraction(1, 2))


def _part_payments(item: Item, since: date, on: date) -> int:
    """How many payments of those days left a part open that was due, outside an agreed plan."""
    left, count = item.amount.minor, 0
    for one in item.reductions:
        if one.on > on:
            break
        left -= one.minor
        late = one.on > max(since, item.due)
        count += late and one.paid and one.minor > 0 and left > 0 and not _planned(item, one.on)
    return count


def _planned(item: Item, day: date) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in item.planned)


def _over_limit(track: Track, rules: Watchlist, on: date) -> Counted:
    """Whether more is open than the limit: the agreed one's currency only, else each currency by itself, since the
    ledger's own limit names none."""
    terms = track.terms_on(on)
    sums = exposure(track, on)
    if terms is not None and terms.limit is not None:
        limit, over = terms.limit, [one for one in sums if one.currency == terms.limit.currency]
        beyond = [one for one in over if one.minor > limit.minor]
        said = str(limit)
    else:
        known = [one for one in track.limits if one.since <= on]
        amount = known[-1].amount if known else None
        beyond = [one for one in sums if amount is not None and one.amount > amount]
        said = f"{amount or Decimal(0):f}"
    why = f"{', '.join(map(str, beyond)) or 'nothing'} open, above the limit of {said}"
    return Counted(Sign.OVER_LIMIT, min(rules.most, rules.points.over_limit) if beyond else 0, why)
