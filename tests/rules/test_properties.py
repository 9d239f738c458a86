"""What must hold for any case, any policy night and any order: tried with many of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.rules.decide import decide
from dunwell.rules.foresight import foresee
from dunwell.rules.stages import CHASING
from dunwell.terms.case import Case, Channel, Touch
from dunwell.terms.decision import Close, Send, Wait
from dunwell.terms.money import Money
from tests.support.nights import DEFAULT, Nights, account, case

START = date(2026, 1, 1)
COUNTRIES = ("DE", "IT", "FR", "RO", "RU", "IR", "ES", "GB", "AE", "US", "DE-BY", "GB-SCT")
days = st.integers(0, 400)
ages = st.integers(-45, 260)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Case]:
    """One to three accounts with up to four invoices each, of any age."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        of = account(f"C-{number}", draw(st.sampled_from(COUNTRIES)))
        for index in range(draw(st.integers(1, 4))):
            due = START - timedelta(days=draw(ages))
            found.append(case(due, of=of, number=f"I-{number}-{index}"))
    return found


runs = st.lists(st.integers(0, 220), min_size=1, max_size=120, unique=True).map(sorted)


@settings(max_examples=60, deadline=None)
@given(ledgers(), runs)
def test_whatever_nights_run_the_order_of_stages_the_interval_and_the_cap_hold(
    cases: list[Case], nights: list[int]
) -> None:
    """No stage is skipped, no touch is given twice, letters keep their distance, and the ramp's least days hold."""
    firm = Nights(cases)
    for offset in nights:
        firm.night(START + timedelta(days=offset))
    by_account: dict[str, list[date]] = defaultdict(list)
    for day, number, _, _ in firm.letters:
        by_account[number].append(day)
    for letter_days in by_account.values():
        assert all((after - before).days >= 2 for before, after in pairwise(letter_days))
        assert all((after - before).days >= 7 for before, after in zip(letter_days, letter_days[2:], strict=False))
    for one in firm.cases:
        _check_ladder(one)


def _check_ladder(one: Case) -> None:
    given_touches = [t for t in one.touches if t.channel is Channel.EMAIL]
    assert len({(t.stage, t.round) for t in given_touches}) == len(given_touches)
    ladder = [t for t in given_touches if t.stage in CHASING]
    first: dict[str, Touch] = {}
    for touch in ladder:
        if touch.stage not in first:
            climbed = list(first)
            assert climbed == list(CHASING[: len(climbed)]), "a stage was skipped"
            if climbed:
                before = first[climbed[-1]]
                assert (touch.on - before.on).days >= DEFAULT.ramp.least_days(before.stage)
            first[touch.stage] = touch
    rounds = defaultdict(list)
    for touch in ladder:
        rounds[touch.stage].append(touch.round)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in rounds.values())


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.integers(0, 200), st.integers(1, 60))
def test_missed_nights_send_one_nights_letters(cases: list[Case], first: int, missed: int) -> None:
    """k missed nights and one run: at most one letter an account, and no stage above what the ramp allows."""
    firm = Nights(cases)
    firm.night(START + timedelta(days=first))
    before = len(firm.letters)
    firm.night(START + timedelta(days=first + missed))
    sent = [number for _, number, _, _ in firm.letters[before:]]
    assert len(sent) == len(set(sent))


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.integers(0, 200))
def test_the_same_night_twice_sends_once(cases: list[Case], offset: int) -> None:
    """The second run of a day finds nothing to send."""
    firm = Nights(cases)
    firm.night(START + timedelta(days=offset))
    count = len(firm.letters)
    firm.night(START + timedelta(days=offset))
    assert len(firm.letters) == count


@settings(max_examples=40, deadline=None)
@given(ledgers(), runs, st.integers(0, 100))
def test_nobody_who_has_paid_is_written_to(cases: list[Case], nights: list[int], paid_after: int) -> None:
    """From the payment on, no letter names the invoice."""
    firm = Nights(cases)
    number = firm.cases[0].invoice.number
    for offset in nights:
        if offset >= paid_after:
            firm.pay(0)
        firm.night(START + timedelta(days=offset))
    limit = START + timedelta(days=paid_after)
    assert not [day for day, _, _, numbers in firm.letters if number in numbers and day >= limit]


@settings(max_examples=30, deadline=None)
@given(ledgers(), st.integers(0, 120), st.randoms())
def test_the_order_of_the_cases_does_not_matter(cases: list[Case], offset: int, random: object) -> None:
    """The same ledger and day give the same letters, however it is walked."""
    one, other = Nights(list(cases)), Nights(list(cases))
    random.shuffle(other.cases)  # type: ignore[attr-defined]
    for firm in (one, other):
        firm.nights(START + timedelta(days=offset), 3)
    as_sets = [{(d, a, letter, frozenset(n)) for d, a, letter, n in firm.letters} for firm in (one, other)]
    assert as_sets[0] == as_sets[1]


@given(
    st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2150, 1, 1))),
    st.dates(date(1990, 1, 1), date(2150, 1, 1)),
    st.sampled_from(COUNTRIES),
    st.integers(-10, 10**12),
    st.lists(
        st.tuples(
            st.sampled_from([*CHASING, "issued", "upcoming"]),
            st.integers(1, 5),
            st.dates(date(1990, 1, 1), date(2150, 1, 1)),
        ),
        max_size=4,
    ),
)
@settings(max_examples=200, deadline=None)
def test_no_date_and_no_history_raises(
    due: date | None, today: date, country: str, minor: int, history: list[tuple[str, int, date]]
) -> None:
    """decide is total: it answers for any case, and always says why."""
    touches = tuple(sorted((Touch(s, n, on, letter=s) for s, n, on in history), key=lambda t: t.on))
    state = replace(case(due, of=account(country=country)), open_principal=Money(minor, "EUR"), touches=touches)
    decision = decide(state, DEFAULT, today)
    assert decision.why
    if isinstance(decision.outcome, Wait) and decision.next_on is not None:
        assert decision.next_on > today
    if minor <= 0:
        assert isinstance(decision.outcome, Close)


@settings(max_examples=40, deadline=None)
@given(ledgers())
def test_the_next_look_is_never_too_late(cases: list[Case]) -> None:
    """Looking only on the days that decisions name gives the same letters as looking every night."""
    firm = Nights(list(cases))
    firm.nights(START, 150)
    foreseen = [event for event in foresee(cases, DEFAULT, START, 150) if _is_letter(event.what)]
    seen = [(e.on, e.account, e.what, frozenset(e.invoices)) for e in foreseen]
    every_night = [(day, number, letter, frozenset(numbers)) for day, number, letter, numbers in firm.letters]
    assert sorted(seen, key=_order) == sorted(every_night, key=_order)


def _order(row: tuple[date, str, str, frozenset[str]]) -> tuple[date, str]:
    return row[:2]


def _is_letter(what: str) -> bool:
    return what not in ("call", "suspend", "refer")


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.integers(0, 250))
def test_letters_go_on_working_days_only(cases: list[Case], offset: int) -> None:
    """Never on a day of rest of the account's country."""
    from dunwell.terms.calendar import is_rest

    today = START + timedelta(days=offset)
    for one in cases:
        if isinstance(decide(one, DEFAULT, today).outcome, Send):
            assert not is_rest(today, one.account.country)
