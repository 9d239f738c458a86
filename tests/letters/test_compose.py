"""What comes out: escaping, the fallback chain, the banner, and letters that are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.letters import samples
from dunwell.letters.compose import compose
from dunwell.letters.facts import Facts, LetterError
from dunwell.letters.templates import Library
from dunwell.terms.money import Money

LATE = samples.typical("late")
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=y>',
    "**bold** _it_ `c` [a](http://b)",
    "{{ 7 }}{% if x %}",
    "A &amp; B",
)


def named(name: str, facts: Facts = LATE) -> Facts:
    """The facts with `name` in every field that comes from outside."""
    invoice = replace(facts.invoices[0], number=f"N {name}", purchase_order=name, reference=name, contract=name)
    return replace(
        facts,
        creditor=replace(
            facts.creditor, name=f"C {name}", person=name, phone=name, address=name, vat_id=name, register=name
        ),
        account=replace(facts.account, number=f"A {name}", name=name, contact=name, salutation=f"Dear {name},"),
        invoices=(invoice, *facts.invoices[1:]),
        totals=tuple(replace(total, bank_account=f"B {name}") for total in facts.totals),
        payment_reference=f"P {name}",
        attached=(name,),
        redirected_from=name,
    )


class _Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag != "br":
            self.seen.append((tag, tuple(name for name, _ in attrs if name != "style")))


def elements(facts: Facts, library: Library, language: str = "en") -> list[tuple[str, tuple[str, ...]]]:
    return _Elements(compose(facts, language, library).html).seen


@pytest.mark.parametrize("name", NASTY)
def test_values_neither_are_html_nor_markdown(name: str, library: Library) -> None:
    letter = compose(named(name), "en", library)
    assert elements(named(name), library) == elements(named("plain"), library)
    assert name in letter.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(), max_size=60), language=st.sampled_from(Library(None).languages()))
def test_hostile_names_inject_nothing(name: str, language: str, library: Library) -> None:
    facts, harmless = named(f"x{name}x"), named("xx")
    letter = compose(facts, language, library)
    # An address and a bank account have lines of their own, so there the number of elements may differ.
    one_line = replace(facts, creditor=replace(facts.creditor, address="x"), totals=harmless.totals)
    assert elements(one_line, library, language) == elements(harmless, library, language)
    assert not set(letter.subject) & set("\r\n\v\f\0\x1c\x1d\x1e\x85\u2028\u2029")
    assert not any(sign < " " and sign != "\n" for sign in letter.text)
    letter.subject.encode(), letter.text.encode(), letter.html.encode()
    assert "<script" not in letter.html.lower()


def test_names_stay_on_their_line(library: Library) -> None:
    letter = compose(named("one\r\nBcc: x@y.example\u2028two"), "en", library)
    assert "\n" not in letter.subject
    assert "Dear one Bcc: x@y.example two," in letter.text
    assert "\nBcc:" not in letter.text.replace("\nBcc: x@y.example\n", "")  # the address keeps its lines, and only it


def test_direction_marks_in_names_are_harmless(library: Library) -> None:
    letter = compose(named("Acme \u202egnp.exe\u2066 شرکت آلفا"), "en", library)
    for form in (letter.subject, letter.text, letter.html):
        assert "\u202e" not in form
        assert form.count("\u2066") == 0
        assert form.count("\u2068") == form.count("\u2069")
    assert "شرکت آلفا" in letter.text


def test_a_name_with_stars_keeps_them(letter_of: Any) -> None:
    library = letter_of("**Dear** {{ account.name }}: **{{ account.name }}** \\*")
    letter = compose(replace(LATE, account=replace(LATE.account, name="**A** *b*")), "en", library)
    assert "Dear **A** *b*: **A** *b* *" in letter.text
    assert "<strong>**A** *b*</strong>" in letter.html


def test_identifiers_are_not_broken_over_lines(letter_of: Any) -> None:
    library = letter_of("Words " * 11 + "{{ account.number | id }} " + "words " * 9)
    letter = compose(replace(LATE, account=replace(LATE.account, number="AB 12 34 56 78")), "en", library)
    assert "\nAB 12 34 56 78 words" in letter.text
    assert '<bdi dir="ltr" style="white-space:nowrap">AB 12 34 56 78</bdi>' in letter.html


def test_the_fallback_chain(library: Library, tmp_path: Path) -> None:
    assert compose(LATE, "en-GB", library).language == "en"
    assert not compose(LATE, "en_gb", library).fell_back
    other = compose(LATE, "sw", library)
    assert (other.language, other.fell_back) == ("en", True)
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl/labels.toml").write_text(
        (Path(__file__).parents[2] / "templates/en/labels.toml").read_text("utf-8")
    )
    (tmp_path / "nl/sentences.toml").write_text('payment_received = "Dank."\nreleased = "Vrij."\n', "utf-8")
    (tmp_path / "nl/late.md.j2").write_text(
        "---\nsubject: S\n---\nHallo.\n\n{{ blocks.invoices }}\n\n{{ blocks.payment }}\n\n{{ blocks.signature }}\n"
    )
    mixed = Library(tmp_path, "nl")
    assert compose(LATE, "sw", mixed).language == "nl"
    assert compose(LATE, "nl-BE", mixed).language == "nl"
    assert not compose(LATE, "nl-BE", mixed).fell_back
    assert compose(samples.typical("issued"), "nl", mixed).language == "en", (
        "what nl lacks comes from the next in the chain"
    )


def test_the_users_letter_wins_and_the_rest_is_built_in(letter_of: Any) -> None:
    library = letter_of("Our own words.")
    assert "Our own words." in compose(LATE, "en", library).text
    assert "Thank you for your business" in compose(samples.typical("issued"), "en", library).text


def test_the_rehearsal_banner_stands_on_top(library: Library) -> None:
    letter = compose(replace(LATE, redirected_from="ap@alder.example"), "en", library)
    assert letter.text.startswith("*** Rehearsal: this letter would have gone to ap@alder.example\n\n")
    assert letter.html.index("Rehearsal:") < letter.html.index("Dear Accounts")
    assert "Rehearsal" not in compose(LATE, "en", library).html.replace("rehearsal", "")


def test_the_page_says_its_language_and_fetches_nothing(library: Library) -> None:
    page = compose(LATE, "en", library).html
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="en" dir="ltr"' in page
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "prefers-color-scheme: dark" in page
    assert not {"<img", "http://", "https://", "<link", "<script", "url("} & {
        mark for mark in ("<img", "http", "<link", "url(") if mark in page
    }


def test_two_currencies_have_two_totals_and_two_accounts(library: Library) -> None:
    facts = next(f for f in samples.variants("late") if len(f.totals) == 2)
    letter = compose(facts, "en", library)
    assert "£1,234.50 and €3,420.00" in letter.text
    assert "IBAN (EUR):" in letter.text
    assert letter.html.count("Total due</td>") == 2


@pytest.mark.parametrize(
    ("spoiled", "lack"),
    [
        ({"invoices": ()}, "no invoice"),
        ({"totals": ()}, "no bank account for GBP"),
        ({"totals": (replace(LATE.totals[0], bank_account=" "),)}, "no bank account for GBP"),
        ({"totals": (replace(LATE.totals[0], principal=Money(0, "GBP")),)}, "no amount"),
        ({"invoices": (replace(LATE.invoices[0], due=None),)}, "no due date"),  # type: ignore[arg-type]
        ({"invoices": (replace(LATE.invoices[0], number=" "),)}, "no number"),
        ({"invoices": (replace(LATE.invoices[0], open_principal=Money(0, "GBP")),)}, "nothing is open"),
        ({"letter": "nonsense"}, "'nonsense'"),
    ],
)
def test_an_incomplete_letter_is_refused(spoiled: dict[str, Any], lack: str, library: Library) -> None:
    with pytest.raises(LetterError, match=lack):
        compose(replace(LATE, **spoiled), "en", library)


def test_an_empty_letter_is_refused(letter_of: Any) -> None:
    source = "---\nsubject: {% if suspended %}S{% endif %}\n---\nWords.\n\n"
    blocks = "{{ blocks.invoices }}\n\n{{ blocks.payment }}\n\n{{ blocks.signature }}\n"
    with pytest.raises(LetterError, match="subject came out empty"):
        compose(LATE, "en", letter_of(source=source + blocks))
    with pytest.raises(LetterError, match="without a word"):
        compose(LATE, "en", letter_of(source="---\nsubject: S\n---\n{% if suspended %}W{% endif %}\n\n" + blocks))


def test_a_persian_page_reads_from_right_to_left(tmp_path: Path, labels: str) -> None:
    (tmp_path / "fa").mkdir()
    (tmp_path / "fa/labels.toml").write_text(labels.replace('"ltr"', '"rtl"'), "utf-8")
    (tmp_path / "fa/late.md.j2").write_text(
        "---\nsubject: {{ first.number | id }}\n---\n{{ creditor.phone | id }} {{ as_of | date }} {{ count }}\n\n"
        "{{ blocks.invoices }}\n\n{{ blocks.payment }}\n\n{{ blocks.signature }}\n",
        "utf-8",
    )
    letter = compose(replace(LATE, as_of=date(2026, 3, 1)), "fa", Library(tmp_path))
    assert '<html lang="fa" dir="rtl"' in letter.html
    assert letter.subject == "\u2068INV-2026-0117\u2069"
    assert "\u2068+44 20 7946 0018\u2069 ۱۰ اسفند ۱۴۰۴ ۲" in letter.text
    assert '<bdi dir="ltr" style="white-space:nowrap">+44 20 7946 0018</bdi>' in letter.html
    assert "text-align: right" in letter.html
    assert "۱٬۲۳۴٫۵۰\u00a0پوند" in letter.html
