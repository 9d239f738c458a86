"""What follows from a reply: the table of what replies can mean, as data. Pure.

Acting needs three things: words that leave no doubt, a sender who may act for the account, and clues that agree.
Where one is missing a person decides; only an unclear reply from somebody who may act holds the next letter up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from dunwell.replies.matching import Match
from dunwell.replies.promises import Paid
from dunwell.replies.promises import Promise as Said
from dunwell.replies.reading import Reading
from dunwell.rules import instalments, promises
from dunwell.rules.policy import Policy
from dunwell.rules.promises import Offered
from dunwell.terms.money import Money, MoneyError, totals

State = Literal["acted", "review", "ignored"]


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An open invoice of the account: what is open on it, how many promises were made and plans offered for it."""

    number: str
    outstanding: Money
    overdue: bool
    promises: int = 0
    plans: int = 0


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether the machine may act on the reply by itself, and why, or why not."""

    may_act: bool
    why: str


@dataclass(frozen=True, slots=True)
class Promised:
    """Record a promise about these invoices. `shares` are their parts in minor units, None each for all of one;
    `earlier`: what the same reply promises for days before."""

    invoices: tuple[str, ...]
    by: date
    amount: Money | None
    shares: tuple[Money | None, ...]
    stops: bool
    currency: str
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """Record that these invoices are said to be paid."""

    invoices: tuple[str, ...]
    paid_on: date | None
    amount: Money | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Disputed:
    """Open a dispute about each of these invoices."""

    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Send these invoices again."""

    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerDetails:
    """Answer with the bank details on file, and with these invoices."""

    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferPlan:
    """Offer to pay these invoices in parts, as the policy has it."""

    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopAll:
    """Stop everything for the account: insolvency, administration, death."""


@dataclass(frozen=True, slots=True)
class NewContact:
    """Propose a contact to the collector."""

    email: str | None


