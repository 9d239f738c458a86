"""Facts in, letter out. Pure, apart from the templates that the library has loaded."""

from __future__ import annotations

from dunwell.letters.facts import Facts
from dunwell.letters.languages import tag
from dunwell.letters.paper import Places
from dunwell.letters.printing import FONTS, PERSIAN_FIRST
from dunwell.letters.templates import Library
from dunwell.letters.writing import Letter

__all__ = ["Letter", "compose", "on_paper"]


def compose(facts: Facts, language: str, library: Library) -> Letter:
    """The letter that `facts.letter` names, in `language` or the next one of the library's chain.

    Raises LetterError when the template is unsound, or when the letter would lack an amount, an invoice, a due date,
    a bank account, a subject or words: such a letter is never sent.
    """
    template = library.find(facts.letter, language)
    fell_back = template.language.name.partition("-")[0] != tag(language).partition("-")[0]
    return template.fill(facts, fell_back=fell_back)


def on_paper(facts: Facts, language: str, library: Library, places: Places) -> bytes:
    """The same letter as a PDF for the post, with the address in the window of its envelope. Raises as `compose`."""
    template = library.find(facts.letter, language)
    data = template.paper(facts, places)
    data["fonts"] = PERSIAN_FIRST if template.language.direction == "rtl" else FONTS
    return library.printed("letter.typ", data, facts.as_of)
