"""A pure stand-in for the nights: decides, gives one letter an account, remembers. No database, no mail."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from pathlib import Path

import dunwell.rules
from dunwell.rules.decide import decide, more_advanced
from dunwell.rules.policy import Policy, load
from dunwell.rules.work import deadline
from dunwell.terms.account import Account, PaymentMethod
from dunwell.terms.case import Case, Channel, Touch
from dunwell.terms.decision import Call, Decision, Notice, Refer, Send
from dunwell.terms.invoice import Invoice
from dunwell.terms.money import Money

DEFAULT_FILE = Path(dunwell.rules.__file__).parent / "policies" / "default.toml"
DEFAULT_TEXT = DEFAULT_FILE.read_text(encoding="utf-8")
DEFAULT = load(DEFAULT_TEXT, "default.toml")


def account(number: str = "C-1", country: str = "DE", method: PaymentMethod = PaymentMethod.TRANSFER) -> Account:
    """An account that pays by transfer, unless said otherwise."""
    return Account(number, f"Firm {number}", country, "en", payment_method=method)


def case(
    due: date | None, *, amount: str = "1000", of: Account | None = None, number: str = "INV-1", **more: object
) -> Case:
    """An open invoice, issued 30 days before it is due and sent on that day."""
    issued = (due or date(2026, 1, 1)) - timedelta(days=30)
    minor = int(float(amount) * 100)
    money = Money(minor, "EUR")
    made = Case(of or account(), Invoice(number, issued, due, money, imported_on=issued), money, Money(0, "EUR"))
    return replace(made, **more)  # type: ignore[arg-type]


@dataclass
class Nights:
    """Cases chased night after night. `letters` is what went: (day, account, letter, numbers), oldest first."""

    cases: list[Case]
    policy: Policy = DEFAULT
    letters: list[tuple[date, str, str, tuple[str, ...]]] = field(default_factory=list)
    work: list[tuple[date, str, str]] = field(default_factory=list)
    referred: list[tuple[date, str]] = field(default_factory=list)

    def night(self, today: date) -> list[Decision]:
        """One night on which the cycle runs."""
        decisions = []
        due: dict[str, list[tuple[int, Send]]] = {}
        for index, one in enumerate(self.cases):
            current = replace(one, account_letters=self._days(one.account.number), payments_as_of=today)
            decision = decide(current, self.policy, today)
            decisions.append(decision)
            self._work(index, decision, today)
            if isinstance(decision.outcome, Send):
                due.setdefault(one.account.number, []).append((index, decision.outcome))
        for number, sends in due.items():
            self._letter(number, sends, today)
        return decisions

    def nights(self, start: date, days: int) -> None:
        """A night on each of `days` days from `start`."""
        for offset in range(days):
            self.night(start + timedelta(days=offset))

    def pay(self, index: int = 0) -> None:
        """The whole open amount of a case comes in."""
        one = self.cases[index]
        self.cases[index] = replace(one, open_principal=Money(0, one.open_principal.currency))

    def story(self, due: date, index: int = 0) -> list[tuple[int, str]]:
        """The letters of a case as (days overdue, letter)."""
        number = self.cases[index].invoice.number
        return [((day - due).days, letter) for day, _, letter, numbers in self.letters if number in numbers]

    def _days(self, number: str) -> tuple[date, ...]:
        return tuple(day for day, account_number, _, _ in self.letters if account_number == number)

    def _work(self, index: int, decision: Decision, today: date) -> None:
        one = self.cases[index]
        for item in decision.work:
            if isinstance(item, Call | Notice):
                channel = Channel.CALL if isinstance(item, Call) else Channel.NOTICE
                one = replace(one, touches=(*one.touches, Touch(item.stage, item.round, today, channel)))
                self.work.append((today, one.invoice.number, "call" if isinstance(item, Call) else item.event))
        if isinstance(decision.outcome, Refer):
            one = replace(one, referred=True)
            self.referred.append((today, one.invoice.number))
        self.cases[index] = one

    def _letter(self, number: str, sends: list[tuple[int, Send]], today: date) -> None:
        lead = reduce(more_advanced, (send for _, send in sends))
        for index, send in sends:
            one = self.cases[index]
            last_day = deadline(one, send.stage, self.policy.rules_for(one.account), today)
            touch = Touch(send.stage, send.round, today, letter=send.letter, deadline=last_day)
            self.cases[index] = replace(one, touches=(*one.touches, touch))
        numbers = tuple(self.cases[index].invoice.number for index, _ in sends)
        self.letters.append((today, number, lead.letter, numbers))
