"""`dunwell erase` and `dunwell retention`: personal data, on request and on schedule."""

from __future__ import annotations

import asyncio
from typing import Annotated

import httpx
import typer

from dunwell import wiring
from dunwell.cli.acting import By, Why
from dunwell.cli.output import Exit, json_line, out, stop
from dunwell.desk import erasure
from dunwell.desk import retention as desk
from dunwell.desk.erasure import Erasure, Kept
from dunwell.desk.retention import Pruned
from dunwell.desk.undertakings import Wanted
from dunwell.terms.moment import Moment

_Contact = Annotated[
    str, typer.Argument(metavar="CONTACT", help="An address, or the id that `contact list` shows for a contact.")
]
_ELSEWHERE = (
    "Not Dunwell's to erase: the mailbox, your ledger (its next export is known and not taken again), backups, dossiers"
    " that were handed over, and folders of previews, reviews and printed letters."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("erase")(erase)
    app.command("retention")(retention)


def erase(
    contact: _Contact,
    by: By,
    reason: Why,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an account.")] = False,
) -> None:
    """Erase a person from the books, and say what the law obliges to keep, until when and why.

    Safe to run again: what its period keeps now is erased by `dunwell retention` once that is over.
    """
    found = erasure.erase(wiring.office(), contact, Wanted(by, reason), wiring.moment(), dry_run=dry_run)
    if as_json:
        for one in found:
            json_line(_erasure(one, dry_run=dry_run))
        return
    for one in found:
        _tell(one, dry_run=dry_run)
    out.print(_ELSEWHERE, markup=False)


def _tell(one: Erasure, *, dry_run: bool) -> None:
    where = f"account {one.account}" if one.account else "mails of no account"
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in one.erased.items() if count)
    before = f" (the contact was erased on {one.before})" if one.before else ""
    would = "would be erased" if dry_run else "erased"
    out.print(f"{where}: {would}: {counts or 'nothing'}{before}", markup=False, soft_wrap=True)
    for kept in one.kept:
        out.print(f"  kept: {_kept(kept)}", markup=False, soft_wrap=True)


def _kept(kept: Kept) -> str:
    until = f" until {kept.until}" if kept.until else ""
    return f"{kept.count} {kept.what}{until}: {kept.why}"


def _erasure(one: Erasure, *, dry_run: bool) -> dict[str, object]:
    return {
        "account": one.account,
        "contacts": one.contacts,
        "dry_run": dry_run,
        "erased": {name: count for name, count in one.erased.items() if count},
        "kept": [{"what": k.what, "count": k.count, "until": k.until, "why": k.why} for k in one.kept],
        "erased_before": one.before,
    }


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Only the ledger: Prefect's server is left alone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Erase letters and mails past their period, and delete Prefect's old runs. The flow `retention` does it daily."""
    moment = wiring.moment()
    found = desk.prune(wiring.office(), moment, dry_run=dry_run)
    runs = None if direct else _runs(moment, dry_run=dry_run)
    if as_json:
        json_line(_pruned(found, runs, dry_run=dry_run))
        return
    out.print(("would be: " if dry_run else "") + desk.headline(found), markup=False, soft_wrap=True)
    for one in found.contacts:
        _tell(one, dry_run=dry_run)
    if runs is not None:
        done = f"{runs[0]} runs would be deleted" if dry_run else f"{runs[0]} runs and {runs[1]} artifacts deleted"
        out.print(f"Prefect: {done}, which ended before {wiring.runs_end_before(moment):%Y-%m-%d}", markup=False)


def _pruned(found: Pruned, runs: tuple[int, int] | None, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "to": found.to,
        "years": found.law.letters,
        "law": found.law.law,
        "letters": found.letters,
        "replies": found.replies,
        "contacts": [_erasure(one, dry_run=dry_run) for one in found.contacts],
        "runs": runs and runs[0],
        "artifacts": runs and runs[1],
    }


def _runs(moment: Moment, *, dry_run: bool) -> tuple[int, int] | None:
    """Runs and artifacts deleted on the server that is set, or a private one; None where all are kept."""
    from dunwell.cli.prefect_server import load_flow, server

    before = wiring.runs_end_before(moment)
    if before is None:
        return None
    with server(wiring.located().folder / ".prefect"):
        flows = load_flow("retention")
        try:
            if dry_run:
                return asyncio.run(flows.count_runs(before)), 0
            runs, artifacts = asyncio.run(flows.delete_runs(before))
        except httpx.HTTPError as error:
            stop(f"the ledger is done; Prefect went away: {error}. Run again, or with --direct", Exit.TEMPORARY)
        return runs, artifacts
