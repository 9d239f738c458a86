"""Writing a letter: from an account's cases with a touch due to a message, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce

from dunwell.desk.office import Office
from dunwell.ledger.cases import Loaded
from dunwell.ledger.letters import Past
from dunwell.ledger.outbox import Cover, Draft, slot_of
from dunwell.letters.compose import compose
from dunwell.letters.facts import AccountFacts, Facts, InvoiceFacts, LetterError, Total
from dunwell.letters.writing import Letter
from dunwell.mailroom.envelope import Addressed, message, wire_address
from dunwell.rules import ramp
from dunwell.rules import work as people
from dunwell.rules.decide import more_advanced
from dunwell.rules.policy import Policy
from dunwell.terms.account import Account, Contact, Kind
from dunwell.terms.case import Case, Touch
from dunwell.terms.decision import Send
from dunwell.terms.iban import is_iban_shaped
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money, zero
from dunwell.terms.reference import message_id, reply_address


@dataclass(frozen=True, slots=True)
class Due:
    """A case and the touch that is due for it."""

    loaded: Loaded
    send: Send


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as written, with what it took: who gets it, its facts, and the draft for the outbox."""

    draft: Draft
    letter: Letter
    facts: Facts
    contact: Contact


def choose_contact(contacts: Sequence[Contact], rules: Policy, stage: str) -> Contact | None:
    """Who is written to in `stage`: the first working address in the stage's order of roles."""
    order = rules.stage[stage].contact
    able = [contact for contact in contacts if contact.bad_since is None and _can_be_written_to(contact.email)]
    rank = {role: place for place, role in enumerate(order)}
    return min(able, key=lambda contact: rank.get(contact.role, len(rank)), default=None)


def _can_be_written_to(email: str) -> bool:
    """Without SMTPUTF8 (RFC 6531), which few servers offer, the part before the @ is plain ASCII."""
    return email.rpartition("@")[0].isascii()


def write_letter(
    office: Office,
    due: Sequence[Due],
    others: Sequence[Case],
    contacts: Sequence[Contact],
    past: Past,
    moment: Moment,
) -> Written:
    """The letter that settles all of `due`, in the tone of the most advanced; raises LetterError where it is unsound.

    All of one account, at least one; `others` are its further open cases, `past` what went before about the due ones.
    """
    account_id = due[0].loaded.account_id
    lead = reduce(more_advanced, (one.send for one in due))
    account = due[0].loaded.case.account
    rules = office.policy.rules_for(account)
    contact = choose_contact(contacts, rules, lead.stage)
    if contact is None:
        raise LetterError(
            f"account {account.number}: no contact's address can be written to; the part before the @ "
            "must be plain ASCII"
        )
    facts = _facts(office, due, others, lead, rules, contact, past, moment.on)
    letter = compose(facts, contact.language or account.language, office.library)
    slot = slot_of(account.number, moment.on) + (":rehearsal" if office.redirect_to else "")
    domain = wire_address(office.creditor.email or "").rpartition("@")[2]
    addressed = Addressed(
        from_name=office.creditor.name or "",
        from_email=office.creditor.email or "",
        to_name=account.name if office.redirect_to else contact.name,
        to_email=office.redirect_to or contact.email,
        reply_to=reply_address(office.creditor.email or "", office.key, account.number),
        message_id=message_id(office.key, slot, domain),
        thread=past.thread,
        at=moment.now,
        language=letter.language,
    )
    draft = Draft(
        account_id=account_id,
        on=moment.on,
        name=lead.letter,
        stage=lead.stage,
        language=letter.language,
        to_email=office.redirect_to or contact.email,
        subject=letter.subject,
        message_id=addressed.message_id,
        raw=message(letter.subject, letter.text, letter.html, addressed),
        covers=tuple(
            Cover(one.loaded.invoice_id, one.loaded.case.invoice.number, one.send, one.loaded.case.outstanding.minor)
            for one in due
        ),
        deadline=facts.deadline,
        rehearsal=office.redirect_to is not None,
    )
    return Written(draft, letter, facts, contact)


