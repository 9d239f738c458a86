"""What letters are about: gathered from the books under lock, and fetched from elsewhere before that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dunwell.desk import charging
from dunwell.desk import facts as facts_of
from dunwell.desk import plans as plans_of
from dunwell.desk.enclosures import places
from dunwell.desk.facts import Due, Matter
from dunwell.desk.office import Office
from dunwell.ledger import cases, news, plans, statements
from dunwell.ledger import letters as letter_rows
from dunwell.ledger.books import Work
from dunwell.ledger.cases import Loaded
from dunwell.ledger.letters import Past
from dunwell.letters.facts import PlanFacts
from dunwell.letters.statement import payable
from dunwell.liaison import documents, payment_links
from dunwell.liaison.documents import Document, Missing
from dunwell.liaison.payment_links import Wanted
from dunwell.rules import agreements
from dunwell.rules.decide import decide
from dunwell.rules.policy import Policy
from dunwell.terms.account import Account
from dunwell.terms.case import Case
from dunwell.terms.decision import Send
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money, totals


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched for some accounts, before any lock was taken: no transaction waits for another system."""

    documents: Mapping[str, Document | Missing] = field(default_factory=dict)
    links: Mapping[Wanted, str] = field(default_factory=dict)


def fetch(office: Office, account_ids: Sequence[int], moment: Moment, *, enclosing: bool = True) -> Fetched:
    """The documents, where they are to be enclosed, and the payment links that letters to these accounts may want."""
    linking = office.links.connector is not None
    with office.books.read() as work:
        wanted = statements.documents(work, account_ids) if enclosing else ()
        ids = cases.open_ids(work, account_ids) if linking else []
        loaded = cases.load(work, ids, moment.on, office.around)
        loose = statements.unapplied(work, account_ids) if linking else {}
    found = documents.fetch(office.documents, places(wanted)) if wanted else {}
    links = payment_links.find(office.links, _sums(office, loaded, loose, moment)) if linking else {}
    return Fetched(found, links)


def _sums(
    office: Office, loaded: Sequence[Loaded], loose: Mapping[int, Sequence[Money]], moment: Moment
) -> list[Wanted]:
    """What links are to pay, by account and currency: what is due now, and what a statement asks for.

    That is all that is open and not held back, less what is set against nothing yet.
    """
    by_account: dict[int, list[Case]] = {}
    for one in loaded:
        by_account.setdefault(one.account_id, []).append(one.case)
    wanted: list[Wanted] = []
    for account_id, theirs in by_account.items():
        account, rules = theirs[0].account, office.policy.rules_for(theirs[0].account)
        outcomes = [(case, decide(case, office.policy, moment.on).outcome) for case in theirs]
        due = facts_of.asked_for([(case, outcome) for case, outcome in outcomes if isinstance(outcome, Send)])
        shown = [facts_of.listed(case, rules, moment.on) for case in theirs if not case.referred]
        asked = payable(shown, moment.on)
        reference = facts_of.payment_reference(due, account)
        wanted += _wanted(account, reference, _open(due, rules, moment))
        same = {case.invoice.number for case in due} == {one.number for one in asked}
        paid = [-one for one in loose.get(account_id, ())]
        open_ = [one.outstanding - one.held_back if one.held_back else one.outstanding for one in asked]
        wanted += _wanted(account, reference if same else account.number, [*open_, *paid])
    return list(dict.fromkeys(wanted))


def _open(about: Sequence[Case], rules: Policy, moment: Moment) -> list[Money]:
    """What is asked for on these cases: outstanding, less what is held back of it."""
    return [
        case.outstanding - back if (back := agreements.held_back(case, rules, moment.on)) else case.outstanding
        for case in about
    ]


def _wanted(account: Account, reference: str, amounts: Sequence[Money]) -> list[Wanted]:
    return [Wanted(account.number, reference, money) for money in totals(amounts) if money.minor > 0]


def gather(
    office: Office,
    work: Work,
    accounts: Mapping[int, Account],
    due: Mapping[int, Sequence[Due]],
    others: Mapping[int, Sequence[Loaded]],
    fetched: Fetched,
) -> list[Matter]:
    """What the letters to these accounts are about; none for an account with nothing due and no news."""
    told = news.of(work, list(accounts))
    wanted = [account_id for account_id in accounts if account_id in due or account_id in told]
    people = cases.contacts(work, wanted)
    before = letter_rows.past(work, [one.loaded.invoice_id for found in due.values() for one in found])
    threads = letter_rows.last_thread(work, [account_id for account_id in wanted if account_id not in due])
    backgrounds = statements.backgrounds(work, wanted)
    loaded = [one.loaded for found in due.values() for one in found] + [
        one for found in others.values() for one in found
    ]
    interest = charging.interest_rows(office, work, loaded)
    return [
        Matter(
            account_id=account_id,
            account=accounts[account_id],
            due=tuple(due.get(account_id, ())),
            others=tuple(one.case for one in others.get(account_id, ())),
            contacts=tuple(people.get(account_id, ())),
            past=_past(before, due.get(account_id, ()), threads.get(account_id)),
            background=backgrounds[account_id],
            news=told.get(account_id, news.News()),
            documents=fetched.documents,
            links=fetched.links,
            plan=_missed_plan(work, due.get(account_id, ())),
            interest=tuple(interest.get(account_id, ())),
        )
        for account_id in wanted
    ]


def _missed_plan(work: Work, due: Sequence[Due]) -> PlanFacts | None:
    """The plan that has ended because a part was missed, where the letter is to name it."""
    for one in due:
        plan = one.loaded.case.agreements.plan
        if one.send.letter == "part_missed" and plan is not None:
            return next((plans_of.facts(found) for found in plans.plans(work, ids=[plan.id])), None)
    return None


def _past(before: Mapping[int, list[letter_rows.Before]], due: Sequence[Due], last: str | None) -> Past:
    if not due:
        return Past((last,) if last else ())
    return letter_rows.past_of(before, [one.loaded.invoice_id for one in due])
