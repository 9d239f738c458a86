"""Forewarning: in the evening the collector hears which letters go the next day, and can hold each one back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.desk import named, staff
from dunwell.desk.day import rules_digest, stale_payments
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import cases, due, forewarnings
from dunwell.ledger.forewarnings import Forewarned, Planned
from dunwell.ledger.journal import Pen
from dunwell.rules.decide import decide, more_advanced
from dunwell.terms.decision import Send
from dunwell.terms.moment import Moment
from dunwell.terms.signed import BadLink, sign, verify

_PURPOSE = "hold"
_PAGE = 500
_MOST = 200
_NEWS = ("payment", "promise", "disput", "claim", "reply", "review", "task", "paused", "plan_", "override", "address_")
"""How the journal's words begin that say something happened, beside what the machine notes for itself."""


@dataclass(frozen=True, slots=True)
class Evening:
    """What the collector is told: the letters of the next cycle, what happened to their accounts since the last time,
    and what became of the letters of that time. `state` is the mail's; None where none was to go."""

    on: date
    letters: tuple[Forewarned, ...]
    news: Mapping[int, tuple[str, ...]]
    before: tuple[tuple[Forewarned, str], ...]
    warning: str | None
    state: str | None = None


def planned(office: Office, morning: Moment) -> list[Planned]:
    """The letters that a cycle in the morning would send as the ledger stands now, by account."""
    with office.books.read() as work:
        changed = due.note(work, "rules") != rules_digest(office)
        ids = [key for _, key in due.to_look_at(work, morning.on, everything=changed)]
        sends: dict[int, list[tuple[cases.Loaded, Send, str]]] = defaultdict(list)
        for start in range(0, len(ids), _PAGE):
            for one in cases.load(work, ids[start : start + _PAGE], morning.on, office.around):
                decision = decide(one.case, office.policy, morning.on)
                if isinstance(decision.outcome, Send):
                    sends[one.account_id].append((one, decision.outcome, decision.why))
    found = [_planned(key, theirs) for key, theirs in sends.items()]
    return sorted(found, key=lambda one: one.account)


def _planned(account_id: int, theirs: Sequence[tuple[cases.Loaded, Send, str]]) -> Planned:
    first, why = theirs[0][1], theirs[0][2]
    for _, send, said in theirs[1:]:
        if more_advanced(first, send) is not first:
            first, why = send, said
    account = theirs[0][0].case.account
    numbers = tuple(one.case.invoice.number for one, _, _ in theirs)
    return Planned(account_id, account.number, account.name, first.letter, first.stage, numbers, why)


def forewarn(office: Office, tonight: Moment, morning: Moment) -> Evening:
    """Tell the collector of the letters of the next morning's cycle: by mail, once, where `people.collector` is set.

    `morning` is the moment of that cycle, at which the links end. Nothing else is changed.
    """
    letters = planned(office, morning)
    with office.books.write() as work:
        told = forewarnings.tell(work, morning.on, letters, Pen(tonight.now, tonight.on))
    evening = _evening(office, told, tonight, morning)
    if office.people.collector is None or not (told or evening.before):
        return evening
    subject = f"{len(told)} letters go on {morning.on}"
    text = page(office, evening, morning)
    state = staff.send(office, f"forewarning:{morning.on}", office.people.collector, subject, text, tonight)
    return Evening(evening.on, evening.letters, evening.news, evening.before, evening.warning, state)


def _evening(office: Office, told: Sequence[Forewarned], tonight: Moment, morning: Moment) -> Evening:
    with office.books.read() as work:
        last = forewarnings.before(work, morning.on)
        ids = [one.planned.account_id for one in told]
        events = forewarnings.happened(work, ids, last[1] if last else tonight.on)
        earlier = forewarnings.told(work, last[0]) if last else []
        went = forewarnings.went(work, last[0]) if last else set()
    news = {key: tuple(dict.fromkeys(_in_words(found))) for key, found in events.items()}
    before = tuple((one, _became(one, went)) for one in earlier)
    return Evening(morning.on, tuple(told), news, before, stale_payments(office, morning.on))


def _in_words(found: Sequence[tuple[str, str | None]]) -> Iterator[str]:
    for what, invoice in found:
        if what.startswith(_NEWS):
            yield what.replace("_", " ") + (f" ({invoice})" if invoice else "")


def _became(one: Forewarned, went: set[int]) -> str:
    if one.held_by is not None:
        return f"held back by {one.held_by}"
    return "went" if one.planned.account_id in went else "did not go"


def page(office: Office, evening: Evening, morning: Moment) -> str:
    """The mail to the collector."""
    return "\n".join(_lines(office, evening, morning)) + "\n"


def _lines(office: Office, evening: Evening, morning: Moment) -> Iterator[str]:
    yield f"Letters of the cycle on {evening.on}, as the ledger stands now: {len(evening.letters)}"
    yield "Each is decided again before it goes: who pays or answers meanwhile gets none."
    if evening.warning:
        yield f"\nCAUTION: {evening.warning}: the cycle will refuse."
    for one in evening.letters[:_MOST]:
        said = one.planned
        yield f"\n{said.account} {said.name}: {said.letter} ({', '.join(said.invoices)})"
        yield f"    why: {said.why}"
        if news := evening.news.get(said.account_id):
            yield f"    since the last time: {', '.join(news)}"
        yield f"    {how_to_hold(office, one, morning)}"
    if len(evening.letters) > _MOST:
        yield f"\nand {len(evening.letters) - _MOST} more: dunwell forewarn --json"
    if evening.before:
        yield "\nWhat became of the letters that you were told of the last time:"
        for one, became in evening.before[:_MOST]:
            yield f"    {one.planned.account} {one.planned.name}: {one.planned.letter}: {became}"


def how_to_hold(office: Office, one: Forewarned, morning: Moment) -> str:
    """What the collector does to hold a letter back: a link where the web page's address is set, else the command."""
    if one.held_by is not None:
        return f"held back by {one.held_by}"
    if office.desk_url is None:
        return f"hold it back: dunwell pause account:{one.planned.account} --until {one.on} --by NAME --reason TEXT"
    return f"hold it back (until the morning): {office.desk_url.rstrip('/')}/hold/{link(office, one, morning)}"


def link(office: Office, one: Forewarned, morning: Moment) -> str:
    """The signed end of the address by which this letter can be held back, until the cycle of the morning."""
    return sign(office.key, _PURPOSE, str(one.id), morning.now)


def look(office: Office, token: str, moment: Moment) -> Forewarned:
    """The letter that a link is about, for the page that asks for a confirmation. Changes nothing.

    Raises CannotDo for a link that is not ours or has ended.
    """
    try:
        key = verify(office.key, _PURPOSE, token, moment.now)
    except BadLink as error:
        raise CannotDo(str(error)) from None
    with office.books.read() as work:
        found = forewarnings.find(work, int(key))
    if found is None:
        raise CannotDo("the ledger knows no such letter")
    return found


def hold_back(office: Office, token: str, by: str, why: str, moment: Moment) -> Forewarned:
    """Hold back the letter that a link is about, once: its account is paused up to and with the cycle's day.

    Raises CannotDo for a link that is not ours, has ended or has been used: nothing has changed.
    """
    named.said(by, why, needs_reason=True)
    found = look(office, token, moment)
    with office.books.write() as work:
        held = forewarnings.hold_back(work, found.id, why, Pen(moment.now, moment.on, by))
    if isinstance(held, str):
        raise CannotDo(held)
    return held


def next_day(moment: Moment) -> date:
    """The day of which the collector is forewarned."""
    return moment.on + timedelta(days=1)
