"""The thresholds of a policy, in general and of single currencies. Validated data."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from dunwell.rules.policy_parts import Amount, Part
from dunwell.terms.money import MINOR_DIGITS, Money
from dunwell.terms.user import UserRole


def _currency(value: str) -> str:
    if value not in MINOR_DIGITS:
        raise ValueError("not an ISO 4217 currency code")
    return value


class CurrencyAmounts(Part):
    """Thresholds in major units of one currency; unset, the general ones apply."""

    minimum: Amount | None = None
    tolerance: Amount | None = None
    litigation_minimum: Amount | None = None
    four_eyes: Amount | None = None
    write_off: dict[UserRole, Amount] | None = None


class Amounts(Part):
    """Thresholds in major units of whatever currency, and those of single currencies."""

    minimum: Amount = Decimal(0)
    tolerance: Amount = Decimal(0)
    litigation_minimum: Amount = Decimal(100)
    four_eyes: Amount | None = None
    write_off: dict[UserRole, Amount] = Field(default_factory=dict)
    currency: dict[Annotated[str, BeforeValidator(_currency)], CurrencyAmounts] = Field(default_factory=dict)

    def reaches(self, name: str, money: Money) -> bool:
        """Whether `money` is at least the threshold `name` of its currency."""
        return money.amount >= self._threshold(name, money.currency)

    def tolerated(self, money: Money) -> bool:
        """Whether `money` is so little that it counts as paid."""
        return money.amount <= self._threshold("tolerance", money.currency)

    def four_eyes_from(self, currency: str) -> Decimal | None:
        """The total from which two people decide about a referral in this currency; None where one is enough."""
        own = self.currency.get(currency)
        return own.four_eyes if own and own.four_eyes is not None else self.four_eyes

    def write_off_limits(self, currency: str) -> Mapping[UserRole, Decimal]:
        """How much of one invoice each role may write off; a role left out any amount, and without any everybody."""
        own = self.currency.get(currency)
        return own.write_off if own and own.write_off is not None else self.write_off

    def _threshold(self, name: str, currency: str) -> Decimal:
        own = self.currency.get(currency)
        value = getattr(own, name) if own else None
        return Decimal(getattr(self, name) if value is None else value)
