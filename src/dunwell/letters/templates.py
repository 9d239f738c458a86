"""The library of letters: templates and labels from the user's folder, and from Dunwell's own where that has none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from dunwell.letters import folders, samples, statement_samples
from dunwell.letters.body import read_body
from dunwell.letters.facts import LetterError
from dunwell.letters.inspection import EXPECTED, NAMES
from dunwell.letters.labels import read_labels
from dunwell.letters.languages import chain, tag
from dunwell.letters.layout import Layout
from dunwell.letters.printing import Page, Printer
from dunwell.letters.problems import Problems, listed, problem
from dunwell.letters.sandbox import compile_letter
from dunwell.letters.sentences import Sentences
from dunwell.letters.view import LAYOUT_NAMES, Language
from dunwell.letters.writing import LetterTemplate, cages, disagreement
from dunwell.terms.letter import LETTERS, blocks_of

_FRONT = re.compile(r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*\n(?P<body>.*)\Z", re.S | re.M)
_SUBJECT = re.compile(r"^subject:[ \t]*(?P<subject>\S.*)$")
_NO_FRONT = "no front matter: begin the file with a line ---, then subject: …, then a line ---"

Thing = TypeVar("Thing")


def builtin_folder() -> Path:
    """Dunwell's own templates: inside the installed package, or at the root of a checkout."""
    here = Path(__file__).resolve()
    inside = here.parents[1] / "templates"
    return inside if inside.is_dir() else here.parents[3] / "templates"


