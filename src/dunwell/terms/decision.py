"""What a decision can be, and why.

A decision is one outcome for the customer (a letter, or none and why) and any work beside it for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Reason(StrEnum):
    """Why the outcome is what it is: a code that logs, tests and reports can count."""

    TOUCH_DUE = "touch_due"
    NOTHING_DUE = "nothing_due"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    WITHIN_TOLERANCE = "within_tolerance"
    CHARGES_ONLY = "charges_only"
    CREDIT_NOTE = "credit_note"
    EXCLUDED = "excluded"
    BELOW_MINIMUM = "below_minimum"
    NO_DUE_DATE = "no_due_date"
    DIRECT_DEBIT = "direct_debit"
    NO_CONTACT = "no_reachable_contact"
    NO_BANK_ACCOUNT = "no_bank_account"
    DAY_OF_REST = "day_of_rest"
    INTERVAL = "interval"
    CAP = "cap"
    REHEARSED = "rehearsed"
    REFUSED = "refused"
    DEADLINE_RUNS = "deadline_runs"
    PAYMENTS_UNKNOWN = "payments_not_yet_known"
    NOTICE_NOT_PROVEN = "notice_not_proven"
    BELOW_LITIGATION_MINIMUM = "below_litigation_minimum"
    DEADLINE_PASSED = "deadline_passed"
    REFERRED = "referred"
    STOPPED = "stopped"
    PAUSED = "paused"
    DISPUTED = "disputed"
    CREDIT_AWAITED = "credit_awaited"
    DISPUTE_CLOSED = "dispute_closed"
    CLAIMED = "said_to_be_paid"
    PROMISED = "promised"
    IN_PLAN = "in_plan"
    IN_REVIEW = "reply_in_review"


@dataclass(frozen=True, slots=True)
class Send:
    """Give this touch today: the letter `letter`, as round `round` of stage `stage`."""

    stage: str
    round: int
    letter: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Wait:
    """No letter today. `until` is the first day on which that may change by itself, None if only news changes it."""

    until: date | None


@dataclass(frozen=True, slots=True)
class Review:
    """A person has to look; nothing goes until then. `subject` names the task."""

    subject: str


@dataclass(frozen=True, slots=True)
class Refer:
    """The final deadline has passed: propose the case for the litigation queue."""

    deadline: date


@dataclass(frozen=True, slots=True)
class Close:
    """Nothing is left to chase."""


Outcome = Send | Wait | Review | Refer | Close


@dataclass(frozen=True, slots=True)
class Call:
    """A telephone call for a collector: round `round` of stage `stage`."""

    stage: str
    round: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Notice:
    """Word to service delivery: `event` (suspend), to be done by the day `by`."""

    stage: str
    round: int
    event: str
    due_on: date
    by: date


@dataclass(frozen=True, slots=True)
class Ask:
    """Something only a person can mend; `subject` names the task, which is made once."""

    subject: str


Work = Call | Notice | Ask


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one case on one day.

    `stage` is the stage reached (None before any). `why` is a sentence that a collector understands. `touch` is the
    letter that is due today, whether it goes or waits. `work` is for people. `next_on` is the first day on which the
    case must be looked at again, None while only news changes it; `next_what` says what is expected then.
    """

    outcome: Outcome
    reason: Reason
    why: str
    stage: str | None = None
    touch: Send | None = None
    work: tuple[Work, ...] = field(default=())
    next_on: date | None = None
    next_what: str | None = None