def _facts(
    office: Office,
    due: Sequence[Due],
    others: Sequence[Case],
    lead: Send,
    rules: Policy,
    contact: Contact,
    past: Past,
    on: date,
) -> Facts:
    account = due[0].loaded.case.account
    cases = sorted((one.loaded.case for one in due), key=lambda case: (case.invoice.due or on, case.invoice.number))
    leading = next(one.loaded.case for one in due if one.send == lead)
    suspend_on = _suspend_on(leading, lead, rules, on)
    return Facts(
        letter=lead.letter,
        stage=lead.stage,
        as_of=on,
        creditor=office.writes_as,
        account=AccountFacts(account.number, account.name, contact.name, None, account.kind is Kind.CONSUMER),
        invoices=tuple(_invoice(case, on) for case in cases),
        totals=_totals(office, cases),
        payment_reference=_payment_reference(cases, account),
        others=tuple(_invoice(case, on) for case in others if case.invoice.due is not None),
        deadline=people.deadline(leading, lead.stage, rules, on),
        suspend_on=suspend_on,
        suspended=suspend_on is not None and on > suspend_on,
        late_fee_percent=_late_fee(office, account),
        earlier=past.days,
        redirected_from=contact.email if office.redirect_to else None,
    )


def _suspend_on(case: Case, lead: Send, rules: Policy, on: date) -> date | None:
    """The suspension day as it stands once this letter has gone: what the first letter says, the others repeat."""
    due = case.invoice.due
    if due is None:
        return None
    given = (*case.touches, Touch(lead.stage, lead.round, on, letter=lead.letter))
    after = Case(case.account, case.invoice, case.open_principal, case.open_charges, given)
    return people.suspension_day(after, rules, ramp.place(after, due, rules, on))


def _invoice(case: Case, on: date) -> InvoiceFacts:
    invoice = case.invoice
    if invoice.due is None:
        raise LookupError(f"invoice {invoice.number} has no due date")
    discount = (
        invoice.discount_until is not None and invoice.discount_percent is not None and on <= invoice.discount_until
    )
    return InvoiceFacts(
        number=invoice.number,
        issued=invoice.issued,
        due=invoice.due,
        amount=invoice.amount,
        credited=invoice.amount - case.open_principal,
        open_principal=case.open_principal,
        charges=case.open_charges,
        days_late=max(0, (on - invoice.due).days),
        purchase_order=invoice.purchase_order,
        reference=invoice.reference,
        contract=invoice.contract,
        discount_percent=invoice.discount_percent if discount else None,
        discount_until=invoice.discount_until if discount else None,
        discounted=_discounted(case.open_principal, invoice.discount_percent) if discount else None,
    )


def _discounted(open_principal: Money, percent: Decimal | None) -> Money:
    """What is to pay within the discount: rounded half up to the minor unit, in the customer's favour never by more."""
    factor = (Decimal(100) - (percent or 0)) / 100
    minor = (Decimal(open_principal.minor) * factor).to_integral_value(rounding=ROUND_HALF_UP)
    return Money(int(minor), open_principal.currency)


def _totals(office: Office, cases: Sequence[Case]) -> tuple[Total, ...]:
    sums: dict[str, tuple[Money, Money]] = {}
    for case in cases:
        currency = case.open_principal.currency
        principal, charges = sums.get(currency, (zero(currency), zero(currency)))
        sums[currency] = (principal + case.open_principal, charges + case.open_charges)
    found = []
    for currency, (principal, charges) in sums.items():
        bank = office.creditor.bank_account(currency) or ""
        found.append(Total(principal, charges, bank, is_iban_shaped(bank)))
    return tuple(found)


def _payment_reference(cases: Sequence[Case], account: Account) -> str:
    """What the customer is to quote: the one invoice's own reference or number, else the account's number."""
    if len(cases) == 1:
        return cases[0].invoice.reference or cases[0].invoice.number
    return account.number


def _late_fee(office: Office, account: Account) -> Decimal | None:
    """The month's fee that the terms state: the account's own, else the creditor's.

    None for consumers, nor in Persian unless the account itself has it: there interest is a sensitive matter.
    """
    if account.kind is Kind.CONSUMER:
        return None
    if account.late_fee_percent is not None:
        return account.late_fee_percent or None
    return None if account.language.startswith("fa") else office.creditor.terms.late_fee_percent
