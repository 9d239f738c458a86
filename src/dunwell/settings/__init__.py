"""Settings: one TOML file and the environment, validated whole; an unknown key fails with the nearest known one.

`DUNWELL_<SECTION>__<KEY>` overrides a key of the file; `…_FILE` names a file that holds the value (for secrets).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from dunwell.rules.policy_errors import problems_of
from dunwell.rules.tomltext import Problem, TomlProblems, lines, nearest, overlaid, parse
from dunwell.settings.outside import Frontdesk, Liaison, Opinion, Post, Sms
from dunwell.settings.sections import (
    Creditor,
    Cycle,
    Dkim,
    Documents,
    Imap,
    Ledger,
    Pay,
    People,
    PolicyFile,
    Prefect,
    Replies,
    Smtp,
    Templates,
)

PREFIX = "DUNWELL_"
FILE_NAME = "dunwell.toml"
_SPECIAL = {"DUNWELL_CONFIG", "DUNWELL_TODAY"}


class Settings(BaseSettings):
    """All settings, by section."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    creditor: Creditor = Creditor()
    ledger: Ledger = Ledger()
    smtp: Smtp = Smtp()
    imap: Imap = Imap()
    replies: Replies = Replies()
    people: People = People()
    policy: PolicyFile = PolicyFile()
    templates: Templates = Templates()
    pay: Pay = Pay()
    documents: Documents = Documents()
    liaison: Liaison = Liaison()
    post: Post = Post()
    sms: Sms = Sms()
    opinion: Opinion = Opinion()
    dkim: Dkim = Dkim()
    frontdesk: Frontdesk = Frontdesk()
    cycle: Cycle = Cycle()
    prefect: Prefect = Prefect()

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
    if settings.cycle.shards and settings.ledger.url.startswith("sqlite"):
        raise TomlProblems(str(file or "environment"), [Problem(None, "cycle.shards", _SHARDS_NEED_POSTGRESQL)])
    if lacking := _without_passphrase(settings):
        raise TomlProblems(str(file or "environment"), lacking)
    return Located(settings=settings, folder=file.resolve().parent if file else Path.cwd(), file=file)


def _without_passphrase(settings: Settings) -> list[Problem]:
    """Nobody gets a dossier that is not encrypted, and nobody unsigned."""
    found = []
    for name in ("counsel", "agency"):
        url = getattr(settings.liaison, f"{name}_url")
        reached = url or getattr(settings.people, name)
        if reached and getattr(settings.liaison, f"{name}_passphrase") is None:
            found.append(Problem(None, f"liaison.{name}_passphrase", "is not set: dossiers go encrypted only"))
        if url and getattr(settings.liaison, f"{name}_secret") is None:
            found.append(Problem(None, f"liaison.{name}_secret", f"is needed with liaison.{name}_url"))
    return found


_SHARDS_NEED_POSTGRESQL = (
    "workers share a night only on PostgreSQL, and ledger.url is a SQLite file, which serves one machine: set "
    "ledger.url to postgresql://…, or leave cycle.shards out"
)


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
    try:
        return source()
    except SettingsError as error:
        raise TomlProblems("environment", [Problem(None, "", f"cannot be read: {error}")]) from None


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
    return [f"{PREFIX}{name}".upper() for name in _names(Settings)]


def _names(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        below = field.annotation
        if isinstance(below, type) and issubclass(below, BaseModel):
            yield from (f"{name}__{key}" for key in _names(below))
        else:
            yield name


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
