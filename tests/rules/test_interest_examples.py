"""Worked examples that others have published, each with its publisher, and sums worked out by hand from the laws' text.

Where a publisher rounds on the way (a daily sum, each period), the test says so and compares what it can.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dunwell.rules.interest import Interest, Payment, balances, interest
from dunwell.rules.rates import DayCount, RateBasis, load
from dunwell.terms.money import Money

CURRENCY = {"GB": "GBP", "RO": "RON", "RU": "RUB"}


def due_and_paid(country: str, principal: str, due: str, paid: str, *payments: tuple[str, str]) -> Interest:
    """Interest under a country's law in its own currency."""
    currency = CURRENCY.get(country, "EUR")
    law, rates = load(country)
    debt = Money.of(Decimal(principal), currency)
    parts = [Payment(date.fromisoformat(on), Money.of(Decimal(amount), currency)) for on, amount in payments]
    return interest(balances(debt, date.fromisoformat(due), parts), law, rates, date.fromisoformat(paid))


def days_late(country: str, principal: str, due: str, days: int) -> Interest:
    """Interest for so many days after the due date."""
    return due_and_paid(country, principal, due, (date.fromisoformat(due) + timedelta(days)).isoformat())


# Published examples


def test_gb_the_rate_of_twelve_and_a_quarter_per_cent() -> None:
    """Paidnice, 'How to automatically calculate Statutory Interest in the UK': 5,000 pounds, 101 days at 4.25 + 8 %.

    They round the day's sum to 1.68 and get 169.68; exactly it is 169.486…, rounded once.
    """
    found = days_late("GB", "5000.00", "2025-07-01", 101)
    assert [period.rate for period in found.periods] == [Decimal("12.25")]
    assert found.total.amount == Decimal("169.49")
    daily = (Decimal(5000) * Decimal("0.1225") / 365).quantize(Decimal("0.01"))
    assert (daily, daily * 101) == (Decimal("1.68"), Decimal("169.68"))
    assert found.fixed_sum == Money(7000, "GBP")


def test_gb_thirteen_per_cent_on_twelve_thousand() -> None:
    """Gera, late payment interest calculator: 12,000 pounds, 90 days, base rate 5 %: 4.27 a day, about 384, and 100."""
    found = days_late("GB", "12000.00", "2023-07-31", 90)
    assert [period.rate for period in found.periods] == [Decimal("13.00")]
    assert found.total.amount == Decimal("384.66")
    assert found.fixed_sum == Money(10000, "GBP")


PAY_ON_TIME_TABLE = """
2024-01 5.25  2023-07 5.00  2023-01 3.50  2022-07 1.25  2022-01 0.25  2021-07 0.10  2021-01 0.10  2020-07 0.10
2020-01 0.75  2019-07 0.75  2019-01 0.75  2018-07 0.50  2018-01 0.50  2017-07 0.25  2017-01 0.25  2016-07 0.50
2016-01 0.50  2015-07 0.50  2015-01 0.50  2014-07 0.50  2014-01 0.50  2013-07 0.50  2013-01 0.50  2012-07 0.50
2012-01 0.50  2011-07 0.50  2011-01 0.50
"""
PAY_ON_TIME = PAY_ON_TIME_TABLE.split()


@pytest.mark.parametrize(("half", "reference"), list(zip(PAY_ON_TIME[::2], PAY_ON_TIME[1::2], strict=True)))
def test_gb_reference_rates_are_those_of_pay_on_time(half: str, reference: str) -> None:
    """payontime.co.uk, 'How to calculate late payment interest and compensation': its table of reference rates."""
    assert load("GB")[1].at(date.fromisoformat(f"{half}-01")).rate == Decimal(reference)


HAUFE_TABLE = """
2022-12-31 -0.88  2016-07-01 -0.88  2016-06-30 -0.83  2015-01-01 -0.83  2014-07-01 -0.73  2014-01-01 -0.63
2013-07-01 -0.38  2013-01-01 -0.13  2012-12-31 0.12   2012-01-01 0.12   2011-07-01 0.37   2011-06-30 0.12
2009-07-01 0.12   2009-01-01 1.62   2008-07-01 3.19   2008-01-01 3.32   2007-07-01 3.19   2007-01-01 2.70
2006-07-01 1.95   2006-01-01 1.37   2005-07-01 1.17   2005-01-01 1.21   2004-07-01 1.13   2004-01-01 1.14
2003-07-01 1.22   2003-01-01 1.97   2002-07-01 2.47
"""
HAUFE = HAUFE_TABLE.split()


