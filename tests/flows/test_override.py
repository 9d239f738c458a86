"""The override in Prefect: a typed form, a trial that changes nothing, and a number that there is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.callables import parameter_schema

from dunwell import wiring
from dunwell.cli.prefect_server import load_flow
from dunwell.desk.override import ACTIONS
from dunwell.rules.stages import CHASING
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer
from tests.support.project import Project

WHY = {"reason": "agreed with sales", "who": "the controller"}


@pytest.fixture
def firm_here(tmp_path: Path, mail: MailServer, sqlite: Sqlite) -> Iterator[Firm]:
    """A firm with an invoice that had its first letter on Monday; it is Tuesday."""
    url = sqlite.fresh()
    Project(tmp_path).settings(mail.port, url=url)
    firm = Firm(url, mail)
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    wiring.set_overrides(tmp_path / "dunwell.toml", MONDAY + timedelta(days=1))
    yield firm
    wiring.office().books.engine.dispose()
    wiring.set_overrides()
    firm.close()


def run(api: str, **form: Any) -> Any:
    with temporary_settings({PREFECT_API_URL: api}):
        return asyncio.run(load_flow("override").override(**form, return_state=True))


def test_the_form_has_every_action_and_stage_to_choose_from() -> None:
    schema = parameter_schema(load_flow("override").override.fn).model_dump()
    form = schema["properties"]
    assert form["action"]["enum"] == list(ACTIONS)
    assert form["stage"]["anyOf"][0]["enum"] == list(CHASING)
    assert form["dry_run"]["type"] == "boolean"
    assert form["until"]["anyOf"][0]["format"] == "date"
    assert set(schema["required"]) == {"number", "action", "reason", "who"}


def test_a_trial_shows_what_would_follow_and_the_next_cycle_obeys_the_real_one(
    firm_here: Firm, prefect_api: str, mail: MailServer
) -> None:
    trial = run(prefect_api, number="INV-A001", action="set_stage", stage="late", dry_run=True, **WHY)
    assert trial.name == "Trial"
    assert "nothing has changed" in trial.message
    assert "letter 'late' is due" in trial.message
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    firm_here.run(tuesday)
    assert len(mail.letters) == 1
    wiring.set_overrides(wiring.located().file, wednesday)
    done = run(prefect_api, number="INV-A001", action="set_stage", stage="late", **WHY)
    assert done.is_completed()
    firm_here.run(wednesday)
    assert firm_here.letters()[-1].letter == "late"


def test_an_unknown_number_ends_the_run_as_failed_at_once_and_names_the_nearest(
    firm_here: Firm, prefect_api: str
) -> None:
    began = time.monotonic()
    state = run(prefect_api, number="INV-A01", action="stop", **WHY)
    assert time.monotonic() - began < 10
    assert state.is_failed()
    assert state.message == (
        "no invoice or account INV-A01 in the ledger; did you mean INV-A001? "
        "Nothing has changed: mend the form, then run again."
    )
    paused = run(prefect_api, number="INV-A001", action="pause", **WHY)
    assert "say until when" in paused.message
