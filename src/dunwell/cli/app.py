"""The command `dunwell`: its options, its commands, and how every error ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dunwell import __version__, wiring
from dunwell.cli import (
    charges,
    claims,
    contacts,
    disputes,
    erasing,
    forewarning,
    frontdesk,
    importing,
    inbox,
    interest,
    letters,
    looking,
    notices,
    overriding,
    plans,
    promises,
    queue,
    reply,
    reporting,
    running,
    setting_up,
    tasks,
    watching,
    writing_off,
)
from dunwell.cli.output import Exit, err, parse_day
from dunwell.desk.day import CycleRunning, DayRefused, UnsafeToChase
from dunwell.desk.refusals import CannotDo
from dunwell.intake.errors import IntakeError
from dunwell.ledger.engine import LedgerAway, LedgerError
from dunwell.letters.facts import LetterError
from dunwell.mailroom.mailbox import MailboxAway, MailboxRefuses
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses
from dunwell.rules.tomltext import TomlProblems

app = typer.Typer(
    name="dunwell",
    help="Chase unpaid invoices by e-mail, step by step, and never someone who has paid.",
    epilog="Exit codes: 0 done · 1 done, with failures on record · 2 bad input or settings, nothing changed · "
    "3 another cycle is running · 4 refused for safety · 75 temporary, run again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dunwell {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    config: Annotated[Path | None, typer.Option(help="The settings' file (default: dunwell.toml here).")] = None,
    today: Annotated[str | None, typer.Option(metavar="DATE", help="The day on which the command acts.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    wiring.set_overrides(config, parse_day(today, "--today"))


setting_up.register(app)
importing.register(app)
running.register(app)
letters.register(app)
looking.register(app)
inbox.register(app)
promises.register(app)
queue.register(app)
disputes.register(app)
claims.register(app)
overriding.register(app)
writing_off.register(app)
plans.register(app)
reply.register(app)
interest.register(app)
charges.register(app)
tasks.register(app)
notices.register(app)
watching.register(app)
forewarning.register(app)
reporting.register(app)
frontdesk.register(app)
contacts.register(app)
erasing.register(app)


def main() -> None:
    """The entry point: runs a command, and ends with a message instead of a traceback for whatever can be expected."""
    try:
        app()
    except (TomlProblems, IntakeError, LetterError, DayRefused, MailServerRefuses, MailboxRefuses, CannotDo) as error:
        _end(error, Exit.BAD_INPUT)
    except CycleRunning as error:
        _end(error, Exit.RUNNING)
    except UnsafeToChase as error:
        _end(error, Exit.UNSAFE)
    except (LedgerAway, MailServerAway, MailboxAway) as error:
        _end(error, Exit.TEMPORARY)
    except LedgerError as error:
        _end(error, Exit.BAD_INPUT)
    except (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        _end(f"{error.filename}: {error.strerror}", Exit.BAD_INPUT)
    except KeyboardInterrupt:
        err.print("stopped; run the same command again to go on")
        sys.exit(130)


def _end(error: Exception | str, code: Exit) -> None:
    err.print(str(error), markup=False, soft_wrap=True)
    sys.exit(int(code))
