"""The doctor on what letters are made from: languages, colours, bank accounts, templates."""

from __future__ import annotations

from collections.abc import Iterator

from dunwell import wiring
from dunwell.cli.check import Check
from dunwell.ledger import lookup
from dunwell.ledger.engine import LedgerError
from dunwell.letters import contrast
from dunwell.letters.languages import chain, tag
from dunwell.letters.templates import Library
from dunwell.rules.tomltext import nearest
from dunwell.settings import Located


def letter_checks(found: Located) -> Iterator[Check]:
    """What is done at once: nothing is filled in or printed."""
    yield from _color(found)
    library = wiring.library()
    yield from _creditor_language(found, library)
    try:
        books = wiring.open_books()
    except LedgerError:
        return  # the ledger's own check tells of it
    with books.read() as work:
        wanted, currencies = lookup.languages(work), lookup.open_currencies(work)
    yield from _wanted_languages(library, wanted)
    for currency in currencies:
        if found.settings.creditor.bank_account(currency) is None:
            what = (
                f"invoices are open in {currency}, with no bank account for them: set {currency} there, else no letter"
            )
            yield Check("creditor.bank", "wrong", f"{what} asks for them")


def templates_check() -> Iterator[Check]:
    """Every letter and statement, filled in with sample facts."""
    library = wiring.library()
    problems = library.check()
    for problem in problems:
        yield Check("templates", "wrong", str(problem))
    if not problems:
        yield Check("templates", "well", f"languages: {', '.join(library.languages())}")


def _color(found: Located) -> Iterator[Check]:
    color = found.settings.creditor.color
    if color is None or (ratio := contrast.least(color)) >= contrast.LEAST:
        return
    what = f"{color} is hard to read on white: a contrast of {ratio:.1f}, and WCAG AA asks for {contrast.LEAST}"
    yield Check("creditor.color", "note", f"{what}; the same one darker would be {contrast.readable(color)}")


def _creditor_language(found: Located, library: Library) -> Iterator[Check]:
    own, known = found.settings.creditor.language, library.languages()
    if _served(own, library) is None:
        hint = nearest(tag(own), known)
        yield Check("creditor.language", "wrong", f"{own!r} has no folder{hint}; there are {', '.join(known)}")


def _wanted_languages(library: Library, wanted: dict[str, int]) -> Iterator[Check]:
    """Languages in the ledger whose letters would go in another."""
    for language, count in sorted(wanted.items()):
        if _served(language, library) is None:
            instead = next(name for name in chain(library.fallback_language, "en") if name in library.languages())
            what = f"{count} accounts or contacts are to be written to in {language!r}, which has no folder"
            yield Check("languages", "note", f"{what}: their letters go in {instead!r}; see docs/templates.md")


def _served(language: str, library: Library) -> str | None:
    """The folder that serves a language: its own, else that of the language that it is a region of."""
    parts = tag(language).split("-")
    names = ("-".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((name for name in names if name in library.languages()), None)