class Library:
    """Letters by name and language. Each is read, checked and compiled when it is first asked for, then kept.

    `folder` is the user's own (None: they have none): what it lacks comes from `builtin`. `fallback_language` is the
    creditor's: used where the account's language has no such letter, and English after it. `color` (#rrggbb) and `logo`
    are the creditor's own.
    """

    def __init__(
        self,
        folder: Path | None,
        fallback_language: str = "en",
        *,
        builtin: Path | None = None,
        color: str | None = None,
        logo: Path | None = None,
    ) -> None:
        self.fallback_language = tag(fallback_language)
        self._color, self._logo = color, logo
        own = [] if folder is None else [folder]
        self._folders = tuple(dict.fromkeys([*own, builtin or builtin_folder()]))
        self._known: dict[tuple[str, ...], object] = {}

    def languages(self) -> tuple[str, ...]:
        """The languages that have a folder with labels, in alphabetical order."""
        found = {path.parent.name for folder in self._folders for path in folder.glob("*/labels.toml")}
        return tuple(sorted(name for name in found if name == tag(name)))

    def folders(self) -> tuple[str, ...]:
        """The languages that there is any file of, with those regions that have a few letters only."""
        return tuple(sorted({*self.languages(), *self._own_languages()}))

    def find(self, letter: str, language: str) -> LetterTemplate:
        """The letter in `language`, else in the next language of the chain; raises LetterError when it is unsound."""
        return self._once(("find", letter, language), lambda: self._find(letter, language))

    def printed(self, name: str, data: Mapping[str, Any], on: date) -> bytes:
        """The page `name` (a Typst file among the templates) with `data`, as PDF; raises LetterError."""
        return self._once(("page", name), lambda: self._load_page(name)).pdf(data, on)

    def _load_page(self, name: str) -> Page:
        page, fonts = self._path(name), self._path("fonts")
        if page is None or fonts is None:
            raise LetterError(f"{name} or fonts is missing: restore it from Dunwell's own templates")
        return Page(page, fonts)

    def printer(self) -> Printer:
        """What prints statements; raises LetterError where its page, its fonts or the logo cannot be used."""
        return self._once(("printer",), self._load_printer)

    def _load_printer(self) -> Printer:
        page, fonts = self._path("statement.typ"), self._path("fonts")
        if page is None or fonts is None:
            what = "statement.typ or fonts is missing: restore it from Dunwell's own templates"
            raise problem(self._folders[-1], None, what)
        printer = Printer(page, fonts, self._logo)
        if self._logo is not None:
            try:
                printer.pdf(statement_samples.statement("late"), self.language("en"))
            except LetterError as error:
                raise problem(self._logo, None, f"cannot be printed, or the page around it: {error}") from None
        return printer

    def source(self, letter: str, language: str) -> Path | None:
        """The file of a letter in exactly this language; None where it has none."""
        return self._path(f"{language}/{letter}.md.j2")

    def check(self, *, own_only: bool = False, only: tuple[str, ...] | None = None) -> list[LetterError]:
        """All problems of all letters, layouts, labels and statements. Each letter is also filled in with many sample
        facts.

        `own_only` looks at what the user's own folder changes: quick enough for every night; `only` at some languages.
        """
        found: dict[str, LetterError] = {}
        # Also those whose folder has no labels: a region needs none, and a language is told that it does.
        for language in only or (self._own_languages() if own_only else self.folders()):
            for letter in LETTERS:
                for error in self._check_letter(letter, language, may_lack=own_only):
                    found.setdefault(str(error), error)
        if not own_only:
            more = (*folders.stray(self._folders, only), *self._check_statements(only))
            found |= {str(error): error for error in more}
        if not self.languages():
            missing = problem(self._folders[0], None, "no language here: a language is a folder with labels.toml")
            found[str(missing)] = missing
        return list(found.values())

    def _check_statements(self, only: tuple[str, ...] | None = None) -> Iterator[LetterError]:
        """What is wrong with the statement's page, its fonts, the logo, or a language's words in it."""
        try:
            printer = self.printer()
            directions: set[str] = set()
            for name in only or self.languages():
                language = self.language(name)
                printer.pdf(statement_samples.statement("on_hold"), language)
                # The page's own shapes are tried once in each direction: words do not change them.
                for facts in statement_samples.variants() if language.direction not in directions else ():
                    printer.pdf(facts, language)
                directions.add(language.direction)
        except LetterError as error:
            yield from listed(error)

    def _own_languages(self) -> tuple[str, ...]:
        """The languages that the user's own folder has a file of; all of them where it has a layout."""
        if len(self._folders) == 1:
            return ()
        own = self._folders[0]
        if (own / "layout.html.j2").exists():
            return self.languages()
        return tuple(sorted(name for name in folders.languages([own]) if name == tag(name)))

    def _check_letter(self, letter: str, language: str, *, may_lack: bool = False) -> list[LetterError]:
        errors: list[LetterError] = []
        try:
            template = self._template(letter, language)
            if template is None and (may_lack or "-" in language):
                return []  # it falls back; a region may leave letters to its language
            if template is None:
                lack = problem(
                    self._folders[0] / language, None, f"{letter}.md.j2 is missing: write it in this language"
                )
                return [lack]
            for facts in samples.variants(letter):
                try:
                    if word := disagreement(template.fill(facts, fell_back=False)):
                        what = f"the text says {word!r} and the HTML does not: mend the layout's macros"
                        errors.append(problem(template.layout, None, what))
                except LetterError as error:
                    errors += listed(error)
        except LetterError as error:
            errors += listed(error)
        return errors

    def _find(self, letter: str, language: str) -> LetterTemplate:
        for name in chain(language, self.fallback_language):
            if template := self._template(letter, name):
                return template
        raise LetterError(
            f"there is no letter {letter!r} in {language!r}, {self.fallback_language!r} or English: add one"
        )

    def _template(self, letter: str, language: str) -> LetterTemplate | None:
        return self._once(("letter", letter, language), lambda: self._load(letter, language))

    def _load(self, letter: str, name: str) -> LetterTemplate | None:
        path = self._path(f"{name}/{letter}.md.j2")
        language = self._language(name) if path else None
        if path is None or language is None:
            return None
        front, body, body_line = _split(path)
        layout = self._layout()
        text_cage, html_cage = self._once(("cages", name), lambda: cages(language.formats))
        errors: list[LetterError] = []
        # Everything that can be looked at is looked at, so that one check tells all.
        subject = _kept(errors, lambda: compile_letter(text_cage, "\n" * (front[0] - 1) + front[1], path, NAMES))
        read = _kept(errors, lambda: read_body(body, path, body_line, blocks_of(letter)))
        must = EXPECTED.get(letter, ())
        text = _kept(errors, lambda: compile_letter(text_cage, read.text, path, NAMES, must)) if read else None
        sentences = _kept(errors, lambda: self.sentences(name))
        if errors or not (subject and read and text and sentences):
            raise Problems(errors)
        known = NAMES | LAYOUT_NAMES
        self._once(("inspected", name), lambda: compile_letter(html_cage, layout.inspected, layout.path, known))
        page = layout.around(read.html, language.direction)
        html = compile_letter(html_cage, page, layout.path, known)
        return LetterTemplate(letter, language, path, layout.path, subject, text, html, sentences)

    def sentences(self, name: str) -> Sentences:
        """The sentences of the language `name`, or of the language that it is a region of; raises LetterError."""
        return self._once(("sentences", name), lambda: self._load_sentences(name))

    def _load_sentences(self, name: str) -> Sentences:
        path = self._nearest(name, "sentences.toml")
        language = self._language(name)
        if path is None or language is None:
            what = "sentences.toml is missing: copy that of another language and translate it"
            raise problem(self._folders[-1] / name, None, what)
        return Sentences(path, *self._once(("cages", name), lambda: cages(language.formats)))

    def language(self, name: str) -> Language:
        """The words and forms of the language `name`; raises LetterError where its labels are unsound."""
        found = self._language(name)
        if found is None:
            raise LetterError(f"there is no language {name!r}: the languages are {', '.join(self.languages())}")
        return found

    def _language(self, name: str) -> Language | None:
        return self._once(("language", name), lambda: self._load_language(name))

    def _load_language(self, name: str) -> Language | None:
        path = self._nearest(name, "labels.toml")
        if path is None:
            what = "labels.toml is missing: copy that of another language and translate it"
            raise problem(self._folders[0] / name, None, what)
        return read_labels(path, name)

    def _nearest(self, name: str, file: str) -> Path | None:
        """The language's own file, else that of the language that it is a region of."""
        parts = name.split("-")
        paths = (self._path(f"{'-'.join(parts[:end])}/{file}") for end in range(len(parts), 0, -1))
        return next((path for path in paths if path), None)

    def _layout(self) -> Layout:
        path = self._path("layout.html.j2")
        if path is None:
            raise problem(self._folders[-1], None, "layout.html.j2 is missing: restore it from Dunwell's own templates")
        return self._once(("layout",), lambda: Layout(path, self._color))

    def _path(self, name: str) -> Path | None:
        return next((folder / name for folder in self._folders if (folder / name).exists()), None)

    def _once(self, key: tuple[str, ...], load: Callable[[], Thing]) -> Thing:
        if key not in self._known:
            self._known[key] = load()
        return self._known[key]  # type: ignore[return-value]  # what stands under a key is what its loader made


def _kept(errors: list[LetterError], make: Callable[[], Thing]) -> Thing | None:
    try:
        return make()
    except LetterError as error:
        errors += listed(error)
        return None


def _split(path: Path) -> tuple[tuple[int, str], str, int]:
    """The subject with its line, the body, and the line on which the body starts."""
    try:
        source = path.read_text("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise problem(path, None, f"cannot be read ({error}): save it as UTF-8") from None
    match = _FRONT.match(source)
    if match is None:
        raise problem(path, 1, _NO_FRONT)
    rows = [(number, row) for number, row in enumerate(match["front"].split("\n"), start=2) if row.strip()]
    subjects = [(number, found["subject"]) for number, row in rows if (found := _SUBJECT.match(row))]
    if len(subjects) != 1 or len(rows) != 1:
        line = next((number for number, row in rows if not _SUBJECT.match(row)), 2)
        raise problem(path, line, "the front matter has exactly one line, subject: … with the subject after it")
    return subjects[0], match["body"], source[: match.start("body")].count("\n") + 1
