"""`dunwell preview`, `explain` and `simulate`: looking without touching."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from dateutil.relativedelta import MO, relativedelta

from dunwell import wiring
from dunwell.cli.output import Exit, bar, cell, err, json_line, out, parse_day, stop, table
from dunwell.cli.running import warn_if_stale
from dunwell.desk import explain as explaining
from dunwell.desk import foresee
from dunwell.desk.explain import Explanation, UnknownInvoice
from dunwell.desk.foresee import Previewed
from dunwell.letters.facts import LetterError
from dunwell.rules.foresight import Foreseen
from dunwell.terms.decision import Send
from dunwell.terms.letter import LETTERS
from dunwell.terms.moment import Moment


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("preview")(preview)
    app.command("explain")(explain)
    app.command("simulate")(simulate)


def preview(
    on: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="The cycle's day (default: the next one's).")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Where to write the letters (default: preview/DATE).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a letter.")] = False,
) -> None:
    """Write every letter that the next cycle would send, as files and a table. Nothing is sent or changed."""
    office = wiring.office()
    moment = wiring.moment(parse_day(on) or foresee.next_cycle_day(office, wiring.moment()))
    warn_if_stale(moment)
    if problems := office.library.check(own_only=True):
        raise LetterError("\n".join(str(one) for one in problems))
    folder = to or wiring.located().folder / "preview" / moment.on.isoformat()
    found: list[Previewed] = []
    with bar(total=False) as progress:
        progress.add_task("writing the letters")
        for one in foresee.preview(office, moment):
            foresee.save(one, folder)
            found.append(one)
    tell_preview(found, folder, moment, as_json=as_json)
    if any(one.problem for one in found):
        raise typer.Exit(int(Exit.FAILURES))


def tell_preview(found: list[Previewed], folder: Path | None, moment: Moment, *, as_json: bool) -> None:
    """The previewed letters as a table or as JSON."""
    if as_json:
        for one in found:
            json_line(_previewed(one, moment))
        return
    out.print(f"A cycle on {moment.on} would send {sum(one.written is not None for one in found)} letters.")
    table(
        "Letters",
        ("account", "letter", "to", "invoices", "why"),
        [
            (
                one.account,
                one.letter,
                one.written.draft.to_email if one.written else "-",
                ", ".join(one.invoices),
                one.problem or one.reason,
            )
            for one in found
        ],
        most=60,
    )
    if folder and found:
        out.print(f"The letters are in {folder}", markup=False)


def _previewed(one: Previewed, moment: Moment) -> dict[str, object]:
    draft = one.written.draft if one.written else None
    return {
        "account": one.account,
        "letter": one.letter or None,
        "stage": one.stage,
        "invoices": one.invoices,
        "language": draft.language if draft else None,
        "to": draft.to_email if draft else None,
        "subject": draft.subject if draft else None,
        "on": moment.on,
        "reason": one.reason,
        "problem": one.problem,
    }


def explain(
    invoice: Annotated[str, typer.Argument(help="The invoice's number.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say where an invoice stands, what was done about it, what comes next, and why."""
    try:
        found = explaining.explain(wiring.office(), invoice, wiring.moment())
    except UnknownInvoice as error:
        stop(str(error), Exit.BAD_INPUT)
    if as_json:
        json_line(_explained(found))
        return
    _tell(found)


def _next(found: Explanation) -> dict[str, object] | None:
    """What comes next and when: today's letter where one is due, else the next look."""
    decision = found.decision
    if isinstance(decision.outcome, Send):
        return {"on": found.on, "what": decision.outcome.letter}
    if decision.next_on is None:
        return None
    return {"on": decision.next_on, "what": decision.next_what}


