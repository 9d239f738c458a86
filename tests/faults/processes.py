"""Starting the child of this folder, and letting it go."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from dunwell.desk.inbox import Mailbox
from tests.faults.child import main
from tests.support.firm import Firm

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.child"])


@dataclass(frozen=True)
class Child:
    """A process of its own, with its own connections to ledger and mail server."""

    process: BaseProcess
    pipe: Connection


def start(
    firm: Firm, on: date, what: str = "cycle", point: str = "", turn: int = 1, box: Mailbox | None = None
) -> Child:
    """The child, which has loaded everything and waits to be let go."""
    assert firm.mail is not None
    here, there = _FORKS.Pipe()
    process = _FORKS.Process(target=main, args=(there, firm.url, firm.mail.port, on, what, point, turn, box))
    process.start()
    there.close()
    assert here.poll(60), "the child did not start"
    assert here.recv() == "ready"
    return Child(process, here)


def let_go(child: Child) -> None:
    """The child may begin."""
    child.pipe.send("go")


def finish(child: Child) -> tuple[int, str]:
    """How the child ended (negative: by which signal), and the error that it ended with."""
    child.process.join(60)
    code = child.process.exitcode
    assert code is not None, "the child does not end"
    try:
        said = child.pipe.recv() if child.pipe.poll() else ""
    except EOFError:
        said = ""
    return code, said
