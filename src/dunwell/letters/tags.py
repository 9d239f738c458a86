"""Jinja's tags within Markdown: each is one placeholder letter while the Markdown is read. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from dunwell.letters.facts import LetterError
from dunwell.letters.problems import problem

TAG = re.compile(
    r"""\{\{(?:[^"'}]|"[^"]*"|'[^']*'|\}(?!\}))*\}\}|\{%(?:[^"'%]|"[^"]*"|'[^']*'|%(?!\}))*%\}|\{\#.*?\#\}""", re.S
)
_STATEMENT = re.compile(r"\{%[-+]?\s*(\w+)\s*([^%]*)")
PLACEHOLDER = "\ue000-\uf8fe"


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag as it stands in the file, and what it does to the tags around it."""

    source: str
    kind: str  # open, middle, close, plain (a statement that stands alone) or value
    word: str = ""


@dataclass(slots=True)
class Chunk:
    """A piece of the protected source, and the line of the file on which it starts."""

    text: str
    line: int


@dataclass(slots=True)
class Writer:
    """Collects the text and the HTML form, and the errors on the way."""

    path: Path
    tags: list[Tag] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    line: int = 1
    depth: int = 0
    blocks: list[str] = field(default_factory=list)
    errors: list[LetterError] = field(default_factory=list)

    def wrong(self, line: int, what: str) -> None:
        """Note a problem; reading goes on, so that all are told at once."""
        self.errors.append(problem(self.path, line, what))

    def write_text(self, line: int, words: str) -> None:
        """Text that starts on `line` of the file: error messages of Jinja then name the right line."""
        restored = "\n" * max(0, line - self.line) + self.restored(words)
        self.text.append(restored)
        self.line += restored.count("\n")

    def restored(self, words: str) -> str:
        """`words` with the tags back in their places."""
        return re.sub(f"[{PLACEHOLDER}]", lambda match: self.tags[ord(match[0]) - 0xE000].source, words)

    def tag(self, letter: str) -> Tag | None:
        """The tag for which a character stands, None for an ordinary one."""
        return self.tags[ord(letter) - 0xE000] if 0xE000 <= ord(letter) < 0xE000 + len(self.tags) else None

    def newlines(self, text: str) -> int:
        """Line breaks of the source, those within its tags too."""
        return self.restored(text).count("\n")


def protect(source: str, writer: Writer) -> str:
    """The placeholder of a tag, which the writer keeps; a comment leaves only its line breaks."""
    if source.startswith("{#"):
        return "\n" * source.count("\n")
    writer.tags.append(_read_tag(source))
    if len(writer.tags) > 6000:
        raise problem(writer.path, None, "more than 6000 tags: a letter is a page")
    return chr(0xE000 + len(writer.tags) - 1)


def _read_tag(source: str) -> Tag:
    if source.startswith("{{"):
        return Tag(source, "value")
    match = _STATEMENT.match(source)
    word, rest = (match[1], match[2]) if match else ("", "")
    if word in ("if", "for") or (word == "set" and "=" not in rest):
        return Tag(source, "open", word)
    if word in ("else", "elif"):
        return Tag(source, "middle", word)
    return Tag(source, "close", word[3:]) if word in ("endif", "endfor", "endset") else Tag(source, "plain", word)


def tags_in(text: str, writer: Writer) -> list[Tag]:
    """The tags whose placeholders stand in `text`."""
    return [tag for letter in text if (tag := writer.tag(letter))]


def is_statement(letter: str, writer: Writer) -> bool:
    """Whether a character stands for a statement: an if, for, set or one of their ends."""
    tag = writer.tag(letter)
    return tag is not None and tag.kind != "value"


def is_only_tags(text: str, writer: Writer) -> bool:
    """Whether `text` has no words and no values, only statements and space."""
    return all(letter.isspace() or is_statement(letter, writer) for letter in text)


def hoist(chunk: Chunk, writer: Writer) -> tuple[Chunk, Chunk, Chunk]:
    """Take the tags whose partner is in another paragraph out of this one, so that `<p>` and `{% if %}` nest."""
    text = chunk.text
    lead = next((at for at, letter in enumerate(text) if not is_only_tags(letter, writer)), len(text))
    tail = len(text) - next(
        (at for at, letter in enumerate(reversed(text)) if not is_only_tags(letter, writer)), len(text)
    )
    start, end = 0, len(text)
    for at in reversed(unmatched(text, writer)):
        if at < lead:
            start = max(start, at + 1)
        elif at >= tail:
            end = at
        else:
            line = chunk.line + writer.newlines(text[:at])
            tag = writer.tags[ord(text[at]) - 0xE000].source
            writer.wrong(line, f"{tag} belongs to another paragraph: put it at the start or the end of this one")
    pieces = (text[:start], text[start:end], text[end:])
    lines = (chunk.line, chunk.line + writer.newlines(pieces[0]), chunk.line + writer.newlines(text[:end]))
    before, inner, after = (Chunk(piece, line) for piece, line in zip(pieces, lines, strict=True))
    stripped = inner.text.lstrip()
    inner.line += inner.text[: len(inner.text) - len(stripped)].count("\n")
    inner.text = stripped.rstrip()
    return before, inner, after


def first_divide(chunk: Chunk, writer: Writer) -> int | None:
    """Where a paragraph falls apart: at the first line inside it that is only a tag whose partner is elsewhere."""
    for at in unmatched(chunk.text, writer):
        start = chunk.text.rfind("\n", 0, at) + 1
        row = chunk.text[start:].partition("\n")[0]
        if is_only_tags(row, writer) and not is_only_tags(chunk.text[:start], writer):
            return start
    return None


def unmatched(text: str, writer: Writer) -> list[int]:
    """Where the tags stand that have no partner in `text`; an else goes with its if."""
    opened: list[list[int]] = []
    loose: list[int] = []
    for at, letter in enumerate(text):
        tag = writer.tag(letter)
        if tag is None or tag.kind in ("plain", "value"):
            continue
        if tag.kind == "open":
            opened.append([at])
        elif tag.kind == "middle":
            (opened[-1] if opened else loose).append(at)
        elif tag.kind == "close":
            loose.append(at) if not opened else opened.pop()
    return sorted(loose + [at for group in opened for at in group])
