"""The statement of account: what its PDF says, in every language, and that the page breaks where it should."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from dunwell.letters import local_samples, samples, statement_samples
from dunwell.letters.facts import LetterError
from dunwell.letters.printing import Printer, read_logo
from dunwell.letters.statement import Section, StatementFacts, file_name, payable, written
from dunwell.letters.templates import Library, builtin_folder
from dunwell.terms.money import Money, zero

GOLDEN = Path(__file__).parents[1] / "golden" / "statements"
LANGUAGES = Library(None).languages()
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


def reader(library: Library, facts: StatementFacts, language: str = "en") -> PdfReader:
    return PdfReader(io.BytesIO(library.printer().pdf(facts, library.language(language))))


def words(library: Library, facts: StatementFacts, language: str = "en") -> str:
    return "\n".join(page.extract_text() for page in reader(library, facts, language).pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_statement_says_what_the_golden_one_says(
    language: str, library: Library, request: pytest.FixtureRequest
) -> None:
    text = words(library, local_samples.statement("on_hold", language), language)
    path = GOLDEN / f"{language}.txt"
    if request.config.getoption("--update-golden", default=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.is_file(), "look at the statement, then: pytest tests/letters/test_statement.py --update-golden"
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_banner_stands_in_the_words_of_the_language(language: str, library: Library) -> None:
    known = library.language(language).words
    for letter, banner in (("delinquent", "banner_past_due"), ("on_hold", "banner_on_hold")):
        facts = local_samples.statement(letter, language)
        assert facts.banner == banner.removeprefix("banner_")
        if library.language(language).direction == "ltr":  # right-to-left text is extracted in visual order
            assert known[banner] in words(library, facts, language).replace("\n", " ")
    assert local_samples.statement("late", language).banner is None


def test_it_is_archival_and_tagged(library: Library) -> None:
    found = reader(library, statement_samples.statement("on_hold"))
    catalog = found.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    about = catalog["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in about
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in about
    assert catalog["/Lang"] == "en"
    fonts = {str(font) for page in found.pages for font in page["/Resources"]["/Font"]}
    assert fonts, "its fonts are inside it"


def test_the_same_facts_give_the_same_bytes(library: Library) -> None:
    facts, english = statement_samples.statement("late"), library.language("en")
    first = library.printer().pdf(facts, english)
    library.printer().pdf(statement_samples.statement("on_hold"), english)
    assert library.printer().pdf(facts, english) == first


def test_what_is_not_asked_for_is_marked_and_left_out_of_the_demand(library: Library) -> None:
    text = words(library, statement_samples.statement("late"))
    assert "in dispute" in text
    assert "Not requested at present £402.50 Not yet due £960.00 Total due £3,120.00" in text.replace("\n", " ")


def test_three_hundred_invoices_break_over_pages_with_heads_and_numbers(library: Library) -> None:
    facts = list(statement_samples.variants())[1]
    found = reader(library, facts)
    assert 6 <= len(found.pages) <= 12
    for number, page in enumerate(found.pages, 1):
        text = page.extract_text()
        assert f"Page {number} of {len(found.pages)}" in text
        if "INV-2" in text and "Balance" not in text:
            assert "Invoice date" in text, "the table's head is repeated"
    everything = "\n".join(page.extract_text() for page in found.pages)
    assert all(f"INV-{number}\n" in everything or f"INV-{number} " in everything for number in range(300))


def test_several_currencies_each_have_their_own_balance(library: Library) -> None:
    text = words(library, list(statement_samples.variants())[2]).replace("\n", " ")
    assert text.count("Age of the outstanding amounts") == 3
    assert "€3,305.85" in text
    assert "£3,182.40" in text
    assert "KWD" in text


def test_hostile_names_are_text_and_nothing_else(library: Library) -> None:
    facts = statement_samples.statement("late")
    hostile = "#panic() *x* $y$ <b> \\u{41} \u202eevil\n@label `raw`"
    text = words(library, replace(facts, account=replace(facts.account, name=hostile)))
    assert "#panic() *x* $y$ <b> \\u{41}" in text


def test_a_section_balances() -> None:
    for facts in statement_samples.variants():
        for section in facts.sections:
            total = sum((one.outstanding.minor for one in section.invoices), 0)
            assert section.balance.minor == total - section.unapplied.minor
    assert Section((), Money(500, "EUR"), None).balance == Money(-500, "EUR")
    assert Section((), zero("EUR"), None).balance == zero("EUR")


def test_the_document_is_called_what_it_is(library: Library) -> None:
    facts = statement_samples.statement("late")
    assert file_name(facts, library.language("en")) == "Statement of account C-10482 2026-04-20.pdf"
    assert file_name(facts, library.language("de")) == "Kontoübersicht C-10482 2026-04-20.pdf"


def test_a_logo_stands_on_it(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PIXEL)
    library = Library(None, logo=tmp_path / "logo.png", color="#aa0000")
    assert library.printer().has_logo
    plain = Library(None).printer().pdf(statement_samples.statement("late"), library.language("en"))
    assert library.printer().pdf(statement_samples.statement("late"), library.language("en")) != plain


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"not a picture", "no picture"), (b"\x89PNG\r\n\x1a\n" + b"0" * 1_000_001, "at most"), (None, "cannot be read")],
)
def test_a_logo_that_is_none_is_told_by_its_file(content: bytes | None, said: str, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    if content is not None:
        logo.write_bytes(content)
    with pytest.raises(LetterError, match=said) as caught:
        read_logo(logo)
    assert str(logo) in str(caught.value)


def test_a_missing_font_is_told_before_the_night(tmp_path: Path) -> None:
    shutil.copytree(builtin_folder() / "fonts", tmp_path / "fonts")
    for file in (tmp_path / "fonts").glob("Vazirmatn*"):
        file.unlink()
    with pytest.raises(LetterError, match="the font Vazirmatn is missing"):
        Printer(builtin_folder() / "statement.typ", tmp_path / "fonts")


def test_a_broken_page_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "statement.typ").write_text("#let data = json(bytes(sys.inputs.data))\n#nonsense", "utf-8")
    library = Library(tmp_path)
    with pytest.raises(LetterError, match=r"statement\.typ: .*nonsense"):
        library.printer().pdf(statement_samples.statement("late"), library.language("en"))
    assert any("statement.typ" in str(error) for error in library._check_statements())


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ((("INV-1", 3, None), ("INV-2", -8, None)), {"INV-1"}),
        ((("INV-1", 0, None), ("INV-2", -8, None)), {"INV-1"}),
        ((("INV-1", -3, None), ("INV-2", -8, None)), {"INV-1", "INV-2"}),
        ((("INV-1", 3, "disputed"), ("INV-2", -8, None)), {"INV-2"}),
        ((("INV-1", 3, "tolerated"), ("INV-2", -8, "promised")), set()),
    ],
)
def test_a_statement_asks_for_what_is_due(lines: tuple[tuple[str, int, str | None], ...], asked: set[str]) -> None:
    invoices = [replace(samples.invoice(number, days, 1000), mark=mark) for number, days, mark in lines]
    assert {one.number for one in payable(invoices, samples.AS_OF)} == asked


def test_what_is_due_in_one_currency_leaves_another_as_it_is() -> None:
    euro = statement_samples._in_euro(samples.invoice("INV-E", -8, 1000))
    assert payable([samples.invoice("INV-1", 3, 1000), euro], samples.AS_OF)[1].number == "INV-E"


@pytest.mark.parametrize("language", ["en", "fa"])
def test_dates_and_short_order_numbers_stay_on_one_line(library: Library, language: str) -> None:
    data = written(statement_samples.statement("on_hold"), library.language(language))
    row = next(row for row in data["sections"][0]["rows"] if row["notes"] and "PO" in row["notes"][0])
    assert " " not in row["cells"][1] + row["cells"][2]
    assert "PO\u00a04711" in row["notes"][0]
