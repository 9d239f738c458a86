"""What was said about a case and holds it up: promises, claims, disputes and pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dunwell.terms.money import Money


class PromiseState(StrEnum):
    """Where a promise stands. `part_kept`: some of the money came, not all that was promised."""

    OPEN = "open"
    KEPT = "kept"
    PART_KEPT = "part_kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


class DisputeCode(StrEnum):
    """What a dispute is about."""

    QUALITY = "quality"
    QUANTITY = "quantity"
    PRICE = "price"
    NOT_ORDERED = "not_ordered"
    NOT_DELIVERED = "not_delivered"
    DUPLICATE = "duplicate"
    TERMS = "terms"
    TAX = "tax"
    OTHER = "other"


class Action(StrEnum):
    """What a person may decide over the policy's head."""

    SET_STAGE = "set_stage"
    KEEP = "keep"
    SKIP = "skip"
    PAUSE = "pause"
    RELEASE = "release"
    STOP = "stop"
    SEND_NOW = "send_now"


class PauseKind(StrEnum):
    """Why chasing waits: a person said so (for a while, or for good), an unclear reply waits for a person, or
    everything stops (insolvency, administration, death)."""

    PERSON = "person"
    EXCLUDED = "excluded"
    REVIEW = "review"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise as it concerns one case: made on day `made_on`, to be paid by the day `by`.

    `amount` is all that was promised, None for all that was open; `share` is this case's part of it, None for all of
    the case. `stops`: the case waits for it; otherwise its share is only taken off what is asked. `received` is what
    has come in on its cases since it was made.
    """

    made_on: date
    by: date
    amount: Money | None = None
    share: Money | None = None
    stops: bool = True
    state: PromiseState = PromiseState.OPEN
    received: Money | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The customer says, on day `made_on`, that it was paid. The bank has until `wait_until` to show it."""

    made_on: date
    wait_until: date
    paid_on: date | None = None
    amount: Money | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute about a case, open since `opened_on`; `amount` is None where it is about all of it."""

    opened_on: date
    code: DisputeCode = DisputeCode.OTHER
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Chasing waits up to and with the day `until`, None until somebody ends it; `why` says for what."""

    kind: PauseKind
    until: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Override:
    """A person's word that wins over the policy, from the day `since` up to and with `until` (None: until ended).

    `stage` is the stage that is set or kept; `touches` is how many letters the case had had then.
    """

    action: Action
    since: date
    until: date | None = None
    stage: str | None = None
    touches: int = 0
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class InPlan:
    """An instalment plan as it concerns one case: offered until a day, or agreed on one; `missed_on` once a part was
    missed and it ended."""

    agreed_on: date | None
    next_due: date | None = None
    missed_on: date | None = None
    offered_until: date | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Agreements:
    """All that holds a case up: its promises in the order of their days, the ones broken last among them, its open
    claim, its open disputes, and its pauses (the account's among them).

    `overrides` are the stage set or kept and the letter to be sent now, by people. `credits` are what disputes that
    ended brought the customer and the ledger does not show yet; `resolved_on` is the day on which the last of them
    ended. `plan` is the plan that is agreed, else the newest that is offered or ended because a part was missed.
    """

    promises: tuple[Promise, ...] = ()
    claim: Claim | None = None
    disputes: tuple[Dispute, ...] = ()
    pauses: tuple[Pause, ...] = ()
    credits: tuple[Money, ...] = ()
    resolved_on: date | None = None
    overrides: tuple[Override, ...] = ()
    plan: InPlan | None = None
