"""Writing a letter: from what it is about to a message for the outbox, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from dunwell.desk import facts as facts_of
from dunwell.desk.enclosures import Enclosed, Lack, enclose, pictures
from dunwell.desk.facts import Due, Matter
from dunwell.desk.office import Office
from dunwell.ledger.outbox import Cover, Draft, answer_slot, slot_of
from dunwell.letters.compose import compose, on_paper
from dunwell.letters.facts import Facts, LetterError
from dunwell.letters.paper import Places
from dunwell.letters.sms import text_message
from dunwell.letters.writing import Letter
from dunwell.mailroom import signing
from dunwell.mailroom.envelope import Addressed, Enclosure, message, wire_address
from dunwell.rules import agreements
from dunwell.rules.carriers import carrier, international
from dunwell.rules.policy import Policy
from dunwell.terms.account import Contact, Role
from dunwell.terms.letter import Carrier
from dunwell.terms.moment import Moment
from dunwell.terms.reference import message_id, reply_address


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as written, with what it took: who gets it, its facts, what it lacks, and the draft for the outbox."""

    draft: Draft
    letter: Letter
    facts: Facts
    contact: Contact
    lacks: tuple[Lack, ...] = ()


def choose_contact(contacts: Sequence[Contact], rules: Policy, stage: str) -> Contact | None:
    """Who is written to in `stage`: the first working address in the stage's order of roles."""
    order = rules.stage[stage].contact
    able = [contact for contact in contacts if contact.bad_since is None and _can_be_written_to(contact.email)]
    rank = {role: place for place, role in enumerate(order)}
    return min(able, key=lambda contact: rank.get(contact.role, len(rank)), default=None)


def copies_to(contacts: Sequence[Contact], roles: Sequence[Role], main: Contact) -> tuple[Contact, ...]:
    """Who gets a copy: everybody of these roles with a working address, apart from whom the letter is to."""
    able = [one for one in contacts if one.bad_since is None and _can_be_written_to(one.email) and one.role in roles]
    others = {one.email.lower(): one for one in able if one.email.lower() != main.email.lower()}
    return tuple(others.values())


def _can_be_written_to(email: str) -> bool:
    """Without SMTPUTF8 (RFC 6531), which few servers offer, the part before the @ is plain ASCII."""
    return email.rpartition("@")[0].isascii()


def write_letter(office: Office, matter: Matter, moment: Moment) -> Written:
    """The letter that settles all touches due, in the tone of the most advanced, and tells the account's news.

    Raises LetterError where it is unsound, or where it waits for a document.
    """
    account, lead = matter.account, matter.lead
    rules = office.policy.rules_for(account)
    how = _carrier(matter, rules)
    contact = choose_contact(matter.contacts, rules, lead.stage if lead else "issued")
    if contact is None and how is not Carrier.EMAIL:
        contact = _on_paper_to(matter)
    if contact is None:
        raise LetterError(
            f"account {account.number}: no contact's address can be written to; the part before the @ "
            "must be plain ASCII"
        )
    if office.redirect_to:
        how = Carrier.EMAIL  # a rehearsal is mailed, whatever would carry the letter
    bare = facts_of.of_letter(office, matter, rules, contact, moment.on, how)
    if how is Carrier.SMS:
        return _as_sms(office, matter, bare, contact, moment)
    language = office.library.find(bare.letter, contact.language or account.language).language.name
    enclosed = enclose(office, matter, rules, bare, language)
    letter = compose(enclosed.facts, contact.language or account.language, office.library)
    if how is Carrier.LETTER:
        return _on_paper(office, matter, letter, enclosed, contact, moment)
    copies = copies_to(matter.contacts, rules.stage[lead.stage].cc if lead else (), contact)
    sent_to = () if office.redirect_to else copies
    draft = drafted(office, matter, letter, enclosed, contact, sent_to, moment)
    return Written(draft, letter, enclosed.facts, contact, enclosed.lacks)


BY_POST = "post@dunwell.invalid"
"""Stands where what is not mailed would have the address of a mailbox (RFC 2606: it is nobody's)."""


def _carrier(matter: Matter, rules: Policy) -> Carrier:
    """How the letter travels: as the touch that sets its tone."""
    lead = matter.lead
    leading = next((one for one in matter.due if one.send == lead), None)
    return carrier(leading.loaded.case, rules, leading.send.stage, leading.send.round) if leading else Carrier.EMAIL


