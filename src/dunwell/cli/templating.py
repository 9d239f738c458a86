"""`dunwell letters list`, `show`, `check`, `render` and `gallery`: for those who write the templates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from dunwell import wiring
from dunwell.cli.gallery import write_gallery
from dunwell.cli.output import Exit, bar, err, json_line, out, stop, table
from dunwell.desk import rendering
from dunwell.desk.rendering import Rendered
from dunwell.letters.facts import LetterError
from dunwell.letters.languages import tag
from dunwell.letters.templates import Library
from dunwell.rules.tomltext import nearest
from dunwell.terms.letter import LETTERS

Format = Literal["html", "text", "pdf", "eml"]
LanguageOption = Annotated[str | None, typer.Option("--language", metavar="LANGUAGE", help="Only this language.")]
LetterOption = Annotated[
    str, typer.Option("--letter", metavar="NAME", help="Which letter: see `dunwell letters list`.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `dunwell letters`."""
    app.command("list")(list_letters)
    app.command("show")(show)
    app.command("check")(check)
    app.command("render")(render)
    app.command("gallery")(gallery)


def list_letters(
    language: LanguageOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a letter.")] = False,
) -> None:
    """List every letter in every language, with the stage that sends it and the file that it comes from."""
    library, policy = wiring.library(), wiring.read_policy(wiring.policy_file())
    rows = [
        {
            "letter": letter,
            "stage": rendering.stage_of(policy, letter),
            "language": name,
            "file": str(library.source(letter, name) or "") or None,
        }
        for name in _languages(library, language)
        for letter in LETTERS
    ]
    if as_json:
        for row in rows:
            json_line(row)
        return
    heads = ("letter", "stage", "language", "file")
    table("Letters", heads, [[row[head] or ("missing" if head == "file" else "-") for head in heads] for row in rows])


def show(letter: LetterOption, language: Annotated[str, typer.Option("--language", help="In which language.")]) -> None:
    """Show a letter's template as it stands in its file."""
    library = wiring.library()
    _known(library, letter, language)
    file = library.source(letter, tag(language))
    if file is None:
        stop(f"there is no letter {letter} in {language}: add {tag(language)}/{letter}.md.j2", Exit.BAD_INPUT)
    err.print(str(file), style="dim", markup=False)
    sys.stdout.write(file.read_text("utf-8"))


def check(
    language: LanguageOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a problem.")] = False,
) -> None:
    """Check every letter, sentence and label, and the statement, with sample facts in all the shapes that come.

    Ends with 2 when something is wrong: each problem names its file and line, and what to do.
    """
    library = wiring.library()
    only = _languages(library, language) if language else None
    with bar(total=False) as progress:
        progress.add_task("checking the letters")
        problems = library.check(only=only)
    for problem in problems:
        json_line({"problem": str(problem)}) if as_json else out.print(str(problem), markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(int(Exit.BAD_INPUT))
    if not as_json:
        out.print(f"all letters are sound: {', '.join(only or library.languages())}")


def render(
    letter: LetterOption,
    language: Annotated[
        str | None, typer.Option("--language", help="In which language (default: the invoice's).")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="html|text|pdf|eml", help="In which form.")] = "text",
    invoice: Annotated[str | None, typer.Option("--invoice", help="With this open invoice's facts.")] = None,
) -> None:
    """Write one letter to standard output: with sample facts, or with those of a real invoice. Nothing is sent.

    `pdf` is the account's statement, which every letter has.
    """
    if form not in ("html", "text", "pdf", "eml"):
        stop(f"--format: {form!r} is not known; use html, text, pdf or eml", Exit.BAD_INPUT)
    library = wiring.library()
    _known(library, letter, language)
    moment = wiring.moment()
    if invoice is None:
        if language is None:
            stop("--language: say in which language, or name an --invoice", Exit.BAD_INPUT)
        rendered = rendering.with_samples(library, letter, language, moment)
    else:
        rendered = rendering.with_invoice(wiring.office(), letter, language, invoice, moment)
    if language and rendered.letter.fell_back:
        err.print(f"there is no {letter} in {language}: this is {rendered.letter.language}", markup=False)
    sys.stdout.flush()
    sys.stdout.buffer.write(_form(rendered, cast(Format, form)))


def _form(rendered: Rendered, form: Format) -> bytes:
    match form:
        case "html":
            return rendered.letter.html.encode()
        case "text":
            return f"{rendered.letter.subject}\n\n{rendered.letter.text}".encode()
        case "pdf":
            return rendered.pdf
        case "eml":
            return rendered.eml


def gallery(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where to write it.")] = Path("gallery"),
    language: LanguageOption = None,
) -> None:
    """Write a browsable page of all letters in all languages: phone and desktop, light and dark, with statements."""
    library = wiring.library()
    names = _languages(library, language)
    with bar() as progress:
        task = progress.add_task("writing the gallery", total=len(names) * len(LETTERS))
        page = write_gallery(library, names, to, wiring.moment(), lambda: progress.advance(task))
    out.print(f"written: {page}", markup=False)


def _languages(library: Library, language: str | None) -> tuple[str, ...]:
    known = library.languages() if language is None else library.folders()
    if language is None:
        return known
    if tag(language) not in known:
        stop(
            f"--language: {language!r} has no folder{nearest(tag(language), known)}; there are {', '.join(known)}",
            Exit.BAD_INPUT,
        )
    return (tag(language),)


def _known(library: Library, letter: str, language: str | None) -> None:
    """End with 2 for a letter or a language that there is not."""
    if letter not in LETTERS:
        stop(
            f"--letter: there is no letter {letter!r}{nearest(letter, LETTERS)}; there are {', '.join(LETTERS)}",
            Exit.BAD_INPUT,
        )
    if language is not None and tag(language).partition("-")[0] not in {
        n.partition("-")[0] for n in library.languages()
    }:
        raise LetterError(f"--language: {language!r} has no folder; there are {', '.join(library.languages())}")
