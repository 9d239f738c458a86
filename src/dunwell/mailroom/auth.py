"""Access tokens for mailboxes that take no passwords (OAuth 2.0, XOAUTH2): Google, Microsoft, others."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

_MOST_OCTETS = 64 * 1024
_LONGEST_TOKEN = 16 * 1024
_EARLY = 60.0
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
_GOOGLE = "https://oauth2.googleapis.com/token"
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_MICROSOFT_USER = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
_MICROSOFT_APP = "https://outlook.office365.com/.default"
_CODE = re.compile(r"[a-z_]{1,60}")
_AADSTS = re.compile(r"\bAADSTS\d{1,12}\b")
_TENANT = re.compile(r"[A-Za-z0-9.-]{1,255}")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class TokenAway(Exception):
    """The provider's token endpoint cannot be reached or will not serve now: temporary."""


class TokenRefused(Exception):
    """The provider gives no token for what is set: a person has to mend the settings or consent again."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """Leave to act for a mailbox, given once to a registered application. `provider` is google, microsoft or other.

    Without `refresh_token` the application acts in its own name (client credentials; Microsoft's app-only access).
    `token_url` and `scope` stand before the provider's own. `timeout` is in seconds.
    """

    provider: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    token_url: str | None = None
    tenant: str = "common"
    scope: str | None = None
    timeout: int = 30

    def url(self) -> str:
        """Where tokens are asked for; raises TokenRefused where it is not https (http on loopback)."""
        if self.token_url:
            url = self.token_url
        elif self.provider == "google":
            url = _GOOGLE
        elif self.provider == "microsoft":
            if not _TENANT.fullmatch(self.tenant):
                raise TokenRefused("oauth.tenant: is no tenant's name or number")
            url = _MICROSOFT.format(tenant=self.tenant)
        else:
            raise TokenRefused("oauth.token_url: is needed for a provider other than google and microsoft")
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            host = ""
        if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
            raise TokenRefused("oauth.token_url: must be an https address")
        return url

    def form(self, refresh_token: str | None) -> dict[str, str]:
        """What is posted there."""
        form = {"client_id": self.client_id}
        if self.client_secret:
            form["client_secret"] = self.client_secret
        if refresh_token:
            form |= {"grant_type": "refresh_token", "refresh_token": refresh_token}
            scope = self.scope or (_MICROSOFT_USER if self.provider == "microsoft" else None)
        else:
            form["grant_type"] = "client_credentials"
            scope = self.scope or (_MICROSOFT_APP if self.provider == "microsoft" else None)
        return {**form, "scope": scope} if scope else form


@dataclass(slots=True)
class _Kept:
    token: str
    until: float
    refresh_token: str | None


_kept: dict[OAuth, _Kept] = {}
_lock = threading.Lock()


def access_token(oauth: OAuth, instead_of: str | None = None) -> str:
    """A token that is good now: the one at hand until a minute before its end, else a new one.

    `instead_of` is one that the server has just refused: it is not given again. Raises TokenAway or TokenRefused, with
    no secret in the message.
    """
    with _lock:
        kept = _kept.get(oauth)
        if kept is not None and kept.token != instead_of and time.monotonic() < kept.until:
            return kept.token
        # A provider may give a new refresh token with each answer; the newest is used while this process lives.
        new = _asked(oauth, kept.refresh_token if kept else oauth.refresh_token)
        _kept[oauth] = new
        return new.token


def xoauth2(username: str, token: str) -> str:
    """The client's answer of the mechanism XOAUTH2, before base64."""
    if not username.isprintable() or not token.isprintable():
        raise TokenRefused("the user name holds control characters")
    return f"user={username}\x01auth=Bearer {token}\x01\x01"


def _asked(oauth: OAuth, refresh_token: str | None) -> _Kept:
    url = oauth.url()
    where = f"token endpoint {urlsplit(url).netloc}"
    asked_at = time.monotonic()
    try:
        with (
            httpx.Client(timeout=oauth.timeout, follow_redirects=False) as client,
            client.stream(
                "POST", url, data=oauth.form(refresh_token), headers={"Accept": "application/json"}
            ) as answer,
        ):
            status, body = answer.status_code, _read(answer, asked_at + oauth.timeout)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise TokenAway(f"{where}: {type(error).__name__}") from None
    if status == 429 or status >= 500:
        raise TokenAway(f"{where}: answers {status}")
    said = _object(body)
    if status != 200:
        raise TokenRefused(f"{where}: answers {status}{_reason(said)}")
    token = said.get("access_token")
    if not isinstance(token, str) or not 0 < len(token) <= _LONGEST_TOKEN or not _is_plain(token):
        raise TokenAway(f"{where}: its answer holds no access token")
    if str(said.get("token_type", "bearer")).lower() != "bearer":
        raise TokenRefused(f"{where}: gives a token of another type than bearer")
    newer = said.get("refresh_token")
    kept = newer if isinstance(newer, str) and 0 < len(newer) <= _LONGEST_TOKEN and _is_plain(newer) else refresh_token
    return _Kept(token, asked_at + _seconds(said.get("expires_in")) - _EARLY, kept)


def _read(answer: httpx.Response, until: float) -> bytes:
    body = b""
    for part in answer.iter_raw(8192):
        body += part
        if len(body) > _MOST_OCTETS:
            raise httpx.DecodingError("too long")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("too slow")
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _reason(said: dict[str, Any]) -> str:
    """The error's code (RFC 6749, 5.2) and Microsoft's number; free text may quote secrets and is left out."""
    error = said.get("error")
    code = f" {error}" if isinstance(error, str) and _CODE.fullmatch(error) else ""
    number = _AADSTS.search(str(said.get("error_description", ""))[:500])
    hint = "; the consent has ended or was withdrawn: give it again" if error == "invalid_grant" else ""
    return f"{code}{f' ({number[0]})' if number else ''}{hint}"


def _seconds(value: object) -> float:
    try:
        return min(max(float(str(value)), 0.0), 86_400.0)
    except ValueError:
        return 3600.0


def _is_plain(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token
