"""The office: everything that the desk works with, joined once and handed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dunwell.ledger.books import Books
from dunwell.ledger.cases import Surroundings
from dunwell.letters.facts import CreditorFacts
from dunwell.letters.paper import Side
from dunwell.letters.templates import Library
from dunwell.liaison.documents import Source
from dunwell.liaison.language_model import Model
from dunwell.liaison.payment_links import Links
from dunwell.liaison.sms import Gateway
from dunwell.liaison.webhook import Target
from dunwell.mailroom.sender import Route
from dunwell.mailroom.signing import SigningKey
from dunwell.rules.policy import Policy
from dunwell.settings.sections import Creditor, People
from dunwell.settings.targets import Outsider


@dataclass(frozen=True, slots=True)
class Believing:
    """Whose word on a mail's sender is believed (RFC 8601 authserv-ids), and whether a contact with the signed address
    is enough where the server says nothing (`token`). `staff` are our own people's addresses, in lower case; `keys`
    DKIM key records at hand, by their names in DNS."""

    authserv_ids: tuple[str, ...] = ()
    token: bool = False
    staff: frozenset[str] = frozenset()
    keys: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrintRoom:
    """Where letters on paper are put, to be printed and posted: the folder (None: nowhere), and the side of the
    window of the envelopes."""

    folder: Path | None = None
    side: Side = "left"


@dataclass(frozen=True)
class Office:
    """The books, the rules, the letters and the way out. `key` signs reply addresses and Message-IDs; `logo` is the
    creditor's picture for mail programs, its kind and its bytes. `service` is where notices are posted, `sms` the
    gateway of text messages, `model` the language model that is asked about unclear replies, `outsiders` to whom
    dossiers go (`counsel`, `agency`), and `clock` tells the time at which they do. `desk_url` is the address of the
    collector's web page."""

    books: Books
    policy: Policy
    library: Library
    creditor: Creditor
    route: Route
    key: str
    redirect_to: str | None = None
    documents: Source = field(default_factory=lambda: Source(None))
    links: Links = field(default_factory=Links)
    dkim: SigningKey | None = None
    logo: tuple[str, bytes] | None = None
    replies: Believing = field(default_factory=Believing)
    people: People = field(default_factory=People)
    service: Target | None = None
    print_room: PrintRoom = field(default_factory=PrintRoom)
    sms: Gateway | None = None
    model: Model | None = None
    outsiders: Mapping[str, Outsider] = field(default_factory=dict)
    desk_url: str | None = None
    clock: Callable[[], datetime] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The creditor's time zone: whose day it is."""
        return ZoneInfo(self.creditor.timezone)

    @property
    def around(self) -> Surroundings:
        """What cases depend on beside the books."""
        payable = self.creditor.bank_account
        return Surroundings(lambda currency: bool(payable(currency)), bool(self.redirect_to), self.policy.memory_days)

    @property
    def writes_as(self) -> CreditorFacts:
        """The creditor as letters show it."""
        own = self.creditor
        return CreditorFacts(
            name=own.name or "",
            email=own.email or "",
            person=own.person,
            phone=own.phone,
            address=own.address,
            vat_id=own.vat_id,
            register=own.registration,
            other_ways=own.other_ways,
            logo=self.logo is not None,
            color=own.color,
        )
