"""The watch list: what counts, as a table; and that nothing of later days changes an earlier list."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.rules.backtest import backtest, defaults
from dunwell.rules.policy_watch import Watchlist, WatchPoints
from dunwell.rules.watchlist import Advice, assess, watchlist
from dunwell.terms.money import Money
from dunwell.terms.track import Event, Item, Limit, NewTerms, Reduction, Sign, Track

RULES = Watchlist()
ON = date(2026, 6, 1)
DAY = timedelta(days=1)


def item(due: date, *reductions: Reduction, minor: int = 10_000, currency: str = "EUR", number: str = "") -> Item:
    return Item(number or f"I{due}", due - 30 * DAY, due, Money(minor, currency), reductions)


def paid(due: date, late: int, minor: int = 10_000) -> Item:
    return item(due, Reduction(due + late * DAY, minor))


def habit(late: int, count: int = 4) -> list[Item]:
    """Invoices paid so late, all more than ninety days ago."""
    return [paid(date(2025, month, 1), late) for month in range(6, 6 + count)]


def track(*items: Item, events: tuple[Event, ...] = (), **more: object) -> Track:
    return Track("A1", "Firm A1", tuple(items), events, **more)  # type: ignore[arg-type]


def counted(one: Track, rules: Watchlist = RULES, on: date = ON) -> dict[str, int]:
    return {reason.sign.value: reason.points for reason in assess(one, rules, on).reasons}


@pytest.mark.parametrize(
    ("before", "now", "points"),
    [(5, 5, 0), (5, 11, 0), (5, 12, 1), (5, 26, 3), (5, 100, 5), (30, 5, 0), (30, 36, 0), (30, 37, 1)],
)
def test_a_point_for_each_week_later_than_the_habit(before: int, now: int, points: int) -> None:
    recent = item(date(2026, 4, 1) - now * DAY + 20 * DAY, Reduction(date(2026, 4, 21), 10_000))
    assert counted(track(*habit(before), recent)).get("later_than_usual", 0) == points


def test_an_open_invoice_counts_once_it_is_later_than_the_habit() -> None:
    assert counted(track(*habit(30), item(ON - 29 * DAY))) == {}
    assert counted(track(*habit(30), item(ON - 51 * DAY))) == {"later_than_usual": 3}


def test_without_a_habit_the_due_date_counts() -> None:
    new = track(*habit(30, count=2), item(ON - 14 * DAY))
    assert counted(new) == {"later_than_usual": 2}
    (reason,) = assess(new, RULES, ON).reasons
    assert reason.why == "14 days late on average in 90 days, against the due date: no habit is known yet"


def test_what_a_credit_note_settled_is_no_habit() -> None:
    due = date(2026, 4, 1)
    assert counted(track(item(due, Reduction(due + 50 * DAY, 10_000, paid=False)))) == {}
    assert counted(track(item(due, Reduction(due + 50 * DAY, 10_000)))) == {"later_than_usual": 5}


@pytest.mark.parametrize(
    ("sign", "each", "advice"),
    [
        (Sign.BROKEN, 2, {Advice.CALL, Advice.ADVANCE}),
        (Sign.BOUNCE, 1, {Advice.CALL}),
        (Sign.HARDSHIP, 3, {Advice.INSTALMENTS, Advice.ADVANCE}),
    ],
)
def test_what_happened_counts_for_ninety_days_and_no_more_than_five(sign: Sign, each: int, advice: set[Advice]) -> None:
    bare = track(paid(date(2026, 1, 1), 0))

    def with_days(*ago: int) -> Track:
        return track(*bare.items, events=tuple(Event(ON - days * DAY, sign) for days in ago))

    assert counted(with_days(0)) == {sign.value: each}
    assert counted(with_days(89, 90)) == {sign.value: each}
    assert counted(with_days(*range(9))) == {sign.value: 5}
    assert set(assess(with_days(0), RULES, ON).advice) == advice
    known_better = track(*bare.items, events=(Event(ON - 9 * DAY, sign, until=ON - 2 * DAY),))
    assert counted(known_better) == {}
    assert counted(known_better, on=ON - 3 * DAY) == {sign.value: each}


def test_part_payments() -> None:
    due = date(2026, 5, 28)
    before = Reduction(due - DAY, 1_000)
    part = Reduction(due + DAY, 4_000)
    rest = Reduction(due + 3 * DAY, 6_000)
    assert counted(track(item(due, before))) == {}, "paid in advance"
    assert counted(track(item(due, part))) == {"part_payment": 1}
    assert counted(track(item(due, part, rest))) == {"part_payment": 1}, "the last part is none"
    assert counted(track(item(due, Reduction(due + DAY, 4_000, paid=False)))) == {}, "a credit note is none"
    planned = Item("I1", due - 30 * DAY, due, Money(10_000, "EUR"), (part,), ((due, None),))
    assert counted(track(planned)) == {}, "what an agreed plan asks for is none"


def test_exposure_above_the_limit() -> None:
    limits = (Limit(ON - 50 * DAY, Decimal(150)), Limit(ON, Decimal(90)))
    both = [item(ON + 9 * DAY), item(ON + 10 * DAY, currency="GBP")]
    assert counted(track(*both, limits=limits)) == {"over_limit": 2}
    assert counted(track(*both, limits=limits), on=ON - DAY) == {}, (
        "each currency by itself; the new limit is not known"
    )
    assert counted(track(*both, limits=limits[1:]), on=ON - DAY) == {}, "no limit is known"
    agreed = NewTerms(ON - 9 * DAY, limit=Money(5_000, "GBP"))
    (reason,) = assess(track(*both, limits=limits, terms=(agreed,)), RULES, ON).reasons
    assert reason.why == "100.00 GBP open, above the limit of 50.00 GBP"
    assert Advice.TERMS in assess(track(*both, terms=(agreed,)), RULES, ON).advice


def test_who_is_listed_and_in_what_order() -> None:
    def named(number: str, *days: int, terms: tuple[NewTerms, ...] = ()) -> Track:
        events = tuple(Event(ON - one * DAY, Sign.BROKEN) for one in days)
        return Track(number, number, (paid(date(2026, 1, 1), 0),), events, terms=terms)

    agreed = NewTerms(ON - DAY, advance=Decimal(30))
    tracks = [
        named("A"),
        named("B", 1),
        named("C", 1, 2),
        named("D", 1, 2),
        named("E", terms=(agreed,)),
        Track("F", "F"),
    ]
    found = watchlist(tracks, RULES, ON)
    assert [(one.account, one.points) for one in found] == [("C", 4), ("D", 4), ("E", 0)]
    assert found[-1].terms == agreed
    assert watchlist(tracks[4:5], RULES, ON - 2 * DAY) == []


def test_supply_is_stopped_from_eight_points_on() -> None:
    days = (ON, ON - DAY, ON - 2 * DAY)
    events = tuple(Event(day, sign) for day in days for sign in (Sign.BROKEN, Sign.HARDSHIP))
    assert Advice.STOP in assess(track(paid(ON, 0), events=events), RULES, ON).advice
    assert Advice.STOP not in assess(track(paid(ON, 0), events=events[:2]), RULES, ON).advice


def test_a_sign_can_be_left_out() -> None:
    rules = Watchlist(points=WatchPoints(hardship=0))
    assert counted(track(paid(ON, 0), events=(Event(ON, Sign.HARDSHIP),)), rules) == {}


# No look ahead

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
REDUCTIONS = st.builds(Reduction, DAYS, st.integers(1, 12_000), st.booleans())


@st.composite
def items(draw: st.DrawFn) -> Item:
    issued = draw(DAYS)
    taken = sorted(draw(st.lists(REDUCTIONS, max_size=3)), key=lambda one: one.on)
    return Item(
        str(draw(st.integers())), issued, issued + 30 * DAY, Money(draw(st.integers(1, 20_000)), "EUR"),
        tuple(one for one in taken if one.on >= issued),
    )  # fmt: skip


EVENTS = st.builds(Event, DAYS, st.sampled_from([Sign.BROKEN, Sign.BOUNCE, Sign.HARDSHIP]))
TRACKS = st.builds(
    lambda found, events, limits: Track(
        "A1", "A1", tuple(found), tuple(events), tuple(sorted(limits, key=lambda one: one.since))
    ),
    st.lists(items(), max_size=5),
    st.lists(EVENTS, max_size=5),
    st.lists(st.builds(Limit, DAYS, st.decimals(1, 300, places=2)), max_size=2),
)


def up_to(one: Track, on: date) -> Track:
    """The track as it was known at the end of a day."""
    return Track(
        one.account,
        one.name,
        tuple(
            Item(each.number, each.issued, each.due, each.amount, tuple(r for r in each.reductions if r.on <= on))
            for each in one.items
            if each.issued <= on
        ),
        tuple(each for each in one.events if each.on <= on),
        tuple(each for each in one.limits if each.since <= on),
    )


@settings(max_examples=300, deadline=None)
@given(TRACKS, DAYS)
def test_later_days_change_no_earlier_list(one: Track, on: date) -> None:
    assert assess(one, RULES, on) == assess(up_to(one, on), RULES, on)


@settings(max_examples=200, deadline=None)
@given(TRACKS, DAYS)
def test_points_are_the_sum_of_their_reasons_and_more_signs_never_lower_them(one: Track, on: date) -> None:
    found = assess(one, RULES, on)
    assert found.points == sum(reason.points for reason in found.reasons)
    assert all(0 < reason.points <= RULES.most for reason in found.reasons)
    worse = Track(one.account, one.name, one.items, (*one.events, Event(on, Sign.BROKEN)), one.limits)
    assert assess(worse, RULES, on).points >= found.points


# The back-test


def test_when_an_account_is_in_default() -> None:
    due = date(2026, 1, 1)
    late = due + 90 * DAY
    assert defaults(track(item(due)), RULES, late - DAY) == []
    assert defaults(track(item(due)), RULES, late) == [(late, None)]
    assert defaults(track(paid(due, 90)), RULES, ON) == [], "paid on that very day"
    assert defaults(track(paid(due, 91)), RULES, ON) == [(late, late + DAY)]
    twice = track(item(due), item(due + 5 * DAY), item(due + 9 * DAY, Reduction(due + 99 * DAY, 10_000)))
    assert defaults(twice, RULES, ON) == [(late, None)], "periods that touch are one"
    given_up = item(due, Reduction(due + 10 * DAY, 10_000, paid=False, written_off=True))
    assert defaults(track(given_up), RULES, ON) == [(due + 10 * DAY, due + 10 * DAY)]


def failing(number: str, year: int = 2025) -> Track:
    """Pays on time, breaks two promises in May, and pays nothing that is due from June on."""
    good = [item(date(year - 1, month, 1), Reduction(date(year - 1, month, 1), 10_000)) for month in range(6, 13)]
    bad = [item(date(year, month, 1)) for month in (6, 7)]
    events = (Event(date(year, 5, 5), Sign.BROKEN), Event(date(year, 5, 20), Sign.BROKEN))
    return Track(number, number, (*good, *bad), events)


def slow(number: str, year: int = 2025) -> Track:
    """Always pays seventy days late: a habit, and no default."""
    return Track(number, number, tuple(paid(date(year - 1, month, 1), 70) for month in range(1, 13)) + tuple(
        paid(date(year, month, 1), 70) for month in range(1, 7)
    ))  # fmt: skip


def test_it_names_who_changed_before_the_oldest_invoice_does() -> None:
    tracks = [failing("A1"), slow("B1"), slow("B2")]
    found = backtest(tracks, RULES, date(2025, 10, 1))
    assert found.defaults == 1
    assert (found.watchlist.found, found.oldest_invoice.found) == (1, 0)
    assert found.watchlist.lead_days is not None
    assert found.watchlist.lead_days > 60
    assert found.watchlist.named == found.oldest_invoice.named
    assert (found.watchlist.precision or 0) > (found.oldest_invoice.precision or 0)


def test_precision_is_rounded_and_empty_without_names() -> None:
    found = backtest([slow("B1")], RULES, date(2025, 10, 1))
    assert (found.defaults, found.watchlist.found) == (0, 0)
    later = backtest([Track("C", "C", (paid(date(2025, 1, 1), 0),))], RULES, date(2025, 10, 1))
    assert (later.watchlist.named, later.watchlist.precision) == (0, None)
    assert backtest([], RULES, ON).days == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(TRACKS, max_size=3), DAYS)
def test_scores_are_within_their_bounds_and_days_after_the_end_count_for_nothing(
    found: list[Track], until: date
) -> None:
    tracks = [Track(f"A{n}", "", t.items, t.events, t.limits) for n, t in enumerate(found)]
    result = backtest(tracks, RULES, until)
    for score in (result.watchlist, result.oldest_invoice):
        assert 0 <= score.right <= score.named
        assert 0 <= score.found <= result.defaults
    known = [up_to(one, until) for one in tracks]
    assert backtest(known, RULES, until) == result
