"""Foresight: what the policy would do to these cases over the coming days if nobody paid or wrote. Pure."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce

from dunwell.rules.decide import decide, more_advanced
from dunwell.rules.policy import Policy
from dunwell.rules.work import deadline
from dunwell.terms.case import Case, Channel, Touch
from dunwell.terms.decision import Call, Decision, Notice, Refer, Send

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Something that would happen on a day: a letter, a call, a notice, or a proposal for the litigation queue."""

    on: date
    account: str
    what: str
    stage: str | None
    invoices: tuple[str, ...]
    why: str


def foresee(cases: Sequence[Case], policy: Policy, start: date, days: int) -> Iterator[Foreseen]:
    """What happens to `cases` from `start` on, for `days` days, in order of day and account.

    Nobody pays or writes, every night runs, and every letter is accepted.
    """
    now = list(cases)
    letters: dict[str, tuple[date, ...]] = {case.account.number: case.account_letters for case in now}
    queue = [(start, index) for index in range(len(now))]
    heapq.heapify(queue)
    end = start + timedelta(days=days)
    while queue and queue[0][0] < end:
        today = queue[0][0]
        sends: dict[str, list[tuple[int, Send, str]]] = defaultdict(list)
        while queue and queue[0][0] == today:
            _, index = heapq.heappop(queue)
            case = _as_of(now[index], letters[now[index].account.number], today)
            decision = decide(case, policy, today)
            now[index] = _worked(case, decision, today)
            yield from _work(case, decision, today)
            if isinstance(decision.outcome, Send):
                sends[case.account.number].append((index, decision.outcome, decision.why))
            elif decision.next_on is not None:
                heapq.heappush(queue, (max(decision.next_on, today + ONE_DAY), index))
        for account in sorted(sends):
            yield _letter(now, policy, today, account, sends[account])
            letters[account] = (*letters[account][-8:], today)
            for index, _, _ in sends[account]:
                heapq.heappush(queue, (today + ONE_DAY, index))


def _as_of(case: Case, letters: tuple[date, ...], today: date) -> Case:
    """The case with the letters so far, its payments known. Written out: `replace` is four times slower."""
    return Case(
        account=case.account,
        invoice=case.invoice,
        open_principal=case.open_principal,
        open_charges=case.open_charges,
        touches=case.touches,
        account_letters=letters,
        rehearsed=case.rehearsed,
        payments_as_of=today,
        refused=case.refused,
        reachable=case.reachable,
        bank_account=case.bank_account,
        referred=case.referred,
        agreements=case.agreements,
    )


def _worked(case: Case, decision: Decision, today: date) -> Case:
    """The case with the calls and notices of today on it."""
    given = tuple(
        Touch(item.stage, item.round, today, Channel.CALL if isinstance(item, Call) else Channel.NOTICE)
        for item in decision.work
        if isinstance(item, Call | Notice)
    )
    return replace(case, touches=(*case.touches, *given)) if given else case


def _work(case: Case, decision: Decision, today: date) -> Iterator[Foreseen]:
    for item in decision.work:
        if isinstance(item, Call | Notice):
            what = "call" if isinstance(item, Call) else item.event
            yield Foreseen(today, case.account.number, what, item.stage, (case.invoice.number,), decision.why)
    if isinstance(decision.outcome, Refer):
        yield Foreseen(today, case.account.number, "refer", decision.stage, (case.invoice.number,), decision.why)


def _letter(now: list[Case], policy: Policy, today: date, account: str, sends: list[tuple[int, Send, str]]) -> Foreseen:
    """One letter for the account; its cases have the touch from now on."""
    lead = reduce(more_advanced, (send for _, send, _ in sends))
    why = next(words for _, send, words in sends if send == lead)
    for index, send, _ in sends:
        case = now[index]
        last_day = deadline(case, send.stage, policy.rules_for(case.account), today)
        touch = Touch(send.stage, send.round, today, letter=send.letter, deadline=last_day)
        now[index] = replace(case, touches=(*case.touches, touch))
    numbers = tuple(sorted(now[index].invoice.number for index, _, _ in sends))
    return Foreseen(today, account, lead.letter, lead.stage, numbers, why)
