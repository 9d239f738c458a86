"""Charts as SVG, drawn by the server: without script or style, so that the strictest policy allows them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_WIDE, _HIGH, _ROOM = 640, 180, 22


def bars(values: Sequence[tuple[str, int, str]], title: str) -> Markup:
    """Upright bars: each has a label below, a value that is not negative, and what is shown above it."""
    most = max((value for _, value, _ in values), default=0) or 1
    step = _WIDE / max(1, len(values))
    parts = [Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(_WIDE, _HIGH, title)]
    for index, (label, value, shown) in enumerate(values):
        high = round((_HIGH - 2 * _ROOM) * max(0, value) / most, 1)
        middle = round(index * step + step / 2, 1)
        parts.append(
            Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="3"/>').format(
                round(index * step + step * 0.18, 1), round(_HIGH - _ROOM - high, 1), round(step * 0.64, 1), high
            )
        )
        parts.append(_text(middle, _HIGH - 6, label, "tick"))
        if value:
            parts.append(_text(middle, round(_HIGH - _ROOM - high - 5, 1), shown, "value"))
    return Markup("").join((*parts, Markup("</svg>")))


def share(value: int, whole: int, shade: int) -> Markup:
    """A lying bar: how much of the whole this is; a share that is not nothing is seen."""
    part = max(0, value) / whole if whole > 0 else 0
    return Markup(
        '<svg class="chart" viewBox="0 0 {} 18" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar shade{}" x="0" y="2" width="{}" height="14"/></svg>'
    ).format(_WIDE, shade, round(max(4.0, _WIDE * part), 1) if value > 0 else 0)


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>').format(kind, x, y, text)
