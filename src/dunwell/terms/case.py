"""A case: one invoice being chased, with everything that a decision about it may rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dunwell.terms.account import Account
from dunwell.terms.agreement import Agreements
from dunwell.terms.invoice import Invoice
from dunwell.terms.money import Money

NOTHING_AGREED = Agreements()


class Channel(StrEnum):
    """How a touch reaches whom it is for. A notice goes to our own service delivery, not to the customer."""

    EMAIL = "email"
    CALL = "call"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Touch:
    """A contact that took place on day `on`: the `round`-th (from 1) of its channel in its stage.

    A letter in doubt counts as given. `deadline` is the last day stated in a final notice; `accepted` says that the
    customer's mail server took the letter; `skipped` that a person left it out: it counts as given, and never went.
    """

    stage: str
    round: int
    on: date
    channel: Channel = Channel.EMAIL
    letter: str | None = None
    deadline: date | None = None
    accepted: bool = True
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One invoice on the day of a decision.

    `open_principal` and `open_charges` are what is still owed after allocations and offsets. `touches` are those
    given, oldest first. `account_letters` are the days of the account's latest letters of the daily cycle, oldest
    first (the last 31 days suffice). `rehearsed` holds the (stage, round) of letters sent to the redirect address
    while redirection is on. `refused` holds (stage, round, day) of letters that the mail server refused for good, not
    because of the address. `payments_as_of` is the day up to which the ledger's payments are known. `agreements` are
    what was promised, claimed and disputed, and what pauses it.
    `written_off`: nothing is open because people wrote it off.
    """

    account: Account
    invoice: Invoice
    open_principal: Money
    open_charges: Money
    touches: tuple[Touch, ...] = ()
    account_letters: tuple[date, ...] = ()
    rehearsed: frozenset[tuple[str, int]] = frozenset()
    payments_as_of: date | None = None
    refused: tuple[tuple[str, int, date], ...] = ()
    reachable: bool = True
    bank_account: bool = True
    referred: bool = False
    written_off: bool = False
    agreements: Agreements = NOTHING_AGREED

    @property
    def outstanding(self) -> Money:
        """All that is owed on the invoice: open principal and open charges."""
        return self.open_principal + self.open_charges
