"""Rendering one letter for whoever writes or reviews templates: with sample facts, or with a real invoice's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dunwell.desk import enclosures, matters, statement_facts
from dunwell.desk import facts as facts_of
from dunwell.desk.facts import Due, Matter
from dunwell.desk.office import Office
from dunwell.desk.writing import choose_contact
from dunwell.ledger import cases, lookup
from dunwell.letters import local_samples, samples
from dunwell.letters.compose import compose
from dunwell.letters.facts import Facts, LetterError
from dunwell.letters.statement import file_name
from dunwell.letters.templates import Library
from dunwell.letters.writing import Letter
from dunwell.mailroom.envelope import Addressed, Enclosure, Picture, message
from dunwell.rules.policy import Policy
from dunwell.terms.decision import Send
from dunwell.terms.letter import NEWS
from dunwell.terms.moment import Moment


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in all its forms. `pdf` is the account's statement, which every letter has; `eml` the whole message."""

    letter: Letter
    pdf: bytes
    eml: bytes
    pictures: tuple[Picture, ...]


def with_samples(library: Library, letter: str, language: str, moment: Moment) -> Rendered:
    """The letter with sample facts: a sample creditor stands in. Raises LetterError where it is unsound."""
    words = library.find(letter, language).language
    facts = local_samples.typical(letter, words.name)
    statement = local_samples.statement(letter, words.name)
    pdf = library.printer().pdf(statement, words)
    name = file_name(statement, words)
    with_it: tuple[Enclosure, ...] = (Enclosure(name, pdf),) if facts.statement_attached else ()
    told = replace(facts, attached=(name,)) if facts.statement_attached else facts
    return _rendered(library, told, language, moment, pdf, with_it, enclosures.payment_codes(facts))


def with_invoice(office: Office, letter: str, language: str | None, number: str, moment: Moment) -> Rendered:
    """The letter as if the touch of invoice `number` were due today, at the letter's own stage; what a letter is about
    besides (a promise, a plan) is a sample's.

    Raises LetterError where it is unsound, or where the ledger has no such open invoice.
    """
    matter = _matter(office, letter, number, moment)
    rules = office.policy.rules_for(matter.account)
    stage = matter.lead.stage if matter.lead else "past_due"
    contact = choose_contact(matter.contacts, rules, stage)
    if contact is None:
        raise LetterError(f"account {matter.account.number} has no contact that can be written to")
    wanted = language or contact.language or matter.account.language
    words = office.library.find(letter, wanted).language
    facts = _about(letter, facts_of.of_letter(office, matter, rules, contact, moment.on))
    enclosed = enclosures.enclose(office, matter, rules, facts, words.name)
    statement = statement_facts.of_statement(office, matter, facts, rules.stage[stage].banner)
    pdf = office.library.printer().pdf(statement, words)
    shown = enclosures.pictures(office, enclosed.facts)
    return _rendered(office.library, enclosed.facts, wanted, moment, pdf, enclosed.enclosures, shown)


def _matter(office: Office, letter: str, number: str, moment: Moment) -> Matter:
    """What the letter is about, were this invoice's touch due."""
    with office.books.read() as work:
        key = lookup.invoice_id(work, number)
        this = cases.load(work, [key], moment.on, office.around) if key is not None else []
        if not this or this[0].case.open_principal.minor <= 0:
            raise LetterError(f"the ledger has no open invoice {number}")
        account_id, account = this[0].account_id, this[0].case.account
        loaded = cases.load(work, cases.open_ids(work, [account_id]), moment.on, office.around)
    stage = stage_of(office.policy, letter) or this[0].stage or "past_due"
    due = {account_id: [Due(this[0], Send(stage, 1, letter, moment.on))]}
    others = [one for one in loaded if one.invoice_id != key and one.case.open_principal.minor > 0]
    fetched = matters.fetch(office, [account_id], moment)
    with office.books.read() as work:
        (matter,) = matters.gather(office, work, {account_id: account}, due, {account_id: others}, fetched)
    return matter


def stage_of(policy: Policy, letter: str) -> str | None:
    """The stage whose letter this is; None for those that no stage sends."""
    return next((name for name, stage in policy.stage.items() if letter in {t.letter for t in stage.touch}), None)


def _about(letter: str, facts: Facts) -> Facts:
    """The facts with what this letter is about, from the samples."""
    sample = samples.typical(letter)
    names = ("promise", "claim", "dispute", "plan", "part", "goodwill")
    given = {name: getattr(sample, name) for name in names if getattr(facts, name) is None}
    if letter in NEWS:
        return replace(facts, invoices=(), totals=(), payments=sample.payments, released=sample.released)
    return replace(facts, deadline=facts.deadline or sample.deadline, **given)


def _rendered(
    library: Library,
    facts: Facts,
    language: str,
    moment: Moment,
    pdf: bytes,
    documents: tuple[Enclosure, ...] = (),
    pictures: tuple[Picture, ...] = (),
) -> Rendered:
    letter = compose(facts, language, library)
    own = facts.creditor.email or "accounts@example.org"
    addressed = Addressed(
        from_name=facts.creditor.name,
        from_email=own,
        to_name=facts.account.contact or facts.account.name,
        to_email="accounts-payable@example.com",
        reply_to=own,
        message_id="<sample@dunwell.invalid>",
        thread=(),
        at=moment.now,
        language=letter.language,
    )
    eml = message(letter.subject, letter.text, letter.html, addressed, pictures, documents)
    return Rendered(letter, pdf, eml, pictures)
