"""Spreading a large night over workers: what a shard may count on, and how much the ledger says is left."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell import __version__
from dunwell.desk import day
from dunwell.desk.office import Office
from dunwell.terms.moment import Moment


@dataclass(frozen=True, slots=True)
class Spreading:
    """Shards are runs of `deployment`, at most `at_once` under way; one is given up after `seconds`."""

    deployment: str
    at_once: int
    seconds: int


class OtherRules(Exception):
    """This worker would decide by other rules than the cycle that asks it to."""


def rules_here(office: Office) -> str:
    """By which version and rules this process decides: what the cycle hands to its shards."""
    return f"{__version__} {day.rules_digest(office)[:16]}"


def require_same_rules(office: Office, rules: str | None) -> None:
    """Raise OtherRules where a cycle with `rules` asked, and this process decides by others."""
    here = rules_here(office)
    if rules is not None and rules != here:
        raise OtherRules(
            f"this worker has version and rules '{here}', the cycle has '{rules}': install the same version on all "
            "workers, and give them the same settings and policy"
        )


def count_spread(office: Office, moment: Moment, before: int) -> int:
    """Count what other workers have looked at: of `before` cases, all that the ledger no longer shows as due."""
    looked = max(before - day.due_count(office, moment), 0)
    day.looked_at(office, moment, looked)
    return looked
