"""Tryton's dunning on the benchmark's ledger: run by Tryton's own Python, which knows nothing of Dunwell.

`tryton_driver.py FOLDER PORT INVOICES AN_ACCOUNT DAY`: makes a database in FOLDER, with so many late invoices to each
party, and sends a mail for each to the mail server at PORT. Prints what that took, as JSON.
"""

# Tryton's modules can be loaded only once its configuration is written.
# ruff: noqa: PLC0415

from __future__ import annotations

import datetime
import json
import os
import resource
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

DATABASE = "bench"
_BATCH = 500


def main() -> None:
    """Make the database, fill it, and chase."""
    folder, port, invoices, an_account = Path(sys.argv[1]), *(int(one) for one in sys.argv[2:5])
    day = datetime.date.fromisoformat(sys.argv[5])
    file = folder / "trytond.conf"
    file.write_text(
        f"[database]\nuri = sqlite://\npath = {folder}\n"
        f"[email]\nuri = smtp://127.0.0.1:{port}\nfrom = collections@creditor.example.com\n",
        encoding="utf-8",
    )
    _create(folder, file)

    from proteus import Model, Wizard, config

    context = config.set_trytond(DATABASE, user="admin", config_file=str(file))
    procedure, books = _company(day)
    _fill(context, procedure, books, invoices, an_account, day)
    began, used = time.perf_counter(), time.process_time()
    creating = Wizard("account.dunning.create")
    creating.form.date = day
    creating.execute("create_")
    dunnings = Model.get("account.dunning").find([("state", "=", "draft")])
    Wizard("account.dunning.process", dunnings).execute("process")
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sent = len(Model.get("ir.email").find([]))
    sys.stdout.write(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "mails": sent}) + "\n")


def _create(folder: Path, file: Path) -> None:
    """The database with the modules, by Tryton's own command."""
    (folder / f"{DATABASE}.sqlite").touch()
    secret = folder / "password"
    secret.write_text("only for the benchmark", encoding="utf-8")
    command = [Path(sys.executable).with_name("trytond-admin"), "-c", file, "-d", DATABASE, "--all", "-p"]
    command += ["--email", "admin@creditor.example.com", "-u", "account_dunning_email", "--activate-dependencies"]
    environment = {**os.environ, "TRYTONPASSFILE": str(secret)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"trytond-admin: {ended.stderr[-1500:]}")


def _company(day: datetime.date) -> tuple[int, dict[str, int]]:
    """A company with its accounts and a procedure of one level: a mail after five days."""
    from proteus import Model
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
    from trytond.modules.company.tests.tools import create_company

    create_company(currency="EUR")
    create_chart()
    year = create_fiscalyear(today=day)
    year.click("create_period")
    accounts = get_accounts()
    procedure = Model.get("account.dunning.procedure")(name="Benchmark")
    level = procedure.levels.new()
    level.sequence, level.overdue, level.send_email = 1, datetime.timedelta(days=5), True
    procedure.save()
    journal = Model.get("account.journal").find([("code", "=", "REV")])[0]
    due = day - datetime.timedelta(days=5)
    period = next(one for one in year.periods if one.start_date <= due <= one.end_date)
    return procedure.id, {
        "revenue": accounts["revenue"].id, "receivable": accounts["receivable"].id,
        "journal": journal.id, "period": period.id,
    }  # fmt: skip


def _fill(
    config: Any, procedure: int, books: dict[str, int], invoices: int, an_account: int, day: datetime.date
) -> None:
    """Parties and moves as Dunwell's ledger has accounts and invoices: the same amounts, the same due date."""
    from trytond.transaction import Transaction, TransactionError

    due = day - datetime.timedelta(days=5)
    extras: dict[str, Any] = {}
    start = 0
    while start < invoices:
        numbers = range(start, min(start + _BATCH, invoices))
        try:
            with Transaction().start(DATABASE, config.user, context=config.context, **extras):
                _create_some(numbers, procedure, books, an_account, due)
                Transaction().commit()
        except TransactionError as wanted:
            # Tryton's way to ask for locks: begin again with them.
            wanted.fix(extras)
            continue
        start += _BATCH


def _create_some(numbers: range, procedure: int, books: dict[str, int], an_account: int, due: datetime.date) -> None:
    from trytond.pool import Pool

    pool = Pool(DATABASE)
    parties = pool.get("party.party")
    names = {n - n % an_account: f"Firm {n - n % an_account}" for n in numbers}
    known = {one.name: one.id for one in parties.search([("name", "in", list(names.values()))])}
    made = parties.create([
        {
            "name": name, "dunning_procedure": procedure,
            "contact_mechanisms": [("create", [{"type": "email", "value": f"a{n}@firm.example.com"}])],
        }
        for n, name in names.items() if name not in known
    ])  # fmt: skip
    known |= {one.name: one.id for one in made}
    moves = [_move(n, known[names[n - n % an_account]], books, due) for n in numbers]
    pool.get("account.move").create(moves)


def _move(number: int, party: int, books: dict[str, int], due: datetime.date) -> dict[str, Any]:
    amount = Decimal(100 + number % 900) + Decimal("0.50")
    lines = [
        {"account": books["revenue"], "credit": amount},
        {"account": books["receivable"], "debit": amount, "party": party, "maturity_date": due},
    ]
    return {
        "period": books["period"], "journal": books["journal"], "date": due, "description": f"I{number}",
        "lines": [("create", lines)],
    }  # fmt: skip


if __name__ == "__main__":
    main()
