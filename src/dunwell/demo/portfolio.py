"""The sample portfolio: what a creditor's ledger exports, as it stood on any day of the demo's history.

The same day and seed give the same portfolio to the last cent. Ages are counted from the last day, `today`: an age of
30 is an invoice that is 30 days overdue then, a negative one is not due yet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from dunwell.demo.firms import FIRMS, TAKEN_OVER, Firm, desk, management

HISTORY_DAYS = 66
"""How long before the last day the books were opened: long enough for an old case to climb through every stage."""
SEED = "dunwell"
OPEN_ITEMS = "open_items.csv"
"""The list of a business taken over; it comes on the last day."""
_SCALE = {"RON": 5, "RUB": 95, "KZT": 520, "MXN": 20, "IRR": 700_000, "USD": 1, "CHF": 1, "EUR": 1, "GBP": 1}
_TERMS = {"business": 30, "public": 45, "consumer": 14}
_LATE_FEE = {3: "1.5", 20: "2", 35: "1"}


@dataclass(frozen=True, slots=True)
class _Item:
    """An invoice of a story: its age on the last day, after how many days overdue it is paid, and how much of it.

    The age is as given where `fixed`; with `step` it is a day older with each account; else it is some days off.
    """

    age: int
    paid_after: int | None = None
    share: str = "1"
    fixed: bool = False
    step: bool = False


# How customers pay. Each account follows one story, in turn.
_STORIES: tuple[tuple[_Item, ...], ...] = (
    (_Item(63, -1), _Item(33, -2), _Item(-7, fixed=True)),  # prompt: all that it gets is a reminder
    (_Item(74, 9), _Item(44, 12), _Item(3, fixed=True)),  # pays when reminded
    (_Item(88, 31), _Item(58, 36), _Item(22, step=True)),  # pays late
    (_Item(97, 35, "0.4"), _Item(46), _Item(15, fixed=True)),  # pays in parts
    (_Item(186), _Item(148), _Item(96)),  # does not pay
    (_Item(205), _Item(173), _Item(131)),  # an old debt, entered late: on the last day its final notice is due
    (_Item(81, 22), _Item(20), _Item(-1)),  # forgets
    (_Item(105, 50), _Item(49), _Item(35)),  # slipping
    (_Item(91, 14), _Item(66, 3), _Item(8), _Item(0, fixed=True)),  # careless
)
_ENTERED_LATE = 5
"""The story whose invoices came into the books so long ago as the ramp takes to a final notice."""
_RAMP_DAYS = 7 + 7 + 14 + 21
_TAKEN_OVER_AGES = (236, 119, 47, 12)


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note as the ledger exports it; `known` is the day on which it first stands there."""

    firm: int
    issued: date
    due: date | None
    amount: Decimal
    known: date
    kind: str = "invoice"
    sent_on: str = ""
    discount: tuple[str, date] | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received; `document` is its place in the list of documents, None when the payer named nothing."""

    firm: int
    document: int | None
    on: date
    amount: Decimal


@dataclass
class Portfolio:
    """Accounts, documents and payments of the demo, up to and with the day `today`."""

    today: date
    documents: list[Document] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def opened(self) -> date:
        """The day on which the books were opened."""
        return self.today - timedelta(days=HISTORY_DAYS)

    def files(self, on: date) -> dict[str, str]:
        """The ledger's export on the day `on`, by file name. On the last day a list of open items is beside it."""
        found = {
            "accounts.csv": _csv(_ACCOUNT_COLUMNS, _accounts()),
            "contacts.csv": _csv(_CONTACT_COLUMNS, _contacts()),
            "invoices.csv": _csv(_INVOICE_COLUMNS, self._invoices(on)),
            "payments.csv": _csv(_PAYMENT_COLUMNS, self._payments(on)),
        }
        if on == self.today:
            found[OPEN_ITEMS] = _csv(_OPEN_ITEM_COLUMNS, _taken_over(on))
        return found

    def _invoices(self, on: date) -> Iterator[Sequence[object]]:
        for one in self.documents:
            if one.known <= on:
                percent, until = one.discount or ("", "")
                firm = FIRMS[one.firm]
                order = f"PO-{7000 + one.firm * 13}" if firm.kind != "consumer" and one.firm % 3 == 0 else ""
                yield (
                    number_of(one.firm), one.number, one.issued, one.due or "", one.amount, firm.currency, one.kind,
                    order, one.sent_on or one.issued, percent, until, document_of(one),
                )  # fmt: skip

    def _payments(self, on: date) -> Iterator[Sequence[object]]:
        for place, one in enumerate(self.payments):
            document = self.documents[one.document] if one.document is not None else None
            if one.on <= on and (document is None or document.known <= on):
                invoice = document.number if document else ""
                yield number_of(one.firm), invoice, one.on, one.amount, FIRMS[one.firm].currency, f"BANK-{place:05d}"


