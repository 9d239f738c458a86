"""`dunwell interest`: what it prints, how bad input ends, and that it loads no books."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_RUN = "from dunwell.cli import main; main()"
GB = {"country": "GB", "principal": "5000.00", "currency": "GBP", "due": "2025-11-30", "paid": "2026-02-15"}


def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    said = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    return subprocess.run(
        [sys.executable, "-c", _RUN, "interest", *said, *arguments], capture_output=True, check=False, text=True
    )


def computed(*arguments: str, **options: str) -> Any:
    done = run("--json", *arguments, **options)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    return json.loads(done.stdout)


def refused(*arguments: str, **options: str) -> str:
    """What is said on standard error; the command must have ended with 2 and printed nothing else."""
    done = run(*arguments, **options)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_the_sum_as_json() -> None:
    assert computed(**GB) == {
        "interest": "129.21",
        "currency": "GBP",
        "fixed_sum": "70.00",
        "fixed_sum_currency": "GBP",
        "days": 77,
        "day_count": "365",
        "rate_basis": "start",
        "periods": [
            {
                "from": "2025-12-01",
                "to": "2026-02-15",
                "days": 77,
                "principal": "5000.00",
                "rate": "12.25",
                "amount": "129.21",
                "source": "Bank of England, Bank Rate in force on 30 June 2025 (since 8 May 2025)",
            }
        ],
        "law": "Late Payment of Commercial Debts (Interest) Act 1998, ss. 1, 4, 5A and 6; S.I. 2002/1675, art. 4",
    }


def test_the_choices_and_the_part_payments() -> None:
    found = computed(
        "--payment", "2026-01-15=2000.00", "--payment", "2025-12-10=500", **GB, rate_basis="each", day_count="360"
    )
    assert (found["rate_basis"], found["day_count"]) == ("each", "360")
    assert [(one["from"], one["principal"], one["rate"]) for one in found["periods"]] == [
        ("2025-12-01", "5000.00", "12.25"),
        ("2025-12-11", "4500.00", "12.25"),
        ("2026-01-01", "4500.00", "11.75"),
        ("2026-01-16", "2500.00", "11.75"),
    ]
    assert found["interest"] == f"{sum(float(one['amount']) for one in found['periods']):.2f}"


def test_a_currency_without_minor_units_and_a_law_without_a_fixed_sum() -> None:
    yen = computed(country="DE", principal="500000", currency="JPY", due="2025-11-30", paid="2026-02-15")
    assert (yen["interest"], yen["fixed_sum"], yen["fixed_sum_currency"]) == ("10833", "40.00", "EUR")
    rouble = computed(country="RU", principal="100000", currency="RUB", due="2025-05-31", paid="2025-06-30")
    assert (rouble["interest"], rouble["fixed_sum"], rouble["fixed_sum_currency"]) == ("1665.75", "0.00", None)
    assert [one["rate"] for one in rouble["periods"]] == ["21.00", "20.00"]


def test_the_table_for_people() -> None:
    done = run(country="IT", principal="1000", currency="EUR", due="2025-04-30", paid="2025-08-31")
    assert done.returncode == 0
    for words in ("11.15 %", "10.15 %", "35.88 EUR", "40.00 EUR", "D.Lgs. 231/2002", "Gazzetta Ufficiale", "123 days"):
        assert words in done.stdout


def test_paid_in_time_costs_nothing() -> None:
    found = computed(**{**GB, "paid": GB["due"]})
    assert (found["interest"], found["fixed_sum"], found["days"], found["periods"]) == ("0.00", "0.00", 0, [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"paid": "2025-11-01"}, "--paid: 2025-11-01 is before --due 2025-11-30"),
        ({"paid": "15/02/2026"}, "--paid: '15/02/2026' is no date; write YYYY-MM-DD"),
        ({"country": "US"}, "--country: no law of late payment is known for 'US'"),
        ({"country": "UK"}, "did you mean 'GB'?"),
        ({"currency": "EUR"}, "--currency: the law of GB is known here for debts in GBP only, not EUR"),
        ({"currency": "gbp"}, "--currency: unknown currency 'gbp'"),
        ({"principal": "5,000.00"}, "--principal: '5,000.00' is no amount; write 5000.00"),
        ({"principal": "-5"}, "--principal: '-5' is no amount"),
        ({"principal": "1e9"}, "--principal: '1e9' is no amount"),
        ({"principal": "0"}, "--principal: '0' is nothing"),
        ({"principal": "5000.001"}, "--principal: the amount 5000.001 has more decimals than GBP has (2)"),
        ({"payment": "2026-01-01"}, "--payment: '2026-01-01' is no payment; write DATE=AMOUNT"),
        ({"payment": "soon=5"}, "--payment: 'soon' is no date"),
        ({"payment": "2026-03-01=5"}, "--payment: 2026-03-01 is after --paid 2026-02-15"),
        ({"payment": "2026-01-01=5001"}, "--payment: more was paid by 2026-01-01 than the principal, 5000.00 GBP"),
        ({"due": "2002-01-31"}, "--due: GB.toml begins with debts late from 2002-08-07 on"),
        ({"due": "2026-12-31", "paid": "2027-02-01"}, "--paid: GB.toml has no rate from 2027-01-01 on"),
        ({"due": "9999-12-31", "paid": "9999-12-31"}, "--due: 9999-12-31 is the last day there is"),
        ({"rates": "no-such-folder"}, "--rates: no-such-folder is no folder"),
        ({"day_count": "364"}, "--day-count"),
        ({"rate_basis": "month"}, "--rate-basis"),
    ],
)
def test_bad_input_ends_with_2_and_names_the_option(changed: dict[str, str], said: str) -> None:
    assert said in " ".join(refused(**{**GB, **changed}).split())


def test_the_last_rate_is_assumed_only_when_asked_and_said() -> None:
    late = {"country": "EU", "principal": "1000", "currency": "EUR", "due": "2026-12-30", "paid": "2027-01-02"}
    assert "ECB.toml has no rate from 2027-01-01 on" in refused(**late)
    found = computed("--assume-last-rate", **late)
    assert [one["days"] for one in found["periods"]] == [1, 2]
    assert found["periods"][1]["source"].startswith("assumed: the last known rate, of 2026-07-01 (ECB")


def test_rates_of_ones_own(tmp_path: Path) -> None:
    own = 'valid_until = 2027-06-30\nrates = [{ from = 2013-01-01, rate = 3, source = "mine" }]\n'
    (tmp_path / "ECB.toml").write_text(own, "utf-8")
    late = {"country": "EU", "principal": "1000", "currency": "EUR", "due": "2026-12-30", "paid": "2027-01-02"}
    assert computed(rates=str(tmp_path), **late)["periods"][0]["rate"] == "11.00"
    (tmp_path / "ECB.toml").write_text(own.replace("3,", "x,"), "utf-8")
    assert f"{tmp_path}/ECB.toml: line 2: not valid TOML" in "".join(refused(rates=str(tmp_path), **late).splitlines())
    (tmp_path / "ECB.toml").write_bytes(b"\xff\xfe")
    assert "ECB.toml" in refused(rates=str(tmp_path), **late)


def test_help_says_how_days_count() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "The day after the due date is the first" in " ".join(done.stdout.split())


def test_it_loads_neither_settings_nor_books() -> None:
    code = (
        "import sys; sys.argv[1:] = ['interest', '--help']\nfrom dunwell.cli import main\n"
        "try:\n main()\nexcept SystemExit: pass\n"
        "print([n for n in ('sqlalchemy', 'dunwell.wiring', 'dunwell.settings', 'holidays') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
