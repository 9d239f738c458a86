"""Contacts and languages, as people change them: who is written to, and how."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dunwell.desk import named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.intake import fields
from dunwell.intake.errors import Unfit
from dunwell.ledger import contacts, lookup
from dunwell.ledger.contacts import ContactRecord
from dunwell.ledger.imports import Taker
from dunwell.ledger.journal import Pen
from dunwell.terms.account import Role
from dunwell.terms.moment import Moment


@dataclass(frozen=True, slots=True)
class Card:
    """What is said about a contact; None leaves what the ledger has."""

    email: str | None = None
    name: str | None = None
    role: str | None = None
    language: str | None = None
    phone: str | None = None


def listed(office: Office, number: str) -> list[ContactRecord]:
    """The contacts of an account; raises CannotDo for an unknown one."""
    with office.books.read() as work:
        key = lookup.account_id(work, number)
        if key is None:
            raise CannotDo(named.nothing(work, number))
        return contacts.listed(work, key)


def add(office: Office, number: str, card: Card, wanted: Wanted, moment: Moment) -> None:
    """Add a contact to an account; raises CannotDo, having changed nothing."""
    values = _values(office, card)
    email = values.pop("email")
    if email is None or values["name"] is None:
        raise CannotDo("a contact needs an address and a name")
    with _at_hand(office, number, wanted, moment) as (taker, key):
        if contacts.exists(taker.work, key, email):
            raise CannotDo(f"{number} has a contact with the address {email} already: change it, or let it come back")
        contacts.add(taker, key, email, {**values, "role": values["role"] or Role.ACCOUNTS_PAYABLE}, wanted.reason)


def change(office: Office, number: str, email: str, card: Card, wanted: Wanted, moment: Moment) -> list[str]:
    """Change a contact; returns what has changed. Raises CannotDo, having changed nothing."""
    values = _values(office, card)
    if not any(values.values()):
        raise CannotDo("say what is to be changed: the address, name, role, language or telephone")
    with _at_hand(office, number, wanted, moment) as (taker, key):
        own, other = email.lower(), (values["email"] or email).lower()
        if not contacts.exists(taker.work, key, email):
            raise _unknown(number, email)
        if other != own and contacts.exists(taker.work, key, other):
            raise CannotDo(f"{number} has another contact with the address {values['email']}")
        return contacts.change(taker, key, email, values, wanted.reason)


def leave(office: Office, number: str, email: str, wanted: Wanted, moment: Moment, *, undo: bool = False) -> None:
    """Somebody is no contact any more: not written to, and not believed. Raises CannotDo, having changed nothing."""
    with _at_hand(office, number, wanted, moment) as (taker, key):
        if not contacts.exists(taker.work, key, email):
            raise _unknown(number, email)
        if not contacts.leave(taker, key, email, wanted.reason, undo=undo):
            raise CannotDo(f"{email} {'is a contact' if undo else 'has left'} already")


def speak(office: Office, number: str, language: str, wanted: Wanted, moment: Moment) -> None:
    """Write to an account in another language; raises CannotDo, having changed nothing."""
    tag = _language(office, language)
    with _at_hand(office, number, wanted, moment) as (taker, key):
        if not contacts.speak(taker, key, tag, wanted.reason):
            raise CannotDo(f"{number} is written to in {tag!r} already")


@contextmanager
def _at_hand(office: Office, number: str, wanted: Wanted, moment: Moment) -> Iterator[tuple[Taker, int]]:
    named.said(wanted.who, wanted.reason, needs_reason=True)
    pen = Pen(moment.now, moment.on, wanted.who)
    with office.books.write() as work:
        taker = Taker(work, pen, "default", office.policy.payments.allocation, moment.on)
        key = lookup.account_id(work, number)
        if key is None:
            raise CannotDo(named.nothing(work, number))
        work.lock_account(key)
        yield taker, key


def _values(office: Office, card: Card) -> dict[str, str | None]:
    try:
        return {
            "email": fields.email(card.email) if card.email else None,
            "name": fields.text(card.name) if card.name else None,
            "role": fields.word(card.role, Role).value if card.role else None,
            "language": _language(office, card.language) if card.language else None,
            "phone": fields.text(card.phone) if card.phone else None,
        }
    except Unfit as error:
        raise CannotDo(str(error)) from None


def _language(office: Office, said: str) -> str:
    try:
        tag = fields.language(said)
    except Unfit as error:
        raise CannotDo(str(error)) from None
    known = office.library.languages()
    if not {tag, tag.partition("-")[0]} & set(known):
        raise CannotDo(f"there are no letters in {tag!r}: the languages are {', '.join(sorted(known))}")
    return tag


def _unknown(number: str, email: str) -> CannotDo:
    return CannotDo(f"{number} has no contact with the address {email}: `dunwell contact list {number}` shows them")