def _on_paper_to(matter: Matter) -> Contact:
    """Whom a letter on paper is for where no address works: whoever was written to, else the account itself."""
    first = next(iter(matter.contacts), None)
    return replace(first, email=BY_POST) if first else Contact(matter.account.name, BY_POST)


def _on_paper(
    office: Office, matter: Matter, letter: Letter, enclosed: Enclosed, contact: Contact, moment: Moment
) -> Written:
    """The letter as pages, first among its enclosures. The message around them is never sent: it keeps them together,
    for the print folder and as evidence."""
    places = Places(office.creditor.country, matter.account.country, office.creditor.language, office.print_room.side)
    pages = Enclosure(f"{letter.subject}.pdf", on_paper(enclosed.facts, letter.language, office.library, places))
    whole = Enclosed(enclosed.facts, (pages, *enclosed.enclosures), enclosed.lacks)
    by_post = replace(contact, email=BY_POST)
    draft = drafted(office, matter, letter, whole, by_post, (), moment)
    draft = replace(draft, to_email="by post", carrier=Carrier.LETTER)
    return Written(draft, letter, enclosed.facts, by_post, enclosed.lacks)


def _as_sms(office: Office, matter: Matter, facts: Facts, contact: Contact, moment: Moment) -> Written:
    """The letter as a text message. The message around it is never mailed: it is kept as evidence."""
    number = international(matter.account.phone)
    if office.sms is None or number is None:
        raise LetterError("the policy says text message, and no gateway is set: set sms.url, or change the channel")
    template = office.library.find(facts.letter, contact.language or matter.account.language)
    text = text_message(facts, template.language)
    letter = Letter(text, text, text, template.language.name, fell_back=False)
    draft = drafted(office, matter, letter, Enclosed(facts), replace(contact, email=BY_POST), (), moment)
    draft = replace(draft, to_email=number, carrier=Carrier.SMS, deadline=None)
    return Written(draft, letter, facts, contact)


def drafted(
    office: Office,
    matter: Matter,
    letter: Letter,
    enclosed: Enclosed,
    contact: Contact,
    copies: tuple[Contact, ...],
    moment: Moment,
    *,
    answer_to: str | None = None,
) -> Draft:
    """The letter as a message for the outbox; `answer_to` is the key of the answer that it is."""
    account, lead = matter.account, matter.lead
    rules = office.policy.rules_for(account)
    slot = answer_slot(answer_to) if answer_to else slot_of(account.number, moment.on)
    slot += ":rehearsal" if office.redirect_to else ""
    own = office.creditor.email or ""
    addressed = Addressed(
        from_name=office.creditor.name or "",
        from_email=own,
        to_name=account.name if office.redirect_to else contact.name,
        to_email=office.redirect_to or contact.email,
        reply_to=reply_address(own, office.key, account.number),
        message_id=message_id(office.key, slot, wire_address(own).rpartition("@")[2]),
        thread=matter.past.thread,
        at=moment.now,
        language=letter.language,
        cc=tuple((one.name, one.email) for one in copies),
    )
    shown = pictures(office, enclosed.facts)
    raw = message(letter.subject, letter.text, letter.html, addressed, shown, enclosed.enclosures)
    return Draft(
        account_id=matter.account_id,
        on=moment.on,
        name=matter.letter,
        stage=lead.stage if lead else None,
        language=letter.language,
        to_email=addressed.to_email,
        subject=letter.subject,
        message_id=addressed.message_id,
        raw=signing.signed(raw, office.dkim) if office.dkim else raw,
        covers=tuple(_cover(one, rules, moment.on) for one in matter.due),
        deadline=enclosed.facts.deadline,
        rehearsal=office.redirect_to is not None,
        copies=tuple(one.email for one in copies),
        news=matter.news.ids,
        statement=enclosed.facts.statement_attached,
        answer_to=answer_to,
    )


def _cover(due: Due, rules: Policy, on: date) -> Cover:
    case = due.loaded.case
    back = agreements.held_back(case, rules, on)
    held = back.minor if back else 0
    return Cover(due.loaded.invoice_id, case.invoice.number, due.send, case.outstanding.minor - held, held)
