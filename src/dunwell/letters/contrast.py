"""How well a colour can be read on another: the contrast ratio of WCAG 2.2 (success criterion 1.4.3). Pure."""

from __future__ import annotations

GROUNDS = ("#ffffff", "#f2f5f7")
"""What the creditor's colour stands on as letters: the page, and the box that says how to pay."""
LEAST = 4.5
"""Level AA for text of ordinary size."""


def ratio(one: str, other: str) -> float:
    """The contrast of two colours (#rrggbb): from 1, the same, to 21, black on white."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def least(color: str) -> float:
    """The worst contrast that letters in `color` have where they stand."""
    return min(ratio(color, ground) for ground in GROUNDS)


def readable(color: str) -> str:
    """The colour itself where it can be read, else the same one as much darker as it takes."""
    channels = _channels(color)
    for percent in range(100, -1, -2):
        darker = "#" + "".join(f"{channel * percent // 100:02x}" for channel in channels)
        if least(darker) >= LEAST:
            return darker
    return "#000000"


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
