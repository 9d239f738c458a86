"""Which hosts may be asked: only those that the settings name, over TLS, and never one led to by a redirect."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


class NotAllowed(ValueError):
    """An address that is not to be asked; the message says why and what to do."""


def check(url: str, hosts: Iterable[str]) -> None:
    """Raise NotAllowed unless `url` is https on one of `hosts` (plain http on loopback only, and only if named)."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError:
        raise NotAllowed("is no address") from None
    if not host:
        raise NotAllowed("is no address")
    named = {name.lower() for name in hosts}
    # A bare name means its https port; on this machine any.
    bare = host in named and (port in (None, 443) or is_loopback(host))
    if not bare and f"{host}:{port}" not in named:
        raise NotAllowed(f"its host {host} is not among those that the settings allow")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise NotAllowed("is not https")
    if parts.username or parts.password:
        raise NotAllowed("holds a user name: keep secrets in the settings")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
