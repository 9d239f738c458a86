"""Doubts: a person says what became of a letter in doubt."""

from __future__ import annotations

from dunwell.desk.day import LOST_AFTER
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import letters, outbox
from dunwell.ledger.books import Books
from dunwell.ledger.cycles import is_gone
from dunwell.ledger.journal import Pen
from dunwell.terms.moment import Moment


def settle(books: Books, message_id: str, by: str, reason: str, moment: Moment, *, went: bool) -> None:
    """Say what became of the letter with this Message-ID; one that did not go is due again. Raises CannotDo."""
    with books.write() as work:
        # What a process that died had handed over is in doubt from now on, not only from the next cycle.
        outbox.sweep(work, moment.now - LOST_AFTER, is_gone, Pen(moment.now, moment.on))
    with books.write() as work:
        found = letters.settle_in_doubt(work, message_id, went, Pen(moment.now, moment.on, by), reason)
    if not found:
        raise CannotDo(
            f"no letter in doubt has the Message-ID {message_id}: see `dunwell letters sent` (one that is being sent "
            "now cannot be settled)"
        )