def document_of(one: Document) -> str:
    """Where the invoice's own PDF lies, from the folder of the settings."""
    return f"documents/{one.number}.pdf"


def number_of(firm: int) -> str:
    """The account number of a customer by its place among the firms."""
    return f"C-{1001 + firm}"


def place_of(domain: str) -> int:
    """The place of a customer among the firms, by its domain."""
    return next(place for place, firm in enumerate(FIRMS) if firm.domain == domain)


WITHOUT_CONTACT = place_of("poiana-tihnei")
BY_DIRECT_DEBIT = place_of("hexwell")
MOVED = place_of("semoisette")
"""Its desk's address has gone; letters find the desk above."""


def answers() -> dict[str, str]:
    """Addresses that the demo's mail server does not deliver to, with the answer that it gives."""
    gone = "550 5.1.1 no such mailbox here"
    return {
        desk(FIRMS[MOVED])[1]: gone,
        desk(TAKEN_OVER[1])[1]: gone,
        desk(TAKEN_OVER[5])[1]: "451 4.7.1 greylisted, please try again later",
    }


def build(today: date, seed: str = SEED) -> Portfolio:
    """The portfolio whose last day is `today`."""
    rng = Random(f"{seed}:{today.isoformat()}")  # noqa: S311 -- sample data, no secret
    made = Portfolio(today)
    for place, firm in enumerate(FIRMS):
        _tell(made, place, firm, rng)
    _add_oddities(made, rng)
    by_day = sorted(range(len(made.documents)), key=lambda index: (made.documents[index].issued, index))
    for count, index in enumerate(by_day):
        one = made.documents[index]
        letters = "CN" if one.kind == "credit_note" else "INV"
        made.documents[index] = replace(one, number=f"{letters}-{one.issued.year}-{101 + count:04d}")
    return made


def _tell(made: Portfolio, place: int, firm: Firm, rng: Random) -> None:
    """Let one customer live its story."""
    turn, story = divmod(place, len(_STORIES))
    joined = made.opened + timedelta(days=place * 5 % 13)
    if story == _ENTERED_LATE:
        joined = made.today - timedelta(days=_RAMP_DAYS + turn % 3)
    for item in _STORIES[story]:
        off = rng.randrange(-4, 5)
        age = item.age + (0 if item.fixed else turn if item.step else off)
        due = made.today - timedelta(days=age)
        issued = due - timedelta(days=_TERMS[firm.kind])
        made.documents.append(Document(place, issued, due, _amount(firm, rng), max(joined, issued)))
        if item.paid_after is not None:
            on = max(issued, due + timedelta(days=item.paid_after + rng.randrange(0, 3)))
            amount = (made.documents[-1].amount * Decimal(item.share)).quantize(Decimal("0.01"))
            if on <= made.today:
                made.payments.append(Payment(place, len(made.documents) - 1, on, amount))


