"""`dunwell user` and `dunwell frontdesk`: once as processes, and each way of going wrong inside this one."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from dunwell import wiring
from dunwell.cli.app import app
from dunwell.desk import users
from dunwell.desk.refusals import CannotDo
from tests.support.firm import Firm
from tests.support.project import DUNWELL, Project

PASSWORD = "a long enough password"
Command = Callable[..., Result]


@pytest.fixture
def inside(project: Project, firm_of: Firm) -> Iterator[Command]:
    """A command in the project, without a process of its own; `typed` is its standard input."""

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["--config", str(project.folder / "dunwell.toml"), *arguments], input=typed)

    yield run
    wiring.set_overrides()


def test_a_user_is_added_and_signs_in_at_the_front_desk(project: Project, firm_of: Firm) -> None:
    added = subprocess.run(
        [str(DUNWELL), "user", "add", "A. Collector", "--role", "collector"], cwd=project.folder, text=True,
        env=project.environment(), capture_output=True, input=f"{PASSWORD}\n", timeout=60, check=False,
    )  # fmt: skip
    assert (added.returncode, added.stdout) == (0, "user A. Collector added as collector\n"), added.stderr
    process = project.start("frontdesk", "--port", "0")
    try:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert address is not None
        with httpx.Client(base_url=address[0], trust_env=False) as client:
            assert client.get("/healthz").text == "ok\n"
            token = re.search(r'name="csrf" value="(\w+)"', client.get("/login").text)
            assert token is not None
            fields = {"csrf": token[1], "name": "A. Collector", "password": PASSWORD}
            assert client.post("/login", data=fields).status_code == 303
            assert "A. Collector" in client.get("/").text
            settings = client.get("/settings")
            assert "ledger" in settings.text
            assert "server" not in settings.headers
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert "Traceback" not in err, err


@pytest.mark.parametrize(
    ("typed", "arguments", "said"),
    [
        (f"{PASSWORD}\n", ("A", "--role", "boss"), "collector, controller, owner, auditor"),
        ("short\n", ("A", "--role", "owner"), "8 characters"),
        (f"{PASSWORD}\n", ("   ", "--role", "owner"), "NAME"),
    ],
)
def test_what_is_wrong_with_a_new_user_is_said_and_nobody_is_added(
    inside: Command, firm_of: Firm, typed: str, arguments: tuple[str, ...], said: str
) -> None:
    ended = inside("user", "add", *arguments, typed=typed)
    assert isinstance(ended.exception, CannotDo)
    assert said in str(ended.exception)
    assert users.listed(firm_of.books) == []


def test_roles_and_passwords_change_and_users_are_disabled(inside: Command, firm_of: Firm) -> None:
    assert inside("user", "add", "A", "--role", "collector").exit_code == 2, "nothing on standard input"
    assert inside("user", "add", "A", "--role", "collector", typed=f"{PASSWORD}\n").exit_code == 0
    assert isinstance(inside("user", "add", " a ", "--role", "owner", typed=f"{PASSWORD}\n").exception, CannotDo)
    assert inside("user", "role", "A", "--role", "auditor").exit_code == 0
    assert inside("user", "password", "A", typed="another password\n").exit_code == 0
    assert inside("user", "disable", "A").exit_code == 0
    (user,) = users.listed(firm_of.books)
    assert (user.role.value, user.disabled_on is not None) == ("auditor", True)
    assert '"role": "auditor"' in inside("user", "list", "--json").stdout
    assert "auditor" in inside("user", "list").stdout
    assert inside("user", "disable", "A", "--undo").exit_code == 0
    assert users.listed(firm_of.books)[0].disabled_on is None
    assert "known are A" in str(inside("user", "role", "B", "--role", "owner").exception)


def test_an_address_that_cannot_be_listened_on_is_refused(inside: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = inside("frontdesk", "--port", str(taken.getsockname()[1]))
    assert (ended.exit_code, "cannot listen" in ended.output + ended.stderr) == (2, True)
    assert inside("frontdesk", "--host", "192.0.2.1", "--port", "0").exit_code == 2