@pytest.mark.parametrize(("day", "rate"), list(zip(HAUFE[::2], HAUFE[1::2], strict=True)))
def test_de_base_rates_are_those_of_the_commentary(day: str, rate: str) -> None:
    """Prütting/Wegen/Weinreich, BGB, § 247 no. 3 (Haufe): the table of base rates."""
    assert load("DE")[1].at(date.fromisoformat(day)).rate == Decimal(rate)


def test_de_the_formula_by_the_day() -> None:
    """anleiter.de, 'Wie berechnet man Verzugszinsen': 1,000 euro, 25 days, 5.12 % (a consumer's): 3.51 euro."""
    law, rates = load("DE")
    consumer = replace(law, margins=((date(2002, 1, 1), Decimal(5)),))
    found = interest(balances(Money(100000, "EUR"), date(2010, 3, 1)), consumer, rates, date(2010, 3, 26))
    assert [(period.days, period.rate) for period in found.periods] == [(25, Decimal("5.12"))]
    assert found.total == Money(351, "EUR")


def test_de_two_sums_of_an_open_accounting_program() -> None:
    """Buchfink, its tests of default interest: 10,000 euro, 45 days at 10.27 %: 126.62; over 1 July 2026: 173.76."""
    assert days_late("DE", "10000.00", "2025-08-01", 45).total.amount == Decimal("126.62")
    found = due_and_paid("DE", "10000.00", "2026-05-31", "2026-07-31")
    assert [(one.days, one.rate, one.amount.minor) for one in found.periods] == [
        (30, Decimal("10.27"), 8441),
        (31, Decimal("10.52"), 8935),
    ]


def test_it_two_years_by_half_years(tmp_path: Path) -> None:
    """Pavone Costruzioni, 'Esempio di calcolo mora': 1,000 euro from 1 January 2010 to 1 January 2012: 161.26 euro.

    Their rates are those before 2013 (ECB and 7 points). They round each row; rounded once, the sum is the same.
    """
    (tmp_path / "IT.toml").write_text(
        'name = "Italy"\nlaw = "D.Lgs. 231/2002"\nreference = "BCE"\nsince = 2010-01-01\nbasis = "each"\n'
        'day_count = "365"\nmargins = [{ from = 2010-01-01, points = 7 }]\nvalid_until = 2012-06-30\nrates = [\n'
        ' { from = 2010-01-01, rate = 1.00, source = "G.U." }, { from = 2010-07-01, rate = 1.00, source = "G.U." },\n'
        ' { from = 2011-01-01, rate = 1.00, source = "G.U." }, { from = 2011-07-01, rate = 1.25, source = "G.U." },\n'
        ' { from = 2012-01-01, rate = 1.00, source = "G.U." },\n]\n',
        "utf-8",
    )
    law, rates = load("IT", tmp_path)
    found = interest(balances(Money(100000, "EUR"), date(2009, 12, 31)), law, rates, date(2012, 1, 1))
    assert [(one.days, one.rate) for one in found.periods] == [
        (181, Decimal("8.00")),
        (184, Decimal("8.00")),
        (181, Decimal("8.00")),
        (184, Decimal("8.25")),
        (1, Decimal("8.00")),
    ]
    # The page counts 180 days for the first half-year, one fewer than there are: 0.22 euro.
    assert found.total == Money(16126 + 22, "EUR")


def test_fr_a_quarter_of_a_year_in_2014() -> None:
    """Lexing Avocats, 25 March 2014: 10.25 % for the first half of 2014; three months on 10,000 euro: 256 euro."""
    found = days_late("FR", "10000.00", "2013-12-31", 91)
    assert [period.rate for period in found.periods] == [Decimal("10.25")]
    assert round(found.total.amount) == 256


