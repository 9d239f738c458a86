"""The sections about who is outside our own ledger and mailbox: service delivery, counsel, agency, the post,
text messages, a language model, the web page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from dunwell.settings.sections import Section, is_safe_url


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_PASSPHRASE:
        raise ValueError(f"is too short: a passphrase has {_SHORTEST_PASSPHRASE} characters or more")
    return value


_SHORTEST_PASSPHRASE = 12
Passphrase = Annotated[SecretStr, AfterValidator(_long_enough)]


class Liaison(Section):
    """Where notices to service delivery and dossiers for counsel and agency are posted, each signed with its secret;
    `timeout` in seconds for a post. Dossiers are encrypted with the passphrase, by mail and by webhook."""

    service_url: str | None = None
    service_secret: SecretStr | None = None
    counsel_url: str | None = None
    counsel_secret: SecretStr | None = None
    counsel_passphrase: Passphrase | None = None
    agency_url: str | None = None
    agency_secret: SecretStr | None = None
    agency_passphrase: Passphrase | None = None
    allow_private: bool = False
    timeout: Annotated[int, Field(ge=1, le=60)] = 20
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _sound(self) -> Liaison:
        for name in ("service_url", "counsel_url", "agency_url"):
            url = getattr(self, name)
            if url is not None and not is_safe_url(url):
                raise ValueError(f"liaison.{name}: must be an https address (http on loopback only)")
        return self


class Post(Section):
    """Letters on paper: the print folder, and the side on which the envelopes have their window, where it is not the
    usual one of the creditor's country."""

    folder: Path = Path("post")
    window: Literal["left", "right"] | None = None


class Opinion(Section):
    """A language model that is asked about replies of which the machine is unsure: the base address of an API like
    OpenAI's, the model's name there, and the key; `timeout` in seconds. Off without an address."""

    url: str | None = None
    model: str | None = None
    key: SecretStr | None = None
    timeout: Annotated[int, Field(ge=1, le=60)] = 20

    @model_validator(mode="after")
    def _sound(self) -> Opinion:
        if self.url is not None and not is_safe_url(self.url):
            raise ValueError("opinion.url: must be an https address (http on loopback only)")
        if self.url is not None and not self.model:
            raise ValueError("opinion.model: is needed with opinion.url")
        return self


class Sms(Section):
    """The gateway that sends text messages: where each is posted, with `token` as bearer; `sender` is who they are
    from; `timeout` in seconds for a post."""

    url: str | None = None
    token: SecretStr | None = None
    sender: str | None = None
    allow_private: bool = False
    timeout: Annotated[int, Field(ge=1, le=60)] = 20

    @model_validator(mode="after")
    def _sound(self) -> Sms:
        if self.url is not None and not is_safe_url(self.url):
            raise ValueError("sms.url: must be an https address (http on loopback only)")
        return self


class Frontdesk(Section):
    """The collector's web page: the address at which people reach it, for links in mails to staff."""

    url: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> Frontdesk:
        if self.url is not None and not is_safe_url(self.url):
            raise ValueError("frontdesk.url: must be an https address (http on loopback only)")
        return self
