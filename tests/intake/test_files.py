"""Which files are understood, how, and which are refused as a whole with what remedy."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.intake.errors import IntakeError
from dunwell.intake.rejects import write_rejects
from dunwell.intake.rows import AccountRow, FileKind, InvoiceRow, PaymentRow, Reject
from dunwell.intake.tables import read

from .helpers import ACCOUNTS, CONTACTS, INVOICES, OPEN_ITEMS, PAYMENTS, mapping, one, rows


def refusal(data: bytes, using: str = "") -> str:
    with pytest.raises(IntakeError) as caught:
        read(data, "ledger.csv", mapping(using))
    message = str(caught.value)
    assert message.startswith("ledger.csv: ")
    return message


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (ACCOUNTS, "accounts"), (CONTACTS, "contacts"), (INVOICES, "invoices"), (PAYMENTS, "payments"),
        (OPEN_ITEMS, "open_items"), ("\ufeffAccount , NAME,Country,language", "accounts"),
        (INVOICES + ",Purchase-Order,SENT ON", "invoices"), (INVOICES + ",reference,name", "invoices"),
        (ACCOUNTS + "," + INVOICES.removeprefix("account,"), "invoices"), (OPEN_ITEMS + ",role", "open_items"),
    ],
)  # fmt: skip
def test_a_header_without_rows_is_good_news(header: str, kind: str) -> None:
    table = read(header.encode(), "ledger.csv")
    assert table.kind is FileKind(kind)
    assert table.split() == ((), ())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"\xef\xbb\xbf", "no header"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0....", "Excel"),
        (b"\x1f\x8b\x08", "unpack"),
        (b"account,\x00name", "line 1: the file is binary"),
        (INVOICES.encode("utf-16-le"), "binary"),
        (b"<?xml version='1.0'?><Invoice/>", "XML or HTML"),
        (b"foo,bar\n1,2\n", "no header that Dunwell knows"),
        (b"K1,R1,2026-01-05\n", "no header that Dunwell knows"),
        (b"account,invoice,issued,amount,currency\n", "looks like invoices, but there is no column due"),
        (b"account,name,invoice,issued,due,amount,open,currency\n",
        "open_items, but there is no column email, country and language"),
        (INVOICES.encode() + b",Amount\n", "columns 5 and 7 are both 'amount'"),
        ((ACCOUNTS + ",email,role\n").encode(), "fits accounts and contacts"),
        (b'"account,name\n', "quotation marks of the header"),
    ],
)  # fmt: skip
def test_refused_files(data: bytes, expected: str) -> None:
    assert expected in refusal(data)


def test_a_missing_column_names_the_way_out() -> None:
    message = refusal(b"Kunde;invoice;issued;due;amount;currency\n")
    assert "line 1" in message
    assert "--mapping" in message
    assert '[columns] account = "…"' in message
    assert "'Kunde'" in message


def test_unread_columns_are_reported_and_may_stand_twice() -> None:
    table = read(f"{ACCOUNTS},Text,Text,\nK1,A,IT,it,x,y,\n".encode(), "a.csv")
    assert table.ignored_columns == ("Text", "Text")
    assert table.columns == {"account", "name", "country", "language"}
    assert len(table.split()[0]) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_dialects(delimiter: str, end: str, encoding: str) -> None:
    header = ACCOUNTS.replace(",", delimiter)
    data = f'{header}{end}K1{delimiter}"Mül{delimiter}ler; Söhne, | KG"{delimiter}DE{delimiter}de{end}'.encode(encoding)
    (row,) = read(data, "a.csv").rows
    assert isinstance(row, AccountRow)
    assert row.name == f"Mül{delimiter}ler; Söhne, | KG".replace("\t", " ")
    assert row.line == 2


def test_excel_names_the_delimiter() -> None:
    table = read(b"sep=|\naccount|name|country|language\nK1|a|IT|it\n", "a.csv")
    assert [row.line for row in table.rows] == [3]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        (
            "cp1252",
            ["Società Nicolò", "Müller & Söhne", "Crédit à l'été", "Peña", "Çelik", "Søren Ærø", "5 €", "“x” – Nº 5"],
        ),
        ("cp1250", ["Dvořák Novák", "Michał Zieliński", "Győző Kft", "Niţă Ionaşcu", "Đorđević Božić"]),
        ("cp1251", ["ООО Ромашка", "Иванов Пётр", "Дело №5 «Звезда»"]),
        ("cp1253", ["Παπαδόπουλος Γιώργος", "Ελληνική Εταιρεία"]),
        ("cp1254", ["Yıldırım İnşaat", "Şahin Doğan", "Gülşen Öz"]),
        ("cp1256", ["شركة النور", "مؤسسة الخليج", "پارس"]),
        ("koi8-r", ["ООО Ромашка", "Иванов Пётр"]),
        ("cp850", ["Müller Größe", "Société Générale"]),
        ("cp866", ["ООО Ромашка", "Иванов Сергей"]),
        ("iso8859-2", ["Wąż Śliwa", "Michał Zieliński", "Łoś"]),
    ],
)
def test_old_encodings(encoding: str, names: list[str]) -> None:
    data = "\n".join([ACCOUNTS, *(f"K{n},{name},IT,it" for n, name in enumerate(names))])
    found = [row.name for row in read(data.encode(encoding), "a.csv").rows if isinstance(row, AccountRow)]
    assert found == names


@pytest.mark.parametrize(
    ("encoding", "row", "name"),
    [
        ("cp1250", "K1,Kučera,CZ,cs", "Kučera"), ("cp1252", "K1,Nicolò,IT,it", "Nicolò"),
        ("cp1250", "K1,Raţiu,RO,ro", "Raţiu"), ("cp1254", "K1,Yılmaz,TR,tr", "Yılmaz"),
        ("cp1252", "K1,Guðmundsson,IS,is", "Guðmundsson"), ("cp1252", "K1,Hôpital,FR,fr", "Hôpital"),
    ],
)  # fmt: skip
def test_one_name_is_told_by_its_country(encoding: str, row: str, name: str) -> None:
    (found,) = read(f"{ACCOUNTS}\n{row}\n".encode(encoding), "a.csv").rows
    assert isinstance(found, AccountRow)
    assert found.name == name


TOLD = {
    "cp1252": "Société FR,Nicolò IT,Hôpital FR,Müller DE,Ålund SE,Søren DK,Muñoz ES,João PT,Noël NL,"
    "Forêt BE,Però IT,Où FR",
    "cp1250": "Kučera CZ,Dvořák CZ,Němec CZ,Růžička CZ,Wójcik PL,Michał PL,"
    "Dąbrowski PL,Győző HU,Ionaşcu RO,Raţiu RO,Nuţu RO",
    "cp1254": "Yılmaz TR,Şahin TR,Doğan TR,Çelik TR,Öztürk TR,İnşaat TR,Gülşen TR",
    "cp1251": "Иванов RU,Ромашка RU,Пётр RU,Дело RU,Съюз BG,Ђорђевић RS,УРАЛ RU",
    "cp1253": "Παπαδόπουλος GR,Εταιρεία GR,ΑΘΗΝΑ GR,Γιώργος GR",
    "cp1256": "شركة AE,النور AE,مؤسسة EG,پارس IR,گروه IR,چاپ IR",
}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_names_beside_their_country_are_right_or_refused(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(sorted(TOLD)))
    people = data.draw(st.lists(st.sampled_from(TOLD[encoding].split(",")), min_size=1, max_size=6, unique=True))
    lines = [f"K{n},{name[:-3]},{name[-2:]},en" for n, name in enumerate(people)]
    try:
        taken = read("\n".join([ACCOUNTS, *lines]).encode(encoding), "a.csv").rows
    except IntakeError:
        return
    assert [row.name for row in taken if isinstance(row, AccountRow)] == [name[:-3] for name in people]


def test_a_mixed_ledger_is_told_by_the_lines_that_differ() -> None:
    data = f"{ACCOUNTS}\nK1,Kučera,CZ,cs\nK2,Müller,DE,de\nK3,Möller,DE,de\n".encode("cp1250")
    assert [row.name for row in read(data, "a.csv").rows if isinstance(row, AccountRow)] == [
        "Kučera",
        "Müller",
        "Möller",
    ]


def test_a_damaged_header_can_be_shown() -> None:
    table = read(f"{ACCOUNTS},Größe,".encode() + b"Gr\xf6\xdfe\n", "a.csv")
    " ".join(table.ignored_columns).encode()
    write_rejects(table, ()).encode()


def test_an_encoding_that_cannot_be_told_is_refused() -> None:
    message = refusal(f"{ACCOUNTS}\nK1,株式会社 山田商店,JP,ja\n".encode("shift_jis"))
    assert "cannot tell the encoding" in message
    assert "UTF-8" in message
    using = 'encoding = "shift_jis"'
    (row,) = read(f"{ACCOUNTS}\nK1,株式会社 山田商店,JP,ja\n".encode("shift_jis"), "a.csv", mapping(using)).rows
    assert isinstance(row, AccountRow)
    assert row.name == "株式会社 山田商店"


def test_a_stated_encoding_must_fit_and_gives_way_to_a_byte_order_mark() -> None:
    assert "line 2: these bytes are not utf-8" in refusal(
        f"{ACCOUNTS}\nK1,Müller,DE,de".encode("cp1252"), 'encoding = "utf-8"'
    )
    data = f"{ACCOUNTS}\nK1,Müller,DE,de".encode("utf-8-sig")
    (row,) = read(data, "a.csv", mapping('encoding = "cp1250"')).rows
    assert isinstance(row, AccountRow)
    assert row.name == "Müller"


def amounts(*cells: str, using: str = "", currency: str = "EUR") -> list[int | str]:
    lines = [f'K1,R{n},2026-01-05,,"{cell}",{currency}' for n, cell in enumerate(cells)]
    return [
        row.reason if isinstance(row, Reject) else row.amount.minor
        for row in rows(InvoiceRow, INVOICES, *lines, using=using)
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1.234", "12,5"), [123400, 1250]),
        (("1,234", "12.5"), [123400, 1250]),
        (("1.234", "1.234.567"), [123400, 123456700]),
        (("1,234", "1 234.5"), [123400, 123450]),
        (("1.230", "1234.500"), [123, 123450]),
        (("1,230", "0,500"), [123, 50]),
        (("1234", "7"), [123400, 700]),
        (("1 234", "7"), [123400, 700]),
        (("1'234", "7"), [123400, 700]),
        (("12,50",), [1250]),
        (("1.234,56", "1.234"), [123456, 123400]),
    ],
)
def test_decimal_evidence(cells: tuple[str, ...], expected: list[int]) -> None:
    assert amounts(*cells) == expected


@pytest.mark.parametrize("cells", [("1,234",), ("1.234", "500"), ("1.000", "2.000"), ("100.000", "12")])
def test_ambiguous_amounts_are_refused_with_both_readings(cells: tuple[str, ...]) -> None:
    with pytest.raises(IntakeError) as caught:
        amounts(*cells)
    message = str(caught.value)
    assert "line 2, column 'amount'" in message
    assert 'decimal = "."' in message
    assert 'decimal = ","' in message


def test_the_remedy_for_ambiguous_amounts_works() -> None:
    with pytest.raises(IntakeError, match=r'decimal = "\." if it is 1234, or decimal = "," if it is 1\.234'):
        amounts("1,234")
    assert amounts("1,234", using='decimal = "."') == [123400]
    assert amounts("1,230", using='decimal = ","') == [123]


def test_contradictory_amounts_are_refused() -> None:
    with pytest.raises(IntakeError, match=r"line 2.*decimal point.*line 3.*decimal comma"):
        amounts("1,234.50", "1.234,50")
    taken, rejected = amounts("1,234.50", "1.234,50", using='decimal = "."')
    assert taken == 123450
    assert "decimal separator '.'" in str(rejected)


def test_the_currency_settles_amounts() -> None:
    assert amounts("1,234", currency="JPY") == [1234]
    assert amounts("1.234", currency="KRW") == [1234]
    assert amounts("1.234", currency="KWD") == [1234]
    assert amounts("1,234", "12,500", currency="TND") == [1234, 12500]
    with pytest.raises(IntakeError):
        amounts("1,234", "500", currency="KWD")


def test_percentages_settle_the_decimal_separator() -> None:
    line = 'K1,R1,2026-01-05,,"1.234",EUR,"2,125"'
    row = one(InvoiceRow, INVOICES + ",discount_percent", line)
    assert row.amount.minor == 123400
    assert str(row.discount_percent) == "2.125"


def issued(*cells: str, using: str = "") -> list[date | str]:
    lines = [f"K1,R{n},{cell},,1,EUR" for n, cell in enumerate(cells)]
    return [
        row.reason if isinstance(row, Reject) else row.issued for row in rows(InvoiceRow, INVOICES, *lines, using=using)
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("05/01/2026", "13/01/2026"), [date(2026, 1, 5), date(2026, 1, 13)]),
        (("05/01/2026", "01/13/2026"), [date(2026, 5, 1), date(2026, 1, 13)]),
        (("05-01-2026", "13-01-2026 00:00"), [date(2026, 1, 5), date(2026, 1, 13)]),
        (("05/05/2026",), [date(2026, 5, 5)]),
        (("05.01.2026", "01/13/2026"), [date(2026, 1, 5), date(2026, 1, 13)]),
        (("05/01/2026", "13/01/2026", "2026-02-03"), [date(2026, 1, 5), date(2026, 1, 13), date(2026, 2, 3)]),
    ],
)
def test_date_evidence(cells: tuple[str, ...], expected: list[date]) -> None:
    assert issued(*cells) == expected


def test_evidence_may_stand_in_another_column() -> None:
    row = one(InvoiceRow, INVOICES, "K1,R1,05/01/2026,31/01/2026,1,EUR")
    assert row.issued == date(2026, 1, 5)


def test_ambiguous_dates_are_refused_with_both_readings() -> None:
    with pytest.raises(IntakeError) as caught:
        issued("2026-01-01", "05/01/2026", "31/31/2026")
    message = str(caught.value)
    for part in (
        "line 3, column 'issued'",
        'date_order = "dmy" if it is 2026-01-05',
        'date_order = "mdy" if it is 2026-05-01',
    ):
        assert part in message
    assert issued("05/01/2026", using='date_order = "mdy"') == [date(2026, 5, 1)]


def test_contradictory_dates_are_refused() -> None:
    with pytest.raises(IntakeError, match=r"line 2.*day first.*line 3.*month first"):
        issued("13/02/2026", "02/13/2026")
    taken, rejected = issued("13/02/2026", "02/13/2026", using='date_order = "dmy"')
    assert taken == date(2026, 2, 13)
    assert "no such day" in str(rejected)


@pytest.mark.parametrize(
    ("order", "expected"), [("dmy", date(2005, 2, 6)), ("mdy", date(2005, 6, 2)), ("ymd", date(2006, 2, 5))]
)
def test_two_digit_years_need_the_mapping(order: str, expected: date) -> None:
    assert issued("06/02/05", using=f'date_order = "{order}"') == [expected]
    assert "two-digit year" in str(issued("06/02/05")[0])


def test_mapping_names_columns_words_and_constants() -> None:
    using = """
        kind = "accounts"
        [columns]
        account = "Debitor-Nr."
        name = "Firma"
        payment_method = "Zahlweg"
        phone = "Telefon"
        [constants]
        country = "DE"
        language = "de"
        currency = "EUR"
        [values.payment_method]
        "Lastschrift" = "direct_debit"
    """
    table = read(b"debitor nr.;Firma;Zahlweg\nK1;A;LASTSCHRIFT \n", "a.csv", mapping(using))
    (row,) = table.rows
    assert isinstance(row, AccountRow)
    assert (row.account, row.country, row.payment_method) == ("K1", "DE", "direct_debit")
    assert table.absent_columns == ("Telefon",)


def test_one_mapping_serves_files_of_several_kinds() -> None:
    columns = '[columns]\naccount = "Kunde"\ninvoice = "Nummer"\nissued = "Datum"\ndate = "Datum"\n'
    using = columns + '[constants]\ncurrency = "EUR"'
    invoices = read(b"Kunde;Nummer;Datum;due;amount\nK1;R1;2026-01-05;;1\n", "i.csv", mapping(using))
    payments = read(b"Kunde;Nummer;Datum;amount;reference\nK1;R1;2026-01-05;1;\n", "p.csv", mapping(using))
    assert [type(row) for row in (*invoices.rows, *payments.rows)] == [InvoiceRow, PaymentRow]


def test_mapping_and_file_must_not_contradict() -> None:
    assert "which the file has not, but it has a column 'amount'" in refusal(
        INVOICES.encode(), '[columns]\namount = "Gros"'
    )
    assert "leave one of them out" in refusal(INVOICES.encode(), '[constants]\ncurrency = "EUR"')


def test_rejects_file_keeps_cells_and_imports_again() -> None:
    lines = ['K1;"=cmd|x;y";ZZ;it', "K2;Good;IT;it", 'K3;"+39 ""Bar""\nline";UK;it', 'K4;"Broken;IT;it', "K5;-Ü"]
    data = "\n".join([ACCOUNTS.replace(",", ";"), *lines]).encode()
    table = read(data, "a.csv")
    text = write_rejects(table, [*table.rejects, *table.reject_lines({3: "account 'K2' is not in the ledger"})])
    out = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert out[0] == ["line", "reason", *ACCOUNTS.split(",")]
    assert [row[0] for row in out[1:]] == ["2", "3", "4", "6", "7"]
    assert out[1][2:] == ["K1", "=cmd|x;y", "ZZ", "it"]
    assert out[3][3] == '+39 "Bar"\nline'
    assert out[5][2:] == ["K5", "-Ü"]
    again = read(text.replace("ZZ", "IT").replace("UK", "GB").encode("utf-8-sig"), "a.rejects.csv")
    assert again.kind is FileKind.ACCOUNTS
    assert again.ignored_columns == ("line", "reason")
    assert [row.account for row in again.split()[0] if isinstance(row, AccountRow)] == ["K1", "K2", "K3"]
    third = list(csv.reader(io.StringIO(write_rejects(again, again.rejects)), delimiter=";"))
    assert third[0] == out[0], "its own columns stand there once, however often a file is mended"
    assert third[-1][2:] == ["K5", "-Ü"]


def test_a_reason_is_never_a_formula() -> None:
    table = read(ACCOUNTS.encode(), "a.csv")
    assert "2,'=1+1,x" in write_rejects(table, [Reject(2, "=1+1", ("x",))])


def test_seven_of_100_000_broken() -> None:
    broken = {
        11: "K1,R11,2026-01-05,2026-01-04,1.00,EUR", 5_000: "K1,R5000,2026-01-05,,1.00,EURO",
        20_000: "K1,R19999,2026-01-05,,1.00,EUR",
        40_000: "K1,R40000,2026-01-05,,-1.00,EUR", 60_000: "K1,R60000,2026-01-05,,1.005,EUR", 80_000: "K1",
        99_999: "K1,R99999,soon,,1.00,EUR",
    }  # fmt: skip
    lines = [broken.get(n, f"K{n % 900},R{n},2026-01-05,2026-02-04,{n % 97 + 1}.00,EUR") for n in range(1, 100_001)]
    data = "\n".join([INVOICES, *lines]).encode()
    taken, rejected = read(data, "ledger.csv").split()
    assert len(taken) == 99_993
    assert [row.line for row in rejected] == [line + 1 for line in broken]


def test_memory_does_not_grow_with_the_rows() -> None:
    data = ("\n".join([PAYMENTS, *["K1,R1,2026-01-05,1.00,EUR,reference"] * 50_000])).encode()
    tracemalloc.start()
    count = sum(1 for _ in read(data, "p.csv").rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 50_000
    assert peak < len(data) / 2


def test_hostile_quotation_marks_take_linear_time() -> None:
    lines = ['x,"' if n % 3 else "y," * 3 for n in range(20_000)]
    assert len(read("\n".join([ACCOUNTS, *lines]).encode(), "a.csv").rejects) > 1_000


def test_messages_carry_no_raw_control_characters() -> None:
    message = refusal(b"acc\x1bount,na\rme\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", message)
