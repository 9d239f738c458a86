"""All that a letter may say. A template sees these names and nothing else: no ledger, no objects with methods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dunwell.terms.money import Money

LANGUAGES = ("en", "it", "fr", "ro", "ru", "fa", "de", "es")
"""The languages that come with Dunwell; a folder of templates adds one."""


class LetterError(ValueError):
    """A letter that cannot be written as it stands: the message names the letter, the language and what is missing."""


@dataclass(frozen=True, slots=True)
class CreditorFacts:
    """Who writes: the creditor and the person to ask. `email` is the collections mailbox.

    `other_ways` are further ways to pay, a line each; `logo` says that the letter carries the creditor's logo, and
    `color` (#rrggbb) is the house colour.
    """

    name: str
    email: str
    person: str | None = None
    phone: str | None = None
    address: str | None = None
    vat_id: str | None = None
    register: str | None = None
    other_ways: str | None = None
    logo: bool = False
    color: str | None = None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """To whom: the account, and the contact's own salutation where a person has chosen one."""

    number: str
    name: str
    contact: str | None = None
    salutation: str | None = None
    consumer: bool = False
    address: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice of a letter. `due` is None only among those for information.

    `open_principal + charges` is `outstanding`; `credited` is what was paid or credited. `days_late` is 0 until the day
    after the due date. `mark` says why an invoice that is listed is not asked for ("tolerated", "disputed", "promised",
    "paused"; `mark_until` is the promised day), None for those whose money is asked for. `held_back` is the part of one
    that is asked for which is not: promised for later, or in dispute. `last_day`: the deadline of a final notice that
    went before, while it runs.
    """

    number: str
    issued: date
    due: date | None
    amount: Money
    credited: Money
    open_principal: Money
    charges: Money
    days_late: int
    purchase_order: str | None = None
    reference: str | None = None
    contract: str | None = None
    discount_percent: Decimal | None = None
    discount_until: date | None = None
    discounted: Money | None = None
    mark: str | None = None
    mark_until: date | None = None
    held_back: Money | None = None
    last_day: date | None = None

    @property
    def outstanding(self) -> Money:
        """Open principal and charges together."""
        return self.open_principal + self.charges


@dataclass(frozen=True, slots=True)
class Total:
    """The three figures of one currency, and where to pay it. `bank_account` is an IBAN or any text.

    `link` is an https address where the sum can be paid, None where there is none; `code` is the content of a payment
    code (EPC069-12) for it.
    """

    principal: Money
    charges: Money
    bank_account: str
    bank_is_iban: bool
    link: str | None = None
    code: str | None = None

    @property
    def outstanding(self) -> Money:
        """Principal and charges together."""
        return self.principal + self.charges


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Money that came in on a day."""

    on: date
    amount: Money
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """A payment date that the customer gave us on `made_on`. `amount` is None for all that is open; `paid` is what
    has come in towards it since, None for nothing."""

    made_on: date
    by: date
    amount: Money | None = None
    paid: Money | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What the customer told us on `made_on` of a payment already made. We look for it until `wait_until`."""

    made_on: date
    wait_until: date
    paid_on: date | None = None
    amount: Money | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A query on the invoices listed, open since `opened_on`; `amount` is None where it is about all of them.

    `outcome` is "credited", "rejected" or "partly" once it is closed, with what was `credited`.
    """

    opened_on: date
    amount: Money | None = None
    outcome: str | None = None
    credited: Money | None = None


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part of an instalment plan. `state` is "open", "paid" or "missed"."""

    number: int
    due: date
    amount: Money
    state: str = "open"


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """An instalment plan: offered until `answer_by`, or agreed on `agreed_on`."""

    parts: tuple[PartFacts, ...]
    total: Money
    answer_by: date | None = None
    agreed_on: date | None = None


@dataclass(frozen=True, slots=True)
class GoodwillFacts:
    """What a person granted once: a "discount" that came late, or a "fee" that is waived."""

    kind: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a letter may say, as of the day `as_of` (amounts are the open ones of that day).

    `invoices` are those that the letter is about, oldest due date first: those whose money it asks for, where it asks
    for any; `others` are the account's further open ones, for information; a letter about overdue invoices tells there
    of those that fall due later, also where it takes the place of their own letter. `deadline` is the day by which the
    letter asks for payment, None where it sets none. `suspend_on` is the last day before services are suspended, None
    before that is announced; `suspended` says that it has passed. `late_fee_percent` is the month's fee on open
    principal that the terms state, None where they have none. `earlier` are the days of the letters that went before,
    newest first.

    `attached` are the names of the documents that come with the letter, `attached_invoices` the numbers of the
    invoices among them. `ask_satisfaction`: a friendly letter asks whether all was well before it speaks of money.
    `direct_debit`: we collect the money ourselves, and nothing is to be transferred.
    `payments` are those that have come in since the last letter, `released` says that the account is off hold again;
    a letter that asks for other invoices carries both as a sentence. `sentences` names the sentences of law that the
    policy turned on, each with its country. Of `promise`, `claim`, `dispute`, `plan` with its `part`, and `goodwill`
    a letter has the one that it is about. `printed` says that it goes by post.
    """

    letter: str
    stage: str
    as_of: date
    creditor: CreditorFacts
    account: AccountFacts
    invoices: tuple[InvoiceFacts, ...]
    totals: tuple[Total, ...]
    payment_reference: str
    others: tuple[InvoiceFacts, ...] = ()
    deadline: date | None = None
    suspend_on: date | None = None
    suspended: bool = False
    late_fee_percent: Decimal | None = None
    earlier: tuple[date, ...] = ()
    attached: tuple[str, ...] = ()
    attached_invoices: tuple[str, ...] = ()
    statement_attached: bool = False
    contract_attached: bool = False
    ask_satisfaction: bool = False
    direct_debit: bool = False
    payments: tuple[PaymentFacts, ...] = ()
    released: bool = False
    sentences: tuple[tuple[str, str], ...] = ()
    promise: PromiseFacts | None = None
    claim: ClaimFacts | None = None
    dispute: DisputeFacts | None = None
    plan: PlanFacts | None = None
    part: PartFacts | None = None
    goodwill: GoodwillFacts | None = None
    printed: bool = False
    redirected_from: str | None = None
