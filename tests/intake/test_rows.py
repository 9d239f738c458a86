"""What rows are taken as, and why rows are rejected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dunwell.intake.rows import AccountRow, ContactRow, InvoiceRow, OpenItemRow, PaymentRow, Reject
from dunwell.intake.tables import read
from dunwell.terms.account import Kind, PaymentMethod, Role
from dunwell.terms.invoice import DocumentKind
from dunwell.terms.money import Money

from .helpers import ACCOUNTS, CONTACTS, INVOICES, OPEN_ITEMS, PAYMENTS, one, reason, rows

FULL_ACCOUNT = (
    ACCOUNTS + ",timezone,kind,payment_method,phone,address,vat_id,register,credit_limit,terms,late_fee_percent"
)
FULL_INVOICE = INVOICES + ",kind,document,discount_percent,discount_until,purchase_order,reference,contract,sent_on"


def test_account_with_everything() -> None:
    line = 'K1,Rossi & C.,it,IT,Europe/Rome,Public,Direct Debit,+39 02,"Via 1, Milano",IT1,REA 5,5000,30 days,1.5'
    assert one(AccountRow, FULL_ACCOUNT, line) == AccountRow(
        2, "K1", "Rossi & C.", "IT", "it", "Europe/Rome", Kind.PUBLIC, PaymentMethod.DIRECT_DEBIT, "+39 02",
        "Via 1, Milano", "IT1", "REA 5", Decimal(5000), "30 days", Decimal("1.5"),
    )  # fmt: skip


def test_account_defaults() -> None:
    assert one(AccountRow, FULL_ACCOUNT, "K1,Rossi,GB-SCT,DE_at,,,,,,,,,,") == AccountRow(
        2, "K1", "Rossi", "GB-SCT", "de-AT"
    )


def test_contact() -> None:
    row = one(ContactRow, CONTACTS + ",language,phone", "K1,Anna,Anna.B+x@Büro.Example,accounts payable,pt-br,123")
    assert row == ContactRow(2, "K1", "Anna", "Anna.B+x@büro.example", Role.ACCOUNTS_PAYABLE, "pt-BR", "123")


def test_invoice_with_everything() -> None:
    line = "K1,R1,2026-01-05,2026-02-04,100.50,eur,invoice,r1.pdf,2,2026-01-15,PO1,ref,C1,2026-01-06"
    assert one(InvoiceRow, FULL_INVOICE, line) == InvoiceRow(
        2, "K1", "R1", date(2026, 1, 5), date(2026, 2, 4), Money(10050, "EUR"), DocumentKind.INVOICE, "r1.pdf",
        Decimal(2), date(2026, 1, 15), "PO1", "ref", "C1", date(2026, 1, 6), False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sent_on", "expected"),
    [("no", (None, True)), ("NO", (None, True)), ("", (None, False)), ("2026-01-06", (date(2026, 1, 6), False))],
)
def test_sent_on(sent_on: str, expected: tuple[date | None, bool]) -> None:
    row = one(InvoiceRow, INVOICES + ",sent_on", f"K1,R1,2026-01-05,2026-02-04,1,EUR,{sent_on}")
    assert (row.sent_on, row.not_sent) == expected


def test_invoice_without_due_date_and_credit_note() -> None:
    taken = rows(
        InvoiceRow, INVOICES + ",kind", "K1,R1,2026-01-05,,1,EUR,", "K1,G1,2026-01-05,2026-01-01,1,EUR,credit note"
    )
    assert [row.due for row in taken if isinstance(row, InvoiceRow)] == [None, date(2026, 1, 1)]
    assert isinstance(taken[1], InvoiceRow)
    assert taken[1].kind is DocumentKind.CREDIT_NOTE


def test_payment_may_leave_invoice_and_reference_empty() -> None:
    row = one(PaymentRow, PAYMENTS, "K1,,2026-01-05,10.00,EUR,")
    assert row == PaymentRow(2, "K1", None, date(2026, 1, 5), Money(1000, "EUR"), None)


@pytest.mark.parametrize(
    ("tail", "invoice", "amount", "still_open"),
    [
        ("R1,2026-01-05,2026-02-04,100,40,EUR", "R1", 10000, 4000),
        ("R1,2026-01-05,2026-02-04,100,0,EUR", "R1", 10000, 0),
        ("G1,2026-01-05,2025-12-31,-100,-40,EUR", "G1", -10000, -4000),
        (",2026-01-05,,-100,-100,EUR", None, -10000, -10000),
        ("R1,2026-01-05,2026-02-04,100,-5,EUR", "R1", 10000, -500),
        ("R1,2026-01-05,2026-02-04,100-,(40.00),EUR", "R1", -10000, -4000),
    ],
)
def test_open_items(tail: str, invoice: str | None, amount: int, still_open: int) -> None:
    row = one(OpenItemRow, OPEN_ITEMS, f"K1,Rossi,a@rossi.it,IT,it,{tail}")
    assert (row.invoice, row.amount.minor, row.open.minor) == (invoice, amount, still_open)


def test_open_items_without_an_address_keep_their_invoice() -> None:
    assert one(OpenItemRow, OPEN_ITEMS, "K1,Rossi,,IT,it,R1,2026-01-05,,1,1,EUR").email is None


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("R1,2026-01-05,2026-02-04,100,140,EUR", "more than the amount"),
        ("R1,2026-01-05,2026-02-04,-100,40,EUR", "does not lie between"),
        ("R1,2026-01-05,2026-02-04,-100,-140,EUR", "does not lie between"),
        ("R1,2026-01-05,2026-02-04,0,0,EUR", "amount is zero"),
        (",2026-01-05,2026-02-04,100,100,EUR", "invoice is empty"),
        ("R1,2026-01-05,2026-01-04,100,100,EUR", "before the issue date"),
    ],
)
def test_open_items_that_contradict_themselves(tail: str, expected: str) -> None:
    assert expected in reason(OPEN_ITEMS, f"K1,Rossi,a@rossi.it,IT,it,{tail}")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("K1,R1,2026-01-05,2026-01-04,1,EUR", "due: 2026-01-04 is before the issue date 2026-01-05"),
        ("K1,R1,2026-01-05,2026-02-04,-1,EUR", "negative; for a credit note set kind"),
        ("K1,R1,2026-01-05,2026-02-04,0.00,EUR", "zero"),
        ("K1,R1,2026-01-05,2026-02-04,inf,EUR", "'inf' is not a number"),
        ("K1,R1,2026-01-05,2026-02-04,NaN,EUR", "'NaN' is not a number"),
        ("K1,R1,2026-01-05,2026-02-04,1e5,EUR", "'1e5' is not a number"),
        ("K1,R1,2026-01-05,2026-02-04,10.0055,EUR", "more decimals than EUR has"),
        ("K1,R1,2026-01-05,2026-02-04,10.5,JPY", "more decimals than JPY has"),
        ("K1,R1,2026-01-05,2026-02-04,1234567890123456,EUR", "more than 15 digits"),
        ("K1,R1,2026-01-05,2026-02-04,$ 5,EUR", "says $, the currency is EUR"),
        ("K1,R1,2026-01-05,2026-02-04,5 USD,EUR", "says USD, the currency is EUR"),
        ("K1,R1,2026-01-05,2026-02-04,5 apples,EUR", "not an amount"),
        ("K1,R1,2026-01-05,2026-02-04,1,EURO", "unknown currency 'EURO'"),
        ("K1,R1,2026-01-05,2026-02-04,1,", "currency is empty"),
        ("K1,R1,2026-02-30,2026-03-04,1,EUR", "'2026-02-30' is not a date"),
        ("K1,R1,soon,2026-03-04,1,EUR", "'soon' is not a date"),
        ("K1,R1,05/01/26,2026-03-04,1,EUR", "two-digit year"),
        ("K1,R1,۱۴۰۴/۱۰/۱۵,2026-03-04,1,EUR", "Persian calendar"),
        ("K1,R1,0026-01-05,2026-03-04,1,EUR", "not a date of our time"),
        ("K1,R1,,2026-03-04,1,EUR", "issued is empty"),
        (",R1,2026-01-05,2026-03-04,1,EUR", "account is empty"),
        ("K1,\u200b,2026-01-05,2026-03-04,1,EUR", "invoice is empty"),
        ("K1,R1,2026-01-05", "too few columns: 3, the header has 6"),
        ("K1,R1,2026-01-05,2026-02-04,1,50,EUR", "too many columns: 7"),
        (f"{'K' * 1001},R1,2026-01-05,2026-03-04,1,EUR", "longer than 1000"),
        ('K1,"R1,2026-01-05,2026-03-04,1,EUR', "never closes"),
        ('K1,"R"1",2026-01-05,2026-03-04,1,EUR', "inside a quoted cell"),
    ],
)
def test_rejected_invoices(line: str, expected: str) -> None:
    assert expected in reason(INVOICES, line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("K1,Rossi,UK,en", "write GB"),
        ("K1,Rossi,Italy,it", "not a country"),
        ("K1,Rossi,ZZ,it", "no business calendar"),
        ("K1,Rossi,IT,italian", "not a language"),
        ("K1,,IT,it", "name is empty"),
        (f"K1,{'n' * 1001},IT,it", "longer than 1000"),
    ],
)
def test_rejected_accounts(line: str, expected: str) -> None:
    assert expected in reason(ACCOUNTS, line)


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("timezone", "Rome", "not a time zone"),
        ("timezone", "../etc/passwd", "not a time zone"),
        ("kind", "company", "use business, consumer or public"),
        ("payment_method", "Lastschrift", "use transfer, card, cheque, cash or direct_debit"),
        ("late_fee_percent", "10.5", "not between 0 and 10"),
        ("late_fee_percent", "-1", "not between 0 and 10"),
        ("credit_limit", "-1", "negative"),
    ],
)
def test_rejected_optional_cells_of_accounts(column: str, cell: str, expected: str) -> None:
    assert expected in reason(f"{ACCOUNTS},{column}", f"K1,Rossi,IT,it,{cell}")


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("discount_percent", "101", "not between 0 and 100"),
        ("discount_until", "2026-01-04", "before the issue date"),
        ("kind", "refund", "use invoice or credit_note"),
        ("sent_on", "yes", "or 'no' when nobody has sent it"),
    ],
)
def test_rejected_optional_cells_of_invoices(column: str, cell: str, expected: str) -> None:
    assert expected in reason(f"{INVOICES},{column}", f"K1,R1,2026-01-05,2026-02-04,1,EUR,{cell}")


def test_unknown_role_lists_the_roles() -> None:
    expected = "role: unknown word 'boss': use accounts_payable, manager, owner, legal or other"
    assert reason(CONTACTS, "K1,Anna,a@b.it,boss") == expected


@pytest.mark.parametrize(
    "address",
    [
        "a@b", "a", "@b.it", "a@", "a@@b.it", "a@b@c.it", "a b@c.it", "a@b..it", "a@.it", "a@b.it.", ".a@b.it",
        "a.@b.it", "a..a@b.it", "Anna <a@b.it>", "a@b.it; c@d.it", "a@-b.it", "a@b-.it", "a@1.2.3.4", "a@b_c.it",
        "a@b.it\rBcc: x@y.it", "a\u202e@b.it", "a\u200b@b.it", f"{'a' * 65}@b.it", f"a@{'b' * 64}.it", "mailto:a@b.it",
        "a@" + "b." * 130 + "it", "\"a b\"@c.it", "a@[1.2.3.4]", "a@b\u3002\u3002it", "a@bü.c d",
    ],
)  # fmt: skip
def test_addresses_that_are_none(address: str) -> None:
    quoted = address.replace('"', '""')
    assert "not an e-mail address" in reason(CONTACTS, f'K1,Anna,"{quoted}",owner')


@pytest.mark.parametrize(
    "address",
    ["a@b.it", "a.b-c_d'e+f@x-y.co.uk", "a@xn--bcher-kva.example", "a@bücher.example", "a@почта.рф", "1@2.3m.io"],
)
def test_addresses_that_are_some(address: str) -> None:
    assert one(ContactRow, CONTACTS, f"K1,Anna,{address},owner").email == address


@pytest.mark.parametrize(
    ("header", "first", "second", "expected"),
    [
        (INVOICES, "K1,R1,2026-01-05,,1,EUR", "K2,R1,2026-01-06,,2,EUR",
        "invoice 'R1' stands in the file twice, first on line 2"),
        (INVOICES, "K1,R1,2026-01-05,,1,EUR", "K2,\u200bR1 ,2026-01-06,,2,EUR", "first on line 2"),
        (INVOICES, "K1,R1,bad,,1,EUR", "K1,R1,2026-01-06,,2,EUR", "first on line 2"),
        (ACCOUNTS, "K1,A,IT,it", "K1,B,IT,it", "account 'K1' stands in the file twice, first on line 2"),
        (CONTACTS, "K1,A,a@b.it,owner", "K1,B,A@B.it,legal",
        "of account 'K1' stands in the file twice, first on line 2"),
        (
            OPEN_ITEMS,
            "K1,A,a@b.it,IT,it,R1,2026-01-05,,1,1,EUR",
            "K1,A,a@b.it,IT,it,R1,2026-01-05,,1,1,EUR",
            "invoice 'R1' stands in the file twice, first on line 2",
        ),
    ],
)  # fmt: skip
def test_twice_in_one_file(header: str, first: str, second: str, expected: str) -> None:
    assert expected in reason(header, first, second)


def test_same_number_at_two_accounts_and_repeated_payments_and_credits_are_fine() -> None:
    credit = "K1,A,a@b.it,IT,it,,2026-01-05,,-1,-1,EUR"
    assert not [row for row in rows(OpenItemRow, OPEN_ITEMS, credit, credit) if isinstance(row, Reject)]
    assert not [
        row for row in rows(ContactRow, CONTACTS, "K1,A,a@b.it,owner", "K2,A,a@b.it,owner") if isinstance(row, Reject)
    ]
    payment = "K1,R1,2026-01-05,1,EUR,x"
    assert not [row for row in rows(PaymentRow, PAYMENTS, payment, payment) if isinstance(row, Reject)]


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = reason(INVOICES, "K1,,bad,2026-02-04,1,EURO")
    assert [part in found for part in ("invoice is empty", "'bad' is not a date", "unknown currency")] == [True] * 3


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ('"Rossi\r\nMilano"', "Rossi Milano"),
        ('"Rossi \n\n Milano"', "Rossi Milano"),
        ("<b>Rossi</b><script>alert(1)</script>", "<b>Rossi</b><script>alert(1)</script>"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("+39 Rossi", "+39 Rossi"),
        ("-Rossi", "-Rossi"),
        ("@Rossi", "@Rossi"),
        ("Ros\u202esi\u2066\u2069", "Rossi"),
        ("Ros\x07si", "Ros si"),
        ("Ромашка شركة 株式会社", "Ромашка شركة 株式会社"),
        ("شرکت\u200cها", "شرکت\u200cها"),
        ("u\u0308nal", "ünal"),
        ('"O""Brien, Inc"', 'O"Brien, Inc'),
        ('5" pipe', '5" pipe'),
        ("a" * 1000, "a" * 1000),
    ],
)
def test_names_do_no_harm(written: str, taken: str) -> None:
    assert one(AccountRow, ACCOUNTS, f"K1,{written},IT,it").name == taken


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1234", "EUR", 123400), ("1234.5", "EUR", 123450), ("1,234.50", "EUR", 123450),
        ("1,234,567.00", "EUR", 123456700),
        ("1 234.50", "EUR", 123450), ("1\u00a0234.50", "EUR", 123450), ("1\u202f234.50", "EUR", 123450),
        ("1'234.50", "CHF", 123450), ("1’234.50", "CHF", 123450), ("12.5000", "EUR", 1250), (".50", "EUR", 50),
        ("€1,234.50", "EUR", 123450), ("1,234.50 €", "EUR", 123450), ("EUR 12.00", "EUR", 1200),
        ("12.00 eur", "EUR", 1200),
        ("kr. 12.00", "SEK", 1200), ("$12.00", "CAD", 1200), ("Rs. 12,34,567.00", "INR", 123456700),
        ("+12.00", "EUR", 1200),
        ("۱۲۳۴٫۵۰", "IRR", 123450), ("١٬٢٣٤٫٥٠", "EUR", 123450), ("۱٬۲۳۴٫۵۰ ﷼", "IRR", 123450),
        ("\u200f12.50", "EUR", 1250),
        ("1.500", "KWD", 1500), ("12.00", "JPY", 12), ("12.-", "CHF", 1200), ("12.–", "CHF", 1200),
        ("12.", "EUR", 1200), ("CHF 1'234.--", "CHF", 123400),
    ],
)  # fmt: skip
def test_amounts(written: str, currency: str, minor: int) -> None:
    row = one(InvoiceRow, INVOICES, f'K1,R1,2026-01-05,,"{written}",{currency}')
    assert row.amount == Money(minor, currency)


@pytest.mark.parametrize(
    "written",
    [
        "12.34.56",
        "1,23,4.00",
        "1234,567.00",
        "1 23.00",
        "--5",
        "5-5",
        "12.,",
        "0x10",
        "१२",
        "1,234'567.00",
        "+-5",
        "(-5)",
        "5 %",
    ],
)
def test_amounts_that_are_none(written: str) -> None:
    assert reason(INVOICES, "K1,R0,2026-01-05,,1.00,EUR", f'K1,R1,2026-01-05,,"{written}",EUR')


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-05", "2026-01-05T00:00:00", "2026-01-05 00:00", "2026-01-05T23:59:59.999Z",
        "2026-01-05T00:00:00+01:00",
        "20260105", "2026/01/05", "2026.01.05.", "2026/1/5", "05.01.2026", "5.1.2026", "5. 1. 2026", "05.01.2026 00:00",
        "۲۰۲۶-۰۱-۰۵", "٢٠٢٦/٠١/٠٥", "\u200e2026-01-05", " 2026-01-05 ",
    ],
)  # fmt: skip
def test_dates_that_need_no_evidence(written: str) -> None:
    assert one(InvoiceRow, INVOICES, f"K1,R1,{written},,1,EUR").issued == date(2026, 1, 5)


def test_lines_are_those_of_the_file() -> None:
    lines = ["", 'K1,"A\nB",IT,it', ",,,", "K2,C,IT,it", "", "K3,,IT,it"]
    found = rows(AccountRow, ACCOUNTS, *lines)
    assert [row.line for row in found] == [3, 6, 8]


def test_a_mark_that_never_closes_costs_its_own_line_only() -> None:
    lines = ['K1,"A,IT,it', "K2,B,IT,it", 'K3,"C, D",IT,it', "K4,E,IT,it"] + [f"L{n},F,IT,it" for n in range(300)]
    found = rows(AccountRow, ACCOUNTS, *lines)
    assert [row.line for row in found if isinstance(row, Reject)] == [2]
    assert len(found) == len(lines)


def test_bytes_that_are_not_utf8_cost_their_own_line_only() -> None:
    data = f"{ACCOUNTS}\nK1,Müller,DE,de\n".encode() + b"K2,M\xfcller,DE,de\n" + "K3,Größe,DE,de\n".encode()
    taken, rejected = read(data, "x.csv").split()
    assert [row.line for row in taken] == [2, 4]
    assert "not UTF-8" in rejected[0].reason
    "".join(rejected[0].raw).encode()
