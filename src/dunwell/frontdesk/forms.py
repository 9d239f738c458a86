"""Forms as browsers send them: one kind, of a bounded size, as text."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_BYTES = 65_536
"""What a form may have; the longest is a reason in words."""
_MOST_FIELDS = 500


class BadForm(ValueError):
    """What was sent is no form of ours; `status` is the answer's."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


async def read(request: Request) -> Mapping[str, tuple[str, ...]]:
    """The fields of a form, each with all its values; raises BadForm."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadForm("not a form", 415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadForm("too large", 413)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadForm("not a form") from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if "\0" in value:
            raise BadForm("not text")
        found[name] = (*found.get(name, ()), value)
    return found
