"""The doctor and the host that notices to service delivery are posted to: looked up, and not asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dunwell import wiring
from dunwell.cli.doctor import gateway_check, hand_over_check, notices_check

URL = {"DUNWELL_LIAISON__SERVICE_URL": "http://127.0.0.1:9/notices"}
SECRET = {"DUNWELL_LIAISON__SERVICE_SECRET": "s3cret"}


@pytest.fixture(autouse=True)
def _settings_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    monkeypatch.undo()
    wiring.set_overrides()


@pytest.mark.parametrize(
    ("environ", "state", "says"),
    [
        ({}, "note", "given to people as tasks"),
        ({"DUNWELL_PEOPLE__SERVICE": "delivery@northwind.example"}, "note", "mailed to delivery@northwind.example"),
        (URL, "wrong", "set liaison.service_secret"),
        ({**URL, "DUNWELL_LIAISON__SERVICE_SECRET": "whsec_%%"}, "wrong", "not base64"),
        ({**URL, **SECRET}, "wrong", "set allow_private if it is meant"),
        ({**URL, **SECRET, "DUNWELL_LIAISON__ALLOW_PRIVATE": "true"}, "well", "http://127.0.0.1:9/notices"),
        ({**SECRET, "DUNWELL_LIAISON__SERVICE_URL": "https://nowhere.invalid/"}, "away", "cannot be resolved"),
    ],
)
def test_what_the_doctor_says(environ: dict[str, str], state: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    wiring.set_overrides()
    found = notices_check(wiring.located())
    assert (found.name, found.state) == ("liaison", state)
    assert says in found.what
    assert "s3cret" not in found.what


PASSPHRASE = {"DUNWELL_LIAISON__COUNSEL_PASSPHRASE": "a long enough one"}
COUNSEL = {**PASSPHRASE, "DUNWELL_LIAISON__COUNSEL_URL": "http://127.0.0.1:9/c"}


@pytest.mark.parametrize(
    ("environ", "state", "says"),
    [
        ({}, "note", "a task for the owner"),
        ({**PASSPHRASE, "DUNWELL_PEOPLE__COUNSEL": "c@counsel.example"}, "well", "c@counsel.example, by mail"),
        ({**COUNSEL, "DUNWELL_LIAISON__COUNSEL_SECRET": "whsec_%%"}, "wrong", "not base64"),
        ({**COUNSEL, "DUNWELL_LIAISON__COUNSEL_SECRET": "s3cret"}, "wrong", "set allow_private if it is meant"),
    ],
)
def test_how_dossiers_reach_counsel(
    environ: dict[str, str], state: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    wiring.set_overrides()
    found = hand_over_check(wiring.located(), "counsel")
    assert (found.name, found.state) == ("counsel", state)
    assert says in found.what
    assert "long enough" not in found.what


def test_the_gateway_of_text_messages_is_looked_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    wiring.set_overrides()
    assert (gateway_check().name, gateway_check().state) == ("sms", "note")
    monkeypatch.setenv("DUNWELL_SMS__URL", "http://127.0.0.1:9/sms")
    wiring.set_overrides()
    assert gateway_check().state == "wrong"
    monkeypatch.setenv("DUNWELL_SMS__ALLOW_PRIVATE", "true")
    wiring.set_overrides()
    assert gateway_check().state == "well"
