"""The sentences that the engine sets into letters by itself: thanks for a payment, and those of law.

They stand in `sentences.toml` beside the labels, in the same Markdown and with the same facts as a letter. Those of
law are by country; which of them are set is the policy's to say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from dunwell.letters.body import PARAGRAPH, read_body
from dunwell.letters.facts import Facts, LetterError
from dunwell.letters.inspection import NAMES
from dunwell.letters.problems import Problems, listed, problem
from dunwell.letters.sandbox import Cage, compile_letter, render
from dunwell.terms.letter import NEWS, SENTENCES_OF_LAW

MAX_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, compiled for text and for HTML."""

    text: Template
    html: Template
    path: Path

    def fill(self, seen: dict[str, Any]) -> tuple[str, Markup]:
        """The sentence for these facts: its words, and its paragraph of HTML."""
        words = render(self.text, seen, self.path, MAX_WORDS).strip(f"{PARAGRAPH} \n")
        # What the HTML form renders is escaped already.
        return words, Markup(render(self.html, seen, self.path, MAX_WORDS))  # noqa: S704


class Sentences:
    """The sentences of one language; raises LetterError with all that is wrong with the file."""

    def __init__(self, path: Path, text: Cage, html: Cage) -> None:
        self._path = path
        self._cages = (text, html)
        self._known: dict[tuple[str, str], Sentence] = {}
        try:
            source = path.read_text("utf-8")
            data = tomllib.loads(source)
        except (OSError, UnicodeDecodeError) as error:
            raise problem(path, None, f"cannot be read ({error})") from None
        except tomllib.TOMLDecodeError as error:
            raise problem(path, None, f"is not TOML: {error}") from None
        errors = [*self._read(data, source)]
        if errors:
            raise Problems(errors)

    def news(self, facts: Facts) -> list[Sentence]:
        """The good news that a letter about other things carries."""
        wanted = [name for name, there in zip(NEWS, (facts.payments, facts.released), strict=True) if there]
        return [self._known[name, ""] for name in wanted]

    def of_law(self, facts: Facts) -> list[Sentence]:
        """The sentences of law that the policy turned on and that this language has."""
        return [self._known[one] for one in facts.sentences if one in self._known]

    def _read(self, data: dict[str, Any], source: str) -> Iterator[LetterError]:
        for name in NEWS:
            if name not in data:
                yield problem(self._path, None, f'the sentence {name} = "…" is missing')
        for name, value in data.items():
            if name in NEWS:
                yield from self._keep((name, ""), value, source)
            elif name not in SENTENCES_OF_LAW:
                known = ", ".join((*NEWS, *SENTENCES_OF_LAW))
                yield problem(self._path, _line(source, name), f"unknown sentence {name!r}: there are {known}")
            elif not isinstance(value, dict):
                yield problem(self._path, _line(source, name), f"[{name}] holds a sentence for each country, GB = …")
            else:
                for country, sentence in value.items():
                    yield from self._keep((name, country), sentence, source)

    def _keep(self, key: tuple[str, str], sentence: object, source: str) -> Iterator[LetterError]:
        line = _line(source, key[1] or key[0], section=key[0] if key[1] else None)
        if not isinstance(sentence, str) or not sentence.strip():
            yield problem(self._path, line, "the sentence is empty or no text: write it in this language")
            return
        try:
            body = read_body(sentence.strip(), self._path, 1)
            text, html = (
                compile_letter(cage, form.strip(), self._path, NAMES)
                for cage, form in zip(self._cages, (body.text, body.html), strict=True)
            )
        except LetterError as error:
            for one in listed(error):
                where = f"{self._path}:{line}" if line else str(self._path)
                yield LetterError(f"{where}: {str(one).partition(': ')[2]}")
            return
        self._known[key] = Sentence(text, html, self._path)


def _line(source: str, key: str, section: str | None = None) -> int | None:
    inside = section is None
    for number, line in enumerate(source.splitlines(), start=1):
        if section is not None and line.strip().startswith("["):
            inside = line.strip() == f"[{section}]"
        if inside and (line.partition("=")[0].strip() == key or line.strip() == f"[{key}]"):
            return number
    return None
