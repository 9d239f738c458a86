"""Templates that are unsound or hostile: each problem with its file, its line and what to do; all of them at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from dunwell.letters import samples
from dunwell.letters.compose import compose
from dunwell.letters.facts import LetterError
from dunwell.letters.labels import WORDS
from dunwell.letters.templates import Library, builtin_folder
from dunwell.terms.letter import LETTERS

LATE = samples.typical("late")

ATTACKS = [
    "{{ ''.__class__ }}",
    "{{ creditor.__init__ }}",
    "{{ creditor['__init__'] }}",
    "{{ creditor.items }}",
    "{{ account.name.upper }}",
    "{{ account.name.format }}",
    "{{ first.due.replace }}",
    "{{ first.due.year }}",
    "{{ first.amount.currency }}",
    "{{ invoices.count }}",
    "{{ invoices.__class__ }}",
    "{{ invoices[0].__class__ }}",
    "{% for i in invoices %}{{ loop._iterable }}{% endfor %}",
    "{% for i in invoices %}{{ loop.cycle }}{% endfor %}",
    "{% for i in invoices %}{{ loop('x') }}{% endfor %}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum() }}",
    "{{ range(10**9) }}",
    "{% for i in range(1000000000) %}x{% endfor %}",
    "{{ 'x' * 10**9 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ ('x' ~ 'y') | attr('__class__') }}",
    "{{ creditor | attr('name') }}",
    "{{ invoices | map(attribute='__class__') | list }}",
    "{{ 'x' | center(1000000000) }}",
    "{{ '%s' | format(1) }}",
    "{{ '<b>' | safe }}",
    "{{ namespace() }}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% macro m() %}{% endmacro %}",
    "{{ 'x' + 'y' }}",
    "{{ invoices + invoices }}",
    "{% set invoices = 1 %}",
    "{% set x = '" + "x" * 5000 + "' %}" + "{% set x = x ~ x %}" * 40,
    "{% set x %}" + "x" * 5000 + "{% endset %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40,
    "{% for c in 'abc' %}x{% endfor %}",
    "{% for c in creditor %}x{% endfor %}",
    "{% for a in invoices recursive %}x{% endfor %}",
    "".join("{% for " + c + " in others %}" for c in "abcdefgh") + "x" + "{% endfor %}" * 8,
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ (steps) }}",
    "{{ blocks }}",
    "{{ words.total }}",
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack[:40])
def test_attacks_fail_at_the_check_and_at_compose(attack: str, letter_of: Any) -> None:
    started = time.monotonic()
    library = letter_of(attack)
    facts = next(f for f in samples.variants("late") if len(f.invoices) > 30)
    facts = type(facts)(**{**{n: getattr(facts, n) for n in facts.__dataclass_fields__}, "others": facts.invoices})
    with pytest.raises(LetterError, match=r"late\.md\.j2"):
        compose(facts, "en", library)
    if "others" not in attack:
        assert any("late.md.j2" in str(error) for error in library._check_letter("late", "en"))
    assert time.monotonic() - started < 10


WRONG = [
    ("{{ acount.name }}", "late.md.j2:6: unknown name 'acount': did you mean 'account'?"),
    ("Words\n{{ first.nmber | id }}", "late.md.j2:7: there is no fact 'first.nmber': did you mean 'number'?"),
    ("{% for i in invoices %}{{ i.nmber }}{% endfor %}", "late.md.j2:6: there is no fact 'nmber' here"),
    ("{{ first.due }}", "late.md.j2:6: a date has no form of its own: add a filter"),
    ("{{ first.amount }}", "late.md.j2:6: a Money has no form of its own"),
    ("{{ deadline | date }}", "late.md.j2:6: a date is asked for, but this fact is not there"),
    ("{{ deadline }}", "late.md.j2:6: this fact is not there for every letter"),
    ("{{ first.number | money }}", "late.md.j2:6: an amount is asked for, but this is str"),
    ("{{ count | plural(one='x') }}", "late.md.j2:6: plural needs at least other="),
    ("{{ first.number | datum }}", "late.md.j2:6: No filter named 'datum'"),
    ("{% if single %}x", "late.md.j2:"),
    ("{{ first. }}", "late.md.j2:6:"),
    ("Words.\n\n# Title", "late.md.j2:8: a letter has no headings"),
    ("<b>x</b>", "late.md.j2:6: a letter has no HTML"),
    ("| a | b |", "late.md.j2:6: a letter has no tables"),
    ("{{ blocks.payment }}", "'{{ blocks.payment }} stands 2 times"),
    ("x {{ blocks.payment }}", "late.md.j2:6: {{ blocks.payment }} must stand alone"),
    ("{{ blocks.sums }}", "late.md.j2:6: there is no block 'sums'"),
    (
        "{% if single %}\n\n{{ blocks.payment }}\n\n{% endif %}",
        "late.md.j2:8: {{ blocks.payment }} stands in an if or for",
    ),
    ("**Pay now", "late.md.j2:6: a ** has no partner"),
    ("[pay](https://x.example/{{ first.number }})", "late.md.j2:6: a fact cannot stand in the address of a link"),
    (
        "One {% if single %} two\n\nthree {% endif %} four.",
        "late.md.j2:6: {% if single %} belongs to another paragraph",
    ),
    ("\ue000", "private use area"),
]


@pytest.mark.parametrize(("body", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_mistake_names_its_file_and_line(body: str, message: str, letter_of: Any) -> None:
    errors = [str(error) for error in letter_of(body)._check_letter("late", "en")]
    assert any(message.strip("'") in error for error in errors), errors


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Words.", "late.md.j2:1: no front matter"),
        ("---\ntitle: x\n---\nWords.", "late.md.j2:2: the front matter has exactly one line"),
        ("---\nsubject: a\nsubject: b\n---\nWords.", "the front matter has exactly one line"),
        ("---\nsubject:\n---\nWords.", "the front matter has exactly one line"),
        ("---\nsubject: {{ nobody }}\n---\nWords.", "late.md.j2:2: unknown name 'nobody'"),
        ("---\nsubject: a\n---\nWords.", "{{ blocks.signature }} is missing"),
    ],
)
def test_front_matter(source: str, message: str, letter_of: Any) -> None:
    errors = [str(error) for error in letter_of(source=source)._check_letter("late", "en")]
    assert any(message in error for error in errors), errors


def test_check_tells_everything_at_once(tmp_path: Path, labels: str) -> None:
    for language in ("en", "nl"):
        (tmp_path / language).mkdir()
    (tmp_path / "en/late.md.j2").write_text("---\nsubject: {{ a }}\n---\n{{ b }}\n\n{{ c }}\n")
    (tmp_path / "en/issued.md.j2").write_text("nothing")
    (tmp_path / "nl/labels.toml").write_text(labels.replace("total =", "totl ="), "utf-8")
    (tmp_path / "nl/late.md.j2").write_text("---\nsubject: x\n---\n")
    found = "\n".join(map(str, Library(tmp_path).check()))
    for expected in (
        "en/late.md.j2:2: unknown name 'a'",
        "{{ blocks.payment }} is missing",
        "en/issued.md.j2:1: no front matter",
        "unknown word 'totl': did you mean 'total'?",
        "the word 'total' is missing: add total =",
        "issued.md.j2 is missing: write it in this language",
    ):
        assert expected in found
    assert len(found.splitlines()) == len(set(found.splitlines()))


def test_every_missing_word_is_named(tmp_path: Path, labels: str) -> None:
    (tmp_path / "en").mkdir()
    for word in WORDS:
        rows = [row for row in labels.splitlines() if not row.startswith(f"{word} =")]
        (tmp_path / "en/labels.toml").write_text("\n".join(rows), "utf-8")
        with pytest.raises(LetterError, match=rf"labels\.toml:\d+: the word '{word}' is missing"):
            compose(LATE, "en", Library(tmp_path))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"ltr"', '"up"', "direction = "),
        ('name = "English"', "", "name = "),
        ('total = "Total due"', 'total = ""', "the word 'total' is empty"),
        ('total = "Total due"', 'total = "a\\nb"', "the word 'total' must be text on one line"),
        ('total = "Total due"', "total = 3", "the word 'total' is empty or no text"),
        ('name = "English"', 'name = "English"\ncolour = "red"', r"labels\.toml:2: unknown entry 'colour'"),
        ("[words]", "[wrods]", r"unknown entry 'wrods'"),
        ('"ltr"', '"ltr', "is not TOML"),
    ],
)
def test_unsound_labels(before: str, after: str, message: str, tmp_path: Path, labels: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/labels.toml").write_text(labels.replace(before, after, 1), "utf-8")
    with pytest.raises(LetterError, match=message):
        compose(LATE, "en", Library(tmp_path))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("{{ body }}", "", "{{ body }} must stand exactly once"),
        ("macro payment()", "macro paiment()", "the macro 'payment' is missing"),
        ("{{ words.total }}", "{{ wrods.total }}", "unknown name 'wrods'"),
        ("{{ words.total }}", "{{ words.totl }}", "there is no fact 'totl'"),
        ("{{ words.total }}", "{{ ''.__class__ }}", "only facts have parts"),
    ],
)
def test_an_unsound_layout(before: str, after: str, message: str, tmp_path: Path) -> None:
    layout = (builtin_folder() / "layout.html.j2").read_text("utf-8")
    (tmp_path / "layout.html.j2").write_text(layout.replace(before, after, 1), "utf-8")
    with pytest.raises(LetterError, match=message.replace("{", r"\{")) as caught:
        compose(LATE, "en", Library(tmp_path))
    assert "layout.html.j2" in str(caught.value)


LISTS = """Attached:
{% for name in attached %}
- {{ name }}
{% endfor %}

{% if suspended %}
Suspended.
{% else %}
Not **suspended**{% if single %}, one{% endif %}.

- a
- b
  goes on
{% endif %}

1. one
2. two"""


def test_markdown_in_both_forms(letter_of: Any) -> None:
    facts = type(LATE)(**{**{n: getattr(LATE, n) for n in LATE.__dataclass_fields__}, "attached": ("a.pdf", "b.pdf")})
    letter = compose(facts, "en", letter_of(LISTS))
    assert "Attached:\n\n- a.pdf\n- b.pdf\n\nNot suspended.\n\n- a\n- b goes on\n1. one\n2. two\n" in letter.text
    bare = __import__("re").sub(r' style="[^"]*"', "", letter.html).replace("\n", "")
    assert "<p>Attached:</p><ul><li>a.pdf</li><li>b.pdf</li></ul><p>Not <strong>suspended</strong>.</p>" in bare
    assert "<ul><li>a</li><li>bgoes on</li></ul><ol><li>one</li><li>two</li></ol>" in bare
    assert "<p></p>" not in bare


def test_every_built_in_language_is_whole_or_being_written(library: Library) -> None:
    assert "en" in library.languages()
    assert all(library.find(letter, "en").language.name == "en" for letter in LETTERS)
