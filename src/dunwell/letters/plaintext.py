"""The text form of a letter: wrapped paragraphs, and the blocks as plain tables. Pure.

Right-to-left text is not padded into columns (no reader's font and bidirectional order would keep them): there each
fact has a line of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from dunwell.letters.body import BLOCK, ITEM, PARAGRAPH, UNBROKEN
from dunwell.letters.view import Language

WIDTH = 72
TABLE_WIDTH = 84
_MARKS = re.compile(f"([{PARAGRAPH}{ITEM}{BLOCK}])")
_SPACES = re.compile(r"[ \t\r\n]+")

Row = tuple[str, str]
Column = tuple[str, Callable[[dict[str, Any]], str]]
_SUMS = ("amount", "credited", "open", "days_late")


def pieces(rendered: str) -> list[tuple[str, str]]:
    """The letter's paragraphs, list items and blocks: each with its mark, empty ones left out."""
    found = _MARKS.split(rendered)
    in_order = zip(found[1::2], found[2::2], strict=True)
    return [(mark, words) for mark, piece in in_order if (words := _SPACES.sub(" ", piece).strip())]


def flow(rendered: str, blocks: Callable[[str], list[str]]) -> tuple[str, bool]:
    """The letter's text, and whether it has any words besides the blocks."""
    out: list[str] = []
    worded, before = False, ""
    for mark, words in pieces(rendered):
        if out and not (mark == ITEM and before == ITEM):
            out.append("")
        before = mark
        if mark == BLOCK:
            out += blocks(words)
            continue
        worded = True
        out += wrap(words, "- ", "  ") if mark == ITEM and UNBROKEN not in words[:4] else wrap(words)
    return "\n".join(out).replace(UNBROKEN, " ") + "\n", worded


