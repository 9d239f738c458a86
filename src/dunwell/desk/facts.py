"""The facts of a letter: from an account's cases to what may be said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce

from dunwell.desk.office import Office
from dunwell.ledger.cases import Loaded
from dunwell.ledger.letters import Past
from dunwell.ledger.news import News
from dunwell.ledger.statements import Background
from dunwell.letters import payment_code
from dunwell.letters.facts import (
    AccountFacts,
    ClaimFacts,
    Facts,
    InvoiceFacts,
    PartFacts,
    PaymentFacts,
    PlanFacts,
    PromiseFacts,
    Total,
)
from dunwell.letters.statement import InterestRow
from dunwell.liaison import payment_links
from dunwell.liaison.documents import Document, Missing
from dunwell.liaison.payment_links import Wanted
from dunwell.rules import agreements, carriers, ramp
from dunwell.rules import work as people
from dunwell.rules.decide import more_advanced
from dunwell.rules.policy import Policy
from dunwell.terms.account import Account, Contact, Kind, PaymentMethod
from dunwell.terms.case import Case, Touch
from dunwell.terms.decision import Send
from dunwell.terms.iban import is_iban_shaped
from dunwell.terms.letter import Carrier
from dunwell.terms.money import Money, zero


@dataclass(frozen=True, slots=True)
class Due:
    """A case and the touch that is due for it."""

    loaded: Loaded
    send: Send


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter to one account is about: the touches due (none where there is only news), its other open cases,
    the people there, what went before, and what was fetched for it."""

    account_id: int
    account: Account
    due: tuple[Due, ...]
    others: tuple[Case, ...]
    contacts: tuple[Contact, ...]
    past: Past = field(default_factory=Past)
    background: Background = field(default_factory=Background)
    news: News = field(default_factory=News)
    documents: Mapping[str, Document | Missing] = field(default_factory=dict)
    links: Mapping[Wanted, str] = field(default_factory=dict)
    plan: PlanFacts | None = None
    interest: tuple[InterestRow, ...] = ()

    @property
    def lead(self) -> Send | None:
        """The touch that sets the tone: the most advanced."""
        return reduce(more_advanced, (one.send for one in self.due)) if self.due else None

    @property
    def letter(self) -> str:
        """The letter's name: the leading touch's, else the news'."""
        if lead := self.lead:
            return lead.letter
        return "payment_received" if "payment_received" in self.news.kinds else "released"

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases whose touch the letter settles, oldest due date first."""
        return _by_due(one.loaded.case for one in self.due)

    @property
    def asked(self) -> tuple[Case, ...]:
        """Those whose money it asks for, oldest due date first."""
        return _by_due(asked_for([(one.loaded.case, one.send) for one in self.due]))

    @property
    def told(self) -> tuple[Case, ...]:
        """The account's further open ones: those that it tells of without asking, and those with nothing due today."""
        asked = {case.invoice.number for case in self.asked}
        return _by_due(case for case in (*self.cases, *self.others) if case.invoice.number not in asked)


_BEFORE = ("issued", "upcoming")
"""Stages whose letters ask for money that is not due yet."""


_NAMING_A_PROMISE = ("promise_broken", "on_hold", "final_notice")
"""Letters that say that what was promised has not come: the formal ones in a sentence of theirs."""


def asked_for(sends: Sequence[tuple[Case, Send]]) -> list[Case]:
    """The cases whose money one letter with these touches asks for: an overdue letter tells of what falls due later,
    and when, and does not ask for it as if it were due."""
    overdue = any(send.stage not in _BEFORE for _, send in sends)
    return [case for case, send in sends if not (overdue and send.stage in _BEFORE)]


