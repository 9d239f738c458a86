"""HTML as the text that its reader sees, with the places where mail programs mark what they quote.

A quotation comes out as a text mail has it, each line behind `> `, so that one set of rules reads both.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from dunwell.replies.htmlmarks import Mark, indents_only, mark_of
from dunwell.replies.styles import Look, declarations_of, hiding_classes, look_within

_MOST_TAGS = 40_000
_MOST_TEXT = 400_000
_DEEPEST = 250
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr")
)
_SKIPPED = frozenset(
    ("head", "style", "script", "title", "template", "svg", "math", "xml", "select", "textarea", "iframe")
)
# fmt: off
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "html", "li", "main", "nav", "ol",
        "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
    )
)
# fmt: on
_SPACED = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote"))
_CLOSES = {"li": ("li",), "tr": ("td", "th", "tr"), "td": ("td", "th"), "th": ("td", "th"), "dd": ("dd", "dt")}
_TAG = re.compile(r"(/?)([a-zA-Z][\w:.-]{0,30})")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,60})(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_STYLE = re.compile(r"<style\b[^>]*>([^<]*(?:<!--)?[^<]*)", re.IGNORECASE)


@dataclass(slots=True)
class _Element:
    tag: str
    look: Look
    mark: Mark | None = None
    quotes: bool = False
    spaced: bool = False
    pre: bool = False


@dataclass(slots=True)
class _Writer:
    """Text as it grows, line by line; `depth` is how many quotations it stands in."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    depth: int = 0
    size: int = 0

    def write(self, text: str, pre: bool) -> None:
        if pre:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for other in others:
                self.end(True)
                self.line.append(other)
        else:
            text = _BLANKS.sub(" ", text)
            if not self.line or self.line[-1].endswith(" "):
                text = text.lstrip(" ")
            if text:
                self.line.append(text)
        self.size += len(text)

    def end(self, always: bool = False) -> None:
        """Ends the line at hand; without `always`, only if anything is on it."""
        text = "".join(self.line).replace("\xa0", " ").strip(" \n")
        if self.line or always:
            self.lines.append((">" * self.depth + " " + text).rstrip() if self.depth else text)
        self.line = []

    def blank(self) -> None:
        """Leaves one line empty, if the last is not."""
        self.end()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(">" * self.depth)


