"""What `dunwell demo` does: lives through a past, a cycle through Prefect and the weeks after it, and tells of them."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import httpx

from dunwell import wiring
from dunwell.cli import demo_report, prefect_server, running
from dunwell.cli import inbox as reading
from dunwell.cli.output import Exit, bar, err, out, stop
from dunwell.demo import customers, history, inbox, papers, portfolio, weeks
from dunwell.demo.customers import Letter
from dunwell.demo.history import PastDay
from dunwell.demo.portfolio import Portfolio
from dunwell.demo.servers import MailServers
from dunwell.demo.settings_file import COUNTRY, CREDITOR_NAME, DOMAIN, settings_text
from dunwell.demo.weeks import PERSON, Weeks
from dunwell.desk import users
from dunwell.desk.cycle import Consent
from dunwell.desk.day import CycleReport
from dunwell.desk.inbox import Round, headline
from dunwell.ledger import letters as ledger_letters
from dunwell.ledger.engine import migrate
from dunwell.letters.templates import builtin_folder
from dunwell.settings import FILE_NAME

_COMMAND = "from dunwell.cli import main; main()"


def demonstrate(folder: Path | None, *, keep: bool) -> Exit:
    """The whole demo in `folder` (default: a new temporary one). With `keep` its servers stay up until Ctrl-C.

    Everything happens on this machine, and nothing of the caller's own settings is used.
    """
    said = wiring.said_today()
    place = _fresh(folder)
    _forget_environment(place)
    with _ending_on_terminate(), contextlib.ExitStack() as stack:
        with _step("Starting mail servers: SMTP and IMAP on loopback"):
            mail = stack.enter_context(MailServers(place / "mail", DOMAIN, portfolio.answers()))
        end = _open_books(place, mail, said)
        made = portfolio.build(history.working_day(end - weeks.SPAN, COUNTRY))
        with _step("Filing the firm's invoices as PDFs"):
            err.print(f"  {papers.write(made, place, builtin_folder() / 'fonts', CREDITOR_NAME)} documents")
        # With its first client httpx loads the rest of itself: in a thread beside others Python 3.11 can fail at it.
        httpx.Client().close()
        with ThreadPoolExecutor(1) as beside:
            err.print("Starting a Prefect server beside the next step")
            starting = beside.submit(stack.enter_context, prefect_server.server(place / ".prefect"))
            past = _live(made)
            with _step("Waiting for the Prefect server"):
                url = starting.result()
        before = inbox.next_uid(mail)
        _import(made, place)
        report = _cycle(made.today)
        found = inbox.arrived(mail, before)
        held, files = _collect(mail, report, found, place)
        read = _reply(mail, found, report, made.today)
        demo_report.tell(report, read, past, held, files)
        after, last = _go_on(made, report, end)
        demo_report.tell_weeks(after, last, _dossiers(place, end), made.today)
        demo_report.where(report, place)
        if keep:
            _wait(url, mail, place, said)
        else:
            out.print(
                "`dunwell demo --keep` leaves the front desk, the Prefect UI and the mail servers up to look at.",
                markup=False,
            )
        return Exit.DONE if held == past + report.record.sent else Exit.FAILURES


def _fresh(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="dunwell-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        stop(f"--folder: {folder} is not an empty folder, and the demo needs a fresh one", Exit.BAD_INPUT)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _forget_environment(place: Path) -> None:
    """The caller's settings must not reach the demo: not their mail server, their ledger or their Prefect."""
    for name in [name for name in os.environ if name.startswith(("DUNWELL_", "PREFECT_"))]:
        del os.environ[name]
    os.environ["PREFECT_HOME"] = str(place / ".prefect")


def _open_books(place: Path, mail: MailServers, said: date | None) -> date:
    """Write the settings and an empty ledger; returns the day on which the demo ends."""
    (place / FILE_NAME).write_text(settings_text(mail), encoding="utf-8")
    wiring.set_overrides(place / FILE_NAME)
    migrate(wiring.open_books(current=False).engine)
    clock = wiring.now().date()
    end = said or history.working_day(clock, COUNTRY)
    if said is not None:
        why = "as you said"
    elif end == clock:
        why = "today"
    else:
        why = f"the latest working day: {clock:%A, %d %B} is one of rest, on which few letters would go"
    out.print(f"The demo ends on {end:%A, %d %B %Y} ({why}). Its folder is {place}", markup=False)
    return end


def _live(made: Portfolio) -> int:
    """Live through the past, with progress; returns how many letters left."""
    days = history.past_days(made, COUNTRY)
    what = (
        f"The past: {len(days)} working days from {days[0]} to {days[-1]}, each with its import, its cycle and its "
        f"letters. After that no cycle ran until the demo's day, as over a weekend"
    )
    with _step(what):
        return _days(history.live(made, days), len(days))


def _days(lived: Iterator[PastDay], many: int) -> int:
    sent = 0
    with bar() as progress:
        task = progress.add_task("days", total=many)
        for number, day in enumerate(lived, 1):
            sent += day.sent
            progress.advance(task)
            if not err.is_terminal and number % 10 == 0:
                err.print(f"  {number} of {many} days, {sent} letters so far")
    return sent