Step = Promised | Claimed | Disputed | SendAgain | AnswerDetails | OfferPlan | StopAll | NewContact


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows. `holds` are the invoices whose next letter waits for a person; `concerned` those it is about."""

    state: State
    reasons: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    concerned: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()


def effect(
    reading: Reading,
    found: Match,
    trust: Trust,
    invoices: Sequence[OpenInvoice],
    letter: frozenset[str],
    rules: Policy,
    today: date,
) -> Effect:
    """What follows from a reply of today. `invoices` are the account's open ones, `letter` those of the letter that it
    answers, `rules` the policy for the account."""
    if reading.action == "ignore":
        return Effect("ignored", reading.reasons, concerned=found.invoices)
    about = concerned(found.invoices, letter, invoices)
    names = tuple(one.number for one in about)
    against = [] if trust.may_act else [trust.why]
    against += found.conflicts
    if found.account is None:
        return Effect("review", ("nobody can tell whose it is", *reading.reasons), concerned=found.invoices)
    held = names if trust.may_act else ()
    if against or reading.action == "review":
        return Effect("review", (*against, *reading.reasons), concerned=names, holds=held)
    steps, doubts = steps_of(reading.intent, reading.promises, reading.paid, found, about, rules, today)
    if steps and reading.intent == "wrong_contact":
        steps = (NewContact(reading.new_contact),)
    if doubts or not steps:
        return Effect("review", (*doubts, *reading.reasons), concerned=names, holds=held)
    return Effect("acted", reading.reasons, steps, names)


def concerned(named: Sequence[str], letter: frozenset[str], invoices: Sequence[OpenInvoice]) -> tuple[OpenInvoice, ...]:
    """The open invoices that a reply is about: those it names, else those of the letter that it answers, else all that
    are overdue, else all."""
    for wanted in (frozenset(named), letter):
        if found := tuple(one for one in invoices if one.number in wanted):
            return found
    return tuple(one for one in invoices if one.overdue) or tuple(invoices)


def steps_of(
    intent: str,
    said: Sequence[Said],
    paid: Paid | None,
    found: Match,
    about: Sequence[OpenInvoice],
    rules: Policy,
    today: date,
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """What an intent does, and what speaks against doing it."""
    if intent == "hardship_or_insolvency":
        return (StopAll(),), ()
    if intent == "wrong_contact":
        return (NewContact(None),), ()
    if missing := sorted(set(found.invoices) - {one.number for one in about}):
        return (), (f"it names {missing[0]}, which is not open",)
    if not about:
        return (), ("nothing is open on the account",)
    if intent == "promise_to_pay":
        return _promised(said, about, rules, today)
    return (
        _plan_offered(about, rules)
        if intent == "instalment_request"
        else _about_invoices(intent, paid, about, named=bool(found.invoices))
    )


def _plan_offered(about: Sequence[OpenInvoice], rules: Policy) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """A plan over all of them, where the policy lets the machine offer one; else why a person decides."""
    sums = totals(one.outstanding for one in about)
    if len(sums) != 1:
        return (), ("parts of sums in several currencies: a person decides",)
    why = instalments.against_offering(sums[0], max(one.plans for one in about), rules)
    return ((), (why,)) if why else ((OfferPlan(tuple(one.number for one in about)),), ())


def _about_invoices(
    intent: str, paid: Paid | None, about: Sequence[OpenInvoice], *, named: bool
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    names = tuple(one.number for one in about)
    if intent == "dispute" and not named and len(about) > 1:
        return (), ("it does not say which invoice is disputed",)
    step: Step | None = None
    match intent:
        case "already_paid":
            step = _claimed(paid, about)
        case "dispute":
            step = Disputed(names)
        case "resend_invoice":
            step = SendAgain(names)
        case "payment_details_request":
            step = AnswerDetails(names)
    return ((step,), ()) if step else ((), (f"{intent.replace('_', ' ')}: a person decides",))


def _claimed(paid: Paid | None, about: Sequence[OpenInvoice]) -> Claimed:
    names = tuple(one.number for one in about)
    currencies = {one.outstanding.currency for one in about}
    amount = None
    if paid and paid.amount is not None and len(currencies) == 1:
        amount = _money(paid.amount, None, next(iter(currencies)))
    return Claimed(names, paid.date if paid else None, amount, paid.reference if paid else None)


def _money(amount: Decimal, currency: str | None, otherwise: str) -> Money | None:
    """The amount in `currency`, or as it is where none is said; a toman is ten rials. None for what is no amount."""
    if currency == "IRT":
        amount, currency = amount * 10, "IRR"
    try:
        return Money.of(amount, currency or otherwise)
    except MoneyError:
        return None


def _promised(
    said: Sequence[Said], about: Sequence[OpenInvoice], rules: Policy, today: date
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """The promises as steps, in the order of their days; all of them, or none and why."""
    if not said:
        return (), ("a promise without a day",)
    sums = totals(one.outstanding for one in about)
    made = max(one.promises for one in about)
    steps: list[Step] = []
    earlier = 0
    for number, one in enumerate(sorted(said, key=lambda each: each.date)):
        offered, doubt = _offered(one, sums)
        if offered is None:
            return (), (doubt,)
        for total in [each for each in sums if offered.amount is None or each.currency == offered.amount.currency]:
            left = Money(total.minor - earlier, total.currency)
            if why := promises.against(offered, left, made + number, rules, today):
                return (), (why,)
            mine = [each for each in about if each.outstanding.currency == total.currency]
            steps.append(_step(offered, mine, total, earlier, rules))
        earlier += offered.amount.minor if offered.amount else 0
    return tuple(steps), ()


def _offered(one: Said, sums: Sequence[Money]) -> tuple[Offered | None, str]:
    """What was offered, or why that cannot be told."""
    if one.amount is None:
        return (None, "how much of it is not said") if one.partial else (Offered(one.date), "")
    money = _money(one.amount, one.currency, sums[0].currency)
    if money is None or (len(sums) > 1 and one.currency is None):
        return None, f"{one.amount} of which currency?"
    if money.currency not in {each.currency for each in sums}:
        return None, f"{money} is promised, and nothing is open in {money.currency}"
    return Offered(one.date, money), ""


def _step(offered: Offered, about: Sequence[OpenInvoice], total: Money, earlier: int, rules: Policy) -> Promised:
    names = tuple(one.number for one in about)
    # With what was promised for earlier days it may be enough to stop the chase.
    whole = None if offered.amount is None else Money(offered.amount.minor + earlier, total.currency)
    stops = promises.stops(Offered(offered.by, whole), total, rules)
    shares: tuple[Money | None, ...] = (None,) * len(about)
    if offered.amount is not None:
        shares = tuple(promises.spread(offered.amount, [one.outstanding for one in about]))
    return Promised(names, offered.by, offered.amount, shares, stops, total.currency, earlier)
