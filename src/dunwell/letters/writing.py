"""One letter's template, ready to be filled in, and the letter that comes out. Pure apart from the loaded template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from dunwell.letters import paper
from dunwell.letters.body import UNBROKEN
from dunwell.letters.facts import Facts, InvoiceFacts, LetterError
from dunwell.letters.languages import Formats, has_rtl
from dunwell.letters.paper import Places
from dunwell.letters.plaintext import TextBlocks, flow, pieces
from dunwell.letters.sandbox import Cage, render
from dunwell.letters.sentences import Sentences
from dunwell.letters.view import Language, around, view
from dunwell.terms.letter import asks, blocks_of

MAX_WORDS = 100_000
MAX_PAGE = 100_000_000
SHORT = 20  # characters of an identifier that a narrow screen takes without a break
_EMPTY = re.compile(r"<(p|li|ul|ol)(?: [^>]*)?>\s*</\1>\n?")
_SPACES = re.compile(r"[ \t\r\n]+")
_BLANK = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready for the envelope. `language` is the one it is written in; `fell_back` says that it is another
    than the account's (de for de-AT is not another)."""

    subject: str
    text: str
    html: str
    language: str
    fell_back: bool


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """One letter in one language, compiled. `text` and `subject` have the line numbers of `path`."""

    letter: str
    language: Language
    path: Path
    layout: Path
    subject: Template
    text: Template
    html: Template
    sentences: Sentences

    def fill(self, facts: Facts, *, fell_back: bool) -> Letter:
        """The letter for these facts; raises LetterError when something that every letter has is missing."""
        seen, subject, words = self._rendered(facts)
        blocks = TextBlocks(seen, self.language)
        text, worded = flow(words, blocks.lines)
        self._refuse(None if subject else "the subject came out empty")
        self._refuse(None if worded else "the letter came out without a word")
        seen["subject"] = subject
        seen["preheader"] = self._preheader(seen)
        page = _EMPTY.sub("", render(self.html, seen, self.layout, MAX_PAGE))
        text = "\n".join([*blocks.rehearsal(), text])
        return Letter(subject, text, _BLANK.sub("\n", page), self.language.name, fell_back)

    def paper(self, facts: Facts, places: Places) -> dict[str, Any]:
        """The letter for these facts as `letter.typ` takes it; raises LetterError as `fill` does."""
        seen, subject, words = self._rendered(facts)
        self._refuse(None if subject else "the subject came out empty")
        return paper.written(subject, pieces(words), seen, facts, self.language, places)

    def _rendered(self, facts: Facts) -> tuple[dict[str, Any], str, str]:
        """What templates and layout see, the subject, and the words with their marks."""
        self._refuse(lacking(facts))
        seen = view(facts, self.language)
        news = [one.fill(seen) for one in self.sentences.news(facts)] if asks(self.letter) else []
        law = [one.fill(seen) for one in self.sentences.of_law(facts)]
        # Text before HTML: both come from one source, and only the text template knows the file's lines.
        subject = _one_line(render(self.subject, seen, self.path, MAX_WORDS))
        words = render(self.text, seen, self.path, MAX_WORDS)
        seen |= around(facts, self.language)
        seen |= {"news": tuple(html for _, html in news), "law": tuple(html for _, html in law)}
        seen |= {"news_words": [words for words, _ in news], "law_words": [words for words, _ in law]}
        return seen, subject, words

    def _preheader(self, seen: dict[str, Any]) -> str:
        """What a mail program shows beside the subject: the sum, where the letter asks for one."""
        if not asks(self.letter):
            return ""
        return f"{self.language.words['total']}{self.language.colon} {seen['amount_due']}"

    def _refuse(self, lack: str | None) -> None:
        if lack:
            raise LetterError(f"the letter {self.letter!r} in {self.language.name!r} is not written: {lack}")