def _cycle(on: date) -> CycleReport:
    with _step(f"{on}: the daily cycle, a Prefect flow run for each invoice with something due"):
        return running.run_flow(wiring.moment(on), Consent())


def _go_on(made: Portfolio, first: CycleReport, end: date) -> tuple[Weeks, CycleReport]:
    """Live through the weeks after the first cycle, to a last one through Prefect."""
    after = weeks.ahead(made, first, end, COUNTRY)
    days = after.days
    what = f"The weeks after it: {len(days)} working days from {days[0]} to {days[-1]}; some pay, and some do not"
    with _step(what):
        after.sent = _days(history.live(made, days), len(days))
    history.take(made, end)
    last = _cycle(end)
    with _step("The litigation queue and the week's report, as Prefect shows them"):
        home = wiring.located().folder / ".prefect"
        prefect_server.run_flow("litigation", home, as_of=end)
        prefect_server.run_flow("report", home, week=end)
    return after, last


def _dossiers(place: Path, end: date) -> list[weeks.Referred]:
    with _step("The dossiers of the litigation queue"):
        return weeks.dossiers(place / "dossiers", end)


def _import(made: Portfolio, place: Path) -> None:
    """Import the last day's export, which is left as files to look at."""
    folder = place / "ledger"
    folder.mkdir()
    for name, text in made.files(made.today).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    with _step(f"{made.today}: importing the ledger's export from {folder}"):
        for one in history.take(made, made.today):
            err.print(
                f"  {one.name}: new {one.new}, changed {one.changed}, same {one.same}, rejected {len(one.rejects)}"
            )


def _reply(mail: MailServers, found: list[EmailMessage], report: CycleReport, today: date) -> Round:
    """Let customers answer the cycle's letters, and read what they wrote, through the real flow."""
    with wiring.office().books.read() as work:
        known = {one.message_id: one for one in ledger_letters.letters(work, report.record.on)}
    letters = []
    for message in found:
        record = known.get(str(message["Message-ID"]).strip())
        if record is not None and record.invoices and record.state == "sent":
            letters.append(Letter(message, record.to, record.language, record.invoices[0], record.stage))
    # The same customers answer each time, whatever the order in which their letters came.
    letters.sort(key=lambda one: one.invoice)
    with _step("Customers answer, an impostor and a delivery report among them; the inbox reads them"):
        count = customers.write_back(mail, letters, today)
        read = reading.run_flow(wiring.moment(today))
        err.print(f"  {count} mails written; {headline(read)}", markup=False)
    return read


def _collect(mail: MailServers, report: CycleReport, found: list[EmailMessage], place: Path) -> tuple[int, int]:
    """Fetch the cycle's letters from the customers' mailbox into files.

    Returns how many letters the mailbox holds in all, and how many of the cycle's were written.
    """
    with _step("Fetching the letters over IMAP"):
        with wiring.office().books.read() as work:
            known = {one.message_id: one for one in ledger_letters.letters(work, report.record.on)}
        for message in found:
            record = known.get(str(message["Message-ID"]).strip())
            name = (
                f"{record.account}_{record.letter}_{record.language}" if record else f"unknown_{message['Message-ID']}"
            )
            inbox.save(message, name, place / "letters")
        return inbox.count(mail), len(found)


@contextlib.contextmanager
def _step(what: str) -> Iterator[None]:
    """Say what begins, and how long it took."""
    began = time.monotonic()
    err.print(what, markup=False)
    yield
    err.print(f"  {time.monotonic() - began:.1f} s", style="dim")


@contextlib.contextmanager
def _ending_on_terminate() -> Iterator[None]:
    """A polite kill ends the servers too, as Ctrl-C does."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _front_desk(place: Path, password: str, said: date | None) -> Iterator[str]:
    """The collector's web page beside the demo, with a user to sign in as; its address."""
    users.add(wiring.open_books(), PERSON, "controller", password, wiring.moment().on)
    port = prefect_server.free_port()
    on = ["--today", said.isoformat()] if said else []
    command = [sys.executable, "-c", _COMMAND, "--config", str(place / FILE_NAME), *on]
    command += ["frontdesk", "--port", str(port)]
    with open(place / "frontdesk.log", "ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str, mail: MailServers, place: Path, said: date | None) -> None:
    password = secrets.token_urlsafe(9)
    with _front_desk(place, password, said) as page:
        out.print(f"Front desk:  {page}  (user {PERSON}, password {password})", markup=False)
        _until_stopped(url, mail)


def _until_stopped(url: str, mail: MailServers) -> None:
    out.print(f"Prefect UI:  {url.removesuffix('/api')}/runs", markup=False)
    out.print(
        f"Mail:        SMTP 127.0.0.1:{mail.smtp_port}, IMAP 127.0.0.1:{mail.imap_port}, both without TLS; "
        f"users customers and creditor, password {mail.password}",
        markup=False,
    )
    out.print("Ctrl-C ends the servers.", markup=False)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    out.print("Stopped.")
