"""A process that runs a night and can be told to kill itself (SIGKILL) at a point of it."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from datetime import date
from multiprocessing.connection import Connection
from typing import Any

from dunwell.desk import answers, chase, day, effects, inbox, letters, reply
from dunwell.desk.inbox import Mailbox, Round
from dunwell.ledger import correspondence, outbox, settling, touches
from dunwell.mailroom.sender import Sender
from tests.support.firm import Firm, library, moment, policy
from tests.support.mail_server import MailServer

POINTS: dict[str, tuple[Any, str, bool]] = {
    "while the decisions of a page are written": (touches, "record_all", True),
    "after a page is chased": (chase, "_together", True),
    "after news is gathered": (day, "gather_news", True),
    "before a batch is reserved": (letters, "_take", False),
    "after a reservation, before its commit": (outbox, "reserve", True),
    "after the commit of a reservation": (letters, "_take", True),
    "while a letter is handed over, before its commit": (outbox, "hand_over", True),
    "after the commit of a hand-over": (letters, "_settle_and_hand_over", True),
    "before a letter is sent": (Sender, "send", False),
    "after the server has taken a letter": (Sender, "send", True),
    "while a letter is settled, before its commit": (settling, "settle", True),
    "before the end of a batch": (letters, "_end_batch", False),
    "after the end of a batch": (letters, "_end_batch", True),
    "before the cycle is closed": (day, "close_day", False),
    "after the cycle is closed": (day, "close_day", True),
}
"""Each point: whose function it is, and whether the process dies after it (True) or before it."""


def arm(owner: Any, name: str, after: bool, turn: int) -> None:
    """Make this process kill itself at the `turn`-th call of a function."""
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == turn and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if calls == turn:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


INBOX_POINTS: dict[str, tuple[Any, str, bool]] = {
    "while a mail is filed, before its commit": (correspondence, "file", True),
    "after a mail is filed": (inbox, "_file", True),
    "after a mail is read, before its effect": (reply, "understand", True),
    "while an effect is written, before its commit": (effects, "apply", True),
    "after the commit of an effect": (reply, "handle", True),
    "while an answer is reserved, before its commit": (outbox, "reserve", True),
    "after the commit of an answer's reservation": (answers, "_take", True),
    "after the server has taken an answer": (Sender, "send", True),
    "before the mailbox is marked": (inbox, "_mark", False),
    "after the server is told, before the books know": (correspondence, "marked", False),
}
"""The same for a look at the mailbox."""


def main(
    pipe: Connection, url: str, port: int, on: date, what: str, point: str, turn: int, box: Mailbox | None = None
) -> None:
    """Wait to be let go, run the night or look at `box`, and say how it went: the text of the error, or nothing."""
    mail = MailServer()
    mail.port = port
    firm = Firm(url, mail)
    if point:
        arm(*{**POINTS, **INBOX_POINTS}[point], turn)
    pipe.send("ready")
    pipe.recv()
    try:
        if what == "inbox" and box is not None:
            list(inbox.look(firm.office, box, moment(on), Round()))
        elif what == "letters":
            list(letters.send_proposed(firm.office, moment(on)))
        else:
            firm.run(on, fresh=False)
    except Exception:
        pipe.send(traceback.format_exc())
        raise SystemExit(1) from None
    pipe.send("")


# Every child is forked from one process that has loaded all this already.
library()
policy()