def _add_oddities(made: Portfolio, rng: Random) -> None:
    """What every ledger has: credit notes, money without a name, too much money, invoices that lack something."""
    today = made.today
    soon, later = today + timedelta(days=4), today + timedelta(days=9)

    def add(domain: str, issued: int, due: int | None) -> Document:
        """An invoice issued so many days ago, due so many days from today."""
        place = place_of(domain)
        began = today - timedelta(days=issued)
        on = None if due is None else today + timedelta(days=due)
        return Document(place, began, on, _amount(FIRMS[place], rng), began)

    made.documents += [
        add("monteagrio", 25, None),
        replace(add("moorquell", 9, 21), discount=("2", soon)),
        # Never sent by whoever issued them: ours to send.
        replace(add("quillbarrow", 1, 29), sent_on="no", discount=("3", later), known=today),
        replace(add("hexwell", 18, 12), sent_on="no", known=today),
        replace(add("ballycrane", 0, 30), sent_on="no"),
        add("valtresca", 40, -10),
        add("cobblestone-orchard", 30, 0),
        add("aly-tulpan", 37, -7),
    ]
    for domain in ("lindwurm-verlag", "sablons-bleus", "cerbul-de-fag", "quillbarrow"):
        credit = add(domain, 21, None)
        sixth = (credit.amount / 6).quantize(Decimal("0.01"))
        made.documents.append(replace(credit, kind="credit_note", amount=sixth))
    _overpay(made, place_of("valtresca"))
    nameless = next(index for index, one in enumerate(made.payments) if one.firm == place_of("ballycrane"))
    made.payments[nameless] = replace(made.payments[nameless], document=None)


def _overpay(made: Portfolio, place: int) -> None:
    """The account's last payment was a quarter too much."""
    index = max((i for i, one in enumerate(made.payments) if one.firm == place), default=None)
    if index is not None:
        one = made.payments[index]
        made.payments[index] = replace(one, amount=(one.amount * Decimal("1.25")).quantize(Decimal("0.01")))


def _amount(firm: Firm, rng: Random) -> Decimal:
    """A plausible amount: many small, few large, in the firm's currency."""
    steps = {"consumer": (40, 260), "public": (300, 9000)}.get(firm.kind, (180, 14000))
    low, high = (Decimal(step).ln() for step in steps)
    euros = (low + (high - low) * Decimal(str(rng.random()))).exp()
    scale = _SCALE[firm.currency]
    exact = Decimal("0.01") if scale < 100 else Decimal(scale)
    return (euros * scale / exact).quantize(Decimal(1)) * exact


_ACCOUNT_COLUMNS = ("account", "name", "country", "language", "kind", "payment_method", "late_fee_percent")
_CONTACT_COLUMNS = ("account", "name", "email", "role")
_INVOICE_COLUMNS = (
    "account", "invoice", "issued", "due", "amount", "currency", "kind", "purchase_order", "sent_on",
    "discount_percent", "discount_until", "document",
)  # fmt: skip
_PAYMENT_COLUMNS = ("account", "invoice", "date", "amount", "currency", "reference")
_OPEN_ITEM_COLUMNS = (
    "account", "name", "email", "country", "language", "invoice", "issued", "due", "amount", "open", "currency",
)  # fmt: skip


def _accounts() -> Iterator[Sequence[object]]:
    for place, firm in enumerate(FIRMS):
        method = "direct_debit" if place == BY_DIRECT_DEBIT else "transfer"
        yield number_of(place), firm.name, firm.country, firm.language, firm.kind, method, _LATE_FEE.get(place, "")


def _contacts() -> Iterator[Sequence[object]]:
    for place, firm in enumerate(FIRMS):
        if place == WITHOUT_CONTACT:
            continue
        yield number_of(place), *desk(firm), "accounts_payable"
        if firm.kind == "business" and (place % 2 or place == MOVED):
            yield number_of(place), *management(firm), "manager"


def _taken_over(today: date) -> Iterator[Sequence[object]]:
    """The open items of a business taken over: old ones among them, nobody of whom has had a letter from us."""
    rng = Random(f"taken over:{today.isoformat()}")  # noqa: S311 -- sample data, no secret
    for place, firm in enumerate(TAKEN_OVER):
        number = f"T-{501 + place}"
        who = (number, firm.name, desk(firm)[1], firm.country, firm.language)
        for count, age in enumerate(_TAKEN_OVER_AGES, 1):
            due = today - timedelta(days=age + place)
            amount = _amount(firm, rng)
            still_open = (amount * Decimal("0.6")).quantize(Decimal("0.01")) if count == 2 else amount
            issued = due - timedelta(days=30)
            yield *who, f"OLD-{number}-{count}", issued, due, amount, still_open, firm.currency
        if place == 2:
            credit = Decimal("-75.00")
            yield *who, f"OLD-{number}-CN", today - timedelta(days=50), "", credit, credit, firm.currency


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
