"""Why not to chase: three ordered tables. The first that applies is the reason.

ENDINGS are asked before anything else: the case is over, or only a person can go on. AGREED come next: what was said
about the case holds it up, letters and calls alike. HOLDS are asked when a letter is due: it waits, and for what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from dunwell.rules import agreements
from dunwell.rules.policy import Policy
from dunwell.rules.schedule import Due
from dunwell.terms.agreement import PauseKind
from dunwell.terms.calendar import is_rest, working_day_from
from dunwell.terms.case import NOTHING_AGREED, Case
from dunwell.terms.decision import Ask, Close, Outcome, Reason, Review, Wait, Work
from dunwell.terms.invoice import DocumentKind

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """An outcome that is no letter, with its reason in code and in words, and what a person is asked."""

    outcome: Outcome
    reason: Reason
    why: str
    work: tuple[Work, ...] = field(default=())


def credit_note(case: Case, rules: Policy) -> Stop | None:
    """A credit note is owed to the customer."""
    if case.invoice.kind is DocumentKind.CREDIT_NOTE:
        return Stop(Close(), Reason.CREDIT_NOTE, "a credit note: nothing is owed to us")
    return None


def paid(case: Case, rules: Policy) -> Stop | None:
    """Nothing is owed, or so little that the policy lets it be; charges alone are never chased."""
    if case.open_principal.minor <= 0:
        if case.open_charges.minor > 0:
            return Stop(Close(), Reason.CHARGES_ONLY, f"the principal is paid; charges of {case.open_charges} stand")
        return Stop(Close(), Reason.PAID, "paid in full")
    if rules.amounts.tolerated(case.outstanding):
        return Stop(Close(), Reason.WITHIN_TOLERANCE, f"{case.outstanding} open is within the tolerance")
    return None


def referred(case: Case, rules: Policy) -> Stop | None:
    """The case is in the litigation queue: a person decides."""
    if case.referred:
        return Stop(Wait(None), Reason.REFERRED, "in the litigation queue: a person decides")
    return None


def excluded(case: Case, rules: Policy) -> Stop | None:
    """An exception of the policy keeps the account out of chasing."""
    if not rules.chase:
        return Stop(Wait(None), Reason.EXCLUDED, "excluded by an exception of the policy")
    return None


def stopped(case: Case, rules: Policy, today: date) -> Stop | None:
    """Insolvency, administration, death: everything stops until a person says otherwise."""
    for pause in case.agreements.pauses:
        if pause.kind is PauseKind.STOPPED:
            return Stop(Wait(None), Reason.STOPPED, f"stopped until a person decides: {pause.why}")
    return None


def paused(case: Case, rules: Policy, today: date) -> Stop | None:
    """A person said to wait."""
    held = [one for one in case.agreements.pauses if one.kind is PauseKind.PERSON and _runs(one.until, today)]
    if not held:
        return None
    last = max(held, key=lambda one: one.until or date.max)
    until = "until somebody ends it" if last.until is None else f"until {last.until}"
    return Stop(Wait(_day_after(last.until)), Reason.PAUSED, f"paused {until}: {last.why}")


def disputed(case: Case, rules: Policy, today: date) -> Stop | None:
    """What is in dispute is not chased; of a part in dispute, the rest is."""
    if not agreements.wholly_disputed(case):
        return None
    first = case.agreements.disputes[0]
    return Stop(
        Wait(None), Reason.DISPUTED, f"in dispute since {first.opened_on} ({first.code.value}): a person settles it"
    )


def credited(case: Case, rules: Policy, today: date) -> Stop | None:
    """A dispute ended for the customer, and the ledger does not show the credit yet."""
    if not agreements.wholly_credited(case):
        return None
    return Stop(Wait(None), Reason.CREDIT_AWAITED, "a dispute ended with a credit that the ledger does not show yet")


def dispute_just_closed(case: Case, rules: Policy, today: date) -> Stop | None:
    """After a dispute the customer has the policy's days before anything goes on."""
    until = agreements.notice_ends(case, rules)
    if until is None or today >= until:
        return None
    why = f"a dispute about it ended on {case.agreements.resolved_on}: goes on from {until}"
    return Stop(Wait(until), Reason.DISPUTE_CLOSED, why)


