"""Typst: from `statement.typ` and the words of a statement to a PDF. One compiler is kept, and warm."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

import typst

from dunwell.letters.problems import problem
from dunwell.letters.statement import StatementFacts, written
from dunwell.letters.view import Language

FONTS = ("Noto Sans", "Vazirmatn")
PERSIAN_FIRST = ("Vazirmatn", "Noto Sans")
# PDF/A-3a: archival and tagged, so that a screen reader finds rows and headings; A-3 may carry e-invoice data.
STANDARD: Literal["a-3a"] = "a-3a"
_LOGOS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"<svg": "svg", b"<?xml": "svg"}
MOST_LOGO = 1_000_000


class Printer:
    """Prints statements. `page` is the Typst file, `fonts` a folder of TTF files, `logo` the creditor's picture.

    Raises LetterError where the page, the fonts or the logo cannot be used.
    """

    def __init__(self, page: Path, fonts: Path, logo: Path | None = None) -> None:
        self.page, self.fonts = page, fonts
        self._folder = tempfile.TemporaryDirectory(prefix="dunwell-page-")
        self._logo = self._take_logo(logo)
        self._main = Path(self._folder.name) / "statement.typ"
        try:
            self._main.write_bytes(page.read_bytes())
        except OSError as error:
            raise problem(page, None, f"cannot be read ({error}): restore it from Dunwell's own templates") from None
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])
        if missing := [name for name in FONTS if name not in found.families()]:
            raise problem(fonts, None, f"the font {missing[0]} is missing: restore it from Dunwell's own templates")
        self._compiler = typst.Compiler(str(self._main), root=self._folder.name, font_paths=found)

    @property
    def has_logo(self) -> bool:
        """Whether a logo is printed."""
        return self._logo is not None

    def pdf(self, facts: StatementFacts, language: Language) -> bytes:
        """The statement as PDF/A-3a, the same bytes for the same facts; raises LetterError when the page is unsound."""
        data = written(facts, language)
        data["fonts"] = PERSIAN_FIRST if language.direction == "rtl" else FONTS
        data["logo"] = self._logo
        inputs = {"data": json.dumps(data, ensure_ascii=False)}
        made = datetime.combine(facts.as_of, time(12), UTC)
        try:
            pdf = self._compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=made)
        except typst.TypstError as error:
            raise problem(self.page, None, f"{error.message}: {_first_line(error.diagnostic)}") from None
        if not isinstance(pdf, bytes):
            raise problem(self.page, None, "the page came out empty")
        return pdf

    def _take_logo(self, logo: Path | None) -> str | None:
        if logo is None:
            return None
        content = read_logo(logo)
        name = f"logo.{_kind(content)}"
        (Path(self._folder.name) / name).write_bytes(content)
        return name


class Page:
    """A page of its own, such as the dossier's or a letter's: one Typst file that takes `data`. Its compiler is kept.

    Raises LetterError where the file cannot be read.
    """

    def __init__(self, page: Path, fonts: Path) -> None:
        self._page = page
        self._folder = tempfile.TemporaryDirectory(prefix="dunwell-page-")
        main = Path(self._folder.name) / page.name
        try:
            main.write_bytes(page.read_bytes())
        except OSError as error:
            raise problem(page, None, f"cannot be read ({error}): restore it from Dunwell's own templates") from None
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])
        self._compiler = typst.Compiler(str(main), root=self._folder.name, font_paths=found)

    def pdf(self, data: Mapping[str, Any], on: date) -> bytes:
        """The page as PDF/A-3a, dated `on`; raises LetterError when it is unsound."""
        inputs = {"data": json.dumps(data, ensure_ascii=False)}
        made = datetime.combine(on, time(12), UTC)
        try:
            pdf = self._compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=made)
        except typst.TypstError as error:
            raise problem(self._page, None, f"{error.message}: {_first_line(error.diagnostic)}") from None
        if not isinstance(pdf, bytes):
            raise problem(self._page, None, "the page came out empty")
        return pdf


def read_logo(logo: Path) -> bytes:
    """The logo's bytes; raises LetterError where the file is no picture that PDF and mail programs show."""
    try:
        content = logo.read_bytes()
    except OSError as error:
        raise problem(logo, None, f"cannot be read ({error.strerror}): set creditor.logo to a picture") from None
    if _kind(content) is None:
        raise problem(logo, None, "the logo is no picture: give a PNG, JPEG or SVG file")
    if len(content) > MOST_LOGO:
        raise problem(logo, None, f"has {len(content):,} bytes: a logo has at most {MOST_LOGO:,}")
    return content


def _kind(content: bytes) -> str | None:
    start = content.lstrip()[:8]
    return next((kind for magic, kind in _LOGOS.items() if start.startswith(magic)), None)


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def logo_for_mail(logo: Path | None) -> tuple[str, bytes] | None:
    """The logo's kind and bytes where mail programs show it: they take PNG and JPEG, few of them SVG."""
    if logo is None:
        return None
    content = read_logo(logo)
    kind = {"png": "png", "jpg": "jpeg"}.get(_kind(content) or "")
    return (kind, content) if kind else None
