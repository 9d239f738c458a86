"""What holds a letter up that is due: ordered tables. The first that applies is the reason; the letter waits.

FORCED are asked where a person wants the letter: that wins over amounts, methods, distances and caps.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from dunwell.rules import agreements
from dunwell.rules.carriers import carrier
from dunwell.rules.policy import Policy
from dunwell.rules.schedule import Due
from dunwell.rules.stops import ONE_DAY, Stop
from dunwell.terms.calendar import is_rest, working_day_from
from dunwell.terms.case import Case
from dunwell.terms.decision import Ask, Reason, Review, Wait
from dunwell.terms.letter import Carrier


def rehearsed(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """While letters are redirected each is rehearsed once."""
    if (due.stage, due.round) in case.rehearsed:
        return Stop(Wait(None), Reason.REHEARSED, "rehearsed; due again when redirection ends")
    return None


def refused(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """A letter that the mail server refused is tried again after a while: a person has been told."""
    for stage, number, on in case.refused:
        until = on + timedelta(days=rules.limits.retry_refused)
        if (stage, number) == (due.stage, due.round) and today < until:
            why = f"the mail server refused it on {on}: tried again from {until}"
            return Stop(Wait(until), Reason.REFUSED, why)
    return None


def direct_debit(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """Whoever pays by a method without letters gets the invoice itself and nothing else: a person looks instead."""
    method = rules.method.get(case.account.payment_method)
    if method is None or method.letters or due.stage == "issued":
        return None
    word = case.account.payment_method.value
    overdue = case.invoice.due is not None and today > case.invoice.due
    why = f"pays by {word.replace('_', ' ')}: no letter before a debit came back"
    return Stop(
        Wait(None if overdue else case.invoice.due and case.invoice.due + ONE_DAY),
        Reason.DIRECT_DEBIT,
        why,
        (Ask("check_debit"),) if overdue else (),
    )


def below_minimum(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """Too little to be worth a letter; a part that is promised or in dispute is not asked for."""
    asked = agreements.asked(case, rules, today)
    if asked.minor > 0 and rules.amounts.reaches("minimum", asked):
        return None
    return Stop(Wait(None), Reason.BELOW_MINIMUM, f"{asked} to ask for is below the least amount worth chasing")


def nothing_to_ask(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """All of it is promised, in dispute, or to be credited."""
    if agreements.asked(case, rules, today).minor > 0:
        return None
    return Stop(Wait(None), Reason.BELOW_MINIMUM, "nothing of it is to be asked for now")


def one_a_day(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """An account gets one letter a day, whoever wants another."""
    if not case.account_letters or case.account_letters[-1] < today:
        return None
    return Stop(Wait(today + ONE_DAY), Reason.INTERVAL, "the account's letter of the day has gone")


def too_small_to_sue(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """No last warning of legal action that the policy would not take: a write-off is proposed instead."""
    if due.stage != "litigation" or rules.amounts.reaches("litigation_minimum", case.open_principal):
        return None
    why = f"{case.open_principal} open is below the minimum for litigation: decide on a write-off"
    return Stop(Review("propose_write_off"), Reason.BELOW_LITIGATION_MINIMUM, why, (Ask("propose_write_off"),))


def no_contact(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """There is nobody to write to."""
    if case.reachable or carrier(case, rules, due.stage, due.round) is not Carrier.EMAIL:
        return None
    ask = (Ask("no_reachable_contact"),)
    return Stop(Wait(None), Reason.NO_CONTACT, "no reachable contact: find an address", ask)


def no_bank_account(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """A letter has to say where to pay."""
    if case.bank_account:
        return None
    currency = case.open_principal.currency
    why = f"no bank account for {currency} in the settings"
    return Stop(Wait(None), Reason.NO_BANK_ACCOUNT, why, (Ask("no_bank_account"),))


def day_of_rest(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """Letters go on working days of the account's country."""
    country = case.account.country
    if not is_rest(today, country):
        return None
    until = working_day_from(today, country)
    return Stop(Wait(until), Reason.DAY_OF_REST, f"a day of rest in {country}: goes on {until}")


def interval(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """Letters of the daily cycle keep their distance."""
    if not case.account_letters:
        return None
    last = case.account_letters[-1]
    until = last + timedelta(days=max(1, rules.limits.days_between_letters))
    if today >= until:
        return None
    why = f"the account's last letter went on {last}: the next may go from {until}"
    return Stop(Wait(working_day_from(until, case.account.country)), Reason.INTERVAL, why)


def cap(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """No more than the policy's letters in any window of days."""
    limits = rules.limits
    if len(case.account_letters) < limits.letters_in_window:
        return None
    until = case.account_letters[-limits.letters_in_window] + timedelta(days=limits.window_days)
    if today >= until:
        return None
    why = f"{limits.letters_in_window} letters in {limits.window_days} days already: the next may go from {until}"
    return Stop(Wait(working_day_from(until, case.account.country)), Reason.CAP, why)


HOLDS: tuple[Callable[[Case, Policy, Due, date], Stop | None], ...] = (
    direct_debit,
    below_minimum,
    too_small_to_sue,
    no_contact,
    no_bank_account,
    rehearsed,
    refused,
    day_of_rest,
    interval,
    cap,
)


FORCED: tuple[Callable[[Case, Policy, Due, date], Stop | None], ...] = (
    nothing_to_ask,
    no_contact,
    no_bank_account,
    rehearsed,
    refused,
    day_of_rest,
    one_a_day,
)


def hold(case: Case, rules: Policy, due: Due, today: date, *, forced: bool = False) -> Stop | None:
    """The first reason for which the letter that is due today waits; `forced`: a person wants it."""
    return next((stop for rule in (FORCED if forced else HOLDS) if (stop := rule(case, rules, due, today))), None)
