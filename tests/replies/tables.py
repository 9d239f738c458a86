"""The tables of phrases in `phrases/`: a phrase, a bar, and what is to be found in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

LANGUAGES = ("de", "en", "es", "fa", "fr", "it", "ro", "ru")
WRITTEN = date(2026, 5, 4)
"""The day of writing of every phrase of dates: a Monday, 14 Ordibehesht 1405."""


def rows(kind: str, language: str) -> list[tuple[str, str]]:
    """The phrases of one table with what is expected."""
    file = Path(__file__).parent / "phrases" / kind / f"{language}.txt"
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return [(phrase.strip(), expected.strip()) for phrase, _, expected in (line.rpartition("|") for line in lines)]


def all_phrases() -> list[tuple[str, str]]:
    """Every phrase with its language."""
    return [(lang, phrase) for kind in ("dates", "amounts") for lang in LANGUAGES for phrase, _ in rows(kind, lang)]
