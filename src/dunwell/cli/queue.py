"""`dunwell queue` and `dunwell dossier`: the litigation queue, and what counsel needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.output import Exit, json_line, out, parse_day, stop, table
from dunwell.desk import approvals, handover, refer
from dunwell.desk.refer import Queued
from dunwell.litigation.disposition import Disposition

_queue = typer.Typer(help="The litigation queue.", no_args_is_help=True)
_dossier = typer.Typer(help="Dossiers of referrals.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_queue, name="queue")
    app.add_typer(_dossier, name="dossier")


@_queue.command("list")
def listed(
    everything: Annotated[bool, typer.Option("--all", help="Those that have left the queue, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a referral.")] = False,
) -> None:
    """List the referrals: what is open, since when, what their dossiers lack, and what was decided."""
    found = refer.queue(wiring.office(), wiring.moment(), everything=everything)
    if as_json:
        for one in found:
            json_line(_object(one))
        return
    table(
        "Litigation queue",
        ("id", "account", "invoices", "open", "oldest", "time-barred", "since", "missing", "decided"),
        [
            (
                one.record.id,
                f"{one.record.account.number} {one.record.account.name}",
                ", ".join(one.record.invoices),
                ", ".join(map(str, one.record.totals)),
                f"{one.figures.days_overdue} days",
                one.figures.limitation.until if one.figures.limitation else "?",
                one.record.since,
                "; ".join(map(str, one.lacks)) or "nothing",
                approvals.decided(one),
            )
            for one in found
        ],
    )


def _object(one: Queued) -> dict[str, object]:
    record, limitation = one.record, one.figures.limitation
    largest = max(record.totals, key=lambda money: money.minor, default=None)
    return {
        "id": record.id,
        "account": record.account.number,
        "invoices": record.invoices,
        "total": largest,
        "currency": largest.currency if largest else None,
        "totals": [{"total": money, "currency": money.currency} for money in record.totals],
        "since": record.since,
        "readiness": "incomplete" if one.lacks else "complete",
        "missing": [str(lack) for lack in one.lacks],
        "disposition": record.disposition,
        "state": record.state,
        "days_overdue": one.figures.days_overdue,
        "limitation": {"until": limitation.until, "law": limitation.law} if limitation else None,
        "decided_by": record.decided_by,
        "decided_on": record.decided_on,
        "reason": record.why or None,
        "wait_until": record.wait_until,
        "approved_by": [{"disposition": each.disposition, "by": each.who, "on": each.on} for each in one.approvals],
        "hand_over": [
            {
                "kind": each.kind,
                "to": each.recipient,
                "way": each.way,
                "state": each.state,
                "on": each.on,
                "reason": each.reason or None,
                "seal": each.seal,
            }
            for each in one.handovers
        ],
    }


@_queue.command("decide")
def decide(
    referral_id: Annotated[str, typer.Argument(metavar="ID", help="The referral, as `dunwell queue list` shows it.")],
    as_: Annotated[str, typer.Option("--as", metavar="DISPOSITION", help=f"One of {', '.join(Disposition)}.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for the journal.")],
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="wait: nobody is asked again before this day.")
    ] = None,
) -> None:
    """Decide about a referral, once. What is to be handed over goes with the next `run`; `wait` leaves it in the queue.

    From the policy's `amounts.four_eyes` on a second person has to say the same.
    """
    if as_ not in set(Disposition):
        stop(f"--as: {as_!r} is not known; the dispositions are {', '.join(Disposition)}", Exit.BAD_INPUT)
    day = parse_day(until, "--until")
    said = refer.decide(wiring.office(), referral_id, Disposition(as_), by, reason, wiring.moment(), until=day)
    out.print(said, markup=False, soft_wrap=True)


_OUTCOMES = ("acknowledged", "sent", "not_sent")


@_queue.command("settle")
def settle(
    referral_id: Annotated[str, typer.Argument(metavar="ID", help="The referral, as `dunwell queue list` shows it.")],
    as_: Annotated[str, typer.Option("--as", metavar="OUTCOME", help=f"One of {', '.join(_OUTCOMES)}.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so: for the journal.")],
    reason: Annotated[str, typer.Option("--reason", help="How it is known, for the journal.")],
) -> None:
    """Say what became of a hand-over or recall: they have it, or a mail in doubt has gone, or has not."""
    acting.one_of(as_, _OUTCOMES, "--as")
    found = handover.say(wiring.office(), referral_id, as_, by, reason, wiring.moment())
    out.print(f"{found.kind.replace('_', '-')} of referral {referral_id}: {found.state}", markup=False)


@_dossier.command("make")
def make(
    referral_id: Annotated[str, typer.Argument(metavar="ID", help="The referral, as `dunwell queue list` shows it.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="An empty or new folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Write a referral's dossier: letters, replies, invoices, contracts, statement, journal, and a manifest."""
    queued, seal = refer.make_dossier(wiring.office(), referral_id, to, wiring.moment())
    if as_json:
        json_line({**_object(queued), "folder": str(to), "seal": seal})
        return
    out.print(f"dossier {referral_id} written to {to}; its seal is {seal}", markup=False, soft_wrap=True)
    for lack in queued.lacks:
        out.print(f"missing: {lack}", markup=False)


@_dossier.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A dossier's folder.")],
) -> None:
    """Check that a dossier is as it was made: every file, the manifest and its seal, and the journal's chain."""
    if not folder.is_dir():
        stop(f"{folder}: is no folder", Exit.BAD_INPUT)
    if wrong := refer.verify(folder):
        stop("\n".join(wrong), Exit.BAD_INPUT)
    out.print(f"{folder}: as it was made", markup=False)
