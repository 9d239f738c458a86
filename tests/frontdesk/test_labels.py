"""The labels: each language has each, and what can stand on a page has one."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from dunwell.desk.disputes import CODES
from dunwell.frontdesk.labels import LANGUAGES, chosen, labels
from dunwell.frontdesk.pages import marked
from dunwell.letters.languages import Formats
from dunwell.litigation.disposition import Disposition
from dunwell.replies.meanings import INTENTS
from dunwell.rules.ageing import BUCKETS
from dunwell.rules.stages import STAGES
from dunwell.terms.agreement import Action
from dunwell.terms.outcome import Outcome
from dunwell.terms.user import UserRole

ROOM = Path(__file__).resolve().parents[2] / "src" / "dunwell" / "frontdesk"
PERSIAN_OR_CYRILLIC = {"fa": r"[\u0600-\u06ff]", "ru": r"[\u0400-\u04ff]"}
SAME_EVERYWHERE = {"dso"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_label_and_no_other(language: str) -> None:
    english, own = labels("en").words, labels(language).words
    assert set(own) == set(english)
    assert [key for key, label in own.items() if not label.strip()] == []
    if script := PERSIAN_OR_CYRILLIC.get(language):
        assert [key for key, label in own.items() if not re.search(script, label)] == sorted(SAME_EVERYWHERE)
    elif language != "en":
        same = sum(own[key] == english[key] for key in english)
        assert same < len(english) / 10, "it is not English under another name"


def test_every_language_has_its_file() -> None:
    assert {file.stem for file in (ROOM / "labels").glob("*.toml")} == set(LANGUAGES)


def test_the_pages_ask_for_labels_that_there_are_and_use_all_of_them() -> None:
    known = labels("en").words
    text = "\n".join(file.read_text("utf-8") for file in [*(ROOM / "pages").glob("*.html"), *ROOM.rglob("*.py")])
    asked = set(re.findall(r"""\bt\(['"](\w+)['"]\)|\blabels\("(\w+)"\)""", text))
    assert {one or other for one, other in asked} <= set(known)
    groups = set(re.findall(r"""word\(['"](\w+)['"]""", text))
    unused = [
        key for key in known
        if not re.search(rf"""['"]{key}['"]""", text)
        and key.partition("_")[0] not in groups and not key.startswith(("told_", "refused_"))
    ]  # fmt: skip
    assert unused == []


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("stage", STAGES), ("outcome", Outcome), ("action", Action), ("disposition", Disposition),
        ("intent", INTENTS), ("code", CODES), ("bucket", BUCKETS), ("role", UserRole),
    ],
)  # fmt: skip
def test_every_word_of_the_trade_has_a_label(group: str, values: list[str]) -> None:
    assert [value for value in values if f"{group}_{value}" not in labels("en").words] == []


def test_a_word_without_a_label_is_shown_as_it_is() -> None:
    assert labels("de").word("task", "some_new_kind") == "some new kind"


@pytest.mark.parametrize(
    ("own", "accepted", "found"),
    [
        (None, "", "en"),
        (None, "tlh, de-AT;q=0.9, fr", "de"),
        ("fa", "de", "fa"),
        ("xx", "it", "it"),
        (None, "*;q=0.1", "en"),
        (None, ",;=,\x00" * 1000, "en"),
    ],
)
def test_the_language_is_the_users_then_the_browsers(own: str | None, accepted: str, found: str) -> None:
    assert chosen(own, accepted) == found


def test_days_and_amounts_are_written_as_the_language_does() -> None:
    assert isinstance(labels("fa").formats, Formats)
    assert labels("fa").formats.number(12) == "۱۲"


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("a < b by Friday", ["by Friday"], "a &lt; b <mark>by Friday</mark>"),
        ("we pay\n on Monday", ["pay on Monday"], "we <mark>pay\n on Monday</mark>"),
        ("one two three", ["two three", "two"], "one <mark>two three</mark>"),
        ("nothing", ["else", "", "  "], "nothing"),
        ("<i>x</i>", ["<i>x"], "<mark>&lt;i&gt;x</mark>&lt;/i&gt;"),
        ("(a+)+", ["(a+)+"], "<mark>(a+)+</mark>"),
    ],
)
def test_words_are_marked_and_everything_is_escaped(text: str, words: list[str], found: str) -> None:
    assert str(marked(text, words)) == found


def test_what_is_vendored_is_what_was_noted() -> None:
    """assets/README.md says of each foreign file which version it is, and its SHA-256."""
    readme = (ROOM / "assets" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \|.*\| ([\d.]+) \| `([0-9a-f]{64})` \|$", readme, re.M)
    assert [name for name, _, _ in rows] == ["htmx.min.js"]
    for name, version, digest in rows:
        content = (ROOM / "assets" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert f'version:"{version}"'.encode() in content
    assert "Zero-Clause BSD" in (ROOM / "assets" / "htmx.LICENSE").read_text("utf-8")