@pytest.mark.parametrize(
    ("country", "day", "rate", "publisher"),
    [
        ("FR", "2024-07-01", "14.25", "Bpifrance Création, 'Taux des pénalités de retard'"),
        ("IT", "2013-01-01", "8.75", "Uomini e Trasporti, on G.U. no. 14 of 17 January 2013"),
        ("IT", "2025-01-01", "11.15", "Studio Tisi, on G.U. no. 63 of 17 March 2025: 3.15 %"),
        ("IT", "2026-01-01", "10.15", "NT+ Diritto, on G.U. no. 15 of 20 January 2026: 2.15 %"),
        ("ES", "2013-02-24", "8.75", "Gobierno de La Rioja, on R.D.-ley 4/2013"),
        ("ES", "2018-07-01", "8.00", "contratodeobras.com, on the resolution of 27 June 2018"),
        ("ES", "2025-01-01", "11.15", "Oriente Legal, on the resolution of 30 December 2024"),
        ("AT", "2017-07-01", "8.58", "LexisNexis ARD 6556/2/2017"),
        ("AT", "2022-01-01", "8.58", "LexisNexis Zak 2022/3"),
        ("AT", "2026-07-01", "10.73", "a comparison of AT, DE and CH law, September 2026"),
        ("FR", "2026-07-01", "12.40", "ECB Data Portal, 2.40 % from 17 June 2026, as read on 7 September 2026"),
        ("GB", "2026-07-01", "11.75", "Bank of England, 17 June 2026: Bank Rate kept at 3.75 %, by 7 to 2"),
        ("RO", "2026-07-01", "14.50", "BNR, 24 June 2026: 6.50 % kept"),
        ("NL", "2015-01-01", "8.05", "Bierens, 'Nieuwe wettelijke handelsrente'"),
        ("NL", "2024-01-01", "12.50", "Wikipedia, 'Wettelijke rente'"),
        ("NL", "2024-07-01", "12.25", "Metaalunie, 'Wettelijke rente per 1 juli 2024'"),
        ("BE", "2013-03-16", "9.0", "Schoups: 2013/1 for contracts since 16 March 2013"),
        ("BE", "2014-07-01", "8.5", "Schoups: 2014/2"),
        ("BE", "2016-01-01", "8.5", "Schoups: 2016/1"),
        ("BE", "2018-07-01", "8.0", "aquo.be, on the notice of 25 July 2018"),
        ("BE", "2024-07-01", "12.5", "Forum for the Future, on the notice of the Treasury"),
        ("BE", "2025-01-01", "11.5", "Schoups, 2025"),
        ("BE", "2026-01-01", "10.5", "Embuild, 'Le taux d'intérêt applicable en 2026'"),
        ("RO", "2014-01-01", "12.00", "BNR, circulară 1/2014: 3.75 % only from 9 January, so 4.00 % on the 1st"),
        ("RO", "2020-07-01", "9.75", "lexcafe.ro, on circulară 12/2020: 1.75 % from 2 June 2020"),
        ("RO", "2022-01-01", "9.75", "contaconect.ro, on circulară 25/2021: 1.75 % from 10 November 2021"),
        ("RO", "2026-01-01", "14.50", "playtech.ro: 6.5 % since August 2024"),
        ("RU", "2021-07-26", "6.50", "the calculator at stroyalt.ru"),
        ("RU", "2026-02-16", "15.50", "urogay-smol.ru, 18 February 2026"),
        ("RU", "2026-03-23", "15.00", "cbr.ru/dkp/mp_dec: decided on 20 March 2026"),
        ("RU", "2026-04-27", "14.50", "cbr.ru/dkp/mp_dec: decided on 24 April 2026"),
        ("RU", "2026-06-22", "14.25", "cbr.ru/dkp/mp_dec: decided on 19 June 2026"),
        ("RU", "2026-07-27", "14.00", "cbr.ru/dkp/mp_dec: decided on 24 July 2026"),
    ],
)
def test_published_rates(country: str, day: str, rate: str, publisher: str) -> None:
    law, rates = load(country)
    on = date.fromisoformat(day)
    assert law.rate(rates.at(on).rate, on) == Decimal(rate), publisher


# By hand


