"""The parts of a policy: limits, ramp, thresholds, stages with their touches, calls and notices. Validated data."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dunwell.rules.stages import STAGES
from dunwell.rules.tomltext import nearest
from dunwell.terms.account import Role
from dunwell.terms.calendar import CalendarError, check_country
from dunwell.terms.letter import ESCALATION, SENTENCES_OF_LAW, Carrier

_EVERY = {"weekly": (7,), "twice a week": (3, 4), "daily": (1,)}
_EVERY_DAYS = re.compile(r"^(?:every )?(\d{1,3}) days?$")


def _gaps(value: object) -> tuple[int, ...]:
    """The days between letters, in turn: 7 for 'weekly', 3 and 4 for 'twice a week'."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("use 'weekly', 'twice a week', 'every N days' or a number of days")
    if isinstance(value, str) and value in _EVERY:
        return _EVERY[value]
    match = _EVERY_DAYS.match(str(value)) or re.match(r"^(\d{1,3})$", str(value))
    if not match or not 1 <= int(match[1]) <= 90:
        raise ValueError("use 'weekly', 'twice a week', 'every N days' or a number of days from 1 to 90")
    return (int(match[1]),)


def _letter(value: str) -> str:
    if value not in ESCALATION:
        raise ValueError(f"no letter of this name; the letters are {', '.join(ESCALATION)}")
    return value


def _country(value: str) -> str:
    try:
        check_country(value)
    except CalendarError as error:
        raise ValueError(str(error)) from None
    return value


def sentence_name(value: str) -> str:
    """The name of a sentence of law; raises ValueError for an unknown one."""
    if value not in SENTENCES_OF_LAW:
        raise ValueError(f"no sentence of this name; the sentences are {', '.join(SENTENCES_OF_LAW)}")
    return value


def stage_name(value: str) -> str:
    if value not in STAGES:
        raise ValueError(f"no stage of this name{nearest(value, STAGES)}; the stages are {', '.join(STAGES)}")
    return value


Every = Annotated[tuple[int, ...], BeforeValidator(_gaps)]
Country = Annotated[str, BeforeValidator(_country)]
LetterName = Annotated[str, BeforeValidator(_letter)]
Days = Annotated[int, Field(ge=0, le=365, strict=True)]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal(10) ** 15)]


