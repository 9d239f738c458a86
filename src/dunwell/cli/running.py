"""`dunwell run` and `dunwell demo`."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from dunwell import wiring
from dunwell.cli.output import Exit, bar, err, json_line, out, parse_day, stop, table
from dunwell.cli.prefect_server import load_flow, server
from dunwell.desk import cycle, day, foresee
from dunwell.desk.cycle import Consent
from dunwell.desk.day import CycleReport
from dunwell.desk.summary import headline
from dunwell.terms.moment import Moment


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("demo")(demo)


def run(
    on: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="The day to run, at the cycle's hour (default: today).")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go and send nothing; like `preview`.")
    ] = False,
    direct: Annotated[
        bool, typer.Option("--direct", help="Without Prefect: the same jobs, for a night on which its server is down.")
    ] = False,
    even_if_stale: Annotated[
        bool, typer.Option("--even-if-stale", help="Chase although the payments are old.")
    ] = False,
    confirm_volume: Annotated[
        bool, typer.Option("--confirm-volume", help="Send although the night is unusually large.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The cycle's counts as one JSON object.")] = False,
) -> None:
    """Run one daily cycle: decide what each invoice needs today, and send it, once.

    Running the same day again sends nothing again; a day older than the last is refused.
    """
    moment = wiring.moment(parse_day(on))
    office = wiring.office()
    if dry_run:
        _dry_run(moment, as_json=as_json)
        return
    consent = Consent(even_if_stale, confirm_volume)
    if direct:
        with bar() as progress:
            tasks = {name: progress.add_task(name, total=None) for name in ("cases", "letters")}
            report = cycle.run_direct(office, moment, consent, lambda name, n: progress.advance(tasks[name], n))
    else:
        day.refuse_early(office, moment, even_if_stale=even_if_stale)
        report = run_flow(moment, consent)
    tell(report, as_json=as_json)
    raise typer.Exit(int(code_of(report)))


def run_flow(moment: Moment, consent: Consent) -> CycleReport:
    """The daily cycle through the real flow, against the Prefect server that is set or a private one."""
    home = wiring.located().folder / ".prefect"
    waiting = err.status("Prefect: running the cycle") if err.is_terminal else contextlib.nullcontext()
    with waiting, server(home):
        module = load_flow("daily_cycle")
        on = None if moment.keeps_hours else moment.on
        try:
            return _finished(asyncio.run(module.daily_cycle(on, **vars(consent), return_state=True)))
        except httpx.TransportError as error:
            stop(
                f"Prefect went away: {error}. Run again to go on, or `dunwell run --direct` without it.", Exit.TEMPORARY
            )
        finally:
            module.tell_prefect_everything()


def _finished(state: Any) -> CycleReport:
    """The report of a finished run; what the flow refused or failed on is raised here as it was there."""
    result = asyncio.run(_result(state))
    if isinstance(result, BaseException):
        raise result
    if not isinstance(result, CycleReport):
        raise TypeError(f"the daily cycle ended without a report: {state}")
    return result


async def _result(state: Any) -> Any:
    return await state.aresult(raise_on_failure=False)


def code_of(report: CycleReport) -> Exit:
    """How a run with this report ends."""
    if report.misconfigured:
        return Exit.BAD_INPUT
    if report.away:
        return Exit.TEMPORARY
    if report.failures:
        return Exit.FAILURES
    return Exit.TEMPORARY if any(letter.state == "waiting" for letter in report.letters) else Exit.DONE


def tell(report: CycleReport, *, as_json: bool) -> None:
    """The report for people, or its counts as JSON."""
    if as_json:
        json_line(
            {
                **{name: getattr(report.record, name) for name in report.record.__dataclass_fields__},
                "failures": report.failures,
                "alarms": report.alarms,
                "away": report.away,
            }
        )
        return
    out.print(headline(report), markup=False)
    out.print()
    if report.letters:
        table(
            "Letters",
            ("account", "letter", "language", "invoices", "outcome", "answer"),
            [
                (one.account, one.letter, one.language, ", ".join(one.invoices), one.state, one.reason)
                for one in report.letters
            ],
            most=40,
        )
    if report.waiting:
        table(
            "Touches that wait", ("reason", "touches"), [(reason.replace("_", " "), n) for reason, n in report.waiting]
        )
    if report.slips:
        table(
            "What could slip",
            ("what", "invoice", "account", "why"),
            [(s.what, s.invoice, s.account, s.why) for s in report.slips],
            most=20,
        )
    if report.tasks:
        table(
            "For people",
            ("id", "task", "role", "account", "due", "what"),
            [(t.id, t.kind, t.role, t.account, t.due_on, t.text) for t in report.tasks],
            most=20,
        )
    for alarm in report.alarms:
        err.print(f"ALARM: {alarm}", markup=False)
    if report.away:
        remedy = "mend the settings and run again" if report.misconfigured else "run again"
        err.print(f"stopped: {report.away}. What has not gone is still due: {remedy}.", markup=False)


def _dry_run(moment: Moment, *, as_json: bool) -> None:
    from dunwell.cli.looking import tell_preview

    warn_if_stale(moment)
    found = list(foresee.preview(wiring.office(), moment))
    tell_preview(found, None, moment, as_json=as_json)
    if any(one.problem for one in found):
        raise typer.Exit(int(Exit.FAILURES))


def warn_if_stale(moment: Moment) -> None:
    """Say so when the payments are too old for a cycle."""
    if why := day.stale_payments(wiring.office(), moment.on):
        err.print(f"warning: {why}; `run` refuses unless --even-if-stale", markup=False)


def demo(
    folder: Annotated[
        Path | None, typer.Option(help="Where to put the demo (default: a new temporary folder).")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the mail servers and the Prefect UI up to look at.")
    ] = False,
) -> None:
    """Chase a sample portfolio with everything real on this machine: mail servers, Prefect, ledger, letters."""
    from dunwell.cli.demonstrate import demonstrate

    raise typer.Exit(int(demonstrate(folder, keep=keep)))
