"""Sample facts: what letters are tried with before a night, and what the golden letters are made of. All invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dunwell.letters.facts import (
    AccountFacts,
    ClaimFacts,
    CreditorFacts,
    DisputeFacts,
    Facts,
    GoodwillFacts,
    InvoiceFacts,
    PartFacts,
    PaymentFacts,
    PlanFacts,
    PromiseFacts,
    Total,
)
from dunwell.terms.letter import NEWS, SENTENCES_OF_LAW, asks
from dunwell.terms.money import Money, zero

AS_OF = date(2026, 4, 20)
AS_OF_EARLIER = date(2026, 3, 20)
"""The day of the samples, and of the statement before."""

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
_DAYS = {
    "payment_received": 40,
    "released": 95,
    "promise_thanked": 20,
    "promise_due": 25,
    "promise_broken": 30,
    "claim_acknowledged": 20,
    "proof_asked": 30,
    "plan_offered": 45,
    "plan_agreed": 45,
    "part_due": 60,
    "part_missed": 75,
}
_WITH_DEADLINE = ("delinquent", "final_notice", "promise_broken", "part_missed", "proof_asked", "dispute_closed")

_LAWS = ("GB", "DE", "FR", "IT", "ES", "RO", "RU", "IR")

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
    stage, days = _STAGES.get(letter, ("", _DAYS.get(letter, 10)))
    several = days >= 16
    invoices: tuple[InvoiceFacts, ...] = (invoice("INV-2026-0117", days, 123450),)
    if several:
        invoices += (invoice("INV-2026-0142", max(days - 14, 0), 218550, credited=30000),)
    if letter == "on_hold":
        invoices = tuple(replace(one, charges=Money(one.open_principal.minor // 50, "GBP")) for one in invoices)
    if letter in NEWS:
        invoices = ()  # they ask for nothing
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
        **_attached(letter, invoices),
        **_about(letter),
    )


def _attached(letter: str, invoices: tuple[InvoiceFacts, ...]) -> dict[str, Any]:
    if letter in ("issued", "past_due_second", "invoice_again"):
        numbers = tuple(one.number for one in invoices)
        return {"attached": tuple(f"{number}.pdf" for number in numbers), "attached_invoices": numbers}
    if letter in ("late", "delinquent", "on_hold", "final_notice"):
        return {"attached": ("Statement of account C-10482.pdf",), "statement_attached": True}
    return {}


_PLAN = PlanFacts(
    parts=tuple(PartFacts(number, AS_OF + timedelta(days=30 * number - 16), Money(107500, "GBP")) for number in (1, 2)),
    total=Money(215000, "GBP"),
)


def _about(letter: str) -> dict[str, Any]:
    """What a letter beside the escalation is about."""
    made = AS_OF - timedelta(days=5)
    promise = PromiseFacts(made, AS_OF + timedelta(days=9))
    missed = replace(_PLAN.parts[0], due=AS_OF - timedelta(days=4), state="missed")
    agreed = replace(_PLAN, agreed_on=AS_OF)
    found: dict[str, dict[str, Any]] = {
        "payment_received": {"payments": (PaymentFacts(AS_OF - timedelta(days=1), Money(342000, "GBP"), "C-10482"),)},
        "released": {"released": True},
        "promise_thanked": {"promise": promise},
        "promise_due": {"promise": replace(promise, by=AS_OF + timedelta(days=1))},
        "promise_broken": {"promise": PromiseFacts(made - timedelta(days=9), AS_OF - timedelta(days=4))},
        "claim_acknowledged": {"claim": ClaimFacts(AS_OF, AS_OF + timedelta(days=7))},
        "proof_asked": {"claim": ClaimFacts(AS_OF - timedelta(days=8), AS_OF - timedelta(days=1))},
        "dispute_acknowledged": {"dispute": DisputeFacts(AS_OF)},
        "dispute_closed": {"dispute": DisputeFacts(AS_OF - timedelta(days=12), None, "rejected")},
        "plan_offered": {"plan": replace(_PLAN, answer_by=AS_OF + timedelta(days=7))},
        "plan_agreed": {"plan": agreed},
        "part_due": {"plan": agreed, "part": agreed.parts[0]},
        "part_missed": {"plan": replace(agreed, parts=(missed, agreed.parts[1])), "part": missed},
        "goodwill": {"goodwill": GoodwillFacts("discount", Money(2469, "GBP"))},
    }
    return found.get(letter, {})


def _news_variants(base: Facts) -> Iterator[Facts]:
    """Good news: several payments and currencies, a hold that ended with them, a bare creditor."""
    yield base
    yield replace(base, creditor=CreditorFacts("Bare Ltd", "ar@bare.example"))
    yield replace(base, account=AccountFacts("7", "Beech", "Contact", "Hello,", True), redirected_from="ap@b.example")
    if base.payments:
        two = (*base.payments, PaymentFacts(AS_OF, Money(5_000, "EUR")))
        yield replace(base, payments=two)
        yield replace(base, payments=two, released=True)


def _about_variants(base: Facts) -> Iterator[Facts]:
    """What a letter is about, in its other shapes."""
    if base.promise is not None:
        yield replace(base, promise=replace(base.promise, amount=Money(100000, "GBP"), paid=Money(40000, "GBP")))
        yield replace(base, promise=replace(base.promise, paid=Money(40000, "GBP")))
    if base.letter in ("on_hold", "final_notice"):
        broken = PromiseFacts(AS_OF - timedelta(days=14), AS_OF - timedelta(days=4))
        yield replace(base, promise=broken)
        yield replace(base, promise=replace(broken, paid=Money(40000, "GBP")))
    if base.claim is not None:
        known = replace(base.claim, paid_on=AS_OF - timedelta(days=10), amount=Money(123450, "GBP"), reference="TRX 9")
        yield replace(base, claim=known)
        yield replace(base, claim=replace(known, reference=None))
        yield replace(base, claim=replace(known, paid_on=None, amount=None))
    if base.dispute is not None:
        yield replace(base, dispute=replace(base.dispute, amount=Money(20000, "GBP")))
        if base.dispute.outcome:
            for outcome in ("credited", "partly"):
                done = replace(base.dispute, outcome=outcome, credited=Money(20000, "GBP"))
                yield replace(base, dispute=done)
            yield replace(base, deadline=None)
    if base.goodwill is not None:
        yield replace(base, goodwill=GoodwillFacts("fee", Money(5000, "GBP")))
    if base.part is not None and base.plan is not None:
        last = replace(base.plan.parts[1], state=base.part.state)
        yield replace(base, plan=replace(base.plan, parts=(replace(base.plan.parts[0], state="paid"), last)), part=last)
    if base.letter == "invoice_again":
        yield replace(base, attached=(), attached_invoices=())
        yield replace(base, attached=base.attached[:1], attached_invoices=base.attached_invoices[:1])


def variants(letter: str) -> Iterator[Facts]:
    """The letter's facts in all the shapes that a night may bring."""
    base = typical(letter)
    if letter in NEWS:
        yield from _news_variants(base)
        return
    one = replace(base, invoices=base.invoices[:1], totals=_totals(base.invoices[:1]))
    yield base
    yield one
    bare = replace(one, deadline=None, suspend_on=None, earlier=(), attached=(), attached_invoices=())
    yield replace(bare, statement_attached=False, late_fee_percent=None)
    yield replace(one, deadline=AS_OF + timedelta(days=10), earlier=(AS_OF - timedelta(days=7),))
    two = ("INV-2026-0117.pdf", "Statement.pdf")
    numbers = tuple(one.number for one in base.invoices)
    yield replace(
        base, late_fee_percent=Decimal("2.5"), attached=two, attached_invoices=numbers, statement_attached=True
    )
    yield replace(base, suspended=True, suspend_on=None)
    yield replace(base, suspended=False, suspend_on=AS_OF + timedelta(days=5), statement_attached=True)
    yield replace(one, invoices=(_discounted(one.invoices[0]),))
    yield replace(one, invoices=(replace(_discounted(one.invoices[0]), discounted=None),))
    yield replace(
        one, account=AccountFacts("7", "Beech", "Contact", "Hello,", True), redirected_from="ap@beech.example"
    )
    yield replace(one, creditor=CreditorFacts("Bare Ltd", "ar@bare.example"))
    yield replace(one, ask_satisfaction=True, contract_attached=True, statement_attached=True)
    yield replace(base, printed=True, ask_satisfaction=True)
    if asks(letter):
        news = (PaymentFacts(AS_OF - timedelta(days=1), Money(5_000, "GBP")),)
        law = tuple((name, country) for name in SENTENCES_OF_LAW for country in _LAWS)
        yield replace(base, payments=news, released=True, sentences=law, late_fee_percent=None)
    yield replace(one, totals=tuple(replace(total, link="https://pay.example/7", code="BCD") for total in one.totals))
    if base.letter == "issued":
        yield replace(base, direct_debit=True)
        yield replace(one, direct_debit=True)
    yield from _about_variants(base)
    yield from _several(base)


def _several(base: Facts) -> Iterator[Facts]:
    """Shapes with more than one invoice: not yet due among them, two currencies, others, many."""
    early = invoice("INV-2026-0190", -5, 9900)
    today = invoice("INV-2026-0191", 0, 1000)
    rial = _valued(invoice("۱۴۰۵/۱۲", 4, 1), Money(1_500_000_000, "IRR"))
    euro = _valued(invoice("RE 2026/77", 33, 1), Money(342000, "EUR"))
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
    many = tuple(invoice(f"INV-{number}", 40 - number, 100 * number + 1) for number in range(1, 32))
    yield replace(base, invoices=many, totals=_totals(many))


def _valued(invoice: InvoiceFacts, amount: Money) -> InvoiceFacts:
    none = zero(amount.currency)
    return replace(invoice, amount=amount, open_principal=amount, credited=none, charges=none)


def invoice(number: str, days_late: int, minor: int, credited: int = 0) -> InvoiceFacts:
    """An invoice in pounds, so many days overdue (before its due date where negative)."""
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
    for one in invoices:
        figures = sums.setdefault(one.amount.currency, [0, 0])
        figures[0] += one.open_principal.minor
        figures[1] += one.charges.minor
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
