"""A letter's Markdown, turned once into two templates: one for text, one for HTML. Pure.

Jinja's tags are replaced by single placeholder letters while Markdown is read, and put back afterwards. So the values
of a letter are put in when Markdown is long done: nothing in a name can act as Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from dunwell.letters.problems import Problems, problem
from dunwell.letters.tags import (
    PLACEHOLDER,
    TAG,
    Chunk,
    Writer,
    first_divide,
    hoist,
    is_only_tags,
    is_statement,
    protect,
    tags_in,
)

BLOCKS = ("invoices", "concerned", "received", "parts", "payment", "signature")
"""The parts of a letter that the engine writes."""

PARAGRAPH, ITEM, BLOCK, UNBROKEN = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
"""Marks in the text form: a paragraph, a list item, a block; a space inside an identifier. Values never hold them."""

_POINT = "\u2e2c"  # four dots of the Middle Ages: punctuation that no letter has
_BLOCK_TAG = re.compile(r"^\{\{\s*blocks\.(\w+)\s*\}\}$")
_MARKER = re.compile(rf"^(?P<tags>[\s{PLACEHOLDER}]*?)(?P<marker>[-*]|\d{{1,2}}[.)])[ \t]+(?P<text>.*)$")
_NOT_TAKEN = (
    (re.compile(r"^\s{0,3}#{1,6}\s"), "a letter has no headings: write a sentence, or **bold**"),
    (re.compile(r"^\s*\|"), "a letter has no tables of its own: {{ blocks.invoices }} is the table"),
    (re.compile(r"^\s*<[a-zA-Z/!]"), "a letter has no HTML: write Markdown"),
    (re.compile(r"^\s*(```|~~~|>)"), "a letter has no quotations or code: write a sentence"),
)

_MARKDOWN = MarkdownIt("zero", {"html": False}).enable(["emphasis", "escape", "link", "newline", "entity"])


@dataclass(frozen=True, slots=True)
class Body:
    """The two templates. `text` keeps the line numbers of the file; in `html` a block is `<!--block NAME-->`."""

    text: str
    html: str


def read_body(source: str, path: Path, first_line: int, blocks: frozenset[str] = frozenset()) -> Body:
    """Both templates of a letter's body, which starts on `first_line` of the file and has each of `blocks` once;
    raises LetterError."""
    writer = Writer(path)
    if re.search("[\ue000-\uf8ff\ufdd0-\ufdef]", source):
        raise problem(path, first_line, "characters of the private use area do not belong in a letter: remove them")
    protected = TAG.sub(lambda match: protect(match[0], writer), source)
    for chunk in _chunks(protected, first_line, writer):
        _write_chunk(chunk, writer)
    for name in BLOCKS:
        times = writer.blocks.count(name)
        if name not in blocks and times:
            writer.wrong(0, f"{{{{ blocks.{name} }}}} does not belong in this letter: it has {_list(blocks)}")
        elif name in blocks and times != 1:
            found = "is missing" if times == 0 else f"stands {times} times"
            writer.wrong(0, f"{{{{ blocks.{name} }}}} {found}: put it once into the letter, alone in its paragraph")
    if writer.errors:
        raise Problems(writer.errors)
    return Body("".join(writer.text), "\n".join(part for part in writer.html if part))


def _list(blocks: frozenset[str]) -> str:
    return ", ".join(f"blocks.{name}" for name in BLOCKS if name in blocks) or "no blocks"


def _chunks(text: str, line: int, writer: Writer) -> list[Chunk]:
    """The paragraphs: what blank lines separate."""
    chunks: list[Chunk] = []
    fresh = True
    for row in text.split("\n"):
        if not row.strip():
            fresh = True
        elif fresh:
            chunks.append(Chunk(row, line))
            fresh = False
        else:
            chunks[-1].text += "\n" + row
        line += 1 + writer.newlines(row)
    return chunks


def _write_chunk(chunk: Chunk, writer: Writer) -> None:
    for pattern, what in _NOT_TAKEN:
        for number, row in enumerate(chunk.text.split("\n")):
            if pattern.match(row):
                writer.wrong(chunk.line + number, what)
    _write_sound(chunk, writer)


def _write_sound(chunk: Chunk, writer: Writer) -> None:
    if divide := first_divide(chunk, writer):
        head = chunk.text[: divide - 1]
        _write_sound(Chunk(head, chunk.line), writer)
        _write_sound(Chunk(chunk.text[divide:], chunk.line + 1 + writer.newlines(head)), writer)
        return
    before, inner, after = hoist(chunk, writer)
    _write_tags(before, writer)
    if not is_only_tags(inner.text, writer):
        _write_content(inner, writer)
    else:
        _write_tags(inner, writer)
    _write_tags(after, writer)


def _write_content(chunk: Chunk, writer: Writer) -> None:
    if names := [name for letter in chunk.text if (name := _block_name(letter, writer))]:
        _write_block(chunk, names, writer)
        return
    rows = chunk.text.split("\n")
    start = next((at for at, row in enumerate(rows) if _is_item(row, at, rows, writer)), None)
    if start is None:
        _write_words(chunk, writer, "p", PARAGRAPH)
        return
    while start > 0 and is_only_tags(rows[start - 1], writer):
        start -= 1
    if start:
        head = "\n".join(rows[:start])
        _write_sound(Chunk(head, chunk.line), writer)
        _write_sound(Chunk("\n".join(rows[start:]), chunk.line + 1 + writer.newlines(head)), writer)
        return
    _write_list(chunk, writer)


def _is_item(row: str, at: int, rows: list[str], writer: Writer) -> bool:
    match = _MARKER.match(row)
    if match is None or any(tag.kind == "value" for tag in tags_in(match["tags"], writer)):
        return False
    # A wrapped line may begin with "1. März": a number makes a list only where it opens the paragraph.
    return match["marker"] in "-*" or all(is_only_tags(above, writer) for above in rows[:at])


def _write_list(chunk: Chunk, writer: Writer) -> None:
    items: list[Chunk] = []
    line = chunk.line
    for row in chunk.text.split("\n"):
        if _MARKER.match(row) or is_only_tags(row, writer) or not items or is_only_tags(items[-1].text, writer):
            items.append(Chunk(row, line))
        else:
            items[-1].text += "\n" + row.strip()
        line += 1 + writer.newlines(row)
    numbered = any((match := _MARKER.match(item.text)) and match["marker"] not in "-*" for item in items)
    writer.html.append("<ol>" if numbered else "<ul>")
    for item in items:
        _write_item(item, writer)
    writer.html.append("</ol>" if numbered else "</ul>")


def _write_item(item: Chunk, writer: Writer) -> None:
    match = _MARKER.match(item.text.partition("\n")[0])
    if match is None:
        _write_tags(item, writer)
        return
    text = item.text[match.start("text") :]
    _write_tags(Chunk(match["tags"], item.line), writer)
    before, inner, after = hoist(Chunk(text, item.line), writer)
    _write_tags(before, writer)
    marker = "" if match["marker"] in "-*" else match["marker"] + UNBROKEN
    _write_words(inner, writer, "li", ITEM + marker)
    _write_tags(after, writer)


def _write_words(chunk: Chunk, writer: Writer, element: str, mark: str) -> None:
    # To Markdown an {% if %} is punctuation: so **Pay.**{% if x %} closes its emphasis, as its author expects.
    marked = "".join(f"{_POINT}{letter}{_POINT}" if is_statement(letter, writer) else letter for letter in chunk.text)
    html = _MARKDOWN.renderInline(marked).replace(_POINT, "")
    text = _plain(marked).replace(_POINT, "")
    if plain := [href for href in _links(marked) if not href.startswith(("https://", "mailto:"))]:
        writer.wrong(chunk.line, f"the link {plain[0]!r} is not safe to follow: begin it with https://")
    if "**" in text:
        writer.wrong(chunk.line, "a ** has no partner in its paragraph: put it directly before and behind the words")
    wanted = [letter for letter in chunk.text if writer.tag(letter)]
    if [letter for letter in html if writer.tag(letter)] != wanted:
        writer.wrong(chunk.line, "a fact cannot stand in the address of a link: write the address out")
        return
    writer.write_text(chunk.line, mark + text)
    writer.html.append(f"<{element}>{writer.restored(html)}</{element}>")


def _links(markdown: str) -> list[str]:
    tokens = _MARKDOWN.parseInline(markdown)[0].children or []
    return [str(token.attrGet("href") or "") for token in tokens if token.type == "link_open"]


def _plain(markdown: str) -> str:
    """Markdown's words without its marks; a link's address follows its words."""
    words: list[str] = []
    address = ""
    for token in _MARKDOWN.parseInline(markdown)[0].children or []:
        if token.type in ("softbreak", "hardbreak"):
            words.append("\n")
        elif token.type == "link_open":
            address = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            words.append(f" ({address})")
        else:
            words.append(token.content)
    return "".join(words)


def _write_block(chunk: Chunk, names: list[str], writer: Writer) -> None:
    name = names[0]
    if len(chunk.text.strip()) != 1:
        writer.wrong(
            chunk.line, f"{{{{ blocks.{name} }}}} must stand alone in its paragraph: put blank lines around it"
        )
    elif name not in BLOCKS:
        writer.wrong(chunk.line, f"there is no block {name!r}: the blocks are {', '.join(BLOCKS)}")
    elif writer.depth:
        writer.wrong(
            chunk.line, f"{{{{ blocks.{name} }}}} stands in an if or for: every letter has it, so put it outside"
        )
    writer.blocks += names
    writer.write_text(chunk.line, BLOCK + name)
    writer.html.append(f"<!--block {name}-->")


def _block_name(letter: str, writer: Writer) -> str | None:
    tag = writer.tag(letter)
    match = _BLOCK_TAG.match(tag.source) if tag else None
    return match[1] if match else None


def _write_tags(chunk: Chunk, writer: Writer) -> None:
    if not chunk.text.strip():
        return
    writer.write_text(chunk.line, chunk.text)
    writer.html.append(writer.restored(chunk.text.strip()))
    for tag in tags_in(chunk.text, writer):
        writer.depth += {"open": 1, "close": -1}.get(tag.kind, 0)
