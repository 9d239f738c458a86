"""labels.toml: a language's name, direction and the words of its tables."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path

from dunwell.letters.languages import Formats
from dunwell.letters.problems import Problems, problem
from dunwell.letters.sms import BLANKS
from dunwell.letters.view import Language, clean

WORDS = (
    "salutation",
    "closing",
    "closing_formal",
    "invoice",
    "issued",
    "due",
    "amount",
    "credited",
    "open",
    "days_late",
    "charges",
    "principal",
    "total",
    "as_of",
    "other_invoices",
    "payee",
    "bank_account",
    "iban",
    "payment_reference",
    "how_to_pay",
    "account_number",
    "purchase_order",
    "telephone",
    "email",
    "vat_id",
    "register",
    "and",
    "rehearsal",
    "pay_online",
    "payment_code",
    "other_ways",
    "by_direct_debit",
    "part",
    "part_state",
    "part_open",
    "part_paid",
    "part_missed",
    "received_on",
    "reference",
    "statement",
    "date",
    "details",
    "balance",
    "ageing",
    "not_due",
    "days_1_30",
    "days_31_60",
    "days_61_90",
    "days_over_90",
    "movements",
    "payment",
    "credit_note",
    "charge",
    "adjustment",
    "in_dispute",
    "promised_for",
    "last_day",
    "on_pause",
    "not_asked",
    "unapplied",
    "banner_past_due",
    "banner_on_hold",
    "interest",
    "from",
    "to",
    "days",
    "rate",
    "page",
    "sms",
)
"""The words that every language has."""

_BLANKS = {
    "page": ("{page}", "{pages}"),
    "promised_for": ("{date}",),
    "last_day": ("{date}",),
    "movements": ("{date}",),
    "sms": BLANKS,
}

# French sets a no-break space before the colon.
_COLONS = {"fr": "\u00a0:"}


def read_labels(path: Path, name: str) -> Language:
    """The language in the folder `name`, whose labels are in `path`; raises LetterError with all that is wrong."""
    try:
        source = path.read_text("utf-8")
        labels = tomllib.loads(source)
    except (OSError, UnicodeDecodeError) as error:
        raise problem(path, None, f"cannot be read ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise problem(path, None, f"is not TOML: {error}") from None
    if wrong := [problem(path, _line(source, key), what) for key, what in _wrong(labels)]:
        raise Problems(list(wrong))
    direction = str(labels["direction"])
    try:
        formats = Formats(name, rtl=direction == "rtl")
    except ValueError as error:
        raise problem(path, None, str(error)) from None
    words = {key: str(word).strip() for key, word in labels["words"].items()}
    return Language(name, direction, words, formats, _COLONS.get(name.partition("-")[0], ":"))


def _wrong(labels: dict[str, object]) -> Iterator[tuple[str, str]]:
    for key in sorted(labels.keys() - {"name", "direction", "words"}):
        yield key, f"unknown entry {key!r}: the entries are name, direction and [words]"
    if not isinstance(labels.get("name"), str):
        yield "name", 'name = "…" is missing: the language\'s own name'
    if labels.get("direction") not in ("ltr", "rtl"):
        yield "direction", 'direction = "ltr" or "rtl" is missing'
    words = labels.get("words")
    if not isinstance(words, dict):
        yield "[words]", "the section [words] is missing"
        return
    for key in sorted(words.keys() - set(WORDS)):
        near = difflib.get_close_matches(key, WORDS, n=1)
        yield key, f"unknown word {key!r}" + (f": did you mean {near[0]!r}?" if near else ": remove it")
    for key in WORDS:
        if key not in words:
            yield "[words]", f'the word {key!r} is missing: add {key} = "…" under [words]'
        elif not isinstance(word := words[key], str) or not word.strip():
            yield key, f"the word {key!r} is empty or no text: write it in this language"
        elif clean(word) != word.strip():
            yield key, f"the word {key!r} must be text on one line without control characters"
        elif lack := [blank for blank in _BLANKS.get(key, ()) if blank not in word]:
            yield key, f"the word {key!r} must hold {lack[0]}, which is filled in"


def _line(source: str, key: str) -> int | None:
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() == key or line.partition("=")[0].strip() == key:
            return number
    return None
