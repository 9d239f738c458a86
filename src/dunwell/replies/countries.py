"""The country that a mail was written in, as far as its head tells."""

from __future__ import annotations

import re

from dunwell.replies.languages import COUNTRY
from dunwell.replies.message import Message

_CCTLD = re.compile(r"\.([a-z]{2})$")
_LANDS = frozenset(
    [
        "AT",
        "AR",
        "AU",
        "BE",
        "BR",
        "CA",
        "CH",
        "CL",
        "CO",
        "CZ",
        "DE",
        "ES",
        "FR",
        "GB",
        "IE",
        "IN",
        "IR",
        "IT",
        "KZ",
        "LU",
        "MD",
        "MX",
        "NL",
        "NZ",
        "PE",
        "PL",
        "PT",
        "RO",
        "RU",
        "UA",
        "US",
        "ZA",
    ]
)
_OFFSETS = {
    "en": {-8: "US", -7: "US", -6: "US", -5: "US", -4: "US", 8: "AU", 9: "AU", 10: "AU", 11: "AU", 12: "NZ", 13: "NZ"},
    "es": {-3: "AR", -5: "CO", -6: "MX", -7: "MX"},
}


def domain_of(message: Message) -> str | None:
    """The two letters at the end of the sender's domain."""
    found = _CCTLD.search(message.sender.email)
    return found[1].upper() if found else None


def country_of(message: Message, language: str) -> str:
    """The sender's top-level domain's, else that of the language with the Date header's offset."""
    hint = domain_of(message)
    if hint == "UK":
        return "GB"
    if hint in _LANDS:
        return hint
    moment = message.written_at
    offset = moment.utcoffset() if moment else None
    if offset is None:
        return COUNTRY[language]
    return _OFFSETS.get(language, {}).get(int(offset.total_seconds() // 3600), COUNTRY[language])
