"""The sending domain's records, as DNS has them: SPF, DKIM and DMARC. Read only for `doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.resolver


@dataclass(frozen=True, slots=True)
class Finding:
    """One record: `state` is 'well', 'note', 'wrong', or 'unknown' where DNS did not answer."""

    record: str
    state: str
    what: str


def findings(email: str, selector: str | None, nameserver: tuple[str, int] | None = None) -> Iterator[Finding]:
    """What the domain of `email` says of mail sent in its name. `nameserver` is another than the machine's own."""
    domain = email.rpartition("@")[2].encode("idna").decode("ascii")
    resolver = _resolver(nameserver)
    spf = _spf(resolver, domain)
    yield spf
    # Where DNS does not answer once it is not waited for again.
    still = None if spf.state == "unknown" else resolver
    yield _dkim(still, domain, selector)
    yield _dmarc(still, domain)


def _resolver(nameserver: tuple[str, int] | None) -> dns.resolver.Resolver | None:
    try:
        resolver = dns.resolver.Resolver(configure=nameserver is None)
    except (dns.resolver.NoResolverConfiguration, OSError):
        return None
    if nameserver is not None:
        resolver.nameservers, resolver.port = [nameserver[0]], nameserver[1]
    resolver.lifetime = 5.0
    return resolver


def _texts(resolver: dns.resolver.Resolver | None, name: str) -> list[str] | None:
    """The TXT records of a name; None where DNS cannot be asked."""
    if resolver is None:
        return None
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException:
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _unknown(record: str, name: str) -> Finding:
    return Finding(record, "unknown", f"could not be checked: DNS did not answer for {name}")


def _spf(resolver: dns.resolver.Resolver | None, domain: str) -> Finding:
    texts = _texts(resolver, domain)
    if texts is None:
        return _unknown("SPF", domain)
    found = [text for text in texts if text.lower().startswith("v=spf1")]
    if not found:
        return Finding("SPF", "wrong", f"{domain} has none: publish which servers may send (RFC 7208)")
    if len(found) > 1:
        return Finding("SPF", "wrong", f"{domain} has {len(found)}: receivers then believe none (RFC 7208, 4.5)")
    if found[0].lower().rstrip().endswith("+all"):
        return Finding("SPF", "wrong", f"{domain} ends with +all: anybody may send in its name")
    return Finding("SPF", "well", found[0])


def _dkim(resolver: dns.resolver.Resolver | None, domain: str, selector: str | None) -> Finding:
    if selector is None:
        return Finding("DKIM", "note", "not checked: set dkim.selector, or see that your mail server signs")
    name = f"{selector}._domainkey.{domain}"
    texts = _texts(resolver, name)
    if texts is None:
        return _unknown("DKIM", name)
    if not any("p=" in text and not text.replace(" ", "").rstrip(";").endswith("p=") for text in texts):
        return Finding("DKIM", "wrong", f"{name} has no key: publish the public half of dkim.key (RFC 6376)")
    return Finding("DKIM", "well", f"{name} has a key")


def _dmarc(resolver: dns.resolver.Resolver | None, domain: str) -> Finding:
    for name in dict.fromkeys((f"_dmarc.{domain}", f"_dmarc.{'.'.join(domain.split('.')[-2:])}")):
        texts = _texts(resolver, name)
        if texts is None:
            return _unknown("DMARC", name)
        if found := [text for text in texts if text.lower().startswith("v=dmarc1")]:
            weak = "p=none" in found[0].replace(" ", "").lower()
            return Finding("DMARC", "note" if weak else "well", found[0] + (": watches only" if weak else ""))
    return Finding("DMARC", "wrong", f"{domain} has none: large providers refuse or hide mail without (RFC 7489)")