def said_to_be_paid(case: Case, rules: Policy, today: date) -> Stop | None:
    """The bank gets its days to show what the customer says was paid."""
    claim = case.agreements.claim
    if claim is None:
        return None
    if today <= claim.wait_until:
        why = f"the customer says it is paid (on {claim.made_on}): the bank has until {claim.wait_until}"
        return Stop(Wait(claim.wait_until + ONE_DAY), Reason.CLAIMED, why)
    if agreements.known(case, claim.wait_until):
        return None
    why = f"said to be paid; the bank had until {claim.wait_until}, but the payments are not yet known up to it"
    return Stop(Wait(today + ONE_DAY), Reason.PAYMENTS_UNKNOWN, why)


def promised(case: Case, rules: Policy, today: date) -> Stop | None:
    """A promise holds until its day and its grace have passed, and the payments are known up to then."""
    promise = agreements.open_promise(case, rules, today)
    if promise is None:
        return None
    last = agreements.lapses(promise, rules, case.account.country)
    if today <= last:
        return Stop(Wait(last + ONE_DAY), Reason.PROMISED, f"promised for {promise.by}: waits until {last}")
    why = f"promised for {promise.by}; the payments are not yet known up to {last}"
    return Stop(Wait(today + ONE_DAY), Reason.PAYMENTS_UNKNOWN, why)


def in_review(case: Case, rules: Policy, today: date) -> Stop | None:
    """An unclear reply waits for a person: the next touch waits with it, at most so many business days and once."""
    held = [one for one in case.agreements.pauses if one.kind is PauseKind.REVIEW and _runs(one.until, today)]
    if not held:
        return None
    until = max(one.until or today for one in held)
    return Stop(Wait(until + ONE_DAY), Reason.IN_REVIEW, f"a reply waits for a person: at the latest until {until}")


def _runs(until: date | None, today: date) -> bool:
    return until is None or today <= until


def _day_after(day: date | None) -> date | None:
    return None if day is None else day + ONE_DAY


def no_due_date(case: Case, rules: Policy) -> Stop | None:
    """Without a due date nothing can be overdue."""
    if case.invoice.due is None:
        ask = (Ask("no_due_date"),)
        return Stop(
            Review("no_due_date"), Reason.NO_DUE_DATE, "the invoice has no due date: a person must give one", ask
        )
    return None


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


def too_small_to_sue(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """No last warning of legal action that the policy would not take: a write-off is proposed instead."""
    if due.stage != "litigation" or rules.amounts.reaches("litigation_minimum", case.open_principal):
        return None
    why = f"{case.open_principal} open is below the minimum for litigation: decide on a write-off"
    return Stop(Review("propose_write_off"), Reason.BELOW_LITIGATION_MINIMUM, why, (Ask("propose_write_off"),))


def no_contact(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """There is nobody to write to."""
    if case.reachable:
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


ENDINGS: tuple[Callable[[Case, Policy], Stop | None], ...] = (credit_note, paid, referred, excluded, no_due_date)
AGREED: tuple[Callable[[Case, Policy, date], Stop | None], ...] = (
    stopped,
    paused,
    disputed,
    credited,
    said_to_be_paid,
    promised,
    dispute_just_closed,
    in_review,
)
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


def ending(case: Case, rules: Policy) -> Stop | None:
    """The first ending that applies."""
    return next((stop for rule in ENDINGS if (stop := rule(case, rules))), None)


def agreed(case: Case, rules: Policy, today: date) -> Stop | None:
    """The first of what was said about the case that holds it up."""
    if case.agreements is NOTHING_AGREED:
        return None
    return next((stop for rule in AGREED if (stop := rule(case, rules, today))), None)


def hold(case: Case, rules: Policy, due: Due, today: date) -> Stop | None:
    """The first reason for which the letter that is due today waits."""
    return next((stop for rule in HOLDS if (stop := rule(case, rules, due, today))), None)
