"""Which HTML nobody sees: hidden, of no size, or in the colour of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_DECLARATION = re.compile(r"([a-z-]{1,40})\s*:\s*([^;]{0,300})")
_RULE = re.compile(r"([^{}]{1,1000})\{([^{}]{0,3000})\}")
_NUMBER = re.compile(r"^(\d{0,6}(?:\.\d{0,6})?)\s*(px|pt|em|rem|ex|%|in|cm|mm|)")
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})\b")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]{1,8}))?")
_COLOURS = {
    "white": (255, 255, 255),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "yellow": (255, 255, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
}
_PAGE = (255, 255, 255)
_SAME_COLOUR = 12

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """How text is shown at one place of a page. `gone` is for good; the others an inner element can undo."""

    gone: bool = False
    invisible: bool = False
    tiny: bool = False
    ink: Colour | None = None
    paper: Colour = _PAGE

    @property
    def hidden(self) -> bool:
        """Whether a reader of the page does not see this text."""
        return self.gone or self.invisible or self.tiny or (self.ink is not None and _alike(self.ink, self.paper))


def declarations_of(style: str) -> dict[str, str]:
    """The declarations of a style attribute, in lower case."""
    return {name: value.strip() for name, value in _DECLARATION.findall(style[:5000].lower())}


def look_within(outer: Look, style: dict[str, str], attributes: dict[str, str]) -> Look:
    """The look of an element within another."""
    if not style and not attributes:
        return outer
    look = outer
    if "hidden" in attributes or _is_gone(style):
        look = replace(look, gone=True)
    if seen := style.get("visibility"):
        look = replace(look, invisible=seen.startswith(("hidden", "collapse")))
    if size := style.get("font-size") or style.get("font"):
        look = replace(look, tiny=_is_tiny(size))
    if (ink := colour_of(style.get("color") or attributes.get("color", ""))) is not None:
        look = replace(look, ink=ink)
    ground = style.get("background-color") or style.get("background") or attributes.get("bgcolor", "")
    if (paper := colour_of(ground)) is not None:
        look = replace(look, paper=paper)
    elif "url(" in ground or attributes.get("background"):
        # A picture behind the text: its colours are not known, so white letters on it may well be seen.
        look = replace(look, paper=(-999, -999, -999))
    return look


def _is_gone(style: dict[str, str]) -> bool:
    if style.get("display", "").startswith("none") or style.get("mso-hide", "").startswith("all"):
        return True
    if _is_zero(style.get("opacity", "")):
        return True
    clipped = "hidden" in style.get("overflow", "")
    return clipped and any(_is_zero(style.get(side, "")) for side in ("height", "max-height", "width", "max-width"))


def _is_zero(value: str) -> bool:
    found = _NUMBER.match(value)
    return bool(found and found[1].strip(".") and float(found[1]) == 0)


def _is_tiny(value: str) -> bool:
    found = _NUMBER.match(value)
    if not found or not found[1].strip("."):
        return False
    size = float(found[1])
    return size == 0 or (found[2] in ("px", "pt") and size <= 1) or (found[2] in ("em", "rem") and size < 0.1)


def colour_of(value: str) -> Colour | None:
    """The colour that a value names, None if it names none that is known."""
    value = value.strip().lower()
    if not value:
        return None
    if found := _HEX.search(value):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.search(value):
        if found[4] and found[4].strip(".") and found[4].count(".") < 2 and float(found[4]) == 0:
            return None
        return min(int(found[1]), 255), min(int(found[2]), 255), min(int(found[3]), 255)
    return _COLOURS.get(value.split()[0].removesuffix("!important"))


def _alike(first: Colour, second: Colour) -> bool:
    return all(abs(one - other) <= _SAME_COLOUR for one, other in zip(first, second, strict=True))


def hiding_classes(sheet: str) -> frozenset[str]:
    """The classes and ids (with their dot or hash) that a style sheet hides outright, on every screen."""
    if not re.search(r"none|hidden|mso-hide|font-size\s*:\s*0|opacity", sheet):
        return frozenset()
    found = set()
    for selectors, body in _RULE.findall(_without_conditions(sheet[:200_000].lower())):
        look = look_within(Look(), declarations_of(body), {})
        if look.gone or look.invisible or look.tiny:
            names = (name.strip() for name in selectors.rpartition("*/")[2].split(","))
            found |= {name.partition(".")[1] + name.partition(".")[2] if "." in name else name for name in names}
    return frozenset(name for name in found if re.fullmatch(r"[.#][\w-]+", name))


def _without_conditions(sheet: str) -> str:
    """A style sheet without its blocks for some screens only (`@media` and the like)."""
    kept, depth, skipped, start = [], 0, False, 0
    for found in re.finditer(r"[{}]|@media|@supports", sheet):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth = max(depth - 1, 0)
            if skipped and depth == 0:
                skipped, start = False, found.end()
        elif depth == 0 and not skipped:
            kept.append(sheet[start : found.start()])
            skipped = True
    return "".join(kept) + ("" if skipped else sheet[start:])
