"""`dunwell demo` from beginning to end, as somebody types it who has settings of their own lying about."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.project import DUNWELL, Project

pytestmark = pytest.mark.demo

DAY = "2026-11-23"
"""The day of the first cycle through Prefect, some weeks before the demo's `END`."""
END = "2026-12-18"
LAST_LINE = "Ctrl-C ends the servers."
MINUTES = 8 * 60
"""How long the machine may take where other tests keep it busy; on two idle cores it is about one."""
STAGES = {"past_due", "late", "delinquent", "on_hold", "litigation"}


@dataclass
class Shown:
    """The demo while it waits for Ctrl-C."""

    folder: Path
    out: str
    err: str
    url: str
    process: subprocess.Popen[bytes]

    def command(self, *arguments: str) -> list[dict[str, Any]]:
        ended = subprocess.run(
            [DUNWELL, "--config", self.folder / "dunwell.toml", *arguments, "--json"],
            env=Project.environment(DUNWELL_TODAY=END), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def api(self, path: str, **question: Any) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/{path}", json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The demo with --keep, started where settings are broken and the environment names servers of somebody else."""
    here = tmp_path_factory.mktemp("here")
    (here / "dunwell.toml").write_text("this is no settings file", encoding="utf-8")
    theirs = {
        "DUNWELL_TODAY": END, "DUNWELL_SMTP__HOST": "mail.invalid", "DUNWELL_LEDGER__URL": "postgresql://db.invalid/x",
        "PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_HOME": str(here / "prefect"),
    }  # fmt: skip
    with open(here / "out", "wb") as out, open(here / "err", "wb") as err:
        process = subprocess.Popen(
            [DUNWELL, "demo", "--keep", "--folder", here / "demo"], cwd=here, env=Project.environment(**theirs),
            stdout=out, stderr=err, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield _ready(here, process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def _ready(here: Path, process: subprocess.Popen[bytes]) -> Shown:
    deadline = time.monotonic() + MINUTES
    while time.monotonic() < deadline:
        ended = process.poll()
        text = (here / "out").read_text(encoding="utf-8")
        said = (here / "err").read_text(encoding="utf-8")
        if LAST_LINE in text:
            url = re.search(r"Prefect UI: +(http://127\.0\.0\.1:\d+)/runs", text)
            assert url is not None
            return Shown(here / "demo", text, said, url[1], process)
        assert ended is None, f"ended with {ended}: {said}"
        time.sleep(0.5)
    raise AssertionError("the demo did not come to its end")


ANSWERS = {"promise_thanked", "claim_acknowledged", "details_answered", "dispute_acknowledged", "invoice_again"}
"""What goes back to customers who wrote: after the mailbox was counted."""


def _was_taken(letter: dict[str, Any]) -> bool:
    return letter["state"] == "sent" or str(letter["reason"]).startswith("came back: 5.1.1")


def test_the_customers_answers_are_read_and_answered(shown: Shown) -> None:
    replies = shown.command("replies")
    assert len(replies) == 13
    assert {one["action"] for one in replies} == {"act", "review", "ignore"}
    sent = {one["letter"] for one in shown.command("letters", "sent") if one["state"] == "sent"}
    assert sent >= ANSWERS
    (impostor,) = [one for one in replies if "DMARC failed" in one["trust"]]
    assert impostor["action"] == "review"
    assert len(shown.command("promise", "list", "--all")) == 4


def test_the_weeks_go_on_to_kept_and_broken_promises_a_pause_and_the_queue(shown: Shown) -> None:
    promises = shown.command("promise", "list", "--all")
    assert {one["state"] for one in promises} >= {"kept", "broken"}
    since = [one for one in shown.command("letters", "sent") if one["on"] > DAY]
    assert {one["letter"] for one in since} >= {"promise_broken", "payment_received"}
    paused = re.search(r"Controller paused (\S+) until 2026-12-28 .*?(INV-\S+?):", shown.out)
    assert paused is not None
    assert paused[1] not in {one["account"] for one in since}
    (found,) = shown.command("explain", paused[2])
    assert "paused" in found["reasons"][0]
    queue = shown.command("queue", "list")
    assert len(queue) == 2
    assert {one["disposition"] for one in queue} <= {None, "wait"}, "nobody decides but the clock"
    for one in queue:
        dossier = shown.folder / "dossiers" / f"{one['id']}_{one['account']}"
        assert (dossier / "manifest.json").is_file()
        ended = subprocess.run([DUNWELL, "dossier", "verify", dossier], capture_output=True, timeout=60, check=False)
        assert ended.returncode == 0


def test_prefect_shows_the_queue_and_the_week(shown: Shown) -> None:
    artifacts = {one["key"] for one in shown.api("artifacts/latest/filter", limit=200)}
    assert artifacts >= {"litigation-queue", "weekly-report"}


def test_the_mailbox_holds_what_the_ledger_says(shown: Shown) -> None:
    said = re.search(
        r"mailbox holds (\d+) letters .*; (\d+) letters of the past and (\d+) of this cycle .*: as many", shown.out
    )
    assert said is not None
    held, past, now = (int(number) for number in said.groups())
    letters = [one for one in shown.command("letters", "sent") if one["on"] <= DAY]
    went = [one for one in letters if one["letter"] not in ANSWERS and _was_taken(one)]
    assert held == past + now == len(went)
    assert now == sum(one["on"] == DAY for one in went) == len(_saved(shown))


def _saved(shown: Shown) -> list[Path]:
    return sorted((shown.folder / "letters").glob("*.eml"))


def test_every_letter_ended_in_a_state(shown: Shown) -> None:
    letters = shown.command("letters", "sent")
    assert {one["state"] for one in letters} == {"sent", "failed", "waiting"}
    assert all(one["reason"].startswith("250 ") for one in letters if one["state"] == "sent")
    refused = ("550 5.1.1", "came back: 5.1.1")
    assert all(one["reason"].startswith(refused) for one in letters if one["state"] == "failed")
    assert [one["reason"][:9] for one in letters if one["state"] == "waiting"] == ["451 4.7.1"]
    assert all(one["to"].endswith(".example") for one in letters)


def test_the_cycle_shows_every_stage_and_language(shown: Shown) -> None:
    letters = [one for one in shown.command("letters", "sent") if one["on"] == DAY]
    assert {one["stage"] for one in letters} >= STAGES
    assert {one["language"] for one in letters} == {"de", "en", "es", "fa", "fr", "it", "ro", "ru"}
    assert any(one["letter"] == "final_notice" for one in letters)
    for reason in ("no bank account", "no reachable contact", "direct debit", "no due date", "referred"):
        assert reason in shown.out
    for task in ("call", "refer", "bad address"):
        assert re.search(rf"^{task} ", shown.out, re.MULTILINE)


def test_no_account_had_two_letters_a_day_nor_three_in_a_week(shown: Shown) -> None:
    days: dict[str, list[date]] = {}
    for one in shown.command("letters", "sent"):
        if one["state"] == "sent" and one["stage"]:  # good news takes the day, and waits for no distance
            days.setdefault(one["account"], []).append(date.fromisoformat(one["on"]))
    assert len(days) >= 50
    for of in days.values():
        assert all(later > earlier for earlier, later in pairwise(of))
        assert all((third - first).days >= 7 for first, third in zip(of, of[2:], strict=False))


def test_the_letters_lie_there_as_files(shown: Shown) -> None:
    for file in _saved(shown):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert str(mail["Delivered-To"]).endswith(".example")
        assert file.with_suffix(".txt").stat().st_size > 200
        assert "<html" in file.with_suffix(".html").read_text(encoding="utf-8")
    assert not any(file.name.startswith("unknown") for file in _saved(shown))


def test_the_commands_that_it_names_work(shown: Shown) -> None:
    invoice = re.search(r"dunwell\.toml explain (\S+)", shown.out)
    assert invoice is not None
    (found,) = shown.command("explain", invoice[1])
    assert found["invoice"] == invoice[1]
    assert found["history"]


def test_prefect_has_a_run_for_each_invoice_with_its_decision(shown: Shown) -> None:
    flows = {flow["name"]: flow["id"] for flow in shown.api("flows/filter")}
    assert flows.keys() >= {"daily_cycle", "chase_invoice", "letters"}
    runs = shown.api("flow_runs/filter", flows={"name": {"any_": ["chase_invoice"]}}, limit=200)
    counted = re.search(rf"{DAY}: (\d+) cases looked at", shown.out)
    assert counted is not None
    last = re.search(rf"{END}: (\d+) cases looked at", shown.out)
    assert last is not None
    assert len(runs) == int(counted[1]) + int(last[1])
    assert 60 <= len(runs) <= 200
    for run in runs:
        assert run["state"]["type"] == "COMPLETED"
        assert re.match(r"(INV|OLD)-\S+ \w+$", run["name"])
        assert re.match(r"(letter '\w+'|wait|review|refer|close): ", run["state"]["message"])


def test_the_front_desk_lets_the_printed_user_in(shown: Shown) -> None:
    found = re.search(r"Front desk: +(\S+)  \(user (\S+), password (\S+)\)", shown.out)
    assert found is not None
    page, user, password = found.groups()
    with httpx.Client(base_url=page, timeout=60) as browser:
        csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.get("/login").text)
        assert csrf is not None
        form = {"name": user, "password": password, "csrf": csrf[1], "next": "/"}
        assert browser.post("/login", data=form).headers["location"] == "/"
        today = browser.get("/")
        assert today.status_code == 200
        assert "C-10" in browser.get("/accounts").text


def test_it_says_what_it_does_and_uses_nothing_of_the_callers(shown: Shown) -> None:
    assert "ends on Friday, 18 December 2026 (as you said)" in shown.out
    assert re.search(r"accounts\.csv: new 0, changed 0, same 54, rejected 0", shown.err)
    assert "open_items.csv: new 25" in shown.err
    assert "Traceback" not in shown.err
    assert not (shown.folder.parent / "prefect").exists()
    settings = (shown.folder / "dunwell.toml").read_text(encoding="utf-8")
    assert "mail.invalid" not in settings
    assert 'host = "127.0.0.1"' in settings


def test_it_ends_with_0(shown: Shown) -> None:
    shown.process.send_signal(signal.SIGTERM)
    assert shown.process.wait(60) == 0
    with pytest.raises(OSError):  # noqa: PT011 -- refused, reset or timed out: the server is gone
        shown.api("flows/filter")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ended = subprocess.run(
        [DUNWELL, "demo", "--folder", tmp_path], env=Project.environment(), capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "not an empty folder" in ended.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