def _by_due(cases: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(sorted(cases, key=lambda case: (case.invoice.due or date.max, case.invoice.number)))


def of_letter(
    office: Office, matter: Matter, rules: Policy, contact: Contact, on: date, how: Carrier = Carrier.EMAIL
) -> Facts:
    """What the letter may say; its documents and attachments are added by whoever has them."""
    there = carriers.there_on(how, rules, on, matter.account.country)
    lead, account, cases = matter.lead, matter.account, matter.asked
    leading = next((one.loaded.case for one in matter.due if one.send == lead), None)
    suspend_on = _suspend_on(leading, lead, rules, on) if leading and lead else None
    fee = late_fee(office, account)
    reference = payment_reference(cases, account)
    law = rules.sentences(matter.letter, account.country, office.creditor.country)
    return Facts(
        letter=matter.letter,
        stage=lead.stage if lead else "",
        as_of=on,
        creditor=office.writes_as,
        account=account_facts(account, contact),
        invoices=tuple(invoice_facts(case, rules, on) for case in cases),
        totals=totals_of(office, matter, cases, reference, rules, on),
        payment_reference=reference,
        others=tuple(listed(case, rules, on) for case in matter.told) if lead else (),
        deadline=people.deadline(leading, lead.stage, rules, there) if leading and lead else None,
        suspend_on=suspend_on,
        suspended=suspend_on is not None and on > suspend_on,
        late_fee_percent=fee,
        earlier=matter.past.days,
        ask_satisfaction=_asks_satisfaction(lead, rules),
        # Later letters go only after a debit came back: then the money is to be transferred.
        direct_debit=matter.letter == "issued" and account.payment_method is PaymentMethod.DIRECT_DEBIT,
        payments=_payments(matter.news),
        released="released" in matter.news.kinds,
        promise=_promise(matter, leading, rules, on) if matter.letter in _NAMING_A_PROMISE else None,
        claim=_claim(leading, on) if matter.letter == "proof_asked" else None,
        plan=matter.plan if matter.letter == "part_missed" else None,
        part=_missed(matter.plan) if matter.letter == "part_missed" else None,
        sentences=()
        if account.kind is Kind.CONSUMER
        else tuple(one for one in law if fee is None or one[0] != INTEREST),
        printed=how is Carrier.LETTER,
        redirected_from=contact.email if office.redirect_to else None,
    )


INTEREST = "late_payment"
"""The sentence about statutory interest: it never stands beside a contractual fee."""


def account_facts(account: Account, contact: Contact) -> AccountFacts:
    """The account as its letters show it."""
    consumer = account.kind is Kind.CONSUMER
    return AccountFacts(account.number, account.name, contact.name, None, consumer, account.address)


def _promise(matter: Matter, leading: Case | None, rules: Policy, on: date) -> PromiseFacts | None:
    """The broken promise that the letter names. Where it also asks for invoices of which nothing was promised, it says
    how much was."""
    promise = agreements.unnamed_break(leading, rules, on) if leading else None
    if promise is None:
        return None
    promised = [case for case in matter.asked if agreements.unnamed_break(case, rules, on) == promise]
    amount = promise.amount
    if amount is None and len(promised) < len(matter.asked):
        mine = [case.outstanding for case in promised]
        amount = sum(mine[1:], mine[0]) if len({one.currency for one in mine}) == 1 else None
    paid = promise.received if promise.received and promise.received.minor > 0 else None
    return PromiseFacts(promise.made_on, promise.by, amount, paid)


def _claim(leading: Case | None, on: date) -> ClaimFacts | None:
    claim = agreements.unproven_claim(leading, on) if leading else None
    if claim is None:
        return None
    return ClaimFacts(claim.made_on, claim.wait_until, claim.paid_on, claim.amount, claim.reference)


def _missed(plan: PlanFacts | None) -> PartFacts | None:
    return next((part for part in plan.parts if part.state == "missed"), None) if plan else None


def _asks_satisfaction(lead: Send | None, rules: Policy) -> bool:
    """Once, in a friendly stage's first letter."""
    if lead is None:
        return False
    stage = rules.stage[lead.stage]
    return stage.ask_satisfaction and stage.tone == "friendly" and lead.round == 1


def _payments(news: News) -> tuple[PaymentFacts, ...]:
    return tuple(PaymentFacts(one.on, one.amount, one.reference or None) for one in news.payments)


def _suspend_on(case: Case, lead: Send, rules: Policy, on: date) -> date | None:
    """The suspension day as it stands once this letter has gone: what the first letter says, the others repeat."""
    due = case.invoice.due
    if due is None:
        return None
    given = (*case.touches, Touch(lead.stage, lead.round, on, letter=lead.letter))
    after = Case(case.account, case.invoice, case.open_principal, case.open_charges, given)
    return people.suspension_day(after, rules, ramp.place(after, due, rules, on))


def listed(case: Case, rules: Policy, on: date) -> InvoiceFacts:
    """An open invoice that the letter does not ask for, with the reason where there is one."""
    why, until = agreements.mark(case, rules, on)
    # A letter about other invoices would otherwise read like a new, later deadline.
    return replace(invoice_facts(case, rules, on), mark=why, mark_until=until, last_day=people.last_day(case, on))


def invoice_facts(case: Case, rules: Policy, on: date) -> InvoiceFacts:
    """An invoice as of `on`."""
    invoice = case.invoice
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
        days_late=max(0, (on - invoice.due).days) if invoice.due else 0,
        purchase_order=invoice.purchase_order,
        reference=invoice.reference,
        contract=invoice.contract,
        discount_percent=invoice.discount_percent if discount else None,
        discount_until=invoice.discount_until if discount else None,
        discounted=_discounted(case.open_principal, invoice.discount_percent) if discount else None,
        held_back=agreements.held_back(case, rules, on),
    )


