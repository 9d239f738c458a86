"""Remedies: what to do about what stopped a run, for the message that an operator reads first."""

from __future__ import annotations

from dunwell.desk.refusals import CannotDo, DayRefused, UnsafeToChase
from dunwell.ledger.cycles import CycleRunning
from dunwell.ledger.engine import LedgerAway, LedgerError
from dunwell.letters.facts import LetterError
from dunwell.mailroom.mailbox import MailboxAway, MailboxRefuses
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses
from dunwell.rules.tomltext import TomlProblems

_AGAIN = "Nothing is lost: the next run goes on, and sends nothing twice"
_REMEDIES: tuple[tuple[type[Exception], str], ...] = (
    (UnsafeToChase, "In this UI: run it again with even_if_stale or confirm_volume switched on"),
    (DayRefused, "Nothing has changed: mend it, then run again"),
    (CannotDo, "Nothing has changed: mend the form, then run again"),
    (CycleRunning, "Wait until it has ended"),
    (LedgerAway, _AGAIN),
    (
        LedgerError,
        "`dunwell doctor` on the worker's machine says more; `dunwell init` brings an older ledger up to date",
    ),
    (LetterError, "`dunwell letters check` names every problem; mend the template, then run again"),
    (MailServerAway, _AGAIN),
    (MailboxAway, _AGAIN),
    (MailServerRefuses, "Mend the settings of `smtp` on the worker's machine (`dunwell doctor`), then run again"),
    (MailboxRefuses, "Mend the settings of `imap` on the worker's machine (`dunwell doctor`), then run again"),
    (TomlProblems, "Mend the settings or the policy on the worker's machine (`dunwell doctor`), then run again"),
)


def is_expected(error: Exception) -> bool:
    """Whether the error is one that there is a remedy for: its message says all that there is to say."""
    return isinstance(error, tuple(kind for kind, _ in _REMEDIES))


def with_remedy(error: Exception) -> str:
    """What stopped a run and what to do about it, in one line."""
    said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    said += "" if said.endswith("?") else "."
    for kind, remedy in _REMEDIES:
        if isinstance(error, kind):
            return f"{said} {remedy}."
    return f"{type(error).__name__}: {said} {_AGAIN}; if it fails again, the run's log shows where."
