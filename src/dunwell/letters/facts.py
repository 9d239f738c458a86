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
    """Who writes: the creditor and the person to ask. `email` is the collections mailbox."""

    name: str
    email: str
    person: str | None = None
    phone: str | None = None
    address: str | None = None
    vat_id: str | None = None
    register: str | None = None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """To whom: the account, and the contact's own salutation where a person has chosen one."""

    number: str
    name: str
    contact: str | None = None
    salutation: str | None = None
    consumer: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice of a letter. `open_principal + charges` is `outstanding`; `credited` is what was paid or credited.

    `days_late` is 0 until the day after the due date. `mark` says why an invoice that is listed is not asked for
    ("disputed", "promised"), None for those whose money the letter asks for.
    """

    number: str
    issued: date
    due: date
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

    @property
    def outstanding(self) -> Money:
        """Open principal and charges together."""
        return self.open_principal + self.charges


@dataclass(frozen=True, slots=True)
class Total:
    """The three figures of one currency, and where to pay it. `bank_account` is an IBAN or any text."""

    principal: Money
    charges: Money
    bank_account: str
    bank_is_iban: bool

    @property
    def outstanding(self) -> Money:
        """Principal and charges together."""
        return self.principal + self.charges


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a letter may say, as of the day `as_of` (amounts are the open ones of that day).

    `invoices` are those whose money the letter asks for, oldest due date first; `others` are the account's further
    open ones, for information. `deadline` is the day by which the letter asks for payment, None where it sets none.
    `suspend_on` is the last day before services are suspended, None before that is announced; `suspended` says that
    it has passed. `late_fee_percent` is the month's fee on open principal that the terms state, None where they
    have none. `earlier` are the days of the letters that went before, newest first. `attached` are the names of the
    documents that come with the letter.
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
    redirected_from: str | None = None
