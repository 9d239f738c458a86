"""A night for several workers: what is refused, and a night without any worker ends all the same."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from prefect.server.schemas.schedules import CronSchedule

from dunwell import settings
from dunwell.desk import spreading
from dunwell.rules.tomltext import TomlProblems
from dunwell.settings.schedules import schedules
from tests.support.firm import Firm

LEDGER = {"DUNWELL_LEDGER__URL": "postgresql://db/dunwell"}


def test_shards_on_workers_need_postgresql() -> None:
    with pytest.raises(TomlProblems, match="workers share a night only on PostgreSQL"):
        settings.load(None, {"DUNWELL_CYCLE__SHARDS": "chase_shard/shard"})
    found = settings.load(None, {"DUNWELL_CYCLE__SHARDS": "chase_shard/shard", **LEDGER})
    assert found.settings.cycle.shards_at_once == 4


def test_a_worker_with_other_rules_refuses(small_firm: Firm) -> None:
    office = small_firm.office
    spreading.require_same_rules(office, spreading.rules_here(office))
    spreading.require_same_rules(office, None)
    with pytest.raises(spreading.OtherRules, match="install the same version on all workers"):
        spreading.require_same_rules(office, "0.0.1 0123456789abcdef")


def located(tmp_path: Path, zone: str, hour: str = "09:00") -> settings.Located:
    file = tmp_path / "dunwell.toml"
    file.write_text(f'[creditor]\ntimezone = "{zone}"\n[cycle]\nhour = "{hour}"\n', encoding="utf-8")
    return settings.load(file, {})


@pytest.mark.parametrize(("hour", "first", "again"), [
    ("09:00", "0 9 * * *", "0 13 * * *"), ("21:30", "30 21 * * *", "55 23 * * *"), ("00:05", "5 0 * * *", "5 4 * * *"),
])  # fmt: skip
def test_the_schedule_follows_the_settings(tmp_path: Path, hour: str, first: str, again: str) -> None:
    found = schedules(located(tmp_path, "Asia/Tehran", hour))
    assert found == {
        "timezone": "Asia/Tehran", "cycle": first, "cycle_again": again,
        "forewarning": "0 17 * * *", "report": again.replace("* * *", "* * 1"),
    }  # fmt: skip


def test_without_settings_there_is_no_schedule() -> None:
    with pytest.raises(TomlProblems, match="DUNWELL_CONFIG"):
        schedules(settings.load(None, {}))
    assert schedules(settings.load(None, {"DUNWELL_CREDITOR__TIMEZONE": "Europe/Rome"}))["timezone"] == "Europe/Rome"


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"])
def test_nine_is_nine_all_year_and_every_day_has_one_cycle(tmp_path: Path, zone: str) -> None:
    found = schedules(located(tmp_path, zone))
    schedule = CronSchedule(cron=found["cycle"], timezone=zone)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    dates = asyncio.run(schedule.get_dates(n=365, start=start))
    local = [one.astimezone(settings.load(None, {"DUNWELL_CREDITOR__TIMEZONE": zone}).settings.zone) for one in dates]
    assert {(one.hour, one.minute) for one in local} == {(9, 0)}
    days: list[date] = [one.date() for one in local]
    assert all(after - before == timedelta(days=1) for before, after in pairwise(days))
