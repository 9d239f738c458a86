"""Starting the child of this folder, and letting it go."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.support.firm import Firm

_CHILD = Path(__file__).with_name("child.py")
_ROOT = Path(__file__).resolve().parents[2]


def start(firm: Firm, on: date, what: str = "cycle", point: str = "", turn: int = 1) -> subprocess.Popen[str]:
    """The child, which has loaded everything and waits to be let go."""
    assert firm.mail is not None
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(_CHILD), firm.url, str(firm.mail.port), str(on), what, point, str(turn)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=_ROOT,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n", child.stderr and child.stderr.read()
    return child


def let_go(child: subprocess.Popen[str]) -> None:
    """The child may begin."""
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def finish(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    """How the child ended, and what it said."""
    out, err = child.communicate(timeout=60)
    return child.returncode, out, err
