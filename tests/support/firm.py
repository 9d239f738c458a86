"""A firm at work: its ledger, its policy, its way to the mail server. The real desk, without the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from dunwell import wiring
from dunwell.desk import answers, intake, reply
from dunwell.desk.cycle import Consent, run_direct
from dunwell.desk.day import CycleReport
from dunwell.desk.intake import Incoming, Request, Taken
from dunwell.desk.office import Believing, Office, PrintRoom
from dunwell.desk.reply import Handled
from dunwell.ledger import agreed_lists, correspondence, journal, letters, replies, tasks
from dunwell.ledger.books import Books
from dunwell.ledger.journal import Pen
from dunwell.ledger.letters import LetterRecord
from dunwell.ledger.tables import TouchRow
from dunwell.ledger.tasks import Task
from dunwell.letters.templates import Library
from dunwell.liaison.documents import Source
from dunwell.liaison.language_model import Model
from dunwell.liaison.payment_links import Links
from dunwell.liaison.sms import Gateway
from dunwell.liaison.webhook import Target
from dunwell.mailroom.sender import Route
from dunwell.replies.matching import bracketed
from dunwell.replies.message import read_message
from dunwell.rules.policy import Policy
from dunwell.rules.policy import load as load_policy
from dunwell.settings.sections import Creditor, People
from dunwell.settings.targets import Outsider
from dunwell.terms.moment import Moment
from tests.support.customer_mail import SERVER
from tests.support.databases import copied, opened
from tests.support.mail_server import MailServer

MONDAY = date(2026, 3, 2)
"""The first day of most stories: no public holiday in Great Britain for four weeks."""

KEY = "0" * 64
CREDITOR = {
    "name": "Northwind Ltd",
    "email": "collections@northwind.example",
    "country": "GB",
    "timezone": "Europe/London",
    "iban": "GB33BUKB20201555555555",
}
ACCOUNTS = "account,name,country,language"
CONTACTS = "account,name,email,role"
INVOICES = "account,invoice,issued,due,amount,currency"
PAYMENTS = "account,invoice,date,amount,currency,reference"
OPEN_ITEMS = "account,name,email,country,language,invoice,issued,due,amount,open,currency"


@lru_cache(maxsize=1)
def library() -> Library:
    """The built-in letters."""
    return Library(None, "en")


@lru_cache(maxsize=8)
def policy(*changes: tuple[str, str]) -> Policy:
    """The built-in policy, with pieces of its text replaced."""
    text = wiring.default_policy_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return load_policy(text, "policy.toml")


def moment(on: date) -> Moment:
    """Nine in the morning of a day, which keeps no hours."""
    return Moment(datetime.combine(on, time(9), UTC), on, keeps_hours=False)


def csv(header: str, *lines: str) -> bytes:
    """A file of these lines."""
    return "\n".join((header, *lines, "")).encode()


_PREPARED: dict[tuple[str, str], str] = {}
"""Databases as somebody has left them, by kind and by what was done."""


@dataclass
class Firm:
    """A firm with its books and its mail server."""

    url: str
    mail: MailServer | None = None
    creditor: dict[str, Any] = field(default_factory=lambda: dict(CREDITOR))
    rules: Policy = field(default_factory=policy)
    route: dict[str, Any] = field(default_factory=dict)
    redirect_to: str | None = None
    documents: Source = field(default_factory=lambda: Source(None))
    links: Links = field(default_factory=Links)
    people: dict[str, str] = field(default_factory=dict)
    service: Target | None = None
    print_room: PrintRoom = field(default_factory=PrintRoom)
    sms: Gateway | None = None
    model: Model | None = None
    outsiders: dict[str, Outsider] = field(default_factory=dict)
    desk_url: str | None = None
    believing: Believing = field(default_factory=lambda: Believing((SERVER,)))

    _uid: int = 0

    def __post_init__(self) -> None:
        self.books = Books(opened(self.url))

    def close(self) -> None:
        self.books.engine.dispose()

    def prepare(self, what: str, make: Callable[[], None]) -> None:
        """Have the books as `make` leaves them: made once for each kind of database, later ones are copies.

        `what` names all that they depend on. The letters of the copies went to the mail server of the first.
        """
        key = (self.url.partition(":")[0], what)
        if key not in _PREPARED:
            make()
            self.close()
            _PREPARED[key] = copied(self.url)
            return
        self.close()
        self.url = copied(_PREPARED[key])
        self.books = Books(opened(self.url))

    @property
    def office(self) -> Office:
        """The office as it is now set up."""
        port = self.mail.port if self.mail else 1
        return Office(
            books=self.books,
            policy=self.rules,
            library=library(),
            creditor=Creditor(**self.creditor),
            route=replace(Route("127.0.0.1", port, "none", timeout=10), **self.route),
            key=KEY,
            redirect_to=self.redirect_to,
            documents=self.documents,
            links=self.links,
            people=People(**self.people),
            service=self.service,
            print_room=self.print_room,
            sms=self.sms,
            model=self.model,
            outsiders=self.outsiders,
            desk_url=self.desk_url,
            replies=self.believing,
        )

    def take(self, data: bytes, on: date, **request: Any) -> Taken:
        """Import a file on a day."""
        (table,) = intake.understand([("file.csv", data)], None)
        (taken,) = intake.take(self.books, [Incoming(table, lambda _: None)], Request(**request), moment(on))
        return taken

    def customers(self, on: date, numbers: Sequence[str], *, language: str = "en", country: str = "GB") -> None:
        """Accounts, each with one contact at an address of its own: x@x.example."""
        self.take(csv(ACCOUNTS, *(f"{n},Firm {n},{country},{language}" for n in numbers)), on)
        self.take(
            csv(CONTACTS, *(f"{n},Person {n},{n.lower()}@{n.lower()}.example,accounts_payable" for n in numbers)), on
        )

    def invoices(self, on: date, *lines: str) -> None:
        """Invoices given as lines of `INVOICES`; all must be taken."""
        assert not self.take(csv(INVOICES, *lines), on).rejects

    def payments(self, on: date, *lines: str, as_of: date | None = None) -> Taken:
        """A payments file of that day, maybe without any row."""
        return self.take(csv(PAYMENTS, *lines), on, as_of=as_of or on)

    def open_items(self, on: date, *lines: str, **request: Any) -> Taken:
        """An open-items list of that day."""
        return self.take(csv(OPEN_ITEMS, *lines), on, as_of=on, **request)

    def run(self, on: date, *, fresh: bool = True, **consent: bool) -> CycleReport:
        """A daily cycle on a day; `fresh` brings payments up to date first."""
        if fresh:
            self.payments(on)
        return run_direct(self.office, moment(on), Consent(**consent), lambda _name, _n: None)

    def receive(self, on: date, *mails: bytes, answer: bool = True) -> list[Handled]:
        """Mails that came into the mailbox on a day: filed, read, acted on and answered."""
        for raw in mails:
            digest = hashlib.sha256(raw).hexdigest()
            self._uid += 1
            mail = correspondence.Incoming(bracketed(read_message(raw).message_id), digest, raw, len(raw), True, None)
            place = correspondence.Place("box", "INBOX", 1, self._uid)
            with self.books.write() as work:
                correspondence.file(work, place, mail, Pen(moment(on).now, on))
        handled = list(reply.handle_all(self.office, moment(on)))
        if answer:
            list(answers.send_answers(self.office, moment(on)))
        return handled

    def promises(self) -> list[agreed_lists.PromiseRecord]:
        """All promises."""
        with self.books.read() as work:
            return agreed_lists.promises(work)

    def replies(self, state: str | None = None) -> list[replies.ReplyRecord]:
        """The replies, of one state where it is given."""
        with self.books.read() as work:
            return replies.records(work, state=state)

    def letters(self, on: date | None = None) -> list[LetterRecord]:
        """The letters as the books show them."""
        with self.books.read() as work:
            return letters.letters(work, on)

    def tasks(self) -> list[Task]:
        """The open tasks."""
        with self.books.read() as work:
            return tasks.open_tasks(work)

    def task_kinds(self) -> list[str]:
        """Which tasks are open."""
        return sorted(task.kind for task in self.tasks())

    def touches(self) -> list[TouchRow]:
        """The touches by e-mail."""
        with self.books.read() as work:
            query = select(TouchRow).where(TouchRow.channel == "email").order_by(TouchRow.id)
            rows = list(work.session.execute(query).scalars())
            work.session.expunge_all()
            return rows

    def broken(self) -> list[str]:
        """Journals that do not hold."""
        with self.books.read() as work:
            return list(journal.broken_chains(work))


def owing(firm: Firm, on: date, count: int, *, prefix: str = "A") -> list[str]:
    """The numbers of `count` new accounts, each with an invoice that is just due for its first overdue letter."""
    numbers = [f"{prefix}{index:03}" for index in range(1, count + 1)]
    firm.customers(on, numbers)
    due = on - timedelta(days=4)
    issued = due - timedelta(days=30)
    firm.invoices(on, *(f"{n},INV-{n},{issued},{due},{100 + i}.00,GBP" for i, n in enumerate(numbers)))
    return numbers