def _explained(found: Explanation) -> dict[str, object]:
    case = found.case
    return {
        "invoice": case.invoice.number,
        "account": case.account.number,
        "stage": found.decision.stage,
        "state": found.state,
        "days_overdue": found.days_overdue,
        "outstanding": case.outstanding,
        "currency": case.outstanding.currency,
        "principal": case.open_principal,
        "charges": case.open_charges,
        "due": case.invoice.due,
        "next": _next(found),
        "reasons": [found.decision.reason.value, found.decision.why],
        "held_up_by": found.held_up_by,
        "history": [
            {
                "on": one.on or one.due_on,
                "channel": one.channel,
                "stage": one.stage,
                "round": one.round,
                "letter": one.letter,
                "state": one.state,
                "reason": one.reason,
                "message_id": one.message_id,
            }
            for one in found.history
        ],
        "journal": [{"on": e.on, "at": e.at, "who": e.who, "what": e.what, "why": e.why} for e in found.journal],
    }


def _tell(found: Explanation) -> None:
    case, decision = found.case, found.decision
    out.print(f"{case.invoice.number} of {case.account.number} {case.account.name}", markup=False)
    out.print(
        f"  {case.outstanding} open of {case.invoice.amount}; due {case.invoice.due}; {found.state}", markup=False
    )
    out.print(f"  stage: {decision.stage or '-'}", markup=False)
    out.print(f"  today: {decision.why}", markup=False)
    coming = _next(found)
    out.print(f"  next:  {coming['what']} on {coming['on']}" if coming else "  next:  nothing by itself", markup=False)
    for one in found.held_up_by:
        out.print(f"  holds: {one}", markup=False)
    out.print()
    if found.history:
        table(
            "History",
            ("day", "channel", "stage", "round", "letter", "outcome", "reason"),
            [
                (one.on or one.due_on, one.channel, one.stage, one.round, one.letter, one.state, one.reason)
                for one in found.history
            ],
        )
    table("Journal", ("day", "who", "what", "why"), [(e.on, e.who, e.what, e.why) for e in found.journal])


def simulate(
    days: Annotated[int, typer.Option("--days", min=1, max=1000, help="How many days ahead.")] = 30,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every event to this CSV file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an event.")] = False,
) -> None:
    """Show what the policy would do to this ledger over the next N days if nobody paid or wrote. Changes nothing."""
    office, moment = wiring.office(), wiring.moment()
    warn_if_stale(moment)
    events: list[Foreseen] = []
    with bar(total=False) as progress:
        progress.add_task(f"simulating {days} days")
        for event in foresee.simulate(office, moment, days):
            if as_json:
                json_line(_event(event))
            if csv_file is not None or not as_json:
                events.append(event)
    if csv_file is not None:
        _write_csv(csv_file, events)
    if not as_json:
        _tell_simulation(events, csv_file)


def _event(event: Foreseen) -> dict[str, object]:
    letter = event.what if event.what in LETTERS else None
    return {
        "on": event.on,
        "account": event.account,
        "what": event.what,
        "letter": letter,
        "stage": event.stage,
        "invoices": event.invoices,
        "reason": event.why,
    }


def _write_csv(file: Path, events: list[Foreseen]) -> None:
    with open(file, "w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["on", "account", "what", "stage", "invoices", "why"])
        for event in events:
            numbers = " ".join(event.invoices)
            writer.writerow([event.on, cell(event.account), event.what, event.stage, cell(numbers), event.why])


def _tell_simulation(events: list[Foreseen], csv_file: Path | None) -> None:
    weeks: dict[date, Counter[str]] = {}
    kinds: Counter[str] = Counter()
    for event in events:
        monday = event.on + relativedelta(weekday=MO(-1))
        weeks.setdefault(monday, Counter())[event.what] += 1
        kinds[event.what] += 1
    names = [name for name, _ in kinds.most_common()]
    rows = [(monday, *(weeks[monday][name] or "" for name in names)) for monday in sorted(weeks)]
    table("By week (beginning on)", ("week", *names), [*rows, ("all", *(kinds[name] for name in names))])
    if csv_file is not None:
        err.print(f"{len(events)} events in {csv_file}", markup=False)
