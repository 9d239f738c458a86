"""Signed webhooks out (Standard Webhooks): one POST to one host, bounded in time and in octets, with an answer for it.

The host's name is resolved once, each of its addresses is checked, and the connection goes to one that was checked.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from dunwell.liaison.hosts import NotAllowed, check

MOST_OCTETS = 64_000
"""Of an answer's body so much is read at most; what it says is not needed."""
_TRY_AGAIN = (408, 425, 429)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class BadSecret(ValueError):
    """A secret that nothing can be signed with."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where notices go, and the secret that they are signed with. `timeout` is for the whole of one post, in seconds;
    `ca_file` holds certificates to trust instead of the system's."""

    url: str
    secret: str
    allow_private: bool = False
    timeout: float = 20
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The host has taken it (2xx)."""

    said: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """The host did not take it now, or nobody knows: it may be posted again, under the same id. `away`: it could not
    be reached or did not answer in time, so that the next would only wait as long. `doubtful`: the request had left,
    so that the host may have acted on it."""

    said: str
    away: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The host will not take it: a person has to look."""

    said: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The address is not to be asked as the settings are: nothing was sent."""

    said: str


Answer = Taken | PutOff | Refused | Forbidden


def key_of(secret: str) -> bytes:
    """The key in a secret: base64 after `whsec_`, else the text itself. Raises BadSecret."""
    if not secret.startswith("whsec_"):
        if not secret:
            raise BadSecret("the secret is empty")
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret("what follows whsec_ is not base64") from None
    if not key:
        raise BadSecret("nothing follows whsec_")
    return key


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for this message."""
    signed = f"{key}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()


def verified(secret: str, headers: Mapping[str, str], body: bytes, now: int, tolerance: int = 300) -> str | None:
    """Why a message is not to be believed; None where its signature and its time are right."""
    found = {name.lower(): value for name, value in headers.items()}
    key, sent, given = (found.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (key and sent.isascii() and sent.isdigit() and given):
        return "a header is missing: webhook-id, webhook-timestamp or webhook-signature"
    if abs(now - int(sent)) > tolerance:
        return f"webhook-timestamp is {abs(now - int(sent))} s away from now"
    right = signature(secret, key, int(sent), body)
    if not any(hmac.compare_digest(right.encode(), one.encode()) for one in given.split()):
        return "webhook-signature is not what the secret gives"
    return None


def forbidden(target: Target) -> str | None:
    """Why nothing may be posted to the target as its settings are, without asking it; None where it may. Raises OSError
    where its name cannot be resolved now."""
    try:
        _place(target)
    except NotAllowed as error:
        return f"the address {error}"
    return None


def _place(target: Target) -> tuple[str, int, tuple[int, str]]:
    """The host, the port and the address to connect to. Raises NotAllowed, or OSError."""
    parts = urlsplit(target.url)
    host = (parts.hostname or "").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    check(target.url, (host, f"{host}:{port}"))
    return host, port, _address(host, port, target)


def post(target: Target, key: str, body: bytes, now: datetime) -> Answer:
    """Post a JSON body under the id `key`. Every failure is an answer; nothing outlasts the timeout by much."""
    timestamp = int(now.timestamp())
    headers = {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(target.secret, key, timestamp, body),
    }
    return ask(target, body, headers)


def ask(target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post a JSON body with these headers. Every failure is an answer; nothing outlasts the timeout by much."""
    parts = urlsplit(target.url)
    try:
        host, port, address = _place(target)
    except NotAllowed as error:
        return Forbidden(f"the address {error}")
    except OSError as error:
        return PutOff(f"its name cannot be resolved: {error}", away=True)
    headers = {"Content-Type": "application/json", "User-Agent": "dunwell", **headers}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Connection(host, port, address, parts.scheme == "https", target)
    try:
        return _judged(connection.ask(path, body, headers))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return PutOff(connection.why(error), away=True, doubtful=connection.asked)
    finally:
        connection.close()


def _judged(status: int) -> Answer:
    said = f"answered {status}"
    if 200 <= status < 300:
        return Taken(said)
    if status >= 500 or status in _TRY_AGAIN:
        return PutOff(said, doubtful=status >= 500 and status != 503)
    if 300 <= status < 400:
        return Refused(f"{said}: redirects are not followed")
    return Refused(said)


def _address(host: str, port: int, target: Target) -> tuple[int, str]:
    """The family and the address to connect to. Raises NotAllowed where any of the host's addresses is private."""
    found = _resolved(host, port, target.timeout)
    for _, text in found:
        if not target.allow_private and not _is_public(text):
            raise NotAllowed(f"leads to {text}, which is private: set allow_private if it is meant")
    return found[0]


def _resolved(host: str, port: int, timeout: float) -> list[tuple[int, str]]:
    """The host's addresses. The system's resolver knows no time limit: it is asked beside, and waited for so long."""
    found: list[tuple[int, str]] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            for family, _, _, _, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append((int(family), str(where[0])))
        except OSError as error:
            failed.append(error)
        except UnicodeError as error:
            failed.append(OSError(str(error)))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout)
    if failed:
        raise failed[0]
    if thread.is_alive() or not found:
        raise OSError(f"no address for {host} within {timeout:g} s")
    return found


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and (
        address in _NAT64 or address.sixtofour or address.teredo or address.ipv4_mapped
    ):
        return False  # an IPv4 address in disguise
    return address.is_global and not address.is_multicast


class _Connection:
    """One connection to a checked address, cut when its time is up, whatever the host is doing."""

    def __init__(self, host: str, port: int, address: tuple[int, str], tls: bool, target: Target) -> None:
        self._http = http.client.HTTPConnection(host, port, timeout=target.timeout)
        self._host, self._port, self._address, self._tls, self._target = host, port, address, tls, target
        self._socket: socket.socket | None = None
        self.asked = False
        self._cut = threading.Event()
        self._watch = threading.Timer(target.timeout, self._end)
        self._watch.daemon = True

    def ask(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; its body is read up to a limit, and let be."""
        self._watch.start()
        self._socket = raw = socket.socket(self._address[0], socket.SOCK_STREAM)
        raw.settimeout(self._target.timeout)
        raw.connect((self._address[1], self._port))
        self._http.sock = raw
        if self._tls:
            context = ssl.create_default_context(cafile=self._target.ca_file)
            self._http.sock = self._socket = context.wrap_socket(raw, server_hostname=self._host)
        self.asked = True
        self._http.request("POST", path, body, dict(headers))
        answer = self._http.getresponse()
        if self._cut.is_set():
            raise TimeoutError  # a head that was cut off is none
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer.read(MOST_OCTETS)  # a host that is still writing hears the connection close
        return answer.status

    def _end(self) -> None:
        self._cut.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # The bare socket's, also under TLS: it wakes whoever reads, and changes nothing else.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def why(self, error: Exception) -> str:
        if self._cut.is_set() or isinstance(error, TimeoutError):
            return f"it did not answer within {self._target.timeout:g} s"
        return f"the connection failed: {error or type(error).__name__}"[:300]

    def close(self) -> None:
        self._watch.cancel()
        self._http.close()
