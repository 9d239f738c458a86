"""The override: a person's word over the policy's, by one function for the command line, the flows and the web page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dunwell.desk import named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import cases, lookup, overriding
from dunwell.ledger.books import Work
from dunwell.ledger.cases import Loaded
from dunwell.ledger.journal import Pen
from dunwell.rules.decide import decide, next_touch
from dunwell.rules.overrides import letters_had, stage_set
from dunwell.rules.schedule import Due
from dunwell.rules.stages import CHASING
from dunwell.terms.agreement import Action, Override
from dunwell.terms.case import Case
from dunwell.terms.decision import Decision
from dunwell.terms.moment import Moment

ACTIONS = tuple(action.value for action in Action)
_SEND_WITHIN = timedelta(days=7)
"""How long 'send now' may wait for a working day before it is over."""
_MOST_TOLD = 10
_WHOLE = (Action.PAUSE, Action.STOP, Action.RELEASE)
"""What is said of an account as a whole; the rest is said of each of its open cases."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What the override does to one case: what is decided about it today, before and after."""

    invoice: str
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of an override, or would come (`dry_run`). `ended` is how many words a release has ended; `left_out`
    says which of an account's cases it does not fit, and why."""

    what: str
    action: str
    changed: tuple[Changed, ...]
    ended: int = 0
    left_out: tuple[str, ...] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Target:
    """Whom it is about: the account, locked, and the invoice where it is one."""

    account_id: int
    invoice: tuple[int, str] | None


class _Undone(Exception):
    """A dry run ends here: the unit of work is undone."""


def override(
    office: Office,
    who: str,
    what: str,
    action: str,
    until: date | None,
    reason: str,
    moment: Moment,
    *,
    stage: str | None = None,
    dry_run: bool = False,
) -> Effect:
    """Let a person's word hold for the invoice or account `what`, or try it out (`dry_run`).

    Raises CannotDo, having changed nothing.
    """
    named.said(who, reason, needs_reason=action != Action.RELEASE)
    word = _word(action, stage, until, who, reason, moment.on)
    found: list[Effect] = []
    try:
        with office.books.write() as work:
            found.append(_apply(office, work, what, word, Pen(moment.now, moment.on, who)))
            if dry_run:
                raise _Undone
    except _Undone:
        return replace(found[0], dry_run=True)
    return found[0]


def told(done: Effect) -> str:
    """What came of an override, in one line."""
    if done.action == Action.RELEASE.value:
        said = f"{done.what}: {done.ended} ended" if done.ended else f"{done.what}: nothing was held"
    else:
        said = f"{done.what}: {done.action}"
    said += " (a trial: nothing has changed)" if done.dry_run else ""
    follows = [f"{one.invoice}: {one.after.why}" for one in done.changed[:_MOST_TOLD]]
    more = len(done.changed) - len(follows)
    follows += [f"and {more} more"] if more else []
    return "; ".join([said, *follows, *(f"left out: {one}" for one in done.left_out[:_MOST_TOLD])])


def rows(done: Effect) -> list[dict[str, str]]:
    """What follows for each invoice, as rows of a table."""
    return [{"invoice": one.invoice, "before": one.before.why, "after": one.after.why} for one in done.changed]


def _word(action: str, stage: str | None, until: date | None, who: str, reason: str, on: date) -> Override:
    if action not in ACTIONS:
        raise CannotDo(f"{action!r} is no action; the actions are {', '.join(ACTIONS)}")
    wanted = Action(action)
    if until is not None and until < on:
        raise CannotDo(f"--until: {until} has passed")
    if wanted is Action.PAUSE and until is None:
        raise CannotDo("--until: say until when; `stop` has no end")
    if until is not None and wanted in (Action.SKIP, Action.STOP, Action.RELEASE):
        raise CannotDo(f"--until: {action} has no end of its own")
    if stage is not None and wanted not in (Action.SET_STAGE, Action.KEEP):
        raise CannotDo(f"--stage: {action} has none")
    if stage is not None and stage not in CHASING:
        raise CannotDo(f"--stage: {stage!r} is not known; known are {', '.join(CHASING)}")
    if wanted is Action.SET_STAGE and stage is None:
        raise CannotDo(f"--stage: say which: {', '.join(CHASING)}")
    if wanted is Action.SEND_NOW and until is None:
        until = on + _SEND_WITHIN
    return Override(wanted, on, until, stage, 0, who, reason)


