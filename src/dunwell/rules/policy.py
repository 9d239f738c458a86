"""The policy: the escalation rules as validated data.

A policy file is TOML; `load` returns a Policy or raises TomlProblems with every error at once, each with its line,
its key and what is allowed. The shape of the file is documented in docs/policy.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from dunwell.rules.policy_agreed import Claims, Disputes, Plans, Reviews
from dunwell.rules.policy_amounts import Amounts
from dunwell.rules.policy_errors import problems_of, stage_problems
from dunwell.rules.policy_interest import InterestRule
from dunwell.rules.policy_litigation import Forewarning, Litigation
from dunwell.rules.policy_parts import (
    Attachments,
    Limits,
    Method,
    Part,
    Payments,
    Promises,
    Ramp,
    Sentence,
    Stage,
    Volume,
    Window,
    sentence_name,
    stage_name,
)
from dunwell.rules.policy_post import Post
from dunwell.rules.policy_watch import Watchlist
from dunwell.rules.retention import Retention
from dunwell.rules.tomltext import Key, Problem, TomlProblems, dotted, line_of, lines, overlaid, parse
from dunwell.terms.account import Account, Kind, PaymentMethod
from dunwell.terms.calendar import SendWindow


class PolicyException(Part):
    """What differs for some accounts. Every list that is given must match; `set` overlays the policy's own keys."""

    name: str
    account: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    payment_method: tuple[PaymentMethod, ...] = ()
    chase: bool = True
    set: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.account or self.country or self.kind or self.payment_method):
            raise ValueError("say whom it is for: account, country, kind or payment_method")
        return self

    def matches(self, account: Account) -> bool:
        """Whether the exception is for `account`; `DE` matches `DE-BY` too."""
        country = account.country
        return (
            (not self.account or account.number in self.account)
            and (not self.country or country in self.country or country.partition("-")[0] in self.country)
            and (not self.kind or account.kind in self.kind)
            and (not self.payment_method or account.payment_method in self.payment_method)
        )


class Policy(Part):
    """The whole rule book. `stage` holds the stages by name; `digest` tells one policy from another."""

    name: str = "policy"
    limits: Limits = Limits()
    volume: Volume = Volume()
    send_window: Window = Window()
    ramp: Ramp = Ramp()
    amounts: Amounts = Amounts()
    payments: Payments = Payments()
    method: dict[PaymentMethod, Method] = Field(default_factory=dict)
    promises: Promises = Promises()
    claims: Claims = Claims()
    disputes: Disputes = Disputes()
    plans: Plans = Plans()
    reviews: Reviews = Reviews()
    post: Post = Post()
    litigation: Litigation = Litigation()
    forewarning: Forewarning = Forewarning()
    interest: InterestRule = InterestRule()
    watchlist: Watchlist = Watchlist()
    retention: Retention = Retention()
    attachments: Attachments = Attachments()
    sentence: dict[Annotated[str, BeforeValidator(sentence_name)], Sentence] = Field(default_factory=dict)
    stage: dict[Annotated[str, BeforeValidator(stage_name)], Stage]
    exception: tuple[PolicyException, ...] = ()
    chase: bool = True

    _variants: list[tuple[PolicyException, Policy]] = PrivateAttr(default_factory=list)
    _digest: str = PrivateAttr(default="")

    @property
    def digest(self) -> str:
        """SHA-256 of the file's data: another digest means that every case is looked at anew."""
        return self._digest

    @cached_property
    def window(self) -> SendWindow:
        """The send window as a word of the calendar."""
        return SendWindow(self.send_window.opens, self.send_window.closes)

    @cached_property
    def memory_days(self) -> int:
        """How many days back the account's letters matter to any decision, whatever exception applies."""
        limits = [self.limits, *(variant.limits for _, variant in self._variants)]
        return max(31, *(max(one.days_between_letters, one.window_days) for one in limits))

    def sentences(self, letter: str, account_country: str, creditor_country: str) -> tuple[tuple[str, str], ...]:
        """The sentences of law of a letter to an account in that country, each with the country whose law it is.

        `DE` in the policy is for `DE-BY` too.
        """
        found = []
        for name, rule in self.sentence.items():
            country = account_country if rule.of == "account" else creditor_country
            whole = country.partition("-")[0]
            if letter in rule.letters and {country, whole} & set(rule.countries):
                found.append((name, whole))
        return tuple(found)

    def writes_to(self, account: Account) -> bool:
        """Whether letters go to the account at all: no exception excludes it, and its payment method has letters."""
        rules = self.rules_for(account)
        method = rules.method.get(account.payment_method)
        return rules.chase and (method is None or method.letters)

    @property
    def versions(self) -> tuple[Policy, ...]:
        """The policy itself, and as each of its exceptions leaves it."""
        return (self, *(variant for _, variant in self._variants))

    def rules_for(self, account: Account) -> Policy:
        """The policy as it stands for `account`: the first exception that matches, or the policy itself."""
        if not self.exception:
            return self
        return next((variant for exception, variant in self._variants if exception.matches(account)), self)


def load(text: str, source: str) -> Policy:
    """The policy in a TOML text; raises TomlProblems (named after `source`) with every problem found."""
    data = parse(text, source)
    where = lines(text)
    problems = problems_of(Policy, data, where) + stage_problems(data, where)
    variants: list[tuple[int, Policy]] = []
    for number, exception in enumerate(data.get("exception", []) if isinstance(data.get("exception"), list) else []):
        overlay = exception.get("set", {}) if isinstance(exception, dict) else {}
        merged = overlaid({k: v for k, v in data.items() if k != "exception"}, overlay)
        below = ("exception", number, "set")
        problems += _not_for_some(overlay, where, number)
        problems += [] if problems else problems_of(Policy, merged, where, below) + stage_problems(merged, where, below)
        if not problems:
            merged["chase"] = exception.get("chase", True)
            variants.append((number, Policy.model_validate(merged)))
    if problems:
        # One problem a key, the policy's own words before the validator's, in the order of the file.
        by_key = {(one.key or one.message): one for one in problems}
        raise TomlProblems(source, sorted(by_key.values(), key=lambda one: one.line or 0))
    policy = Policy.model_validate(data)
    policy._digest = hashlib.sha256(repr(data).encode()).hexdigest()
    policy._variants.extend((policy.exception[number], variant) for number, variant in variants)
    return policy


_FOR_SOME = (
    "limits",
    "ramp",
    "amounts",
    "stage",
    "send_window",
    "method",
    "attachments",
    "sentence",
    "interest",
    "post",
)


def _not_for_some(overlay: Mapping[str, Any], where: Mapping[Key, int], number: int) -> list[Problem]:
    """Keys that an exception cannot change: they hold for the whole ledger."""
    at: Key = ("exception", number, "set")
    wrong = [name for name in overlay if name not in _FOR_SOME and name in Policy.model_fields]
    wrong += [f"limits.{name}" for name in ("payments_max_age",) if name in overlay.get("limits", {})]
    message = f"holds for the whole ledger, not for some accounts; an exception may set {', '.join(_FOR_SOME)}"
    return [
        Problem(line_of((*at, *name.split(".")), where), dotted((*at, *name.split("."))), message) for name in wrong
    ]