class Part(BaseModel):
    """A table of the policy file: its keys are known and it does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(Part):
    """How often an account may be written to at all, and how old its payments may be."""

    days_between_letters: Days = 2
    letters_in_window: Annotated[int, Field(ge=1, le=31)] = 2
    window_days: Annotated[int, Field(ge=1, le=31)] = 7
    days_in_hand: Days = 7
    payments_max_age: Days = 5
    issue_within: Days = 3
    retry_refused: Days = 1


class Volume(Part):
    """The number of letters past which a night stops and asks."""

    letters: Annotated[int, Field(ge=0)] = 200
    times: Annotated[int, Field(ge=1)] = 5
    cycles: Annotated[int, Field(ge=1, le=365)] = 20
    first: Annotated[int, Field(ge=0)] = 1000


class Ramp(Part):
    """Least days in each stage, counted from its first letter, before the next may be reached."""

    starts_after: Days = 15
    past_due: Days = 7
    late: Days = 7
    delinquent: Days = 14
    on_hold: Days = 21
    on_time_within: Days = 7

    def least_days(self, stage: str) -> int:
        """Least days in `stage`; litigation is the last and is never left."""
        return int(getattr(self, stage, 0))


class Payments(Part):
    """How payments are spread over an invoice."""

    allocation: Literal["principal_first", "law"] = "principal_first"
    keep_charges_when_closed: bool = False


class Promises(Part):
    """What a promise of payment does. `grace`: business days of the account's country after the promised day.

    A part of at least `stops_from` percent of what was open stops its cases; a smaller one is taken off what is asked.
    `remind`: a short letter on the working day before the promised one.
    """

    days_ahead: Annotated[int, Field(ge=1, le=365, strict=True)] = 45
    per_case: Annotated[int, Field(ge=1, le=20, strict=True)] = 2
    grace: Annotated[int, Field(ge=0, le=30, strict=True)] = 2
    stops_from: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(50)
    remind: bool = False


class Method(Part):
    """What a payment method changes: no letters means a task instead."""

    letters: bool = True


class Attachments(Part):
    """What may come with a letter. Sizes are in megabytes (10**6 bytes) before encoding.

    `missing` says what a letter does whose document cannot be had: it is sent with what there is, or waits.
    """

    missing: Literal["send", "wait"] = "send"
    document_mb: Annotated[Decimal, Field(gt=0, le=25)] = Decimal(5)
    letter_mb: Annotated[Decimal, Field(gt=0, le=25)] = Decimal(12)


class Sentence(Part):
    """A sentence of law: for accounts in these countries (or, `of = "creditor"`, wherever the creditor's is named),
    in these letters. Empty `countries` is off."""

    countries: tuple[Annotated[str, BeforeValidator(_country)], ...] = ()
    letters: tuple[LetterName, ...] = ()
    of: Literal["account", "creditor"] = "account"


_NEVER_BY_SMS = ("issued", "on_hold", "final_notice")


class TouchRule(Part):
    """A letter of a stage: on a `day` overdue, or `every` so many days from the stage's first day; by the stage's
    channel, or one of its own."""

    letter: LetterName
    day: Annotated[int, Field(ge=-60, le=3650, strict=True)] | None = None
    every: Every | None = None
    channel: Carrier | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.channel is Carrier.SMS and self.letter in _NEVER_BY_SMS:
            raise ValueError(f"{self.letter} is more than a text message can say: use 'email' or 'letter'")
        if (self.day is None) == (self.every is None):
            raise ValueError("give either 'day' or 'every'")
        return self


class CallRule(Part):
    """A telephone call: on a `day`, `every` so many days after the last call, or so many days `after_letter`.

    `after_letter` counts from the stage's first letter; `minimum` is the least open amount worth the call.
    """

    day: Annotated[int, Field(ge=-60, le=3650, strict=True)] | None = None
    every: Every | None = None
    after_letter: Days | None = None
    minimum: Amount = Decimal(0)

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if [self.day, self.every, self.after_letter].count(None) != 2:
            raise ValueError("give one of 'day', 'every' and 'after_letter'")
        return self


class NoticeRule(Part):
    """Word to service delivery on a `day` overdue: `event`, to be done `within` so many days."""

    day: Annotated[int, Field(ge=1, le=3650, strict=True)]
    event: Literal["suspend"]
    within: Annotated[int, Field(ge=1, le=60, strict=True)] = 5


_ROLES = (Role.ACCOUNTS_PAYABLE, Role.MANAGER, Role.OWNER, Role.OTHER, Role.LEGAL)


class Stage(Part):
    """One stage of the escalation, from `from_day` to `to_day` days overdue, both included; the last is open."""

    from_day: Annotated[int, Field(ge=-60, le=3650, strict=True)]
    to_day: Annotated[int, Field(ge=-60, le=3650, strict=True)] | None = None
    tone: Literal["friendly", "neutral", "firm", "formal"] = "neutral"
    banner: Literal["none", "past_due", "on_hold"] = "none"
    contact: tuple[Role, ...] = _ROLES
    cc: tuple[Role, ...] = ()
    ask_satisfaction: bool = False
    attach: tuple[Literal["invoices", "statement", "contract"], ...] = ()
    deadline_days: Annotated[int, Field(ge=3, le=30, strict=True)] | None = None
    late_fee: bool = False
    channel: Carrier = Carrier.EMAIL
    touch: Annotated[tuple[TouchRule, ...], Field(min_length=1)]
    call: tuple[CallRule, ...] = ()
    notice: tuple[NoticeRule, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        last = self.to_day if self.to_day is not None else 3650
        if last < self.from_day:
            raise ValueError(f"to_day {self.to_day} is before from_day {self.from_day}")
        if self.channel is Carrier.SMS and any(touch.letter in _NEVER_BY_SMS for touch in self.touch):
            raise ValueError(f"channel 'sms' is not for {', '.join(_NEVER_BY_SMS)}")
        if any(touch.every for touch in self.touch) and len(self.touch) > 1:
            raise ValueError("a stage has either one touch with 'every' or touches by day")
        named = [t.day for t in self.touch] + [c.day for c in self.call] + [n.day for n in self.notice]
        days = [day for day in named if day is not None]
        if outside := [day for day in days if not self.from_day <= day <= last]:
            raise ValueError(f"day {outside[0]} lies outside the stage ({self.from_day} to {self.to_day or 'open'})")
        by_day = [touch.day for touch in self.touch if touch.day is not None]
        if by_day != sorted(set(by_day)):
            raise ValueError("touches by day must stand in order, each day once")
        return self

    @property
    def first_touch_day(self) -> int:
        """The day overdue of the stage's first letter."""
        first = self.touch[0]
        return self.from_day if first.day is None else first.day


class Window(Part):
    """The hours in which letters may leave, in the account's time zone."""

    opens: time = time(8)
    closes: time = time(18)

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("'closes' must be later than 'opens'")
        return self
