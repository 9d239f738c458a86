"""Who may act: whether a mail is from whom it says, as our own mail server found (RFC 8601). Pure.

Only the fields of the servers that the settings name are believed, and of those only the ones on top, above the
first trace of another hop: whoever writes to us can put any field into the mail itself, but only below them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from dunwell.replies.message import Message

_COMMENT = re.compile(r"\((?:[^()\\]|\\.){0,500}\)")
_METHOD = re.compile(r"^\s*([a-z0-9-]{1,30})(?:/\d+)?\s*=\s*([a-z]{1,20})\b(.*)$", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"\b(smtp|header|body|policy)\.([a-z-]{1,40})\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE)
_METHODS = ("dmarc", "dkim", "spf")


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result: its name, its result, and the domains that it is about, in lower case."""

    method: str
    result: str
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the sender is authentic, why or why not, and what the server said."""

    passed: bool
    why: str
    results: tuple[Result, ...] = ()


def verdict(message: Message, authserv_ids: Sequence[str], checked: Sequence[Result] = ()) -> Verdict:
    """What our own server says of the mail's sender: DMARC passed, or DKIM or SPF passed for the sender's domain.

    A failed DMARC counts against the others, and so does more than one sender. `checked` are signatures that were
    checked here, with keys at hand.
    """
    domain = domain_of(message.sender.email)
    if len(message.senders) != 1 or not domain:
        return Verdict(False, "the mail does not name exactly one sender")
    if not authserv_ids and not checked:
        return Verdict(False, "no server's authentication results are believed: imap.authserv_id is not set")
    results = (*believed(message, authserv_ids), *checked)
    if not results:
        return Verdict(False, f"no authentication results of {', '.join(authserv_ids)}")
    dmarc = [one for one in results if one.method == "dmarc"]
    if any(one.result == "fail" for one in dmarc):
        return Verdict(False, f"DMARC failed for {domain}", results)
    for one in results:
        if one.result == "pass" and any(aligned(found, domain) for found in one.domains):
            return Verdict(True, f"{one.method.upper()} passed for {domain}", results)
    said = ", ".join(f"{one.method}={one.result}" for one in results)
    return Verdict(False, f"nothing passed for {domain}: {said}", results)


def believed(message: Message, authserv_ids: Sequence[str]) -> tuple[Result, ...]:
    """The results of the named servers: of their topmost field, and of those that stand directly with it."""
    ids = {one.lower() for one in authserv_ids}
    found: list[Result] = []
    begun = False
    for name, value in message.headers:
        if name == "received" and begun:
            break  # below it stands what came with the mail
        if name != "authentication-results":
            continue
        server, _, rest = _COMMENT.sub(" ", value[:8_000]).partition(";")
        if (server.split() or [""])[0].lower() in ids:
            begun = True
            # What an upper field has reported a lower one does not change.
            known = {one.method for one in found}
            found += [one for one in _results(rest) if one.method not in known]
    return tuple(found[:50])


def _results(text: str) -> list[Result]:
    found = []
    for piece in text.split(";")[:40]:
        match = _METHOD.match(piece)
        if match is None or match[1].lower() not in _METHODS:
            continue
        method = match[1].lower()
        named = {(kind.lower(), key.lower()): value.lower() for kind, key, value in _PROPERTY.findall(match[3])}
        found.append(Result(method, match[2].lower(), tuple(_domains(method, named))))
    return found


_ABOUT = {
    "dmarc": (("header", "from"),),
    "dkim": (("header", "d"), ("header", "i")),
    "spf": (("smtp", "mailfrom"), ("smtp", "from")),
}


def _domains(method: str, named: dict[tuple[str, str], str]) -> list[str]:
    # `header.i` may be any name below `header.d`: where both stand, the signing domain counts.
    values = [named[key] for key in _ABOUT[method] if key in named][:1]
    return [domain for value in values if (domain := domain_of(value) or value.strip("<>.@"))]


def domain_of(address: str) -> str:
    """What stands behind the last @ of an address, in lower case; '' where there is none."""
    return address.rpartition("@")[2].lower().strip("<> .") if "@" in address else ""


def aligned(found: str, domain: str) -> bool:
    """Whether a domain that was proven speaks for the sender's: the same, or one of them below the other.

    The relaxed alignment of DMARC (RFC 7489, 3.1) without its list of registries: nobody can sign for a registry.
    """
    if found.count(".") == 0:
        return found == domain
    return found == domain or domain.endswith("." + found) or found.endswith("." + domain)


@lru_cache(maxsize=1)
def _public() -> frozenset[str]:
    text = (files("dunwell.replies") / "public_domains.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


def is_public(domain: str) -> bool:
    """Whether anybody can get an address in the domain: there it says nothing about the company."""
    return domain in _public()