@pytest.mark.parametrize(
    ("country", "principal", "due", "paid", "total", "fixed"),
    [
        # 5,000 x 12.25 % x 77 / 365: the rate of the second half of 2025 holds for all.
        ("GB", "5000.00", "2025-11-30", "2026-02-15", "129.21", "70.00"),
        # 31 days and 46 days, both at 10.15 %.
        ("EU", "5000.00", "2025-11-30", "2026-02-15", "107.06", "40.00"),
        # 1,000 x (11.15 % x 61 + 10.15 % x 62) / 365 = 18.63 + 17.24
        ("IT", "1000.00", "2025-04-30", "2025-08-31", "35.88", "40.00"),
        ("ES", "1000.00", "2025-04-30", "2025-08-31", "35.88", "40.00"),
        # 1,000 x (13.15 % x 61 + 12.15 % x 62) / 365
        ("FR", "1000.00", "2025-04-30", "2025-08-31", "42.62", "40.00"),
        # 1,000 x (11.27 % x 61 + 10.27 % x 62) / 365
        ("DE", "1000.00", "2025-04-30", "2025-08-31", "36.28", "40.00"),
        # 10,000 x 12.62 % x 31 / 366: a leap year has 366 days.
        ("DE", "10000.00", "2023-12-31", "2024-01-31", "106.89", "40.00"),
        # 10,000 x 14.50 % x 100 / 365
        ("RO", "10000.00", "2025-01-31", "2025-05-11", "397.26", "40.00"),
        # 100,000 x (21 % x 8 + 20 % x 22) / 365
        ("RU", "100000.00", "2025-05-31", "2025-06-30", "1665.75", None),
        # 100,000 x (16 % x 31 / 366)
        ("RU", "100000.00", "2023-12-31", "2024-01-31", "1355.19", None),
    ],
)
def test_by_hand(country: str, principal: str, due: str, paid: str, total: str, fixed: str | None) -> None:
    found = due_and_paid(country, principal, due, paid)
    assert found.total.amount == Decimal(total)
    assert (found.fixed_sum.amount if found.fixed_sum else None) == (Decimal(fixed) if fixed else None)


def test_the_day_after_is_the_first_and_the_day_of_payment_counts() -> None:
    found = due_and_paid("DE", "36500.00", "2025-03-10", "2025-03-11")
    assert (found.days, found.periods[0].first, found.periods[0].last) == (1, date(2025, 3, 11), date(2025, 3, 11))
    assert found.total.amount == Decimal("11.27")


def test_paid_on_the_due_day_is_not_late() -> None:
    found = due_and_paid("GB", "5000.00", "2025-03-10", "2025-03-10")
    assert (found.total.minor, found.days, found.periods, found.fixed_sum) == (0, 0, (), Money(0, "GBP"))


def test_a_part_payment_changes_the_balance_from_the_day_after() -> None:
    found = due_and_paid("GB", "5000.00", "2025-11-30", "2026-02-15", ("2026-01-15", "2000.00"))
    # 5,000 for 46 days, 3,000 for 31, at 12.25 %
    assert [(one.days, one.principal.minor) for one in found.periods] == [(46, 500000), (31, 300000)]
    assert found.total.amount == Decimal("108.40")


def test_a_half_years_own_rate_can_be_asked_for_in_gb() -> None:
    law, rates = load("GB")
    each = replace(law, basis=RateBasis.EACH)
    found = interest(balances(Money(500000, "GBP"), date(2025, 11, 30)), each, rates, date(2026, 2, 15))
    assert [(one.days, one.rate) for one in found.periods] == [(31, Decimal("12.25")), (46, Decimal("11.75"))]
    assert found.total.amount == Decimal("126.06")


def test_the_day_count_can_be_chosen() -> None:
    law, rates = load("DE")
    debt = balances(Money(1000000, "EUR"), date(2023, 12, 31))
    totals = [
        interest(debt, replace(law, day_count=count), rates, date(2024, 1, 31)).total.minor
        for count in (DayCount.FIXED_365, DayCount.CALENDAR_YEAR, DayCount.FIXED_360)
    ]
    assert totals == [10718, 10689, 10867]


@pytest.mark.parametrize(
    ("country", "principal", "sum_"),
    [
        *(("GB", "999.99", 40), ("GB", "1000", 70), ("GB", "9999.99", 70), ("GB", "10000", 100)),
        *(("IE", "1000", 40), ("IE", "1000.01", 70), ("IE", "10000", 70), ("IE", "10000.01", 100)),
    ],
)
def test_the_bands_of_the_fixed_sum(country: str, principal: str, sum_: int) -> None:
    found = due_and_paid(country, principal, "2025-01-31", "2025-02-28")
    assert found.fixed_sum
    assert found.fixed_sum.amount == sum_


def test_de_eight_points_and_no_fixed_sum_before_29_july_2014() -> None:
    before, after = (due_and_paid("DE", "1000", due, "2014-08-31") for due in ("2014-07-27", "2014-07-28"))
    assert (before.periods[0].rate, before.fixed_sum) == (Decimal("7.27"), None)
    assert (after.periods[0].rate, after.fixed_sum) == (Decimal("8.27"), Money(4000, "EUR"))
