"""The peer: Tryton's dunning by mail, on the same ledger into the same mail server.

Tryton sends a mail for each invoice, without attachments; Dunwell a letter for each account, with text and HTML, and,
for the second figure, with the statement's PDF in every letter. Tryton is installed from PyPI into an environment of
its own in a temporary folder (or in BENCH_TRYTON, where it is kept); where that does not work, nothing is measured.

Tryton's modules are loaded before its time begins; Dunwell's time has the loading of its templates in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.apart import Cost, apart
from benchmarks.figures import Figure
from benchmarks.ledgers import DAY, fill, office
from benchmarks.night import direct
from benchmarks.sink import sink
from dunwell import wiring

INVOICES = int(os.environ.get("BENCH_DUE", "1000"))
AN_ACCOUNT = 3
_PACKAGES = ("trytond_account_dunning_email>=8.2,<8.3", "proteus>=8.2,<8.3")
_FIRST = 'attach = ["invoices"]\ntouch = [\n    { day = 3, letter = "past_due_first" }'


def tryton(folder: Path) -> list[Figure]:
    """Letters and invoices a second, against Tryton's; nothing where it does not install."""
    python = _installed(Path(os.environ.get("BENCH_TRYTON", folder / "tryton")))
    if python is None:
        return []
    with sink() as port:
        theirs = _theirs(python, folder, port)
        plain = _ours(folder / "plain", port, None)
        with_statement = _ours(folder / "statement", port, _policy_with_statements(folder))
    mails = theirs["mails"] / theirs["wall"]
    said = (
        f"{mails:.1f} mails a second, one an invoice; {theirs['wall']:.1f} s, {theirs['cpu']:.1f} s of the processor, "
        f"peak {theirs['peak']:.0f} MB"
    )
    letters, invoices = plain.result / plain.wall, INVOICES / with_statement.wall
    return [
        Figure(
            f"{INVOICES:,} invoices of {plain.result:,} accounts: letters with HTML and text, without Prefect",
            f"{letters:.1f} letters a second; {_took(plain)}",
            f"Tryton: {said}",
            letters / mails,
            "at least 10",
        ),
        Figure(
            f"{INVOICES:,} invoices of {plain.result:,} accounts: with the statement's PDF in every letter",
            f"{invoices:.1f} invoices a second; {_took(with_statement)}",
            f"Tryton: {mails:.1f} invoices a second, no PDF",
            invoices / mails,
            "at least 5",
        ),
    ]


def _took(cost: Cost) -> str:
    return f"{cost.wall:.1f} s, {cost.cpu:.1f} s of the processor, peak {cost.peak:.0f} MB"


def _installed(place: Path) -> Path | None:
    """Tryton's own Python; None where the packages cannot be had, which is said on standard error."""
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PACKAGES]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode == 0:
        return python
    why = next((line for line in ended.stderr.splitlines() if line.startswith("ERROR")), "pip failed")
    Console(stderr=True).print(f"tryton: skipped, it does not install here: {why}", markup=False)
    return None


def _theirs(python: Path, folder: Path, port: int) -> dict[str, Any]:
    place = folder / "tryton-ledger"
    place.mkdir()
    driver = Path(__file__).with_name("tryton_driver.py")
    command = [python, driver, place, str(port), str(INVOICES), str(AN_ACCOUNT), DAY.isoformat()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"tryton: {ended.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    if found["mails"] != INVOICES:
        sys.exit(f"tryton: sent {found['mails']} mails of {INVOICES}")
    return found


def _policy_with_statements(folder: Path) -> Path:
    """The built-in policy, but the first overdue letter has the statement with it as well."""
    text = wiring.default_policy_text()
    assert _FIRST in text, "the built-in policy has changed"
    file = folder / "policy.toml"
    file.write_text(text.replace(_FIRST, _FIRST.replace('"invoices"', '"invoices", "statement"')), encoding="utf-8")
    return file


def _ours(place: Path, port: int, policy: Path | None) -> Cost:
    place.mkdir()
    if policy is not None:
        os.environ["DUNWELL_POLICY__FILE"] = str(policy)
    try:
        apart(_fill, place)
        return apart(direct, place, port, None)
    finally:
        os.environ.pop("DUNWELL_POLICY__FILE", None)


def _fill(folder: Path) -> None:
    with office(folder, 9) as firm:
        fill(firm.books, INVOICES, due_share=1.0, an_account=AN_ACCOUNT)
        firm.books.engine.dispose()
