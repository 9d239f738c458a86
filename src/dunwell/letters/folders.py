"""The folders of templates: which languages they have files of, and what in them no letter would ever be made from."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from dunwell.letters.facts import LetterError
from dunwell.letters.languages import tag
from dunwell.letters.problems import problem
from dunwell.terms.letter import LETTERS

_FILES = ("*.md.j2", "labels.toml", "sentences.toml")


def languages(folders: Sequence[Path]) -> set[str]:
    """The languages that `folders` have a file of, whole or not, by the names of their folders."""
    return {path.parent.name for folder in folders for name in _FILES for path in folder.glob(f"*/{name}")}


def stray(folders: Sequence[Path], only: tuple[str, ...] | None = None) -> Iterator[LetterError]:
    """Files that no letter has the name of, and folders that no language has: a slip of the pen would else go
    unnoticed. `only` in some languages."""
    for folder in folders:
        for name in sorted(languages([folder])):
            if name != tag(name) and (only is None or tag(name) in only):
                yield problem(folder / name, None, f"no language is looked for here: call the folder {tag(name)}")
        for path in sorted(folder.glob("*/*.md.j2")):
            name = path.name.removesuffix(".md.j2")
            if name not in LETTERS and (only is None or path.parent.name in only):
                near = difflib.get_close_matches(name, LETTERS, n=1)
                hint = f": did you mean {near[0]}.md.j2?" if near else ""
                yield problem(path, None, f"there is no letter {name!r}{hint}")