def wrap(words: str, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most WIDTH columns; a word longer than that stays whole, and so does an identifier with spaces."""
    out, line, used = [], first, width(first)
    for word in words.split(" "):
        needed = width(word)
        if used + needed > WIDTH and line.strip() and line not in (first, rest):
            out.append(line.rstrip(" "))
            line, used = rest, width(rest)
        line += word + " "
        used += needed + 1
    out.append(line.rstrip(" "))
    return out


@lru_cache(maxsize=16384)  # the words of a template come back in every letter
def width(text: str) -> int:
    """Columns that `text` takes in a fixed-width font."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


class TextBlocks:
    """The three blocks of one letter as lines of text. `seen` is what templates see."""

    def __init__(self, seen: dict[str, Any], language: Language) -> None:
        self._seen = seen
        self._language = language
        self._words = language.words
        self._formats = language.formats
        self._rtl = language.direction == "rtl"

    def lines(self, name: str) -> list[str]:
        """The block called `name`."""
        blocks = {
            "invoices": self.invoices,
            "concerned": self.concerned,
            "received": self.received,
            "parts": self.parts,
            "payment": self.payment,
            "signature": self.signature,
        }
        return blocks[name]()

    def rehearsal(self) -> list[str]:
        """The banner over a letter that goes to the redirect address; none otherwise."""
        if not self._seen["redirected_from"]:
            return []
        line = f"{self._words['rehearsal']} {self._formats.isolate(self._seen['redirected_from'])}"
        return [*wrap(f"*** {line}"), ""]

    def invoices(self) -> list[str]:
        """What is open: each invoice, the three figures of each currency, and the other open invoices."""
        seen, words, formats = self._seen, self._words, self._formats
        out = [line for sentence in seen["news_words"] for line in (*wrap(sentence), "")]
        out += self.concerned()
        for total in seen["totals"]:
            figures = ("principal", "principal"), ("charges", "charges"), ("total", "outstanding")
            out += ["", *self._pairs([(words[word], formats.money(total[key])) for word, key in figures], right=True)]
        if seen["others"]:
            columns = [column for column in self.columns() if column[0] in ("invoice", "issued", "due", "open")]
            out += ["", words["other_invoices"] + self._language.colon, "", *self._table(columns, seen["others"])]
        return out

    def concerned(self) -> list[str]:
        """The invoices that the letter is about."""
        seen, words, formats = self._seen, self._words, self._formats
        head = self._pairs(
            [
                (words["account_number"], formats.isolate(seen["account"]["number"])),
                (words["as_of"], formats.date(seen["as_of"])),
            ]
        )
        return [*head, "", *self._table(self.columns(), seen["invoices"])]

    def received(self) -> list[str]:
        """The payments that the letter thanks for."""
        return self._table(self.columns_received(), self._seen["payments"])

    def columns_received(self) -> list[Column]:
        """The columns of the table of payments."""
        formats, isolate = self._formats, self._formats.isolate
        columns: list[Column] = [
            ("received_on", lambda payment: formats.day(payment["on"])),
            ("amount", lambda payment: formats.money(payment["amount"])),
        ]
        if any(payment["reference"] for payment in self._seen["payments"]):
            columns.append(("reference", lambda payment: isolate(payment["reference"] or "")))
        return columns

    def parts(self) -> list[str]:
        """The parts of an instalment plan: when and how much, and once it is agreed what became of each."""
        return self._table(self.columns_of_parts(), self._seen["plan"]["parts"])

    def columns_of_parts(self) -> list[Column]:
        """The columns of the table of a plan's parts."""
        formats, words, plan = self._formats, self._words, self._seen["plan"]
        columns: list[Column] = [
            ("part", lambda part: formats.number(part["number"])),
            ("due", lambda part: formats.date(part["due"])),
            ("amount", lambda part: formats.money(part["amount"])),
        ]
        if plan["agreed_on"]:
            columns.append(("part_state", lambda part: words[f"part_{part['state']}"]))
        return columns

    def columns(self) -> list[Column]:
        """The columns of the table of invoices: the word over each, and how its cells are written."""
        formats = self._formats
        columns: list[Column] = [
            ("invoice", lambda invoice: formats.isolate(invoice["number"])),
            ("issued", lambda invoice: formats.day(invoice["issued"])),
            ("due", lambda invoice: formats.day(invoice["due"]) if invoice["due"] else "–"),
            ("amount", lambda invoice: formats.money(invoice["amount"])),
            ("credited", lambda invoice: formats.money(invoice["credited"])),
            ("open", lambda invoice: formats.money(invoice["open_principal"])),
            ("days_late", lambda invoice: formats.number(invoice["days_late"]) if invoice["days_late"] else ""),
        ]
        hidden = [key for key in ("credited", "days_late") if not self._seen[f"shows_{key}"]]
        return [column for column in columns if column[0] not in hidden]

    def _table(self, columns: list[Column], records: tuple[Any, ...]) -> list[str]:
        rows = [[cell(record) for _, cell in columns] for record in records]
        heads = [self._words[key] for key, _ in columns]
        orders = [self._order(record) for record in records]
        tops, bottoms = zip(*map(_two_lines, heads), strict=True)
        widths = [max(map(width, cells)) for cells in zip(tops, bottoms, *rows, strict=True)]
        if self._rtl or sum(widths) + 2 * (len(widths) - 1) > TABLE_WIDTH:
            return self._records(heads, rows, orders)
        right = [key in _SUMS for key, _ in columns]
        out = [_row(list(cells), widths, right) for cells in (tops, bottoms) if any(cells)]
        out.append("  ".join("-" * size for size in widths))
        for row, order in zip(rows, orders, strict=True):
            out.append(_row(row, widths, right))
            out += [f"  {label}{self._language.colon} {value}" if label else f"  {value}" for label, value in order]
        return out

    def _records(self, heads: list[str], rows: list[list[str]], orders: list[list[Row]]) -> list[str]:
        out: list[str] = []
        for row, order in zip(rows, orders, strict=True):
            pairs = [*zip(heads, row, strict=True)]
            out += ["", *self._pairs([pairs[0], *order, *pairs[1:]])]
        return out[1:]

    def _order(self, record: dict[str, Any]) -> list[Row]:
        order = record.get("purchase_order")
        ordered = [(self._words["purchase_order"], self._formats.isolate(order))] if order else []
        return ordered + [("", note) for note in record.get("notes", ())]

    def payment(self) -> list[str]:
        """Where to pay, and what to quote."""
        seen, words, formats = self._seen, self._words, self._formats
        law = [line for sentence in seen["law_words"] for line in ("", *wrap(sentence))]
        if seen["direct_debit"]:
            return [words["how_to_pay"] + self._language.colon, "", *wrap(words["by_direct_debit"]), *law]
        pairs = [(words["payee"], formats.isolate(seen["creditor"]["name"]) if self._rtl else seen["creditor"]["name"])]
        for account in seen["bank_accounts"]:
            first, *more = account["lines"]
            pairs.append((account["label"], formats.isolate(first)))
            pairs += [("", formats.isolate(line)) for line in more]
        pairs.append((words["payment_reference"], formats.isolate(seen["payment_reference"])))
        out = [words["how_to_pay"] + self._language.colon, "", *self._pairs(pairs)]
        for link in seen["pay_links"]:
            out += ["", link["label"] + self._language.colon, link["url"]]
        if seen["ways"]:
            out += ["", words["other_ways"] + self._language.colon, *seen["ways"]]
        return out + law

    def signature(self) -> list[str]:
        """Who writes, and whom to ask."""
        creditor, words = self._seen["creditor"], self._words
        named = [(words[word], creditor[key]) for word, key in (("telephone", "phone"), ("email", "email"))]
        legal = [(words[word], creditor[key]) for word, key in (("vat_id", "vat_id"), ("register", "register"))]
        out = [name for name in (creditor["person"], creditor["name"]) if name]
        out += self._facts(named)
        if rest := [*self._seen["address_lines"], *self._facts(legal)]:
            out += ["", *rest]
        return out

    def _facts(self, pairs: list[tuple[str, str | None]]) -> list[str]:
        colon, isolate = self._language.colon, self._formats.isolate
        return [f"{label}{colon} {isolate(value)}" for label, value in pairs if value]

    def _pairs(self, pairs: list[Row], *, right: bool = False) -> list[str]:
        """Labels and values below each other, the values aligned (to the right for amounts)."""
        colon = self._language.colon
        if self._rtl:
            return [f"{label}{colon} {value}" if label else value for label, value in pairs]
        labels = [label + colon if label else "" for label, _ in pairs]
        size = max(map(width, labels)) + 2
        far = max(width(value) for _, value in pairs) if right else 0
        return [
            _pad(label, size) + (" " * (far - width(value)) + value)
            for label, (_, value) in zip(labels, pairs, strict=True)
        ]


def _two_lines(head: str) -> tuple[str, str]:
    """A column's head over two lines, as narrow as it gets; one word stands on the lower line."""
    words = head.split(" ")
    splits = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words))]
    return min(splits, key=lambda split: max(map(width, split)))


def _pad(text: str, size: int) -> str:
    return text + " " * (size - width(text))


def _row(cells: list[str], widths: list[int], right: list[bool]) -> str:
    padded = [
        " " * (size - width(cell)) + cell if to_right else _pad(cell, size)
        for cell, size, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip(" ")
