"""Samples in the currency that readers of a language know: a German letter asks for euros. All invented."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from dunwell.letters import payment_code, samples, statement_samples
from dunwell.letters.facts import Facts, Total
from dunwell.letters.statement import StatementFacts
from dunwell.terms.money import Money

_CURRENCIES = {
    "it": ("EUR", 1),
    "fr": ("EUR", 1),
    "de": ("EUR", 1),
    "es": ("EUR", 1),
    "ro": ("RON", 5),
    "ru": ("RUB", 100),
    "fa": ("IRR", 800_000),
}
_IBANS = {"EUR": "DE89370400440532013000", "RON": "RO49AAAA1B31007593840000", "IRR": "IR580540105180021273113007"}
"""The examples of ISO 13616's registry: nobody's accounts."""

_BANKS = {"RUB": "р/с 00000000000000000000\nБИК 000000000\nк/с 00000000000000000000"}

Thing = TypeVar("Thing")


def typical(letter: str, language: str) -> Facts:
    """The everyday case of a letter, for readers of `language`."""
    return _local(samples.typical(letter), language)


def statement(letter: str, language: str) -> StatementFacts:
    """The statement that comes with a sample letter, for readers of `language`."""
    return _local(statement_samples.statement(letter), language)


def _local(facts: Thing, language: str) -> Thing:
    currency, factor = _CURRENCIES.get(language.partition("-")[0], ("GBP", 1))
    return facts if currency == "GBP" else _converted(facts, currency, factor)


def _converted(value: Any, currency: str, factor: int) -> Any:
    if isinstance(value, Money):
        return Money(value.minor * factor, currency)
    if isinstance(value, tuple):
        return tuple(_converted(part, currency, factor) for part in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {one.name: _converted(getattr(value, one.name), currency, factor) for one in fields(value)}
    return _payable(replace(value, **changed)) if isinstance(value, Total) else replace(value, **changed)


def _payable(total: Total) -> Total:
    """The total with an account of its currency, and a payment code where there is one."""
    currency = total.principal.currency
    if currency not in _IBANS:
        return replace(total, bank_account=_BANKS.get(currency, total.bank_account), bank_is_iban=False)
    code = payment_code.content(samples.CREDITOR.name, _IBANS[currency], total.outstanding, "C-10482")
    return replace(total, bank_account=_IBANS[currency], bank_is_iban=True, code=code)
