"""Where word goes outside, as the settings say: to service delivery, counsel and the agency."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.liaison.webhook import BadSecret, Target, key_of
from dunwell.rules.tomltext import Problem, TomlProblems
from dunwell.settings import Located


@dataclass(frozen=True, slots=True)
class Outsider:
    """Whoever dossiers are handed over to: by a signed post to `target`, or by mail; encrypted with the passphrase."""

    email: str | None = None
    target: Target | None = None
    passphrase: str = ""


def target(found: Located, name: str) -> Target | None:
    """Where word to `service`, `counsel` or `agency` is posted; None where the settings name no address.

    Raises TomlProblems for a secret that nothing can be signed with.
    """
    own = found.settings.liaison
    url, given = getattr(own, f"{name}_url"), getattr(own, f"{name}_secret")
    if url is None:
        return None
    secret = given.get_secret_value() if given else ""
    try:
        key_of(secret)
    except BadSecret as error:
        raise TomlProblems("settings", [Problem(None, f"liaison.{name}_secret", str(error))]) from None
    ca_file = str(found.path(own.ca_file)) if own.ca_file else None
    return Target(url, secret, own.allow_private, own.timeout, ca_file)


def outsiders(found: Located) -> dict[str, Outsider]:
    """Counsel and the agency, where the settings name a way to them."""
    own = found.settings
    known = {}
    for name in ("counsel", "agency"):
        passphrase = getattr(own.liaison, f"{name}_passphrase")
        if passphrase is not None:
            known[name] = Outsider(getattr(own.people, name), target(found, name), passphrase.get_secret_value())
    return known
