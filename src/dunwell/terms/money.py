"""Money: a whole number of minor units and its currency; never a float.

Minor digits are those of ISO 4217 (the rial has two, the yen none, the Kuwaiti dinar three), whatever a
language later shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_TWO_DIGITS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
TTD TWD TZS UAH USD UZS VES WST XCD YER ZAR ZMW
"""
_OTHER_DIGITS = {0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF", 3: "BHD IQD JOD KWD LYD OMR TND"}

MINOR_DIGITS: dict[str, int] = dict.fromkeys(_TWO_DIGITS.split(), 2) | {
    code: digits for digits, codes in _OTHER_DIGITS.items() for code in codes.split()
}
"""ISO 4217 minor digits of every currency that Dunwell takes."""


class MoneyError(ValueError):
    """An amount or a currency that cannot be taken; the message says why."""


def minor_digits(currency: str) -> int:
    """ISO 4217 minor digits of `currency`; raises MoneyError for an unknown code."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise MoneyError(f"unknown currency {currency!r}: use an ISO 4217 code such as EUR") from None


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency`: Money(2050, "EUR") is 20.50 EUR."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """Money of a decimal amount in major units; raises MoneyError rather than round."""
        digits = minor_digits(currency)
        if not amount.is_finite():
            raise MoneyError(f"the amount {amount} is not a number")
        scaled = amount.scaleb(digits)
        if scaled != scaled.to_integral_value():
            raise MoneyError(f"the amount {amount} has more decimals than {currency} has ({digits})")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with exactly the currency's minor digits."""
        digits = minor_digits(self.currency)
        return Decimal(self.minor).scaleb(-digits) if digits else Decimal(self.minor)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not mix")
        return other


def zero(currency: str) -> Money:
    """No money, in `currency`."""
    return Money(0, currency)


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum for each currency, in order of first appearance."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.minor
    return tuple(Money(minor, currency) for currency, minor in sums.items())
