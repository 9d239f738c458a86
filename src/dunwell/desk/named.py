"""What people name: invoices and accounts by their numbers, found and locked, or refused with the nearest ones."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dunwell.desk.refusals import CannotDo
from dunwell.ledger import cases, lookup, replies
from dunwell.ledger.books import Work
from dunwell.ledger.replies import OpenRow
from dunwell.terms.account import Account
from dunwell.terms.money import Money, MoneyError


@dataclass(frozen=True, slots=True)
class Named:
    """Open invoices of one account, which is locked; in the order of their due dates."""

    account_id: int
    account: Account
    invoices: tuple[OpenRow, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the invoices, each once."""
        return tuple(dict.fromkeys(one.outstanding.currency for one in self.invoices))

    def in_currency(self, currency: str) -> tuple[OpenRow, ...]:
        """The invoices in this currency."""
        return tuple(one for one in self.invoices if one.outstanding.currency == currency)

    def total(self, currency: str) -> Money:
        """What is open on the invoices in this currency."""
        return Money(sum(one.outstanding.minor for one in self.in_currency(currency)), currency)


def open_invoices(work: Work, numbers: Sequence[str]) -> Named:
    """These open invoices; raises CannotDo where one is unknown or not open, or they are of several accounts."""
    accounts: dict[int, str] = {}
    for number in numbers:
        key = lookup.invoice_id(work, number)
        if key is None:
            raise CannotDo(no_invoice(work, number))
        accounts.setdefault(lookup.owner_of(work, key), number)
    if len(accounts) != 1:
        first, second, *_ = accounts.values()
        raise CannotDo(f"{first} and {second} are invoices of different accounts: name those of one")
    (account_id,) = accounts
    account = cases.locked_account(work, account_id)
    found = {row.concerned.number: row for row in replies.open_invoices(work, account_id)}
    if closed := [number for number in numbers if number not in found]:
        raise CannotDo(f"invoice {closed[0]} is not open: nothing is owed on it")
    wanted = set(numbers)
    return Named(account_id, account, tuple(row for number, row in found.items() if number in wanted))


def amount(text: str | None, what: str = "amount") -> Decimal | None:
    """An amount in major units, or another number above zero, as a person writes it; raises CannotDo, with `what`."""
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0:
        raise CannotDo(f"{what}: {text!r} is no number above zero; write it like 1234.50")
    return found


def no_invoice(work: Work, number: str) -> str:
    """That there is no such invoice, with the nearest."""
    return f"no invoice {number} in the ledger{_hint(number, lookup.like(work, number))}"


def no_account(work: Work, number: str) -> str:
    """That there is no such account, with the nearest."""
    return f"no account {number} in the ledger{_hint(number, lookup.accounts_like(work, number))}"


def nothing(work: Work, number: str) -> str:
    """That there is neither such an invoice nor such an account, with the nearest."""
    close = [*lookup.like(work, number), *lookup.accounts_like(work, number)]
    return f"no invoice or account {number} in the ledger{_hint(number, close)}"


def _hint(number: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(number, dict.fromkeys(known), n=3, cutoff=0.5)
    return f"; did you mean {', '.join(close)}?" if close else ""


def money(amount: Decimal, currency: str, said: str | None = None) -> Money:
    """An amount that a person said; raises CannotDo for another currency than the invoices', or what is no amount."""
    if said is not None and said != currency:
        raise CannotDo(f"the amount is in {said}, and what is open is in {currency}: another currency")
    try:
        found = Money.of(amount, currency)
    except MoneyError as error:
        raise CannotDo(str(error)) from None
    if found.minor <= 0:
        raise CannotDo(f"{found} is no amount: it must be more than nothing")
    return found


def said(who: str, reason: str = "", *, needs_reason: bool = False) -> None:
    """Refuse a change by nobody, or one without the reason that it needs."""
    if not who.strip():
        raise CannotDo("--by: say who decides")
    if needs_reason and not reason.strip():
        raise CannotDo("--reason: say why")
