"""From the cells of a row to a typed row, or to a reject that says all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import TypeVar

from dunwell.intake import fields
from dunwell.intake.columns import Layout
from dunwell.intake.dates import parse_date
from dunwell.intake.dialect import Dialect
from dunwell.intake.errors import Unfit
from dunwell.intake.numbers import parse_money, parse_number
from dunwell.intake.records import Record
from dunwell.intake.rows import AccountRow, ContactRow, FileKind, InvoiceRow, OpenItemRow, PaymentRow, Reject, Row
from dunwell.intake.words import NOT_SENT
from dunwell.terms.account import Kind, PaymentMethod, Role
from dunwell.terms.invoice import DocumentKind
from dunwell.terms.money import Money

_T = TypeVar("_T")
# Stand in for values that could not be taken; the row is then a reject and they are never seen.
_NO_DAY = date.min
_NO_MONEY = Money(0, "")
_DAYS_KEPT = 16384
_HUNDRED, _MAX_LATE_FEE = Decimal(100), Decimal(10)


class Builder:
    """Builds the rows of one pass over a file, and remembers the numbers that it has seen."""

    def __init__(self, layout: Layout, dialect: Dialect) -> None:
        self.layout, self.columns, self.decimal = layout, layout.columns, dialect.decimal
        # The days of a ledger repeat; a style of its own for each file would be slow to look up in one cache for all.
        self.day: Callable[[str], date] = lru_cache(maxsize=_DAYS_KEPT)(partial(parse_date, style=dialect.dates))
        self._damaged = dialect.encoding.damaged
        self._seen: dict[str | tuple[str, str], int] = {}
        self._make: Callable[[_Cells], Row] = {
            FileKind.ACCOUNTS: self._account,
            FileKind.CONTACTS: self._contact,
            FileKind.INVOICES: self._invoice,
            FileKind.PAYMENTS: self._payment,
            FileKind.OPEN_ITEMS: self._open_item,
        }[layout.kind]

    def row(self, record: Record) -> Row | Reject:
        """The typed row of a record, or why there is none."""
        problem = record.problem or self._shape(record.cells)
        if problem:
            return reject(record, problem)
        cells = _Cells(record, self)
        row = self._make(cells)
        return reject(record, "; ".join(cells.problems)) if cells.problems else row

    def _shape(self, cells: list[str]) -> str | None:
        width = len(self.layout.header)
        if len(cells) < width:
            return (
                f"too few columns: {len(cells)}, the header has {width} "
                "(some programs leave out empty last columns: remove them from the header too)"
            )
        if len(cells) > width:
            return f"too many columns: {len(cells)}, the header has {width} (quote a cell that holds the delimiter)"
        if self._damaged and not _is_whole(cells):
            return "holds bytes that are not UTF-8, as the rest of the file is"
        return None

    def _once(self, cells: _Cells, key: str | tuple[str, str], what: str) -> None:
        first = self._seen.setdefault(key, cells.line)
        if first != cells.line:
            cells.problems.append(f"{what} stands in the file twice, first on line {first}")

    def _account(self, cells: _Cells) -> Row:
        account = cells.must("account", fields.number, "")
        if account:
            self._once(cells, account, f"account {account!r}")
        return AccountRow(
            line=cells.line,
            account=account,
            name=cells.must("name", fields.text, ""),
            country=cells.must("country", fields.country, ""),
            language=cells.must("language", fields.language, ""),
            timezone=cells.may("timezone", fields.timezone),
            kind=cells.may("kind", lambda cell: fields.word(cell, Kind)) or Kind.BUSINESS,
            payment_method=cells.may("payment_method", lambda cell: fields.word(cell, PaymentMethod))
            or PaymentMethod.TRANSFER,
            phone=cells.may("phone", fields.text),
            address=cells.may("address", fields.text),
            vat_id=cells.may("vat_id", fields.text),
            register=cells.may("register", fields.text),
            credit_limit=cells.may("credit_limit", cells.credit_limit),
            terms=cells.may("terms", fields.text),
            late_fee_percent=cells.may("late_fee_percent", lambda cell: cells.percent(cell, _MAX_LATE_FEE)),
        )

    def _contact(self, cells: _Cells) -> Row:
        account = cells.must("account", fields.number, "")
        email = cells.must("email", fields.email, "")
        if account and email:
            self._once(cells, (account, email.casefold()), f"contact {email!r} of account {account!r}")
        return ContactRow(
            line=cells.line,
            account=account,
            name=cells.must("name", fields.text, ""),
            email=email,
            role=cells.must("role", lambda cell: fields.word(cell, Role), Role.OTHER),
            language=cells.may("language", fields.language),
            phone=cells.may("phone", fields.text),
        )

    def _invoice(self, cells: _Cells) -> Row:
        invoice = cells.must("invoice", fields.number, "")
        if invoice:
            self._once(cells, invoice, f"invoice {invoice!r}")
        kind = cells.may("kind", lambda cell: fields.word(cell, DocumentKind)) or DocumentKind.INVOICE
        issued, due = cells.must("issued", cells.day, _NO_DAY), cells.may("due", cells.day)
        discount_until = cells.may("discount_until", cells.day)
        if kind is DocumentKind.INVOICE:
            cells.not_before("due", due, issued)
        cells.not_before("discount_until", discount_until, issued)
        amount = cells.money("amount", cells.currency())
        cells.positive("amount", amount, '; for a credit note set kind to "credit_note"')
        not_sent = cells.get("sent_on").strip().lower() == NOT_SENT
        return InvoiceRow(
            line=cells.line,
            account=cells.must("account", fields.number, ""),
            invoice=invoice,
            issued=issued,
            due=due,
            amount=amount,
            kind=kind,
            document=cells.may("document", fields.text),
            discount_percent=cells.may("discount_percent", lambda cell: cells.percent(cell, _HUNDRED)),
            discount_until=discount_until,
            purchase_order=cells.may("purchase_order", fields.text),
            reference=cells.may("reference", fields.text),
            contract=cells.may("contract", fields.text),
            sent_on=None if not_sent else cells.may("sent_on", cells.sent_on),
            not_sent=not_sent,
        )

    def _payment(self, cells: _Cells) -> Row:
        amount = cells.money("amount", cells.currency())
        cells.positive("amount", amount)
        return PaymentRow(
            line=cells.line,
            account=cells.must("account", fields.number, ""),
            invoice=cells.may("invoice", fields.number),
            date=cells.must("date", cells.day, _NO_DAY),
            amount=amount,
            reference=cells.may("reference", fields.text),
        )

    def _open_item(self, cells: _Cells) -> Row:
        invoice = cells.may("invoice", fields.number)
        if invoice:
            self._once(cells, invoice, f"invoice {invoice!r}")
        issued, due = cells.must("issued", cells.day, _NO_DAY), cells.may("due", cells.day)
        currency = cells.currency()
        amount, still_open = cells.money("amount", currency), cells.money("open", currency)
        _check_open(cells, amount, still_open, invoice)
        if amount.minor > 0 and still_open.minor >= 0:
            cells.not_before("due", due, issued)
        return OpenItemRow(
            line=cells.line,
            account=cells.must("account", fields.number, ""),
            name=cells.must("name", fields.text, ""),
            email=cells.may("email", fields.email),
            country=cells.must("country", fields.country, ""),
            language=cells.must("language", fields.language, ""),
            invoice=invoice,
            issued=issued,
            due=due,
            amount=amount,
            open=still_open,
        )


class _Cells:
    """The cells of one row, by canonical column, and what was wrong with them."""

    __slots__ = ("_cells", "_columns", "_decimal", "_layout", "day", "line", "problems")

    def __init__(self, record: Record, builder: Builder) -> None:
        self.line = record.line
        self.problems: list[str] = []
        self._cells = record.cells
        self._layout, self._columns, self._decimal = builder.layout, builder.columns, builder.decimal
        self.day = builder.day

    def get(self, column: str) -> str:
        return self._layout.cell(self._cells, column)

    def may(self, column: str, take: Callable[[str], _T]) -> _T | None:
        """The value of a cell that may be empty."""
        if column not in self._columns:
            return None
        cell = self.get(column)
        if not cell or cell.isspace():
            return None
        try:
            value = take(cell)
            return None if value == "" else value
        except Unfit as error:
            self.problems.append(f"{self._layout.label(column)}: {error}")
            return None

    def must(self, column: str, take: Callable[[str], _T], stand_in: _T) -> _T:
        """The value of a cell that must not be empty."""
        before = len(self.problems)
        value = self.may(column, take)
        if value is not None:
            return value
        if len(self.problems) == before:
            self.problems.append(f"{self._layout.label(column)} is empty")
        return stand_in

    def sent_on(self, cell: str) -> date:
        try:
            return self.day(cell)
        except Unfit as error:
            raise Unfit(f"{error}, or {NOT_SENT!r} when nobody has sent it") from None

    def currency(self) -> str:
        return self.must("currency", fields.currency, "")

    def money(self, column: str, currency: str) -> Money:
        if not currency:
            return _NO_MONEY
        return self.must(column, lambda cell: parse_money(cell, currency, self._decimal), _NO_MONEY)

    def percent(self, cell: str, most: Decimal) -> Decimal:
        value = parse_number(cell, self._decimal)
        if not 0 <= value <= most:
            raise Unfit(f"{cell!r} is not between 0 and {most}")
        return value

    def credit_limit(self, cell: str) -> Decimal:
        value = parse_number(cell, self._decimal)
        if value < 0:
            raise Unfit(f"{cell!r} is negative")
        return value

    def positive(self, column: str, amount: Money, hint: str = "") -> None:
        if amount.currency and amount.minor <= 0:
            state = "negative" if amount.minor else "zero"
            self.problems.append(f"{self._layout.label(column)}: {amount} is {state}{hint if amount.minor else ''}")

    def not_before(self, column: str, day: date | None, issued: date) -> None:
        if day is not None and day < issued:
            self.problems.append(f"{self._layout.label(column)}: {day} is before the issue date {issued}")


def _check_open(cells: _Cells, amount: Money, still_open: Money, invoice: str | None) -> None:
    """What an open item may say: more open than invoiced, or a credit note that is owed to us, is an error."""
    if not (amount.currency and still_open.currency):
        return
    if not amount.minor:
        cells.problems.append("amount is zero")
    elif amount.minor > 0 and still_open.minor > amount.minor:
        cells.problems.append(f"open {still_open} is more than the amount {amount}")
    elif amount.minor < 0 and not amount.minor <= still_open.minor <= 0:
        cells.problems.append(f"open {still_open} does not lie between zero and the credit {amount}")
    if invoice is None and amount.minor > 0:
        cells.problems.append("invoice is empty: only a credit (a negative amount) may be without a number")


def _is_whole(cells: list[str]) -> bool:
    return not any("\udc80" <= char <= "\udcff" for cell in cells if not cell.isascii() for char in cell)


def reject(record: Record, reason: str) -> Reject:
    """The reject of a record; bytes that could not be decoded are shown as such."""
    raw = tuple(cell if cell.isascii() else cell.encode("utf-8", "replace").decode() for cell in record.cells)
    return Reject(record.line, reason, raw)
