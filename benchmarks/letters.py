"""What a letter costs: from facts to a message with its statement and payment code, and out by SMTP."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typst

from benchmarks.figures import Figure, best
from benchmarks.sink import sink
from dunwell.desk.enclosures import payment_codes
from dunwell.letters import local_samples
from dunwell.letters.compose import compose
from dunwell.letters.facts import Facts
from dunwell.letters.payment_code import content
from dunwell.letters.statement import StatementFacts, file_name
from dunwell.letters.templates import Library
from dunwell.mailroom.envelope import Addressed, Enclosure, message
from dunwell.mailroom.sender import Route, Sender
from dunwell.terms.money import Money

LETTERS = 300
_EMPTY = b'#set page(paper: "a4")\n#set text(font: "Noto Sans")\n#sys.inputs.data\n'
_LANGUAGES = ("de", "it", "fr", "es")


def statements(folder: Path) -> list[Figure]:
    """A statement, warm, against Typst compiling an empty page to the same standard."""
    library = Library(None)
    printer = library.printer()
    facts = [_statement(number) for number in range(LETTERS)]
    printer.pdf(facts[0], library.language("de"))
    ours = best(lambda: [printer.pdf(one, library.language("de")) for one in facts]) / LETTERS
    empty = _empty_page(folder)
    return [
        Figure(
            "statement of account (PDF/A-3a, 4 invoices, payment code)",
            f"{ours * 1000:.1f} ms",
            f"{empty * 1000:.1f} ms, an empty page",
            ours / empty,
            "15 ms or less",
        )
    ]


def _statement(number: int) -> StatementFacts:
    sample = local_samples.statement("on_hold", "de")
    return replace(sample, payment_reference=f"C-{number}", account=replace(sample.account, number=f"C-{number}"))


def _empty_page(folder: Path) -> float:
    page = folder / "empty.typ"
    page.write_bytes(_EMPTY)
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(Library(None).printer().fonts)]
    )
    compiler = typst.Compiler(str(page), root=str(folder), font_paths=fonts)

    def compile_all() -> None:
        for number in range(LETTERS):
            compiler.compile(format="pdf", sys_inputs={"data": str(number)}, pdf_standards=["a-3a"])

    compile_all()
    return best(compile_all) / LETTERS


def letters(_folder: Path) -> list[Figure]:
    """Letters with HTML, text, statement and payment code, written and sent, against sending them ready-made."""
    library = Library(None)
    ready = [_letter(library, number) for number in range(LETTERS)]
    writing = best(lambda: [_letter(library, number) for number in range(LETTERS)])
    with sink() as port:
        pushing = best(lambda: _push(port, ready))
        sending = best(lambda: _send(port, library))
    return [
        Figure(
            "letter: facts to message with HTML, text, statement and payment code",
            f"{writing / LETTERS * 1000:.1f} ms",
            f"{pushing / LETTERS * 1000:.1f} ms to send it ready-made",
            writing / pushing,
        ),
        Figure(
            "letters written and sent, end to end",
            f"{LETTERS / sending:,.0f} a second",
            f"{LETTERS / pushing:,.0f} a second, ready-made ones through the same connection",
            sending / pushing,
        ),
    ]


def _letter(library: Library, number: int) -> bytes:
    language = _LANGUAGES[number % len(_LANGUAGES)]
    words = library.language(language)
    facts = _facts(number, language)
    statement = _statement(number)
    letter = compose(facts, language, library)
    pdf = Enclosure(file_name(statement, words), library.printer().pdf(statement, words))
    own = "collections@creditor.example.com"
    at = datetime(2026, 4, 20, 9, tzinfo=UTC)
    to = f"ap{number}@firm.example.com"
    addressed = Addressed("Benchmark Ltd", own, "Accounts", to, own, f"<{number}@bench.example>", (), at, language)
    return message(letter.subject, letter.text, letter.html, addressed, payment_codes(facts), [pdf])


def _facts(number: int, language: str) -> Facts:
    facts = local_samples.typical("on_hold", language)
    total = facts.totals[0]
    code = content("Benchmark Ltd", total.bank_account, Money(total.outstanding.minor + number, "EUR"), f"C-{number}")
    return replace(facts, totals=(replace(total, code=code),), payment_reference=f"C-{number}")


def _push(port: int, ready: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number, raw in enumerate(ready):
            server.sendmail("collections@creditor.example.com", f"ap{number}@firm.example.com", raw)


def _send(port: int, library: Library) -> None:
    with Sender(Route("127.0.0.1", port, "none")) as sender:
        sender.connect()
        for number in range(LETTERS):
            raw = _letter(library, number)
            sender.send("collections@creditor.example.com", f"ap{number}@firm.example.com", raw)