def lacking(facts: Facts) -> str | None:
    """What the facts lack for any letter to be written; None when they are complete."""
    if facts.letter not in ("released", "payment_received") and not facts.invoices:
        return "there is no invoice in it"
    if facts.letter == "payment_received" and not facts.payments:
        return "there is no payment in it"
    found = (_lacking_invoice(invoice, asking=asks(facts.letter)) for invoice in facts.invoices)
    lack = next((one for one in found if one), None)
    return lack or (_lacking_payment(facts) if "payment" in blocks_of(facts.letter) else None)


def _lacking_invoice(invoice: InvoiceFacts, *, asking: bool) -> str | None:
    if not invoice.number.strip():
        return "an invoice has no number"
    if not invoice.due or not invoice.issued:
        return f"invoice {invoice.number} has no due date or no invoice date"
    if asking and invoice.outstanding.minor <= 0:
        return f"nothing is open on invoice {invoice.number}"
    return None


def _lacking_payment(facts: Facts) -> str | None:
    currencies = {total.principal.currency for total in facts.totals}
    for currency in sorted({invoice.amount.currency for invoice in facts.invoices} - currencies):
        return f"there is no total and no bank account for {currency}"
    for total in facts.totals:
        if not total.bank_account.strip():
            return f"there is no bank account for {total.principal.currency}"
        if total.outstanding.minor <= 0 and asks(facts.letter):
            return f"the total in {total.principal.currency} is no amount to ask for"
    return None


_HIDDEN = re.compile(r"<head>.*?</head>|<[^>]*>", re.S)
_WORDS = re.compile(r"\w+")


def disagreement(letter: Letter) -> str | None:
    """The first word of the text that the HTML does not have; None where both say the same."""
    shown = set(_WORDS.findall(unescape(_HIDDEN.sub(" ", letter.html))))
    return next((word for word in _WORDS.findall(letter.text) if word not in shown), None)


def cages(formats: Formats) -> tuple[Cage, Cage]:
    """The environments for text and for HTML of one language, with the filters that templates use."""
    text, html = (Cage(html=is_html, number=formats.number) for is_html in (False, True))
    for cage in (text, html):
        cage.filters |= {
            "money": _given(formats.money, "an amount"),
            "date": _given(formats.date, "a date"),
            "day": _given(formats.day, "a date"),
            "weekday_date": _given(formats.weekday_date, "a date"),
            "number": _given(formats.number, "a number"),
            "percent": _given(formats.percent, "a percentage"),
            "plural": _plural(formats),
        }
    text.filters["id"] = _given(lambda value: formats.isolate(str(value)).replace(" ", UNBROKEN), "an identifier")
    html.filters["id"] = _given(lambda value: _bdi(str(value)), "an identifier")
    return text, html


def _bdi(identifier: str) -> Markup:
    # A bdi without strong letters (a telephone number) takes its parent's direction, so the direction is said.
    side = "auto" if has_rtl(identifier) else "ltr"
    unbroken = Markup(' style="white-space:nowrap"') if len(identifier) <= SHORT else ""
    return Markup('<bdi dir="%s"%s>%s</bdi>') % (side, unbroken, identifier)


def _given(write: Any, what: str) -> Any:
    def filtered(value: Any) -> Any:
        if value is None:
            raise LetterError(
                f"{what} is asked for, but this fact is not there for every letter: use {{% if … %}} first"
            )
        try:
            return write(value)
        except (TypeError, AttributeError, ValueError, ArithmeticError):
            raise LetterError(f"{what} is asked for, but this is {type(value).__name__} {value!r}") from None

    return filtered


def _plural(formats: Formats) -> Any:
    def plural(value: Any, **forms: str) -> str:
        if "other" not in forms:
            raise LetterError('plural needs at least other="…"')
        if type(value) is not int:
            raise LetterError("plural counts whole numbers: put it behind the number itself, not behind a filter")
        return forms.get(formats.plural(value), forms["other"])

    return plural


def _one_line(subject: str) -> str:
    return _SPACES.sub(" ", subject.replace(UNBROKEN, " ")).strip()
