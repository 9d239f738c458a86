"""A text as a row of nodes: words by their kind, numbers by what they may be. What no date can rest on is a blank."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dunwell.replies.when.lexicon import Branch, Kinds, Lexicon
from dunwell.replies.when.numerals import FIXED, cluster_nodes, plain_number

_SCAN = re.compile(r"\d+(?:[.,:/'-]\d+)*|[^\W\d_]+|\n[^\S\n]*\n|[^\w\s]|_")
_MARKS: dict[str, Kinds] = {
    ",": {"comma": None},
    "-": {"dash": None},
    "/": {"slash": None},
    "(": {"open": None},
    ")": {"close": None},
    "'": {"apostrophe": None},
    "&": {"and": None},
    "|": {"comma": None},
} | {sign: {"notday": None} for sign in "%€$£₽₺₹﷼°‰"}
_ABBREVIATED = frozenset({"month", "weekday", "unit", "num", "ord", "numweak", "numdate", "label", "next", "in", "by"})
_FIGURES = frozenset({"num", "count", "figures", "numdate", "numweak", "wnum", "code"})
_LINKS = frozenset({"and", "or", "comma", "the"})
_LABEL_MARKS = frozenset(":.°-#")
_NO_DIGITS = str.maketrans("", "", "0123456789")
_BLANK: Kinds = {}
_EDGE: Kinds = {"edge": None}
MARK_KINDS = (
    frozenset(frozenset(kinds) for kinds in _MARKS.values())
    | FIXED
    | {frozenset({"nothing"}), frozenset({"edge"}), frozenset()}
)


@dataclass(slots=True)
class Node:
    """A stretch of the folded text from `start` to `end`, and what it may be."""

    kinds: Kinds
    start: int
    end: int


class _Reader:
    """Reads one text. `point` says whether the language writes decimals with a point."""

    def __init__(self, text: str, lexicon: Lexicon, point: bool) -> None:
        self.text, self.lexicon, self.point = text, lexicon, point
        self.tokens = [(m.group(), m.start(), m.end()) for m in _SCAN.finditer(text)]
        self.nodes: list[Node] = [Node(_EDGE, 0, 0)]
        self.at = 0
        self.labelled = -9, ""

    def read(self) -> list[Node]:
        while self.at < len(self.tokens):
            token, start, end = self.tokens[self.at]
            if token[0].isdecimal():
                self._number(token, start, end)
            elif not self._phrase():
                self._other(token, start, end)
            self.at += 1
        self.nodes.append(Node(_EDGE, len(self.text), len(self.text)))
        return self.nodes

    # Words

    def _phrase(self) -> bool:
        """Take the longest phrase of the tables that begins here."""
        branch: Branch | None = self.lexicon.words
        best: tuple[int, tuple[Kinds, ...]] | None = None
        place = self.at
        while branch is not None and place < len(self.tokens):
            branch = branch.following.get(self.tokens[place][0])
            if branch is not None and branch.found is not None:
                best = place, branch.found
            place += 1
        if best is None:
            return False
        last, found = best
        start, end = self.tokens[self.at][1], self.tokens[last][2]
        self.nodes += [Node(kinds, start, end) for kinds in found]
        self.at = last
        self._swallow_dot(found[-1])
        return True

    def _other(self, mark: str, start: int, end: int) -> None:
        if mark == "'" and self.text[start - 1 : start].isalpha() and self.text[end : end + 1].isalpha():
            return  # an elision: d'octobre
        kinds = _MARKS.get(mark)
        if kinds is None and mark[0].isalpha():
            kinds = self.lexicon.misspelt(mark)
        self.nodes.append(Node(kinds or _BLANK, start, end))

    def _swallow_dot(self, kinds: Kinds) -> bool:
        """Pass over the point of an abbreviation or ordinal: `Feb.`, `15.`"""
        follows = self.at + 1
        end = self.tokens[self.at][2]
        dotted = follows < len(self.tokens) and self.tokens[follows][0] == "." and self.tokens[follows][1] == end
        if dotted and not _ABBREVIATED.isdisjoint(kinds):
            self.at += 1
            return True
        return False

    # Numbers

    def _number(self, token: str, start: int, end: int) -> None:
        if self._is_phone(start):
            self._blank_number(start, end, {"phone": None})
            return
        if self._is_code(start):
            self._blank_number(start, end)
            return
        suffix = self._suffix(end)
        if suffix and token.isdecimal():
            self.at += suffix
            self.nodes.append(self._ordinal(token, start, self.tokens[self.at][2]))
        elif suffix is None or (len(token) > 24):
            self._blank_number(start, end)
        elif token.isdecimal():
            node = Node(plain_number(token), start, end)
            if self._swallow_dot(node.kinds) and "num" in node.kinds:
                node.kinds = {**node.kinds, "dot": node.kinds["num"]}
            self.nodes.append(node)
        else:
            self._cluster(token, start)

    def _cluster(self, token: str, start: int) -> None:
        """A number with separators: `15.02`, `2026-05-04`, `10/1-11/2/2017`."""
        dotted = self._swallow_dot({"numdate": None})
        for kinds, first, last in cluster_nodes(token, self.point, dotted):
            self.nodes.append(Node(kinds, start + first, start + last))

    def _ordinal(self, token: str, start: int, end: int) -> Node:
        value = int(token[:4])
        if not 1 <= value <= 31:
            return Node({"code": None}, start, end)
        if value == 1 or self.text[start + len(token) : end].strip("-.'") in self.lexicon.day_suffixes:
            return Node({"ord": value, "nth": value}, start, end)
        return Node({"nth": value}, start, end)

    def _suffix(self, end: int) -> int | None:
        """How many tokens after a number make it an ordinal; 0: none; None: letters that make it a code."""
        following = self.tokens[self.at + 1 : self.at + 3]
        if not following or following[0][1] != end:
            return 0
        mark = following[0][0]
        if mark in ("-", ".", "'") and len(following) > 1 and following[1][1] == end + 1:
            return 2 if following[1][0] in self.lexicon.suffixes else 0
        if mark in self.lexicon.suffixes:
            return 1
        if mark[0].isalpha():
            branch = self.lexicon.words.following.get(mark)
            return 0 if branch is not None and branch.found is not None else None
        return 0

    def _is_phone(self, start: int) -> bool:
        """Whether a number goes on with a telephone number: +86 138, (206) 555, tel. 02."""
        last = self.nodes[-1].kinds
        area = "close" in last and not {"count", "num"}.isdisjoint(self.nodes[-2].kinds)
        return self.text[start - 1 : start] == "+" or area or "phone" in last

    def _is_code(self, start: int) -> bool:
        """Whether what stands before a number makes it something else than a day: a code, a label, a currency."""
        before = self.text[max(0, start - 2) : start]
        last = self.nodes[-1].kinds
        if before[-1:].isalpha() or before[-1:] == "_":
            return _ABBREVIATED.isdisjoint(last) and not {"quarter_sign", "isoweek"} & last.keys()
        if before[-1:] in ("#", "№", "=", "@", "€", "$", "£"):
            return True
        if before[-1:] in ("-", "/", ".", "_") and before[:1].isalnum():
            joined = self.nodes[-2].kinds if before[-1] in "-/" and len(self.nodes) > 1 else last
            return not (_ABBREVIATED | {"ord", "year", "start", "middle", "end", "by", "from"}) & joined.keys()
        if "notday" in last and "label" not in last:
            return len(self.nodes) < 2 or self.nodes[-2].kinds.keys().isdisjoint(_FIGURES)
        return self._labelled()

    def _labelled(self) -> bool:
        """Whether a word such as `invoice` or `no.` stands before, or a number that has one; not before a month."""
        shape = self.tokens[self.at][0].translate(_NO_DIGITS)
        whole_date = len(shape) == 2 and shape[0] == shape[1]
        word = self.tokens[self.at + 1][0] if self.at + 1 < len(self.tokens) else ""
        branch = self.lexicon.words.following.get(word)
        if whole_date or (branch is not None and branch.found is not None and "month" in branch.found[0]):
            return False
        if not self._follows_label() and not self._goes_on(shape):
            return False
        self.labelled = len(self.nodes), shape
        return True

    def _follows_label(self) -> bool:
        place = len(self.nodes) - 1
        lowest = max(0, place - 2)
        while place > lowest and self.text[self.nodes[place].start : self.nodes[place].end] in _LABEL_MARKS:
            place -= 1
        return "label" in self.nodes[place].kinds

    def _goes_on(self, shape: str) -> bool:
        """Whether this is the next of several numbers of that shape: invoices 11/2026 and 12/2026."""
        place, before = self.labelled
        between = self.nodes[place + 1 :]
        return shape == before and 1 <= len(between) <= 2 and all(_LINKS & node.kinds.keys() for node in between)

    def _blank_number(self, start: int, end: int, kinds: Kinds | None = None) -> None:
        """A number that is no date, with the letters that belong to it."""
        following = self.tokens[self.at + 1 : self.at + 2]
        if following and following[0][1] == end and following[0][0][0].isalpha():
            self.at += 1
            end = following[0][2]
        self.nodes.append(Node(kinds or {"code": None}, start, end))


def read_nodes(text: str, lexicon: Lexicon, point: bool) -> list[Node]:
    """The nodes of a folded text."""
    return _Reader(text, lexicon, point).read()