@dataclass(slots=True)
class _Page:
    hiding: frozenset[str]
    out: _Writer = field(default_factory=_Writer)
    stack: list[_Element] = field(default_factory=lambda: [_Element("", Look())])
    open: dict[str, int] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    hidden: bool = False
    unclosed: set[str] = field(default_factory=set)
    """Elements known to have no end below, which nobody looks for again."""

    def text(self, words: str) -> None:
        top = self.stack[-1]
        if top.look.hidden:
            self.hidden = self.hidden or bool(words.strip())
        elif words:
            self.out.write(html.unescape(words) if "&" in words else words, top.pre)

    def start(self, tag: str, body: str) -> None:
        attributes = _attributes(body) if body else {}
        style = declarations_of(attributes["style"]) if "style" in attributes else {}
        if tag == "br":
            self.out.end(True)
            return
        if tag in _BLOCKS or tag == "hr":
            self.out.end()
            self._close_implied(tag)
        elif tag in ("td", "th"):
            self._close_implied(tag)
            self.out.write(" ", False)
        look = look_within(self.stack[-1].look, style, attributes)
        if self.hiding and self._by_sheet(attributes):
            look = Look(gone=True)
        mark = mark_of(tag, attributes, style, len(self.out.lines))
        if mark and not look.hidden:
            self.out.end()
            mark.line = len(self.out.lines)
            self.marks.append(mark)
        if tag in _VOID or (body.endswith("/") and tag not in _BLOCKS):
            return
        self._open(_Element(tag, look, mark), attributes, style)

    def _open(self, element: _Element, attributes: dict[str, str], style: dict[str, str]) -> None:
        tag, out = element.tag, self.out
        if len(self.stack) >= _DEEPEST:
            return
        element.pre = self.stack[-1].pre or tag == "pre" or style.get("white-space", "").startswith("pre")
        tight = "msonormal" in attributes.get("class", "").lower() or style.get("margin", "").startswith("0")
        element.spaced = tag in _SPACED or (tag == "p" and not tight)
        if element.spaced:
            out.blank()
        if tag == "blockquote" and not indents_only(attributes, style):
            element.quotes = True
            out.depth += 1
        if tag == "li" and not element.look.hidden:
            out.write("- ", False)
        self.stack.append(element)
        self.open[tag] = self.open.get(tag, 0) + 1

    def _close_implied(self, tag: str) -> None:
        if self.stack[-1].tag == "p":
            self.close("p")
        for implied in _CLOSES.get(tag, ()):
            if self.stack[-1].tag == implied:
                self.close(implied)

    def _by_sheet(self, attributes: dict[str, str]) -> bool:
        names = ["." + name for name in attributes.get("class", "").lower().split()[:20]]
        return any(name in self.hiding for name in [*names, "#" + attributes.get("id", "").lower()])

    def close(self, tag: str) -> None:
        if not self.open.get(tag):
            return
        while len(self.stack) > 1:
            element = self.stack.pop()
            self.open[element.tag] -= 1
            if element.tag in _BLOCKS:
                self.out.end()
            if element.mark:
                self.out.end()
                element.mark.until = len(self.out.lines)
            if element.quotes:
                self.out.depth -= 1
            if element.spaced:
                self.out.blank()
            if element.tag == tag:
                break


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader of HTML sees. `marks` count lines; `hidden` says that there were words that nobody sees."""

    text: str
    marks: tuple[Mark, ...]
    hidden: bool
    whole: bool


def seen_of(source: str) -> Seen:
    """The text of an HTML page as its reader sees it."""
    sheets = "".join(_STYLE.findall(source[:300_000])[:20])
    page = _Page(hiding_classes(sheets))
    whole = _read(page, source)
    while len(page.stack) > 1:
        page.close(page.stack[-1].tag)
    page.out.end()
    return Seen("\n".join(page.out.lines), tuple(page.marks), page.hidden, whole)


def _read(page: _Page, source: str) -> bool:
    """Reads tag by tag; False if the page is too long to be read whole."""
    place, tags = 0, 0
    while place < len(source):
        opens = source.find("<", place)
        if opens < 0:
            page.text(source[place:])
            return True
        if opens > place:
            page.text(source[place:opens])
        tags += 1
        if tags > _MOST_TAGS or page.out.size > _MOST_TEXT:
            return False
        place = _tag(page, source, opens)
    return True


def _tag(page: _Page, source: str, opens: int) -> int:
    """Reads the tag that opens there; where reading goes on."""
    if source.startswith("<!--", opens):
        # A conditional comment that every reader but Outlook shows: <!--[if !mso]><!--> words <!--<![endif]-->
        closes = source.find("-->", opens + 2)
        return closes + 3 if closes >= 0 else len(source)
    found = _TAG.match(source, opens + 1)
    if not found:
        if source[opens + 1 : opens + 2] in ("!", "?", "/"):
            closes = source.find(">", opens)
            return closes + 1 if closes >= 0 else len(source)
        page.text("&lt;")
        return opens + 1
    closes = _end_of_tag(source, found.end())
    if closes < 0:
        return len(source)
    tag = found[2].lower()
    if found[1]:
        page.close(tag)
    elif tag in _SKIPPED:
        return _after(page, source, tag, closes)
    else:
        page.start(tag, source[found.end() : min(closes, found.end() + 10_000)])
    return closes + 1


def _end_of_tag(source: str, place: int) -> int:
    """Where the tag's `>` stands, the ones within quotation marks passed over."""
    first = closes = source.find(">", place)
    for _ in range(4):
        if closes < 0 or source.count('"', place, closes) % 2 == 0:
            return closes if closes >= 0 else first
        closes = source.find(">", closes + 1)
    return first


def _after(page: _Page, source: str, tag: str, closes: int) -> int:
    """Where reading goes on after an element whose content is no text."""
    if source[closes - 1 : closes] == "/" or tag in page.unclosed:
        return closes + 1
    end = re.compile(rf"</{tag}\b[^<>]{{0,100}}>", re.IGNORECASE).search(source, closes)
    if end:
        return end.end()
    # Never closed: a head ends where the body begins, anything else is only its tag.
    page.unclosed.add(tag)
    body = re.compile("<body", re.IGNORECASE).search(source, closes) if tag == "head" else None
    return body.start() if body else closes + 1


def _attributes(body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(body):
        value = double or single or bare
        found.setdefault(name.lower(), html.unescape(value) if "&" in value else value)
    return found
