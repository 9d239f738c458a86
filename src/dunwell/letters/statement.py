"""The statement of account: every word and number of it, written in a language; the page is `statement.typ`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dunwell.letters.facts import AccountFacts, CreditorFacts, InvoiceFacts, Total
from dunwell.letters.languages import NBSP, iban
from dunwell.letters.layout import HOUSE_COLOR
from dunwell.letters.payment_code import drawing
from dunwell.letters.view import Language, clean, lines, marks
from dunwell.rules.ageing import aged
from dunwell.terms.money import Money

_WIDTHS = {"invoice": 2.1, "issued": 1.35, "due": 1.35, "days_late": 1.05}
_SHORT_DATE = 10  # characters: 31/12/2026
_SHORT_ORDER = 12
_LONG = 30  # letters of an invoice number after which it may break


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that changed the account since the last statement: `kind` is payment, credit_note, charge or
    adjustment; `amount` as it changes the balance, so a payment is negative."""

    on: date
    kind: str
    detail: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Section:
    """The account in one currency: all its open invoices, oldest due date first, what is not set against any of them
    yet (zero or more), and what is asked for and where to pay it (None where nothing is)."""

    invoices: tuple[InvoiceFacts, ...]
    unapplied: Money
    asked: Total | None

    @property
    def balance(self) -> Money:
        """All that is open, less what the customer has paid in advance."""
        return sum((one.outstanding for one in self.invoices), -self.unapplied)


@dataclass(frozen=True, slots=True)
class InterestRow:
    """Days `first` to `last`, both included, of one invoice's interest: what it was on, its rate in per cent a year,
    what it comes to, and where the rate is from. The rows of an invoice add up to the interest charged on it."""

    invoice: str
    first: date
    last: date
    days: int
    principal: Money
    rate: Decimal
    amount: Money
    source: str


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """All that a statement says, as of the day `as_of`. `banner` is "past_due", "on_hold" or None; `since` is the day
    of the statement before, None for the first, whose movements are not listed."""

    as_of: date
    creditor: CreditorFacts
    account: AccountFacts
    sections: tuple[Section, ...]
    payment_reference: str
    banner: str | None = None
    since: date | None = None
    movements: tuple[Movement, ...] = ()
    interest: tuple[InterestRow, ...] = ()


def payable(invoices: Sequence[InvoiceFacts], on: date) -> tuple[InvoiceFacts, ...]:
    """Those whose money a statement of the day `on` asks for: what is due and not marked; in a currency in which
    nothing is due yet, all that is not marked."""
    unmarked = [one for one in invoices if one.mark is None]
    due = {one.number: one.amount.currency for one in unmarked if one.due is not None and one.due <= on}
    return tuple(one for one in unmarked if one.number in due or one.amount.currency not in due.values())


def file_name(facts: StatementFacts, language: Language) -> str:
    """What the attached document is called, in the letter's language."""
    return f"{language.words['statement']} {clean(facts.account.number)} {facts.as_of.isoformat()}.pdf"


def written(facts: StatementFacts, language: Language) -> dict[str, Any]:
    """The statement as `statement.typ` takes it: every value a text, ready to be set."""
    words, formats = language.words, language.formats
    title = words["statement"]
    return {
        "language": language.name.partition("-")[0],
        "direction": language.direction,
        "title": title,
        "running": f"{clean(facts.creditor.name)} – {title} – {_isolated(facts.account.number, language)}",
        "as_of": formats.date(facts.as_of),
        "banner": words[f"banner_{facts.banner}"] if facts.banner else None,
        "color": facts.creditor.color or HOUSE_COLOR,
        "creditor": {"name": clean(facts.creditor.name), "lines": _creditor_lines(facts.creditor, language)},
        "footer": _footer(facts.creditor, language),
        "account": {"name": clean(facts.account.name), "lines": _isolated_lines(facts.account.address, language)},
        "facts": [
            [words["account_number"], _isolated(facts.account.number, language)],
            [words["as_of"], formats.date(facts.as_of)],
        ],
        "sections": [_section(one, facts, language, len(facts.sections) > 1) for one in facts.sections],
        "movements": _movements(facts, language),
        "interest": _interest(facts, language),
        "ageing": words["ageing"],
        "how_to_pay": words["how_to_pay"],
        "payment_code": words["payment_code"],
        "page": words["page"],
        "digits": [formats.number(digit) for digit in range(10)],
    }