def _target(work: Work, what: str) -> _Target:
    kind, _, rest = what.partition(":")
    number = rest if kind in ("invoice", "account") and rest else what
    invoice_id = lookup.invoice_id(work, number) if kind != "account" or number == what else None
    account_id = lookup.account_id(work, number) if kind != "invoice" or number == what else None
    if invoice_id is not None and account_id is not None:
        raise CannotDo(f"{what} is an invoice and an account: write invoice:{what} or account:{what}")
    if invoice_id is not None:
        account_id = lookup.owner_of(work, invoice_id)
    if account_id is None:
        raise CannotDo(named.nothing(work, number))
    work.lock_accounts([account_id])
    if invoice_id is not None and lookup.state(work, invoice_id) != "open":
        raise CannotDo(f"invoice {number} is not open: nothing is chased on it")
    return _Target(account_id, (invoice_id, number) if invoice_id is not None else None)


def _apply(office: Office, work: Work, what: str, word: Override, pen: Pen) -> Effect:
    target = _target(work, what)
    ids = [target.invoice[0]] if target.invoice else cases.open_ids(work, [target.account_id])
    before = cases.load(work, ids, pen.on, office.around)
    account = work.lock_account(target.account_id)
    ended, left_out = 0, []
    if word.action is Action.RELEASE:
        ended = overriding.release(work, account, pen, word.why, target.invoice)
    elif word.action in _WHOLE:
        overriding.add(work, account, word, pen, target.invoice)
    else:
        for one in before:
            if why := _each(office, work, one, word, pen):
                left_out.append(f"{one.case.invoice.number}: {why}")
        if len(left_out) == len(before):
            raise CannotDo("; ".join(left_out) or f"{what} has no open invoice")
    work.flush()
    after = cases.load(work, ids, pen.on, office.around)
    return Effect(what, word.action.value, _compared(office, before, after, pen.on), ended, tuple(left_out))


def _compared(office: Office, before: Sequence[Loaded], after: Sequence[Loaded], on: date) -> tuple[Changed, ...]:
    return tuple(
        Changed(old.case.invoice.number, decide(old.case, office.policy, on), decide(new.case, office.policy, on))
        for old, new in zip(before, after, strict=True)
    )


def _each(office: Office, work: Work, one: Loaded, word: Override, pen: Pen) -> str | None:
    """Say it of one case; why it does not fit, where it does not."""
    account = work.lock_account(one.account_id)
    invoice = (one.invoice_id, one.case.invoice.number)
    mine = replace(word, touches=letters_had(one.case))
    following = next_touch(one.case, office.policy, pen.on)
    if why := _misfit(office, one.case, mine, following, pen.on):
        return why
    if word.action is Action.SKIP and following is not None:
        touch = (following.stage, following.round, following.letter)
        overriding.skip(work, account, invoice, touch, max(pen.on, following.on), pen, word.why)
        return None
    if word.action is Action.KEEP:
        here = decide(one.case, office.policy, pen.on).stage
        mine = replace(mine, stage=word.stage or (here if here in CHASING else CHASING[0]))
    overriding.add(work, account, mine, pen, invoice)
    return None


def _misfit(office: Office, case: Case, word: Override, following: Due | None, on: date) -> str | None:
    """Why such a word cannot be said of this case; None where it can."""
    due = case.invoice.due
    if case.referred:
        return "in the litigation queue: a person decides there"
    if word.action in (Action.SET_STAGE, Action.KEEP):
        if due is None or on <= due:
            return "it is not overdue"
        tried = replace(case, agreements=replace(case.agreements, overrides=(word,)))
        none_left = stage_set(tried, office.policy.rules_for(case.account), on) is None
        return f"it has had all letters of {word.stage}" if word.action is Action.SET_STAGE and none_left else None
    if following is None:
        return "there is no next letter"
    if word.action is Action.SKIP and following.stage in ("issued", "litigation"):
        return f"'{following.letter}' cannot be skipped"
    return None
