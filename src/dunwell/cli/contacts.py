"""`dunwell contact` and `account`: who is written to, and in which language."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.acting import By, Why
from dunwell.cli.output import json_line, out, table
from dunwell.desk import contacts
from dunwell.desk.contacts import Card
from dunwell.desk.undertakings import Wanted
from dunwell.terms.account import Role

_contact = typer.Typer(help="Contacts: who is written to at an account.", no_args_is_help=True)
_account = typer.Typer(help="Accounts.", no_args_is_help=True)
_Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's number.")]
_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The contact's address.")]
_Role = Annotated[str | None, typer.Option("--role", metavar="ROLE", help=f"One of {', '.join(Role)}.")]
_Language = Annotated[str | None, typer.Option("--language", metavar="CODE", help="Their own language.")]
_Phone = Annotated[str | None, typer.Option("--phone", metavar="NUMBER", help="The telephone number.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_contact, name="contact")
    app.add_typer(_account, name="account")


@_account.callback()
def _group() -> None:
    """Change what the ledger has about an account."""


@_contact.command("list")
def list_(
    account: _Account, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a contact.")] = False
) -> None:
    """List the contacts of an account: whose address is bad, who has left and who was erased."""
    found = contacts.listed(wiring.office(), account)
    if as_json:
        for one in found:
            json_line(one)
        return
    heads = ("id", "name", "address", "role", "language", "telephone", "bad since", "left on", "erased on")
    rows = [
        (one.id, one.name, one.email, one.role, one.language, one.phone, one.bad_since, one.left_on, one.erased_on)
        for one in found
    ]
    table(f"Contacts of {account}", heads, rows)


@_contact.command("add")
def add(
    account: _Account,
    email: _Email,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The person's or the desk's name.")],
    by: By,
    reason: Why,
    role: _Role = None,
    language: _Language = None,
    phone: _Phone = None,
) -> None:
    """Add a contact: letters go there from now on, by its role (default: accounts_payable)."""
    contacts.add(
        wiring.office(), account, Card(email, name, role, language, phone), Wanted(by, reason), wiring.moment()
    )
    out.print(f"{account}: {email} is a contact now", markup=False)


@_contact.command("change")
def change(
    account: _Account,
    email: _Email,
    by: By,
    reason: Why,
    to: Annotated[str | None, typer.Option("--email", metavar="NEW", help="The new address.")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="The new name.")] = None,
    role: _Role = None,
    language: _Language = None,
    phone: _Phone = None,
) -> None:
    """Change a contact's address, name, role, language or telephone number."""
    card = Card(to, name, role, language, phone)
    changed = contacts.change(wiring.office(), account, email, card, Wanted(by, reason), wiring.moment())
    out.print(f"{account}: {', '.join(changed) or 'nothing'} changed", markup=False)


@_contact.command("left")
def left(
    account: _Account,
    email: _Email,
    by: By,
    reason: Why,
    undo: Annotated[bool, typer.Option("--undo", help="They are a contact again.")] = False,
) -> None:
    """Say that somebody is no contact any more: not written to, and not believed. No import brings them back."""
    contacts.leave(wiring.office(), account, email, Wanted(by, reason), wiring.moment(), undo=undo)
    out.print(f"{account}: {email} {'is a contact again' if undo else 'is no contact any more'}", markup=False)


@_account.command("language")
def language(
    account: _Account,
    code: Annotated[str, typer.Argument(metavar="CODE", help="A language that has letters, such as it or de.")],
    by: By,
    reason: Why,
) -> None:
    """Write to an account in another language. A newer export of your ledger that says otherwise wins."""
    contacts.speak(wiring.office(), account, code, Wanted(by, reason), wiring.moment())
    out.print(f"{account}: letters are written in {code} from now on", markup=False)
