"""The sections of the settings' file, each key with its default and what is allowed."""

from __future__ import annotations

import ipaddress
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from dunwell.mailroom.mailbox import mark_of
from dunwell.rules.tomltext import nearest
from dunwell.terms.calendar import CalendarError, check_country
from dunwell.terms.iban import is_iban_shaped, is_sound
from dunwell.terms.money import MINOR_DIGITS

_ADDRESS = re.compile(r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")


def _country(value: str) -> str:
    try:
        check_country(value)
    except CalendarError as error:
        raise ValueError(str(error)) from None
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in _zones():
        raise ValueError(f"unknown time zone{nearest(value, _zones())}; use a name such as Europe/Rome")
    return value


def _email(value: str) -> str:
    if not _ADDRESS.match(value):
        raise ValueError("no e-mail address")
    if not value.rpartition("@")[0].isascii():
        raise ValueError("the part before the @ must be plain ASCII")
    return value


Email = Annotated[str, AfterValidator(_email)]


class Section(BaseModel):
    """A table of the settings' file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(Section):
    """Terms that hold for every account that has none of its own."""

    late_fee_percent: Annotated[Decimal, Field(gt=0, le=10)] | None = None


class Creditor(Section):
    """Who chases: the name on the letters, the collections mailbox, where to pay."""

    name: str | None = None
    email: Email | None = None
    country: Annotated[str, AfterValidator(_country)] = "GB"
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/London"
    language: str = "en"
    person: str | None = None
    phone: str | None = None
    address: str | None = None
    vat_id: str | None = None
    registration: str | None = None
    iban: str | None = None
    bank: dict[str, str] = {}
    strict_currency: bool = False
    other_ways: str | None = None
    logo: Path | None = None
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    terms: Terms = Terms()

    @model_validator(mode="before")
    @classmethod
    def _currencies_in_capitals(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("bank"), dict):
            if unknown := [str(key) for key in data["bank"] if str(key).upper() not in MINOR_DIGITS]:
                hint = nearest(unknown[0].upper(), MINOR_DIGITS)
                raise ValueError(f"creditor.bank: {unknown[0]} is not an ISO 4217 currency code{hint}")
            data = {**data, "bank": {str(key).upper(): value for key, value in data["bank"].items()}}
        return data

    def bank_account(self, currency: str) -> str | None:
        """The bank account to name for `currency`: its own, else the general one unless `strict_currency`."""
        return self.bank.get(currency) or (None if self.strict_currency else self.iban)

    def wrong_ibans(self) -> list[str]:
        """The currencies whose bank account is an IBAN with wrong check digits; "" is the account of all others."""
        accounts = {"": self.iban or "", **self.bank}
        return [currency for currency, text in accounts.items() if is_iban_shaped(text) and not is_sound(text)]


class Ledger(Section):
    """Where the books are: a SQLAlchemy URL; by default a SQLite file in the folder."""

    url: str = "sqlite:///dunwell.db"


class _Server(Section):
    host: str = "localhost"
    port: int = 0
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    timeout: Annotated[int, Field(ge=1, le=600)] = 30

    @model_validator(mode="after")
    def _only_loopback_is_bare(self) -> _Server:
        if self.security == "none" and not _is_loopback(self.host):
            raise ValueError(f"security 'none' is for loopback only, not for {self.host}: use 'starttls' or 'tls'")
        return self


def _listed(value: object) -> object:
    """A list in the environment: its items with commas between them."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


def _mark(value: str) -> str:
    mark_of(value)
    return value


class OAuth(Section):
    """Leave to act for a mailbox (XOAUTH2) instead of a password: set `provider` and what it gave you."""

    provider: Literal["google", "microsoft", "other"] | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    token_url: str | None = None
    tenant: str = "common"
    scope: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> OAuth:
        if self.provider is None:
            return self
        if not self.client_id:
            raise ValueError("oauth.client_id: is needed with oauth.provider")
        if self.provider == "other" and self.token_url is None:
            raise ValueError("oauth.token_url: is needed for the provider 'other'")
        if self.token_url is not None and not is_safe_url(self.token_url):
            raise ValueError("oauth.token_url: must be an https address (http on loopback only)")
        if self.refresh_token is None and (self.provider == "google" or self.client_secret is None):
            raise ValueError("oauth.refresh_token: is needed (with Microsoft, client_secret alone is app-only access)")
        return self


class Smtp(_Server):
    """The mail server that letters leave by. `redirect_to` sends every letter there instead, as a rehearsal."""

    port: int = 587
    redirect_to: Email | None = None
    archive: Email | None = None
    letters_per_minute: Annotated[int, Field(ge=0)] = 0
    ca_file: Path | None = None
    oauth: OAuth = OAuth()


class Imap(_Server):
    """The collections mailbox.

    `authserv_id` names the servers whose Authentication-Results are believed. `processed` is a folder that mails which
    are dealt with move to, `keyword:NAME`, or nothing. `junk`, `sent` and `archive` are further folders of the mailbox.
    """

    port: int = 993
    security: Literal["none", "starttls", "tls"] = "tls"
    folder: str = "INBOX"
    authserv_id: Listed = ()
    processed: Annotated[str, AfterValidator(_mark)] | None = None
    junk: str | None = None
    sent: str | None = None
    archive: str | None = None
    max_kilobytes: Annotated[int, Field(ge=16, le=65_536)] = 2048
    ca_file: Path | None = None
    oauth: OAuth = OAuth()


class Replies(Section):
    """Whom the machine believes by itself: what our own mail server reports of the sender (`server`), or, where it
    reports nothing, a contact on file who uses the signed reply address (`token`). `dkim_keys` is a folder of key
    records with which signatures are checked here."""

    trust: Literal["server", "token"] = "server"
    dkim_keys: Path | None = None


class People(Section):
    """Members of staff, counsel and the collection agency; whoever is not set is not written to."""

    collector: Email | None = None
    service: Email | None = None
    owner: Email | None = None
    counsel: Email | None = None
    agency: Email | None = None


class PolicyFile(Section):
    """The policy's file; without one the built-in default applies."""

    file: Path | None = None


class Templates(Section):
    """A folder of templates that stand before the built-in ones."""

    folder: Path | None = None


class Pay(Section):
    """Paying online: an https address with blanks to fill in, or a connector that is asked for one.

    Blanks of `link`: {account}, {reference}, {amount} (major units, a point), {currency}. `connector` gets them as a
    JSON object by POST, with `token` as bearer, and answers {"url": "https://…"}. `hosts` are where its links may lead.
    """

    link: str | None = None
    connector: str | None = None
    token: SecretStr | None = None
    hosts: Listed = ()
    timeout: Annotated[int, Field(ge=1, le=60)] = 10

    @model_validator(mode="after")
    def _sound(self) -> Pay:
        if self.link is not None:
            _check_link(self.link)
        if self.connector is not None and not is_safe_url(self.connector):
            raise ValueError("pay.connector: must be an https address (http on loopback only)")
        if self.connector is not None and not self.hosts:
            raise ValueError("pay.hosts: name the hosts that the connector's links may lead to")
        return self


class Documents(Section):
    """Where invoices' own documents are: files below `folder`, addresses on `hosts` (https), fetched with `token`."""

    folder: Path | None = None
    hosts: Listed = ()
    token: SecretStr | None = None
    timeout: Annotated[int, Field(ge=1, le=120)] = 20


class Dkim(Section):
    """Signing letters ourselves (RFC 6376), where the mail server does not: all three, or none."""

    domain: str | None = None
    selector: str | None = None
    key: SecretStr | None = None

    @model_validator(mode="after")
    def _all_or_none(self) -> Dkim:
        given = [name for name in ("domain", "selector", "key") if getattr(self, name)]
        if given and len(given) < 3:
            lack = next(name for name in ("domain", "selector", "key") if name not in given)
            raise ValueError(f"dkim.{lack}: is not set; set domain, selector and key, or none of them")
        return self


class Cycle(Section):
    """The daily cycle: its hour in the creditor's time zone, and up to how many cases get a flow run each. `forewarn`
    is the hour of the forewarning, the evening before.

    `shards` is the deployment by which any worker chases a shard (`flow/deployment`); without it the cycle does all.
    """

    hour: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    forewarn: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "17:00"
    flow_run_budget: Annotated[int, Field(ge=0)] = 1000
    shard: Annotated[int, Field(ge=1, le=5000)] = 500
    shards: Annotated[str, Field(pattern=r"^[^/\s]+/[^/\s]+$")] | None = None
    shards_at_once: Annotated[int, Field(ge=1, le=1000)] = 4
    shard_seconds: Annotated[int, Field(ge=5, le=86_400)] = 300


class Prefect(Section):
    """What Prefect's server remembers: finished runs with their logs and artifacts, so many days; 0 for ever."""

    keep_days: Annotated[int, Field(ge=0, le=3650)] = 60


_BLANK = re.compile(r"\{([^{}]*)\}")
_BLANKS = ("account", "reference", "amount", "currency")


def _check_link(link: str) -> None:
    if unknown := [name for name in _BLANK.findall(link) if name not in _BLANKS]:
        blanks = ", ".join(f"{{{name}}}" for name in _BLANKS)
        raise ValueError(f"pay.link: unknown blank {{{unknown[0]}}}; the blanks are {blanks}")
    host = link.partition("://")[2].partition("/")[0]
    if not is_safe_url(_BLANK.sub("x", link)) or _BLANK.search(host) or "/" not in link.partition("://")[2]:
        raise ValueError("pay.link: must be an https address, with a / before its first blank")


def is_safe_url(url: str) -> bool:
    """Whether it is an https address, or one of this machine's own over http."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