def _isolated(value: str, language: Language) -> str:
    return language.formats.isolate(clean(value))


def _creditor_lines(creditor: CreditorFacts, language: Language) -> list[str]:
    words, colon = language.words, language.colon
    named = ((words["telephone"], creditor.phone), (words["email"], creditor.email))
    reach = [f"{label}{colon} {_isolated(value, language)}" for label, value in named if value]
    return [*_isolated_lines(creditor.address, language), *reach]


def _isolated_lines(value: str | None, language: Language) -> list[str]:
    return [language.formats.isolate(line) for line in lines(value)]


def _footer(creditor: CreditorFacts, language: Language) -> list[str]:
    words, colon = language.words, language.colon
    legal = ((words["vat_id"], creditor.vat_id), (words["register"], creditor.register))
    return [clean(creditor.name), *(f"{label}{colon} {_isolated(value, language)}" for label, value in legal if value)]


def _section(section: Section, facts: StatementFacts, language: Language, several: bool) -> dict[str, Any]:
    words, formats = language.words, language.formats
    charged = any(invoice.charges for invoice in section.invoices)
    keys = ["invoice", "issued", "due", "days_late", "amount", "credited", *(["charges"] if charged else []), "open"]
    currency = section.unapplied.currency
    rows = [_row(invoice, language, charged) for invoice in section.invoices]
    by_age = aged(((one.days_late, one.outstanding) for one in section.invoices), currency)
    code = section.asked.code if section.asked else None
    return {
        "title": currency if several else None,
        "heads": [words["balance" if key == "open" and charged else key] for key in keys],
        "text": keys.index("days_late"),
        "widths": [_width(key, facts.as_of, language) for key in keys],
        "size": _size(rows),
        "rows": rows,
        "sums": [*_sums(section, facts.as_of, language)],
        "ageing": [[words[name], formats.money(amount)] for name, amount in by_age.items()],
        "pay": _pay(section.asked, facts, language) if section.asked else None,
        "code": list(drawing(code)) if code else None,
    }


def _width(column: str, on: date, language: Language) -> float:
    """A column's share of the page's width: a date that names its month stays on one line."""
    long_date = column in ("issued", "due") and len(language.formats.day(on)) > _SHORT_DATE
    return 1.6 if long_date else _WIDTHS.get(column, 1.55)


def _size(rows: list[dict[str, Any]]) -> float:
    """The table's letters in points: smaller where a number is so long that it would not fit its column."""
    longest = max((len(cell) for row in rows for cell in row["cells"][1:]), default=0)
    number = max((len(row["cells"][0]) for row in rows), default=0)
    sizes = ((9, 13, 16), (8, 15, 18), (7, 19, 22))
    return next((size for size, most, most_number in sizes if longest <= most and number <= most_number), 6)


def _row(invoice: InvoiceFacts, language: Language, charged: bool) -> dict[str, Any]:
    words, formats = language.words, language.formats
    number = clean(invoice.number)
    pieces = [number[start : start + _LONG] for start in range(0, len(number), _LONG)]
    cells = [
        _isolated("\u200b".join(pieces), language),
        formats.day(invoice.issued).replace(" ", NBSP),
        formats.day(invoice.due).replace(" ", NBSP) if invoice.due else "–",
        formats.number(invoice.days_late) if invoice.days_late else "",
        formats.money(invoice.amount),
        formats.money(invoice.credited),
        *([formats.money(invoice.charges)] if charged else []),
        formats.money(invoice.outstanding),
    ]
    order = invoice.purchase_order
    # A short one is not torn apart.
    whole = order.replace(" ", NBSP) if order and len(order) <= _SHORT_ORDER else order or ""
    notes = [f"{words['purchase_order']}{language.colon} {_isolated(whole, language)}"] if order else []
    return {"cells": cells, "notes": [*notes, *marks(invoice, language)]}


