"""Sample facts: what letters are tried with before a night, and what the golden letters are made of. All invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from dunwell.letters.facts import AccountFacts, CreditorFacts, Facts, InvoiceFacts, Total
from dunwell.terms.money import Money, zero

AS_OF = date(2026, 4, 20)
_STAGES = {
    "issued": ("issued", -30),
    "upcoming_before": ("upcoming", -7),
    "upcoming_due": ("upcoming", 0),
    "past_due_first": ("past_due", 3),
    "past_due_second": ("past_due", 15),
    "late": ("late", 20),
    "delinquent": ("delinquent", 45),
    "on_hold": ("on_hold", 98),
    "final_notice": ("litigation", 125),
}
_WITH_DEADLINE = ("delinquent", "final_notice")

CREDITOR = CreditorFacts(
    name="Marlow Hosting Ltd",
    email="accounts@marlow-hosting.example",
    person=None,
    phone="+44 20 7946 0018",
    address="1 Example Wharf\nLondon E1 0XX",
    vat_id="GB 000 0000 00",
    register="England and Wales, No. 00000000",
)


def typical(letter: str) -> Facts:
    """The everyday case of a letter: one invoice while friendly, two from `late` on, in one currency."""
    stage, days = _STAGES.get(letter, ("past_due", 3))
    several = days >= 16
    invoices: tuple[InvoiceFacts, ...] = (_invoice("INV-2026-0117", days, 123450),)
    if several:
        invoices += (_invoice("INV-2026-0142", max(days - 14, 0), 218550, credited=30000),)
    if letter == "on_hold":
        invoices = tuple(
            replace(invoice, charges=Money(invoice.open_principal.minor // 50, "GBP")) for invoice in invoices
        )
    return Facts(
        letter=letter,
        stage=stage,
        as_of=AS_OF,
        creditor=CREDITOR,
        account=AccountFacts(number="C-10482", name="Alder & Finch Ltd"),
        invoices=invoices,
        totals=_totals(invoices),
        payment_reference="C-10482",
        deadline=AS_OF + timedelta(days=10) if letter in _WITH_DEADLINE else None,
        suspend_on=AS_OF + timedelta(days=7) if letter == "on_hold" else None,
        earlier=tuple(AS_OF - timedelta(days=back) for back in (7, 14, 28)) if days >= 31 else (),
        attached=("INV-2026-0117.pdf",) if letter in ("issued", "past_due_second", "late") else (),
    )


def variants(letter: str) -> Iterator[Facts]:
    """The letter's facts in all the shapes that a night may bring."""
    base = typical(letter)
    one = replace(base, invoices=base.invoices[:1], totals=_totals(base.invoices[:1]))
    yield base
    yield one
    yield replace(one, deadline=None, suspend_on=None, earlier=(), attached=(), late_fee_percent=None)
    yield replace(one, deadline=AS_OF + timedelta(days=10), earlier=(AS_OF - timedelta(days=7),))
    yield replace(base, late_fee_percent=Decimal("2.5"), attached=("INV-2026-0117.pdf", "Statement.pdf"))
    yield replace(base, suspended=True, suspend_on=None)
    yield replace(base, suspended=False, suspend_on=AS_OF + timedelta(days=5), attached=("Statement.pdf",))
    yield replace(one, invoices=(_discounted(one.invoices[0]),))
    yield replace(one, invoices=(replace(_discounted(one.invoices[0]), discounted=None),))
    yield replace(
        one, account=AccountFacts("7", "Beech", "Contact", "Hello,", True), redirected_from="ap@beech.example"
    )
    yield replace(one, creditor=CreditorFacts("Bare Ltd", "ar@bare.example"))
    yield from _several(base)


def _several(base: Facts) -> Iterator[Facts]:
    """Shapes with more than one invoice: not yet due among them, two currencies, others, many."""
    early = _invoice("INV-2026-0190", -5, 9900)
    today = _invoice("INV-2026-0191", 0, 1000)
    rial = _valued(_invoice("۱۴۰۵/۱۲", 4, 1), Money(1_500_000_000, "IRR"))
    euro = _valued(_invoice("RE 2026/77", 33, 1), Money(342000, "EUR"))
    euro = replace(euro, purchase_order="PO 4711", reference="A-7")
    for invoices in (
        (*base.invoices, early),
        (today, early),
        (base.invoices[0], euro),
        (rial,),
        (base.invoices[0], euro, rial),
    ):
        yield replace(base, invoices=invoices, totals=_totals(invoices))
    yield replace(base, others=(early, replace(euro, mark="disputed"), replace(today, mark="promised")))
    many = tuple(_invoice(f"INV-{number}", 40 - number, 100 * number + 1) for number in range(1, 32))
    yield replace(base, invoices=many, totals=_totals(many))


def _valued(invoice: InvoiceFacts, amount: Money) -> InvoiceFacts:
    none = zero(amount.currency)
    return replace(invoice, amount=amount, open_principal=amount, credited=none, charges=none)


def _invoice(number: str, days_late: int, minor: int, credited: int = 0) -> InvoiceFacts:
    due = AS_OF - timedelta(days=days_late)
    return InvoiceFacts(
        number=number,
        issued=due - timedelta(days=30),
        due=due,
        amount=Money(minor, "GBP"),
        credited=Money(credited, "GBP"),
        open_principal=Money(minor - credited, "GBP"),
        charges=Money(0, "GBP"),
        days_late=max(days_late, 0),
    )


def _discounted(invoice: InvoiceFacts) -> InvoiceFacts:
    reduced = Money(invoice.amount.minor * 98 // 100, "GBP")
    return replace(invoice, discount_percent=Decimal(2), discount_until=AS_OF + timedelta(days=5), discounted=reduced)


def _totals(invoices: tuple[InvoiceFacts, ...]) -> tuple[Total, ...]:
    sums: dict[str, list[int]] = {}
    for invoice in invoices:
        figures = sums.setdefault(invoice.amount.currency, [0, 0])
        figures[0] += invoice.open_principal.minor
        figures[1] += invoice.charges.minor
    accounts = {
        "GBP": ("Sort code 00-00-00\nAccount number 00000000", False),
        "IRR": ("IR000000000000000000000000", True),
    }
    return tuple(
        Total(
            Money(figures[0], currency),
            Money(figures[1], currency),
            *accounts.get(currency, ("DE00000000000000000000", True)),
        )
        for currency, figures in sums.items()
    )
