"""A letter on paper: the same words and figures as by e-mail, with an address for an envelope with a window.

The page is `letter.typ`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from babel import Locale

from dunwell.letters.body import BLOCK, ITEM, UNBROKEN
from dunwell.letters.facts import Facts
from dunwell.letters.languages import NBSP
from dunwell.letters.layout import HOUSE_COLOR
from dunwell.letters.plaintext import Column, TextBlocks
from dunwell.letters.view import Language, clean, lines

Side = Literal["left", "right"]
_RIGHT = ("FR", "IT", "ES", "BE", "LU", "CH")
_SUMS = ("amount", "credited", "open", "days_late")
MOST_LINES = 6
"""Of an address: DIN 5008 leaves room for six under the sender's line."""


@dataclass(frozen=True, slots=True)
class Places:
    """The countries that it is posted from and to, the language of the first, and the side of the envelope's window."""

    origin: str
    destination: str
    language: str
    side: Side


def side_of(country: str) -> Side:
    """On which side envelopes of a country have their window: DIN 5008's left, or the right."""
    return "right" if country.partition("-")[0] in _RIGHT else "left"


def address_of(name: str, address: str | None, contact: str | None, places: Places) -> tuple[str, ...]:
    """The lines for the window: the account, the person where one is known, the address, and for abroad the country in
    capitals. An address on one line is broken at its commas."""
    rows = list(lines(address))
    if len(rows) == 1:
        rows = [part.strip() for part in rows[0].split(",") if part.strip()]
    abroad = places.destination.partition("-")[0] != places.origin.partition("-")[0]
    land = [_country(places.destination, places.language)] if abroad else []
    head = [clean(name)]
    person = clean(contact or "")
    if person and person.casefold() != head[0].casefold() and len(head) + 1 + len(rows) + len(land) <= MOST_LINES:
        head.append(person)
    return (*head, *rows, *land)


def _country(code: str, language: str) -> str:
    """A country's name in capitals, in the language of where it is posted."""
    names = Locale.parse(language.replace("-", "_")).territories
    return str(names.get(code.partition("-")[0], code)).upper()


def written(
    subject: str,
    pieces: Sequence[tuple[str, str]],
    seen: dict[str, Any],
    facts: Facts,
    language: Language,
    places: Places,
) -> dict[str, Any]:
    """The letter as `letter.typ` takes it: every value a text, ready to be set."""
    words, formats = language.words, language.formats
    creditor, account = facts.creditor, facts.account
    sender = [clean(creditor.name), *lines(creditor.address)]
    posted_to = address_of(account.name, account.address, account.contact, places)
    return {
        "language": language.name.partition("-")[0],
        "direction": language.direction,
        "subject": subject,
        "running": f"{clean(creditor.name)} – {formats.isolate(clean(account.number))}",
        "color": creditor.color or HOUSE_COLOR,
        "side": places.side,
        "creditor": {"name": clean(creditor.name), "lines": [formats.isolate(row) for row in _head(facts, language)]},
        "sender": " · ".join(sender),
        "address": [formats.isolate(row) for row in posted_to],
        "facts": [
            [words["date"], formats.date(facts.as_of)],
            [words["account_number"], formats.isolate(clean(account.number))],
        ],
        "pieces": [*_pieces(pieces, seen, language)],
        "enclosed": [clean(name) for name in facts.attached] or None,
        "page": words["page"],
        "digits": [formats.number(digit) for digit in range(10)],
    }


def _head(facts: Facts, language: Language) -> Iterator[str]:
    """The creditor's own lines: its address, and where it is reached."""
    words, colon, creditor = language.words, language.colon, facts.creditor
    yield from lines(creditor.address)
    named = ((words["telephone"], creditor.phone), (words["email"], creditor.email), (words["vat_id"], creditor.vat_id))
    for label, value in named:
        if value:
            yield f"{label}{colon} {clean(value)}"


def _pieces(pieces: Sequence[tuple[str, str]], seen: dict[str, Any], language: Language) -> Iterator[dict[str, Any]]:
    blocks = TextBlocks(seen, language)
    for mark, text in pieces:
        if mark == BLOCK:
            yield from _block(text, blocks, seen, language)
        else:
            yield {"kind": "item" if mark == ITEM else "words", "text": text.replace(UNBROKEN, NBSP)}


def _block(name: str, blocks: TextBlocks, seen: dict[str, Any], language: Language) -> Iterator[dict[str, Any]]:
    words, money = language.words, language.formats.money
    match name:
        case "invoices":
            for sentence in seen["news_words"]:
                yield {"kind": "words", "text": sentence}
            yield _table(blocks.columns(), seen["invoices"], language)
            figures = ("principal", "principal"), ("charges", "charges"), ("total", "outstanding")
            sums = [[words[word], money(total[key])] for total in seen["totals"] for word, key in figures]
            yield {"kind": "sums", "rows": sums}
            if seen["others"]:
                yield {"kind": "caption", "text": words["other_invoices"]}
                columns = [one for one in blocks.columns() if one[0] in ("invoice", "issued", "due", "open")]
                yield _table(columns, seen["others"], language)
        case "concerned":
            yield _table(blocks.columns(), seen["invoices"], language)
        case "received":
            yield _table(blocks.columns_received(), seen["payments"], language)
        case "parts":
            yield _table(blocks.columns_of_parts(), seen["plan"]["parts"], language)
        case "payment":
            yield {"kind": "pairs", "title": words["how_to_pay"], "rows": [*_ways(seen, language)]}
            for sentence in seen["law_words"]:
                yield {"kind": "words", "text": sentence}
        case "signature":
            creditor = seen["creditor"]
            yield {"kind": "lines", "rows": [one for one in (creditor["person"], creditor["name"]) if one]}
        case _:
            raise AssertionError(f"no block {name}")


def _ways(seen: dict[str, Any], language: Language) -> Iterator[list[str]]:
    words, isolate = language.words, language.formats.isolate
    yield [words["payee"], isolate(seen["creditor"]["name"])]
    for account in seen["bank_accounts"]:
        # A bank account's number never breaks across lines.
        yield [account["label"], "\n".join(isolate(line).replace(" ", NBSP) for line in account["lines"])]
    yield [words["payment_reference"], isolate(seen["payment_reference"])]
    for link in seen["pay_links"]:
        yield [link["label"], link["url"]]
    if seen["ways"]:
        yield [words["other_ways"], "\n".join(seen["ways"])]


def _table(columns: Sequence[Column], records: Sequence[dict[str, Any]], language: Language) -> dict[str, Any]:
    return {
        "kind": "table",
        "heads": [language.words[key] for key, _ in columns],
        "text": next((at for at, (key, _) in enumerate(columns) if key in _SUMS), len(columns)),
        "rows": [{"cells": [cell(one) for _, cell in columns], "notes": [*one.get("notes", ())]} for one in records],
    }