def _discounted(open_principal: Money, percent: Decimal | None) -> Money:
    """What is to pay within the discount: rounded half up to the minor unit, in the customer's favour never by more."""
    factor = (Decimal(100) - (percent or 0)) / 100
    minor = (Decimal(open_principal.minor) * factor).to_integral_value(rounding=ROUND_HALF_UP)
    return Money(int(minor), open_principal.currency)


def totals_of(
    office: Office, matter: Matter, cases: Iterable[Case], reference: str, rules: Policy, on: date
) -> tuple[Total, ...]:
    """What is asked for, in each currency."""
    sums: dict[str, tuple[Money, Money]] = {}
    for case in cases:
        currency = case.open_principal.currency
        principal, charges = sums.get(currency, (zero(currency), zero(currency)))
        back = agreements.held_back(case, rules, on) or zero(currency)
        sums[currency] = without(principal + case.open_principal, charges + case.open_charges, back)
    return tuple(total_of(office, matter, reference, principal, charges) for principal, charges in sums.values())


def without(principal: Money, charges: Money, back: Money) -> tuple[Money, Money]:
    """Both figures without what is held back: of the principal first."""
    rest = min(principal.minor, back.minor)
    left = back.minor - rest
    return Money(principal.minor - rest, back.currency), Money(charges.minor - left, back.currency)


def total_of(office: Office, matter: Matter, reference: str, principal: Money, charges: Money) -> Total:
    """One currency's sum, with where and how it can be paid."""
    bank = office.creditor.bank_account(principal.currency) or ""
    sum_due = principal + charges
    return Total(
        principal,
        charges,
        bank,
        is_iban_shaped(bank),
        _link(office, matter, Wanted(matter.account.number, reference, sum_due)),
        payment_code.content(office.creditor.name or "", bank, sum_due, reference),
    )


def _link(office: Office, matter: Matter, wanted: Wanted) -> str | None:
    template = office.links.template
    return payment_links.filled(template, wanted) if template else matter.links.get(wanted)


def payment_reference(cases: Sequence[Case], account: Account) -> str:
    """What the customer is to quote: the one invoice's own reference or number, else the account's number."""
    if len(cases) == 1:
        return cases[0].invoice.reference or cases[0].invoice.number
    return account.number


def late_fee(office: Office, account: Account) -> Decimal | None:
    """The month's fee that the terms state: the account's own, else the creditor's.

    None for consumers, nor in Persian unless the account itself has it: there interest is a sensitive matter.
    """
    if account.kind is Kind.CONSUMER:
        return None
    if account.late_fee_percent is not None:
        return account.late_fee_percent or None
    return None if account.language.startswith("fa") else office.creditor.terms.late_fee_percent
