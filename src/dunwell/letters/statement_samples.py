"""Sample statements: what `check` tries the page with, and what `render` and the gallery show. All invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from dunwell.letters import payment_code
from dunwell.letters.facts import Facts, InvoiceFacts, Total
from dunwell.letters.samples import AS_OF, AS_OF_EARLIER, invoice, typical
from dunwell.letters.statement import InterestRow, Movement, Section, StatementFacts
from dunwell.terms.money import Money, zero

_IBAN = "DE89370400440532013000"  # the example of ISO 13616, which is nobody's
_BANNERS = {"delinquent": "past_due", "on_hold": "on_hold", "final_notice": "on_hold"}


def statement(letter: str) -> StatementFacts:
    """The statement that comes with a sample letter."""
    facts = typical(letter if letter in _BANNERS else "late")
    later = replace(invoice("INV-2026-0190", -8, 96000), purchase_order="PO 4711")
    disputed = replace(invoice("INV-2026-0151", 12, 40250), mark="disputed")
    invoices = (*facts.invoices, disputed, later)
    return _whole(facts, _BANNERS.get(letter), (_section(invoices, facts.totals[0]),))


def variants() -> Iterator[StatementFacts]:
    """Statements in the shapes that a night may bring: one line, 300, several currencies, nothing asked for."""
    facts = typical("on_hold")
    one = invoice("INV-1", 3, 12345)
    yield _whole(facts, None, (_section((one,), facts.totals[0]),), moved=False)
    many = tuple(invoice(f"INV-{number}", 330 - number, 1000 + number) for number in range(300))
    yield _whole(facts, "past_due", (_section(many, facts.totals[0]),))
    euro = tuple(_in_euro(line) for line in (*facts.invoices, replace(one, purchase_order="PO 77")))
    dinar = replace(_in("KWD", one), number="فاتورة/١٢")
    sections = (_section(euro, _euro_total(euro)), _section(facts.invoices, facts.totals[0]), _section((dinar,), None))
    yield _whole(facts, "on_hold", sections)
    rows = tuple(
        InterestRow(
            one.number, AS_OF - timedelta(days=60 - 30 * at), AS_OF - timedelta(days=31 - 30 * at), 30,
            Money(12345, "GBP"), Decimal("11.5") + at, Money(117 + at, "GBP"), f"a central bank, half-year {at + 1}",
        )
        for at in range(2)
    )  # fmt: skip
    yield replace(_whole(facts, "on_hold", (_section((one,), facts.totals[0]),)), interest=rows)
    promised = replace(one, mark="promised", mark_until=AS_OF + timedelta(days=9))
    yield _whole(facts, None, (_section((promised, replace(one, number="INV-2", mark="paused")), None),), moved=False)


def _whole(facts: Facts, banner: str | None, sections: tuple[Section, ...], *, moved: bool = True) -> StatementFacts:
    movements = (
        Movement(AS_OF_EARLIER + timedelta(days=4), "payment", "TRX 0098", Money(-50000, "GBP")),
        Movement(AS_OF_EARLIER + timedelta(days=9), "credit_note", "CN-2026-07", Money(-1250, "GBP")),
        Movement(AS_OF_EARLIER + timedelta(days=11), "charge", "INV-2026-0117", Money(2469, "GBP")),
        Movement(AS_OF_EARLIER + timedelta(days=12), "adjustment", "", Money(-100, "GBP")),
    )
    return StatementFacts(
        as_of=AS_OF,
        creditor=facts.creditor,
        account=replace(facts.account, address="Alder House\n12 Sample Street\nLondon N1 0AA"),
        sections=sections,
        payment_reference=facts.account.number,
        banner=banner,
        since=_since(moved),
        movements=movements if moved else (),
    )


def _since(moved: bool) -> date | None:
    return AS_OF_EARLIER if moved else None


def _section(invoices: tuple[InvoiceFacts, ...], where: Total | None) -> Section:
    lines = tuple(sorted(invoices, key=lambda line: line.due or date.max))
    currency = lines[0].amount.currency
    asked = [line for line in lines if line.mark is None]
    if where is None:
        return Section(lines, Money(700, currency), None)
    principal = sum((line.open_principal for line in asked), zero(currency))
    charges = sum((line.charges for line in asked), zero(currency))
    return Section(lines, zero(currency), replace(where, principal=principal, charges=charges))


def _in(currency: str, line: InvoiceFacts) -> InvoiceFacts:
    return replace(
        line,
        amount=Money(line.amount.minor, currency),
        credited=Money(line.credited.minor, currency),
        open_principal=Money(line.open_principal.minor, currency),
        charges=Money(line.charges.minor, currency),
    )


def _in_euro(line: InvoiceFacts) -> InvoiceFacts:
    return _in("EUR", line)


def _euro_total(lines: tuple[InvoiceFacts, ...]) -> Total:
    principal = sum((line.open_principal for line in lines), zero("EUR"))
    charges = sum((line.charges for line in lines), zero("EUR"))
    code = payment_code.content("Marlow Hosting Ltd", _IBAN, principal + charges, "C-10482")
    return Total(principal, charges, _IBAN, True, "https://pay.marlow-hosting.example/C-10482", code)
