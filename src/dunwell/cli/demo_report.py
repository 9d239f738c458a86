"""The end of the demo: what was sent and why, what was not and why, what people have to do, and where to look."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.text import Text

from dunwell import wiring
from dunwell.cli.output import out, table
from dunwell.demo import findings
from dunwell.demo.findings import Gone
from dunwell.demo.weeks import PERSON, Referred, Weeks
from dunwell.desk import override
from dunwell.desk.day import CycleReport
from dunwell.desk.inbox import Round
from dunwell.desk.reply import Handled
from dunwell.desk.summary import headline
from dunwell.ledger import agreed_lists
from dunwell.ledger import letters as ledger_letters
from dunwell.settings import FILE_NAME

_MOST_TASKS = 25


def tell(report: CycleReport, read: Round, past: int, held: int, files: int) -> None:
    """Of the first cycle. `past` letters had left before it, `held` are in the mailbox, `files` were written."""
    office, moment = wiring.office(), wiring.moment(report.record.on)
    gone = findings.gone(office, report, moment)
    out.print()
    _sent(gone)
    _not_sent(report, findings.held(office, report, moment), findings.closed(office))
    _people(report)
    _replies(read)
    out.print(headline(report), markup=False)
    for alarm in report.alarms:
        out.print(f"ALARM: {alarm}", markup=False)
    _mailbox(report, past, held, files)


def tell_weeks(weeks: Weeks, last: CycleReport, queue: Sequence[Referred], since: date) -> None:
    """Of the weeks that followed, and of the last cycle."""
    office = wiring.office()
    with office.books.read() as work:
        promised = agreed_lists.promises(work)
        sent = [one for one in ledger_letters.letters(work) if one.on > since and one.state == "sent"]
    out.print(Text(f"The weeks after it, until {last.record.on}", style="bold"))
    out.print(
        f"{len(weeks.payers)} accounts paid; {weeks.sent} letters went, and "
        f"{last.record.sent} with the last cycle: {_counted(Counter(one.letter for one in sent))}",
        markup=False,
    )
    if weeks.word:
        said = weeks.word
        out.print(
            f"{PERSON} paused {said.account} until {said.until} ({said.reason}): {override.told(said.effect)}",
            markup=False,
        )
    out.print()
    table("What was promised, and what came of it", ("account", "invoices", "for", "state", "received", "words"), [
        (one.account, ", ".join(one.invoices), one.date, one.state, one.received or "", one.words[:60])
        for one in promised
    ])  # fmt: skip
    table("The litigation queue: people decide about it", ("id", "account", "open", "missing", "dossier"), [
        (one.referral, one.account, one.total, one.lacks, one.folder.name) for one in queue
    ])  # fmt: skip
    out.print(headline(last), markup=False)
    for alarm in last.alarms:
        out.print(f"ALARM: {alarm}", markup=False)
    out.print()


def _sent(gone: list[Gone]) -> None:
    table("Sent, to whom and why", ("account", "language", "letter", "invoices", "why"), [
        (f"{one.account} {one.name}", one.language, one.letter, ", ".join(one.invoices), one.why) for one in gone
    ])  # fmt: skip
    letters = Counter(one.letter for one in gone)
    languages = Counter(one.language for one in gone)
    out.print(f"Letters: {_counted(letters)}", markup=False)
    out.print(f"Languages: {_counted(languages)}", markup=False)
    out.print()


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def _not_sent(report: CycleReport, held: list[findings.Held], closed: int) -> None:
    rows: list[tuple[object, ...]] = [(one.reason, one.invoices, one.accounts, one.example) for one in held]
    rows.append(("paid or credited", closed, "", "nobody is written to about them"))
    table("Not sent, and why", ("reason", "invoices", "accounts", "for example"), rows)


def _people(report: CycleReport) -> None:
    kinds = Counter((task.kind, task.role) for task in report.tasks)
    rows = [
        (kind.replace("_", " "), role, count, next(task.text for task in report.tasks if task.kind == kind))
        for (kind, role), count in kinds.most_common()
    ]
    title = "What people have to do (calls and suspensions of past days count as done)"
    table(title, ("task", "who", "open", "for example"), rows)
    rest = [task for task in report.tasks if task.kind != "call"]
    table("All but the calls", ("task", "account", "invoice", "due", "what"), [
        (t.kind.replace("_", " "), t.account, t.invoice, t.due_on, t.text) for t in rest[:_MOST_TASKS]
    ])  # fmt: skip


def _replies(read: Round) -> None:
    rows = [(one.account or "?", one.intent.replace("_", " "), one.words[:90], _happened(one)) for one in read.handled]
    table(
        "What customers answered, the words it rests on, and what happened",
        ("account", "meaning", "words", "what happened"),
        rows,
    )
    sent = Counter(one.letter for one in read.answers)
    out.print(f"Answered at once: {_counted(sent) or 'nothing'}", markup=False)
    out.print()


def _happened(one: Handled) -> str:
    """What was done, and where a person is asked, why."""
    why = one.reasons[0] if one.reasons and one.state != "acted" else ""
    return ": ".join(said for said in (one.effect, why) if said)


def _mailbox(report: CycleReport, past: int, held: int, files: int) -> None:
    said = f"{past} letters of the past and {report.record.sent} of this cycle were taken by the mail server"
    match = "as many" if held == past + report.record.sent else "NOT as many: this is a bug"
    out.print(f"The customers' mailbox holds {held} letters (asked over IMAP); {said}: {match}.", markup=False)
    out.print(f"{files} letters of this cycle were fetched from it into files.", markup=False)
    out.print()


def where(report: CycleReport, place: Path) -> None:
    """Where to look, with an invoice of the first cycle's `report` as the example."""
    config = f"{_as_typed('dunwell')} --config {place / FILE_NAME}"
    firm = [one for one in report.letters if one.letter in ("final_notice", "on_hold", "delinquent")]
    example = firm[0].invoices[0] if firm else "INV-…"
    out.print(Text("Where to look", style="bold"))
    for what, where in (
        ("the letters as files (.eml, .html, .txt, .pdf)", place / "letters"),
        ("the ledger's export that was imported", place / "ledger"),
        ("why an invoice is where it is", f"{config} explain {example}"),
        ("every letter so far", f"{config} letters sent"),
        ("what customers wrote, and what waits for a person", f"{config} replies; {config} reviews"),
        ("the litigation queue, and its dossiers", f"{config} queue list; ls {place / 'dossiers'}"),
        ("the week in figures", f"{config} report"),
        ("what the next cycle would send", f"{config} preview"),
        ("the next three months, if nobody paid", f"{config} simulate --days 90"),
        ("Prefect's record of the cycle", f"PREFECT_HOME={place / '.prefect'} {_as_typed('prefect')} server start"),
    ):
        out.print(f"  {what}:", markup=False)
        # On a line of its own, never broken: it is there to be pasted.
        out.print(f"    {where}", markup=False, soft_wrap=True)
    out.print()


def _as_typed(command: str) -> str:
    """How a command of this installation is typed here: its name where the shell finds it, else its path."""
    if shutil.which(command):
        return command
    return str(Path(sys.argv[0]).with_name(command))
