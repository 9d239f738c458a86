"""Settings: one TOML file and the environment, validated whole; an unknown key fails with the nearest known one.

`DUNWELL_<SECTION>__<KEY>` overrides a key of the file; `…_FILE` names a file that holds the value (for secrets).
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from dunwell.rules.policy_errors import problems_of
from dunwell.rules.tomltext import Problem, TomlProblems, lines, nearest, overlaid, parse
from dunwell.terms.calendar import CalendarError, check_country
from dunwell.terms.money import MINOR_DIGITS

PREFIX = "DUNWELL_"
FILE_NAME = "dunwell.toml"
_SPECIAL = {"DUNWELL_CONFIG", "DUNWELL_TODAY"}
_ADDRESS = re.compile(r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")


def _country(value: str) -> str:
    try:
        check_country(value)
    except CalendarError as error:
        raise ValueError(str(error)) from None
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"unknown time zone{nearest(value, available_timezones())}; use a name such as Europe/Rome")
    return value


def _email(value: str) -> str:
    if not _ADDRESS.match(value):
        raise ValueError("no e-mail address")
    return value


Email = Annotated[str, AfterValidator(_email)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(_Section):
    """Terms that hold for every account that has none of its own."""

    late_fee_percent: Annotated[Decimal, Field(gt=0, le=10)] | None = None


class Creditor(_Section):
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
    terms: Terms = Terms()

    @model_validator(mode="before")
    @classmethod
    def _currencies_in_capitals(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("bank"), dict):
            data = {**data, "bank": {str(key).upper(): value for key, value in data["bank"].items()}}
            if unknown := [key for key in data["bank"] if key not in MINOR_DIGITS]:
                raise ValueError(f"creditor.bank: {unknown[0]} is not an ISO 4217 currency code")
        return data

    def bank_account(self, currency: str) -> str | None:
        """The bank account to name for `currency`: its own, else the general one unless `strict_currency`."""
        return self.bank.get(currency) or (None if self.strict_currency else self.iban)


class Ledger(_Section):
    """Where the books are: a SQLAlchemy URL; by default a SQLite file in the folder."""

    url: str = "sqlite:///dunwell.db"


class _Server(_Section):
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


class Smtp(_Server):
    """The mail server that letters leave by. `redirect_to` sends every letter there instead, as a rehearsal."""

    port: int = 587
    redirect_to: Email | None = None
    archive: Email | None = None
    letters_per_minute: Annotated[int, Field(ge=0)] = 0
    ca_file: Path | None = None


class Imap(_Server):
    """The collections mailbox."""

    port: int = 993
    security: Literal["none", "starttls", "tls"] = "tls"
    folder: str = "INBOX"


class People(_Section):
    """Members of staff who are written to; one that is not set is not written to."""

    collector: Email | None = None
    service: Email | None = None
    owner: Email | None = None


class PolicyFile(_Section):
    """The policy's file; without one the built-in default applies."""

    file: Path | None = None


class Templates(_Section):
    """A folder of templates that stand before the built-in ones."""

    folder: Path | None = None


class Cycle(_Section):
    """The daily cycle: its hour in the creditor's time zone, and up to how many cases get a flow run each."""

    hour: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    flow_run_budget: Annotated[int, Field(ge=0)] = 1000
    shard: Annotated[int, Field(ge=1, le=5000)] = 500


class Settings(BaseSettings):
    """All settings, by section."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    creditor: Creditor = Creditor()
    ledger: Ledger = Ledger()
    smtp: Smtp = Smtp()
    imap: Imap = Imap()
    people: People = People()
    policy: PolicyFile = PolicyFile()
    templates: Templates = Templates()
    cycle: Cycle = Cycle()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` has gathered: it reads file and environment itself, in that order."""
        return (init_settings,)

    @property
    def zone(self) -> ZoneInfo:
        """The creditor's time zone."""
        return ZoneInfo(self.creditor.timezone)


