"""Charging: the late fees, interest and fixed sums that have fallen due are booked, each once."""

from __future__ import annotations

from collections.abc import Sequence

from dunwell.desk import facts, named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import cases, charges, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.cases import Loaded
from dunwell.ledger.charges import CannotWaive, ChargeRecord
from dunwell.ledger.journal import Pen
from dunwell.letters.statement import InterestRow
from dunwell.rules import charging, rates
from dunwell.rules.charging import Charge, History
from dunwell.rules.rates import LawError
from dunwell.rules.stages import CHASING
from dunwell.rules.tomltext import TomlProblems
from dunwell.terms.moment import Moment

_PAGE = 500


def charge(office: Office, moment: Moment) -> int:
    """Book what has fallen due by today; returns how many charges. May run at any rate: nothing is charged twice."""
    found: set[int] = set()
    with office.books.read() as work:
        if stages := _stages(office, "fee"):
            own = office.creditor.terms.late_fee_percent is None
            found |= set(charges.candidates(work, stages, moment.on, kind="late_fee", own_fee=own))
        if stages := _stages(office, "interest"):
            where = _countries(office)
            found |= set(charges.candidates(work, stages, moment.on, kind="interest", countries=where))
    ids, count = sorted(found), 0
    for start in range(0, len(ids), _PAGE):
        count += _charge(office, ids[start : start + _PAGE], moment)
    return count


def waive(office: Office, charge_id: int, wanted: Wanted, moment: Moment) -> ChargeRecord:
    """Waive a charge by a person's word; no letter follows. Raises CannotDo, having changed nothing."""
    named.said(wanted.who, wanted.reason, needs_reason=True)
    try:
        with office.books.write() as work:
            return charges.waive(work, charge_id, wanted.reason, Pen(moment.now, moment.on, wanted.who))
    except CannotWaive as error:
        raise CannotDo(str(error)) from None


def _stages(office: Office, what: str) -> tuple[str, ...]:
    """The stages in which anybody may be charged, under any exception of the policy."""
    first: list[str] = []
    for rules in office.policy.versions:
        if what == "fee" and (stage := charging.fee_stage(rules)):
            first.append(stage)
        if what == "interest" and rules.interest.countries:
            first.append(rules.interest.from_stage)
    return CHASING[min(CHASING.index(stage) for stage in first) :] if first else ()


def _countries(office: Office) -> list[str] | None:
    """The countries whose accounts may bear interest by law, under any exception; None for all."""
    rules = [version.interest for version in office.policy.versions if version.interest.countries]
    if any(rule.of == "creditor" for rule in rules):
        return None
    return [country for rule in rules for country in rule.countries]


def _charge(office: Office, ids: Sequence[int], moment: Moment) -> int:
    pen = Pen(moment.now, moment.on)
    count = 0
    with office.books.write() as work:
        work.lock_accounts(cases.accounts_of(work, ids))
        known = charges.histories(work, ids)
        for one in cases.load(work, ids, moment.on, office.around):
            if due := _due(office, work, one, known[one.invoice_id], moment):
                count += charges.book(work, one.invoice_id, due, pen)
    return count


def _due(office: Office, work: Work, one: Loaded, history: History, moment: Moment) -> list[Charge]:
    account = one.case.account
    rules = office.policy.rules_for(account)
    fee = facts.late_fee(office, account)
    if found := charging.late_fees_due(one.case, fee, rules, history, moment.on):
        return found
    country = rules.interest.law(account.country, office.creditor.country)
    if country is None or fee:
        return []
    try:
        return charging.interest_due(one.case, rates.load(country), fee, rules, history, moment.on)
    except (LawError, TomlProblems) as error:
        _ask(work, country, str(error), moment)
        return []


def interest_rows(office: Office, work: Work, loaded: Sequence[Loaded]) -> dict[int, list[InterestRow]]:
    """The tables of the interest charged on these cases, by account; none where a law's rates do not reach any more."""
    with_charges = [one for one in loaded if one.case.open_charges.minor > 0]
    known = charges.histories(work, [one.invoice_id for one in with_charges]) if with_charges else {}
    found: dict[int, list[InterestRow]] = {}
    for one in with_charges:
        account = one.case.account
        country = office.policy.rules_for(account).interest.law(account.country, office.creditor.country)
        if country is None:
            continue
        try:
            periods = charging.interest_periods(one.case, rates.load(country), known[one.invoice_id])
        except (LawError, TomlProblems):
            continue  # booking asks a person for the rates; the charge itself stands on the statement
        number = one.case.invoice.number
        found.setdefault(one.account_id, []).extend(
            InterestRow(number, p.first, p.last, p.days, p.principal, p.rate, p.amount, p.source) for p in periods
        )
    return found


def _ask(work: Work, country: str, why: str, moment: Moment) -> None:
    """A law or rates that do not reach: nothing is lost, the interest is booked when they do."""
    text = f"interest by the law of {country} cannot be charged: {why}"
    tasks.make(work, f"interest:{country}", "interest_unknown", text, made_on=moment.on, role="operator")
