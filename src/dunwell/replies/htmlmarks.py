"""The marks that mail programs leave in HTML where they begin to quote, and where they put a signature."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_PREFIXED = re.compile(r"^(?:ydp|yiv|x_|m_)[0-9a-z]*?(?=yahoo|gmail|moz|signature|divrplyfwdmsg|appendonsend)")


class MarkKind(StrEnum):
    """What a mark says about the lines from it on."""

    QUOTED = "quoted"
    """What stands within it is quoted."""
    REST = "rest"
    """The quoted mail begins here and goes to the end."""
    ATTRIBUTION = "attribution"
    """Who wrote the quoted mail, and when."""
    SIGNATURE = "signature"


@dataclass(slots=True)
class Mark:
    """A mark on the lines from `line` up to but not with `until` (None: to the end)."""

    kind: MarkKind
    line: int
    until: int | None = None


# Not gmail_quote, within which inline answers stand, nor Outlook's signatures, within which people write.
_KINDS: dict[str, MarkKind] = {
    "yahoo_quoted": MarkKind.QUOTED,
    "protonmail_quote": MarkKind.QUOTED,
    "tutanota_quote": MarkKind.QUOTED,
    "zmail_extra": MarkKind.QUOTED,
    "gmx_quote": MarkKind.QUOTED,
    "reply-quote": MarkKind.QUOTED,
    "qt_reply": MarkKind.QUOTED,
    "ntes_reply": MarkKind.QUOTED,
    "divrplyfwdmsg": MarkKind.REST,
    "appendonsend": MarkKind.REST,
    "olk_src_body_section": MarkKind.REST,
    "replysplit": MarkKind.REST,
    "isforwardcontent": MarkKind.REST,
    "ms-outlook-mobile-reference-message": MarkKind.REST,
    "mail-editor-reference-message-container": MarkKind.REST,
    "zwchr": MarkKind.REST,
    "stopspelling": MarkKind.REST,
    "gmail_attr": MarkKind.ATTRIBUTION,
    "moz-cite-prefix": MarkKind.ATTRIBUTION,
    "reply-intro": MarkKind.ATTRIBUTION,
    "gmail_signature": MarkKind.SIGNATURE,
    "gmail_signature_prefix": MarkKind.SIGNATURE,
    "moz-signature": MarkKind.SIGNATURE,
    "applemailsignature": MarkKind.SIGNATURE,
    "ymail_android_signature": MarkKind.SIGNATURE,
    "ymail_signature": MarkKind.SIGNATURE,
    "protonmail_signature_block": MarkKind.SIGNATURE,
    "tutanota_signature": MarkKind.SIGNATURE,
}
_BY_START = ("yahoo_quoted_", "olk_src_body_section", "x_divrplyfwdmsg", "mail-editor-reference-message-container")


def mark_of(tag: str, attributes: dict[str, str], style: dict[str, str], line: int) -> Mark | None:
    """The mark that an element carries, None for most."""
    if not attributes:
        return None
    for written in _names_of(attributes):
        name = _PREFIXED.sub("", written).removeprefix("x_")
        kind = _KINDS.get(name)
        if kind is None and name.startswith(_BY_START):
            kind = MarkKind.QUOTED if name.startswith("yahoo") else MarkKind.REST
        if kind is MarkKind.SIGNATURE and tag not in ("div", "span", "table", "p", "td", "pre"):
            kind = None
        if kind is not None:
            return Mark(kind, line)
    if tag == "div" and attributes.get("name", "").lower() == "quote":
        return Mark(MarkKind.QUOTED, line)
    if tag in ("div", "td") and _is_outlook_line(style):
        return Mark(MarkKind.REST, line)
    return None


def _names_of(attributes: dict[str, str]) -> tuple[str, ...]:
    classes = attributes.get("class", "").lower().split()[:10]
    return (*classes, attributes.get("id", "").lower(), attributes.get("data-smartmail", "").lower())


def _is_outlook_line(style: dict[str, str]) -> bool:
    """Outlook's thin line above From, Sent, To and Subject: the one border of its div."""
    top = style.get("border-top", "")
    return (
        style.get("border", "").startswith("none")
        and "solid" in top
        and any(colour in top for colour in ("#e1e1e1", "#b5c4df"))
        and "padding" in style
    )


def indents_only(attributes: dict[str, str], style: dict[str, str]) -> bool:
    """Whether a blockquote is a writer's indentation rather than a quotation."""
    if (
        attributes.get("type", "").lower() == "cite"
        or attributes.get("cite")
        or "gmail_quote" in attributes.get("class", "")
    ):
        return False
    return style.get("border", "").startswith("none") and "40px" in style.get("margin", "")
