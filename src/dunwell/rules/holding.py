"""What holds a case up, in words: everything at once, where a decision names the first alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dunwell.rules import agreements
from dunwell.rules.policy import Policy
from dunwell.terms.case import Case


def holding(case: Case, rules: Policy, today: date) -> Iterator[str]:
    """Each pause, override, dispute, credit, claim and promise that stands, as a sentence."""
    for pause in case.agreements.pauses:
        if pause.until is None or today <= pause.until:
            yield f"{pause.kind.value}: {f'until {pause.until}' if pause.until else 'until released'}: {pause.why}"
    for one in case.agreements.overrides:
        if one.until is None or today <= one.until:
            stage = f" {one.stage}" if one.stage else ""
            until = f" until {one.until}" if one.until else ""
            yield f"override {one.action.value}{stage}{until}, by {one.who} on {one.since}: {one.why}"
    for dispute in case.agreements.disputes:
        yield f"dispute of {dispute.amount or 'all of it'} since {dispute.opened_on} ({dispute.code.value})"
    for credit in case.agreements.credits:
        yield f"credit of {credit} that the ledger does not show yet"
    if claim := case.agreements.claim:
        yield f"said on {claim.made_on} to be paid: the bank has until {claim.wait_until}"
    for promise in case.agreements.promises:
        if agreements.holds(promise, case, rules, today):
            yield f"promise of {promise.share or 'all of it'} by {promise.by}"