class Located(BaseModel):
    """Settings and where they were found: `folder` for relative paths, `file` or None."""

    model_config = ConfigDict(frozen=True)
    settings: Settings
    folder: Path
    file: Path | None

    def path(self, value: Path) -> Path:
        """`value`, from the settings' folder."""
        return (self.folder / value.expanduser()).resolve()

    @property
    def ledger_url(self) -> str:
        """The ledger's URL; a relative SQLite file lies in the settings' folder."""
        url = self.settings.ledger.url
        match = re.match(r"^sqlite(\+pysqlite)?:///(?!/)(.+)$", url)
        if not match or match[2] == ":memory:":
            return url
        return f"sqlite:///{self.path(Path(match[2]))}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load(config: Path | None, environ: Mapping[str, str]) -> Located:
    """The settings of `config` (or `dunwell.toml` here, if there is one) under the environment.

    Raises TomlProblems with every problem at once: file, line or variable, and what is allowed.
    """
    file = config or (Path(FILE_NAME) if Path(FILE_NAME).is_file() else None)
    data = _from_file(file) if file else {}
    gathered, names = _from_environment(environ)
    try:
        settings = Settings(**overlaid(data, gathered))
    except ValidationError as error:
        raise TomlProblems("environment", [_variable_problem(item, names) for item in error.errors()]) from None
    return Located(settings=settings, folder=file.resolve().parent if file else Path.cwd(), file=file)


def _from_file(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TomlProblems(str(file), [Problem(None, "", "there is no such file: `dunwell init` writes one")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TomlProblems(str(file), [Problem(None, "", f"cannot be read: {error}")]) from None
    data = parse(text, str(file))
    if problems := problems_of(Settings, data, lines(text)):
        raise TomlProblems(str(file), problems)
    return data


def _from_environment(environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[tuple[str, ...], str]]:
    """The keys that the environment sets, and the variable behind each; raises TomlProblems for unknown ones."""
    values = {
        name: value for name, value in environ.items() if name.upper().startswith(PREFIX) and name not in _SPECIAL
    }
    problems: list[Problem] = []
    names: dict[tuple[str, ...], str] = {}
    plain: dict[str, str] = {}
    for name, value in values.items():
        key, said = name, value
        if name.endswith("_FILE") and not _is_known(_key_of(name)):
            key = name.removesuffix("_FILE")
            try:
                said = Path(value).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                problems.append(Problem(None, name, f"its file cannot be read: {error}"))
                continue
        if not _is_known(_key_of(key)):
            problems.append(Problem(None, name, f"unknown setting{nearest(key, _variables())}"))
            continue
        names[_key_of(key)] = name
        plain[key.lower()] = said
    if problems:
        raise TomlProblems("environment", problems)
    return _nested(plain), names


def _nested(plain: Mapping[str, str]) -> dict[str, Any]:
    source = EnvSettingsSource(Settings, env_prefix=PREFIX, env_nested_delimiter="__", case_sensitive=False)
    source.env_vars = plain
    return source()


def _key_of(variable: str) -> tuple[str, ...]:
    return tuple(variable[len(PREFIX) :].lower().split("__"))


def _is_known(key: tuple[str, ...]) -> bool:
    here: type[BaseModel] = Settings
    for index, part in enumerate(key):
        field = here.model_fields.get(part)
        if field is None:
            return False
        if part == "bank":
            return len(key) == index + 2
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            here = annotation
        else:
            return len(key) == index + 1
    return False


def _variables() -> list[str]:
    """Every variable there is, for suggestions."""
    found = []
    for section, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            found += [f"{PREFIX}{section}__{key}".upper() for key in model.model_fields]
    return found


def _variable_problem(item: Any, names: Mapping[tuple[str, ...], str]) -> Problem:
    key = tuple(str(part) for part in item["loc"])
    name = next((variable for known, variable in names.items() if known[: len(key)] == key), ".".join(key))
    return Problem(None, name, item["msg"].removeprefix("Value error, "))


def today_override(environ: Mapping[str, str]) -> str | None:
    """The day in DUNWELL_TODAY, if it is set."""
    return environ.get("DUNWELL_TODAY") or None


def config_override(environ: Mapping[str, str]) -> Path | None:
    """The file in DUNWELL_CONFIG, if it is set."""
    value = environ.get("DUNWELL_CONFIG")
    return Path(value) if value else None


def process_environment() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ
