"""Payment links: from a template in the settings, or asked of a connector over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from dunwell.liaison.hosts import NotAllowed, check
from dunwell.terms.money import Money


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a link is to pay: `reference` is what the payment will quote."""

    account: str
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Links:
    """Where links come from: `template` with blanks, or `connector`; its links may lead to `hosts` only."""

    template: str | None = None
    connector: str | None = None
    token: str | None = None
    hosts: tuple[str, ...] = ()
    timeout: int = 10


def find(links: Links, wanted: Iterable[Wanted]) -> dict[Wanted, str]:
    """The links that could be had. What the connector does not give is left out: a letter goes without."""
    if links.template is not None:
        return {one: filled(links.template, one) for one in wanted}
    if links.connector is None:
        return {}
    found: dict[Wanted, str] = {}
    headers = {"Authorization": f"Bearer {links.token}"} if links.token else {}
    with httpx.Client(timeout=links.timeout, follow_redirects=False, headers=headers) as client:
        for one in wanted:
            try:
                url = _asked(client, links.connector, one)
                check(url, links.hosts)
            except httpx.TransportError:
                break  # it is away: the next would only wait as long
            except (httpx.HTTPError, httpx.InvalidURL, NotAllowed, ValueError, KeyError, TypeError):
                continue
            found[one] = url
    return found


def filled(template: str, one: Wanted) -> str:
    """The template with its blanks filled in, each quoted for an address."""
    blanks = _blanks(one)
    for name, value in blanks.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template


def _blanks(one: Wanted) -> dict[str, str]:
    return {
        "account": one.account,
        "reference": one.reference,
        "amount": f"{one.amount.amount:f}",
        "currency": one.amount.currency,
    }


def _asked(client: httpx.Client, connector: str, one: Wanted) -> str:
    answer = client.post(connector, json=_blanks(one)).raise_for_status()
    url = answer.json()["url"]
    if not isinstance(url, str) or len(url) > 500 or not url.isascii() or not url.isprintable():
        raise ValueError("the connector's link is no address")
    return url
