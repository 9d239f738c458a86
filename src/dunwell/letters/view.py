"""The facts as templates see them: plain dictionaries, tuples and values, without methods and without tricks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from dunwell.letters.facts import (
    AccountFacts,
    ClaimFacts,
    CreditorFacts,
    DisputeFacts,
    Facts,
    GoodwillFacts,
    InvoiceFacts,
    PartFacts,
    PaymentFacts,
    PlanFacts,
    PromiseFacts,
    Total,
)
from dunwell.letters.languages import Formats, iban
from dunwell.terms.money import Money, totals

# Line breaks and controls (a header or a table could be broken with them), direction overrides and isolates (text
# after the value could be turned round), and the marks that the engine itself uses.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+"
)
_NEW_LINE = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")

_RECORDS = (
    CreditorFacts,
    AccountFacts,
    InvoiceFacts,
    Total,
    PaymentFacts,
    PromiseFacts,
    ClaimFacts,
    DisputeFacts,
    PartFacts,
    PlanFacts,
    GoodwillFacts,
)
_NAMES = {kind: tuple(f.name for f in fields(kind)) for kind in _RECORDS}
_FACTS = tuple(f.name for f in fields(Facts) if f.name not in ("redirected_from", "sentences"))
_FORMAL = frozenset({"delinquent", "on_hold", "final_notice"})


@dataclass(frozen=True, slots=True)
class Language:
    """A language as its labels and CLDR define it. `name` is its folder's."""

    name: str
    direction: str
    words: dict[str, str]
    formats: Formats
    colon: str


def clean(value: str) -> str:
    """The value on one line: breaks, control characters and direction overrides become spaces."""
    if value.isprintable():
        return value.strip()
    return _UNSAFE.sub(" ", value).strip()


def lines(value: str | None) -> tuple[str, ...]:
    """The value's own lines, each cleaned; for an address or a bank account."""
    return tuple(line for part in _NEW_LINE.split(value or "") if (line := clean(part)))


def plain(value: Any) -> Any:
    """A dataclass as a dictionary, a list as a tuple, a string cleaned; dates, money and numbers as they are."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    names = _NAMES.get(type(value))
    if names is None:
        return value
    record = {name: plain(getattr(value, name)) for name in names}
    if "open_principal" in record or "principal" in record:
        record["outstanding"] = value.outstanding
    return record


def view(facts: Facts, language: Language) -> dict[str, Any]:
    """All names that a letter and the layout around it may use."""
    words = language.words
    seen: dict[str, Any] = {name: plain(getattr(facts, name)) for name in _FACTS}
    for told, facts_of in ((seen["invoices"], facts.invoices), (seen["others"], facts.others)):
        for record, invoice in zip(told, facts_of, strict=True):
            record["notes"] = tuple(marks(invoice, language))
    invoices = seen["invoices"]
    seen |= {
        "salutation": seen["account"]["salutation"] or words["salutation"],
        "closing": words["closing_formal" if facts.letter in _FORMAL else "closing"],
        "first": invoices[0] if invoices else None,
        "count": len(invoices),
        "single": len(invoices) == 1,
        "amount_due": _sums([total.outstanding for total in facts.totals], language),
        "received_amount": _sums([payment.amount for payment in facts.payments], language),
    }
    return seen


_MARKS = {"disputed": "in_dispute", "promised": "on_pause", "paused": "on_pause", "tolerated": "not_asked"}


def marks(invoice: InvoiceFacts, language: Language) -> Iterator[str]:
    """What is said of an invoice: that it, or a part, is not asked for; until when it can be paid at the latest."""
    words, until = language.words, invoice.mark_until
    if invoice.held_back:
        yield f"{words['not_asked']}{language.colon} {language.formats.money(invoice.held_back)}"
    if invoice.mark == "promised" and until is not None:
        yield words["promised_for"].replace("{date}", language.formats.day(until))
    elif invoice.mark is not None:
        yield words[_MARKS[invoice.mark]]
    elif invoice.last_day is not None:
        yield words["last_day"].replace("{date}", language.formats.day(invoice.last_day))


def _sums(amounts: list[Money], language: Language) -> str:
    """The sum of each currency, as one phrase."""
    return language.formats.join([language.formats.money(one) for one in totals(amounts)], language.words["and"])


def around(facts: Facts, language: Language) -> dict[str, Any]:
    """What the blocks and the layout see besides."""
    return {
        "words": language.words,
        "language": language.name,
        "direction": language.direction,
        "colon": language.colon,
        "redirected_from": clean(facts.redirected_from or ""),
        "address_lines": lines(facts.creditor.address),
        "bank_accounts": _bank_accounts(facts.totals, language.words),
        "shows_credited": any(invoice.credited for invoice in facts.invoices),
        "shows_days_late": any(invoice.days_late for invoice in facts.invoices),
        "pay_links": _pay_links(facts.totals, language),
        "codes": tuple(code_name(total.principal.currency) for total in facts.totals if total.code),
        "ways": lines(facts.creditor.other_ways),
    }


def _bank_accounts(totals: tuple[Total, ...], words: dict[str, str]) -> tuple[dict[str, Any], ...]:
    """Each bank account once, with the currencies that it is for where there are several accounts."""
    accounts: dict[tuple[str, bool], list[str]] = {}
    for total in totals:
        accounts.setdefault((total.bank_account, total.bank_is_iban), []).append(total.principal.currency)
    several = len(accounts) > 1
    return tuple(
        {
            "label": words["iban" if is_iban else "bank_account"] + (f" ({', '.join(currencies)})" if several else ""),
            "lines": (iban(account),) if is_iban else lines(account),
        }
        for (account, is_iban), currencies in accounts.items()
    )


def _pay_links(totals: tuple[Total, ...], language: Language) -> tuple[dict[str, str], ...]:
    """Where each sum can be paid online: its label, with the currency where there are several."""
    links = [(total.principal.currency, total.link) for total in totals if total.link]
    label = language.words["pay_online"]
    several = len(links) > 1
    return tuple({"label": f"{label} ({currency})" if several else label, "url": url} for currency, url in links)


def code_name(currency: str) -> str:
    """The Content-ID of the payment code's picture for a currency."""
    return f"payment-code-{currency.lower()}@letter"


LOGO = "logo@letter"
"""The Content-ID of the creditor's logo."""


LAYOUT_NAMES = frozenset(
    {
        "words",
        "language",
        "direction",
        "colon",
        "redirected_from",
        "address_lines",
        "bank_accounts",
        "shows_credited",
        "shows_days_late",
        "subject",
        "preheader",
        "news",
        "law",
        "pay_links",
        "codes",
        "ways",
    }
)
"""What the layout may name besides the facts."""
