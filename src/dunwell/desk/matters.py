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
from dunwell.liaison import documents, payment_links
from dunwell.liaison.documents import Document, Missing
from dunwell.liaison.payment_links import Wanted
from dunwell.rules.decide import decide
from dunwell.terms.account import Account
from dunwell.terms.decision import Send
from dunwell.terms.moment import Moment
from dunwell.terms.money import totals


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched for some accounts, before any lock was taken: no transaction waits for another system."""

    documents: Mapping[str, Document | Missing] = field(default_factory=dict)
    links: Mapping[Wanted, str] = field(default_factory=dict)


def fetch(office: Office, account_ids: Sequence[int], moment: Moment) -> Fetched:
    """The documents and payment links that letters to these accounts may want."""
    linking = office.links.connector is not None
    with office.books.read() as work:
        wanted = statements.documents(work, account_ids)
        ids = cases.open_ids(work, account_ids) if linking else []
        loaded = cases.load(work, ids, moment.on, office.around)
    found = documents.fetch(office.documents, places(wanted)) if wanted else {}
    links = payment_links.find(office.links, _sums(office, loaded, moment)) if linking else {}
    return Fetched(found, links)


def _sums(office: Office, loaded: Sequence[Loaded], moment: Moment) -> list[Wanted]:
    """What links are to pay: what is due now, and all that is open, of each account and currency."""
    by_account: dict[int, list[Loaded]] = {}
    for one in loaded:
        by_account.setdefault(one.account_id, []).append(one)
    wanted: list[Wanted] = []
    for theirs in by_account.values():
        account = theirs[0].case.account
        due = [one for one in theirs if isinstance(decide(one.case, office.policy, moment.on).outcome, Send)]
        reference = facts_of.payment_reference([one.case for one in due], account)
        wanted += _wanted(due, account, reference)
        wanted += _wanted([one for one in theirs if not one.case.referred], account, account.number)
    return list(dict.fromkeys(wanted))


def _wanted(loaded: Sequence[Loaded], account: Account, reference: str) -> list[Wanted]:
    return [Wanted(account.number, reference, money) for money in totals(one.case.outstanding for one in loaded)]


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
