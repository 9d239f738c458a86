"""What there is in the morning: a call to make, a reply that waits, and the journal to look into."""

from __future__ import annotations

from dunwell.ledger import journal, tasks
from dunwell.ledger.journal import Entry
from tests.support.customer_mail import mail
from tests.support.firm import MONDAY, Firm

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
DOUBTFUL = "We will perhaps pay INV-A001 by 20 March, if our bank agrees."


def entries(firm: Firm, account: str = "A001") -> list[Entry]:
    with firm.books.read() as work:
        return journal.entries(work, account)


def a_call(firm: Firm) -> str:
    """The id of a call that is due."""
    with firm.books.write() as work:
        tasks.make(work, "call:A001:x", "call", "call Firm A001; ask for the day", made_on=MONDAY, account_id=1)
        return tasks.open_tasks(work)[-1].id


def a_reply(firm: Firm, text: str = DOUBTFUL, sender: str = "a001@a001.example", subject: str = "Re: invoice") -> str:
    """The id of a reply that waits for a person."""
    firm.receive(MONDAY, mail(sender, text, on=MONDAY, subject=subject))
    (found,) = firm.replies("review")
    return found.id
