"""`dunwell pause`, `resume`, `exclude` and `override`: a person's word over the policy's."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.acting import By, Which, Why
from dunwell.cli.output import json_line, out, parse_day, table
from dunwell.desk.override import ACTIONS, Effect, override
from dunwell.rules.stages import CHASING
from dunwell.terms.decision import Send


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("pause")(pause)
    app.command("resume")(resume)
    app.command("exclude")(exclude)
    app.command("override")(overridden)


def pause(
    which: Which,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day of the pause.")],
    by: By,
    reason: Why,
) -> None:
    """Let chasing wait for an invoice or an account, up to and with a day."""
    _do(which, "pause", by, reason, until)


def resume(
    which: Which,
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.")] = "",
) -> None:
    """End every pause and override of an invoice, or of an account with all its invoices. A hold ends by payment."""
    _do(which, "release", by, reason)


def exclude(which: Which, by: By, reason: Why) -> None:
    """Take an invoice or an account out of chasing until somebody resumes it."""
    _do(which, "stop", by, reason)


def overridden(
    which: Which,
    action: Annotated[str, typer.Option(metavar="ACTION", help=f"What to do: {', '.join(ACTIONS)}.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; needed but for release.")] = "",
    stage: Annotated[
        str | None, typer.Option(metavar="STAGE", help=f"For set_stage and keep: {', '.join(CHASING)}.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="The last day on which it holds.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would do, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an invoice.")] = False,
) -> None:
    """Let your word win over the policy, the caps and the order of stages, for an invoice or an account.

    It wins over nothing else: what is paid, promised or in dispute is not asked for, and one letter goes a day.
    """
    acting.one_of(action, ACTIONS, "--action")
    _do(which, action, by, reason, until, stage, dry_run=dry_run, as_json=as_json)


def _do(
    which: str,
    action: str,
    by: str,
    reason: str,
    until: str | None = None,
    stage: str | None = None,
    *,
    dry_run: bool = False,
    as_json: bool = False,
) -> None:
    day = parse_day(until, "--until")
    done = override(wiring.office(), by, which, action, day, reason, wiring.moment(), stage=stage, dry_run=dry_run)
    acting.warn(done.left_out)
    if as_json:
        for one in done.changed:
            json_line(
                {
                    "invoice": one.invoice,
                    "action": done.action,
                    "dry_run": done.dry_run,
                    "before": {"reason": one.before.reason.value, "why": one.before.why, "next": one.before.next_on},
                    "after": {
                        "reason": one.after.reason.value,
                        "why": one.after.why,
                        "letter": one.after.outcome.letter if isinstance(one.after.outcome, Send) else None,
                        "next": one.after.next_on,
                    },
                }
            )
        return
    _tell(done)


def _tell(done: Effect) -> None:
    if done.action == "release":
        out.print(f"{done.what}: {done.ended} ended" if done.ended else f"{done.what}: nothing was held", markup=False)
    else:
        out.print(
            f"{done.what}: {done.action}{' (a trial: nothing has changed)' if done.dry_run else ''}", markup=False
        )
    table(
        "What follows", ("invoice", "before", "after"), [(o.invoice, o.before.why, o.after.why) for o in done.changed]
    )
