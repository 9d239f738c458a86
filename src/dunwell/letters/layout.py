"""The HTML around a letter: the layout's CSS is written into its elements once, when a letter's template is loaded."""

from __future__ import annotations

import re
from pathlib import Path

import css_inline

from dunwell.letters.body import BLOCKS
from dunwell.letters.facts import LetterError
from dunwell.letters.problems import Problems, problem
from dunwell.letters.tags import TAG

_MACRO = re.compile(r"\{%-?\s*macro (\w+)\(\)\s*-?%\}(.*?)\{%-?\s*endmacro\s*-?%\}\n?", re.S)
_COMMENT = re.compile(r"\{#.*?#\}", re.S)
_INSPECTED = re.compile(r"\{%-?\s*(macro \w+\(\)|endmacro)\s*-?%\}|\{\{\s*(body|concerned)\s*\}\}")
_BODY = re.compile(r"\{\{\s*body\s*\}\}")
_BLOCK = re.compile(r"<!--block (\w+)-->")
_ALIGN = re.compile(r"(text-align:\s*)(start|end)\b")
HOUSE_COLOR = "#24455c"
"""The colour of rules and headings: the creditor's own takes its place wherever it stands."""

_SIDES = {"ltr": {"start": "left", "end": "right"}, "rtl": {"start": "right", "end": "left"}}
_INDENT = re.compile(r"\n\s+")

# At-rules stay in the head: dark mode and narrow screens cannot be inlined. Nothing is fetched, from nowhere.
_INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


class Layout:
    """The page and its three blocks, as Jinja sources. Raises LetterError when a part is missing.

    `inspected` is the file without its frame of macros: compiled for its errors alone, as only it has the file's lines.
    `color` is the creditor's.
    """

    def __init__(self, path: Path, color: str | None = None) -> None:
        self.path = path
        try:
            source = _COMMENT.sub("", path.read_text("utf-8")).replace(HOUSE_COLOR, color or HOUSE_COLOR)
        except (OSError, UnicodeDecodeError) as error:
            raise problem(path, None, f"cannot be read ({error}): restore it from Dunwell's own templates") from None
        self._blocks = {name: body.strip() for name, body in _MACRO.findall(source)}
        # The table with its demand is the table without it and more.
        if "invoices" in self._blocks:
            table = self._blocks.get("concerned", "")
            self._blocks["invoices"] = self._blocks["invoices"].replace("{{ concerned }}", table)
        self._page = _MACRO.sub("", source).strip()
        self.inspected = _INSPECTED.sub("", path.read_text("utf-8"))
        wrong: list[LetterError] = [
            problem(path, None, f"the macro {name!r} is missing: every letter has that block")
            for name in BLOCKS
            if name not in self._blocks
        ]
        if len(_BODY.findall(self._page)) != 1:
            wrong.append(problem(path, None, "{{ body }} must stand exactly once: there the letter's words go"))
        if wrong:
            raise Problems(wrong)

    def around(self, body: str, direction: str) -> str:
        """The template of a whole HTML page whose middle is `body`, with the CSS in its elements."""
        filled = _BLOCK.sub(lambda match: self._blocks[match[1]], body)
        page = _BODY.sub(lambda _: filled, self._page)
        page = _ALIGN.sub(lambda match: match[1] + _SIDES[direction][match[2]], page)
        return _inlined(_INDENT.sub("\n", page))


def _inlined(page: str) -> str:
    """CSS into the elements. Jinja's tags are hidden from the HTML parser, which would move them out of tables."""
    tags: list[str] = []

    def hide(match: re.Match[str]) -> str:
        tags.append(match[0])
        in_element = page.rfind("<", 0, match.start()) > page.rfind(">", 0, match.start())
        if match[0].startswith("{%") and not in_element:
            return f"<!--jinja {len(tags) - 1}-->"
        return chr(0xE000 + len(tags) - 1)

    html = _INLINER.inline(TAG.sub(hide, page))
    html = re.sub(r"<!--jinja (\d+)-->", lambda match: tags[int(match[1])], html)
    return re.sub("[\ue000-\uf8fe]", lambda match: tags[ord(match[0]) - 0xE000], html)