def _sums(section: Section, on: date, language: Language) -> Iterator[dict[str, Any]]:
    """The balance, what of it is not asked for or not due yet, and what is asked for after all."""
    words, money = language.words, language.formats.money
    charges = sum((one.charges for one in section.invoices), Money(0, section.unapplied.currency))
    if charges:
        principal = sum((one.open_principal for one in section.invoices), Money(0, section.unapplied.currency))
        yield {"label": words["principal"], "amount": money(principal), "strong": False}
        yield {"label": words["charges"], "amount": money(charges), "strong": False}
    if section.unapplied:
        yield {"label": words["unapplied"], "amount": money(-section.unapplied), "strong": False}
    now = payable(section.invoices, on)
    nothing = Money(0, section.unapplied.currency)
    held = sum((one.outstanding if one.mark else one.held_back or nothing for one in section.invoices), nothing)
    unmarked = (one for one in section.invoices if one.mark is None and one not in now)
    later = sum((one.outstanding - (one.held_back or nothing) for one in unmarked), nothing)
    yield {"label": words["balance"], "amount": money(section.balance), "strong": not (held or later)}
    for label, amount in (("not_asked", held), ("not_due", later)):
        if amount:
            yield {"label": words[label], "amount": money(amount), "strong": False}
    asked = section.balance - held - later
    if (held or later) and asked.minor > 0:
        yield {"label": words["total"], "amount": money(asked), "strong": True}


def _pay(asked: Total, facts: StatementFacts, language: Language) -> list[list[str]]:
    words = language.words
    account = [iban(asked.bank_account)] if asked.bank_is_iban else [*lines(asked.bank_account)]
    label = words["iban" if asked.bank_is_iban else "bank_account"]
    # An IBAN never breaks across lines.
    bank = "\n".join(_isolated(line, language).replace(" ", NBSP) for line in account)
    pairs = [
        [words["payee"], clean(facts.creditor.name)],
        [label, bank],
        [words["payment_reference"], _isolated(facts.payment_reference, language)],
    ]
    if asked.link:
        pairs.append([words["pay_online"], asked.link])
    if ways := lines(facts.creditor.other_ways):
        pairs.append([words["other_ways"], "\n".join(ways)])
    return pairs


def _movements(facts: StatementFacts, language: Language) -> dict[str, Any] | None:
    if facts.since is None or not facts.movements:
        return None
    words, formats = language.words, language.formats
    return {
        "title": words["movements"].replace("{date}", formats.date(facts.since)),
        "heads": [words["date"], words["details"], words["reference"], words["amount"]],
        "rows": [
            [formats.day(one.on), words[one.kind], _isolated(one.detail, language), formats.money(one.amount)]
            for one in facts.movements
        ],
    }


def _interest(facts: StatementFacts, language: Language) -> dict[str, Any] | None:
    if not facts.interest:
        return None
    words, formats = language.words, language.formats
    return {
        "title": words["interest"],
        "heads": [words[key] for key in ("invoice", "from", "to", "days", "principal", "rate", "amount")],
        "rows": [
            [
                _isolated(one.invoice, language),
                formats.day(one.first),
                formats.day(one.last),
                formats.number(one.days),
                formats.money(one.principal),
                formats.percent(one.rate),
                formats.money(one.amount),
            ]
            for one in facts.interest
        ],
        "sources": [_isolated(source, language) for source in dict.fromkeys(one.source for one in facts.interest)],
    }
