"""Every letter of every language that is there, word for word: a change of words shows in the review."""

from __future__ import annotations

from pathlib import Path

import pytest

from dunwell.letters import local_samples, samples
from dunwell.letters.compose import compose
from dunwell.letters.templates import Library
from dunwell.terms.letter import LETTERS, blocks_of

GOLDEN = Path(__file__).parents[1] / "golden" / "letters"
COMMAND = "pytest tests/letters/test_golden.py --update-golden"
LANGUAGES = Library(None).languages()


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_is_the_golden_one(language: str, letter: str, library: Library, request: pytest.FixtureRequest) -> None:
    written = compose(local_samples.typical(letter, language), language, library)
    if written.language != language:
        pytest.skip(f"{language} has no {letter} yet")
    forms = {"txt": f"Subject: {written.subject}\n\n{written.text}", "html": written.html}
    for ending, form in forms.items():
        path = GOLDEN / language / f"{letter}.{ending}"
        if request.config.getoption("--update-golden", default=False):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(form, "utf-8")
        assert path.is_file(), f"no golden letter {path}: look at the letter, then write it with: {COMMAND}"
        assert form == path.read_text("utf-8"), f"{path} differs: if the new letter is right, run: {COMMAND}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_sound_in_every_shape_of_facts(language: str, library: Library) -> None:
    wrong = [error for letter in LETTERS for error in library._check_letter(letter, language)]
    missing = [error for error in wrong if "is missing: write it" in str(error)]
    assert wrong == missing, "\n".join(map(str, wrong))


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_has_no_marks_left(language: str, letter: str, library: Library) -> None:
    for facts in samples.variants(letter):
        written = compose(facts, language, library)
        for form in (written.subject, written.text, written.html):
            assert not {"**", "{{", "{%", "None", "Undefined"} & {
                mark for mark in ("**", "{{", "{%", "None") if mark in form.replace("*** ", "")
            }
            assert not any(
                "\ue000" <= sign <= "\uf8ff" or "\ufdd0" <= sign <= "\ufdef" or sign == "\u2e2c" for sign in form
            )
        assert "\n\n\n" not in written.text
        for invoice in facts.invoices if {"invoices", "concerned"} & blocks_of(letter) else ():
            assert invoice.number in written.text
            assert invoice.number in written.html
