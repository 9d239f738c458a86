"""`dunwell frontdesk` and `user`: the collector's web page, and who may sign in to it."""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli import doctor
from dunwell.cli.output import Exit, err, json_line, out, stop, table
from dunwell.desk import users
from dunwell.terms.user import UserRole

_app = typer.Typer(help="Users of the front desk.", no_args_is_help=True)
_Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name, as the journal is to show it.")]
_Role = Annotated[str, typer.Option("--role", metavar="ROLE", help=f"One of {', '.join(UserRole)}.")]
_BACKLOG = 128


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("frontdesk")(frontdesk)
    app.add_typer(_app, name="user")


def frontdesk(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 for any that is free.")] = 8470,
    host: Annotated[
        str,
        typer.Option("--host", help="The address to listen on. Elsewhere than on this machine it needs TLS before it."),
    ] = "127.0.0.1",
) -> None:
    """Serve the collector's web page until stopped: what needs a person, and what can be done about it."""
    import uvicorn

    from dunwell.frontdesk.app import application
    from dunwell.frontdesk.ask import Desk

    wiring.office()
    listening = _listen(host, port)
    desk = Desk(wiring.office, wiring.moment, wiring.now, lambda: list(doctor.checks(quick=True)))
    shown = f"[{host}]" if ":" in host else host
    out.print(f"front desk: http://{shown}:{listening.getsockname()[1]}/  (Ctrl-C ends it)", markup=False)
    if not _is_loopback(host):
        err.print("browsers elsewhere reach it through a proxy with TLS only: docs/frontdesk.md says how")
    sys.stdout.flush()
    logging.basicConfig(level=logging.WARNING)
    config = uvicorn.Config(
        application(desk), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5,
        forwarded_allow_ips=["127.0.0.1", "::1"],
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(_BACKLOG)
    except OSError as error:
        stop(f"--host {host} --port {port}: cannot listen there: {error.strerror}; give another", Exit.BAD_INPUT)
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@_app.command("add")
def add(name: _Name, role: _Role) -> None:
    """Let somebody sign in. The password is asked for, or read from standard input, one line."""
    users.role_of(role)
    users.add(wiring.open_books(), name, role, _password(), wiring.moment().on)
    out.print(f"user {name} added as {role}", markup=False)


@_app.command("list")
def listed(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a user.")] = False) -> None:
    """List the users, their roles, and who may not sign in any more."""
    found = users.listed(wiring.open_books())
    if as_json:
        for one in found:
            json_line({"name": one.name, "role": one.role.value, "since": one.made_on, "disabled_on": one.disabled_on})
        return
    table(
        "Users",
        ("name", "role", "since", "disabled"),
        [(one.name, one.role.value, one.made_on, one.disabled_on) for one in found],
    )


@_app.command("role")
def role_(name: _Name, role: _Role) -> None:
    """Give a user another role. It holds from his next click."""
    users.set_role(wiring.open_books(), name, role)
    out.print(f"user {name} is {role} now", markup=False)


@_app.command("password")
def password(name: _Name) -> None:
    """Give a user another password, and end his sessions."""
    users.set_password(wiring.open_books(), name, _password())
    out.print(f"user {name} has another password", markup=False)


@_app.command("disable")
def disable(
    name: _Name, undo: Annotated[bool, typer.Option("--undo", help="Let the user sign in again.")] = False
) -> None:
    """Let a user sign in no more, and end his sessions. What he did stays on record."""
    users.disable(wiring.open_books(), name, None if undo else wiring.moment().on)
    out.print(f"user {name} may {'sign in again' if undo else 'not sign in any more'}", markup=False)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        stop("no password: write it to standard input, on one line", Exit.BAD_INPUT)
    return line
