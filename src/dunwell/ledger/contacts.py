"""Contacts as people change them: added, changed, gone; and the language of an account. Imports are in `parties`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import journal
from dunwell.ledger.books import Work
from dunwell.ledger.erased import MARK
from dunwell.ledger.imports import Taker
from dunwell.ledger.tables import AccountRow, ContactRow


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A contact as people see it: `bad_since` when its address was found not to work, `left_on` when it went,
    `erased_on` when it was erased (its name and address are then a mark)."""

    id: int
    name: str
    email: str
    role: str
    language: str | None
    phone: str | None
    bad_since: date | None
    left_on: date | None
    erased_on: date | None = None


def listed(work: Work, account_id: int) -> list[ContactRecord]:
    """The contacts of an account, those that left too, in the order in which they were entered."""
    query = select(ContactRow).where(col(ContactRow.account_id) == account_id).order_by(col(ContactRow.id))
    return [
        ContactRecord(
            row.id or 0,
            row.name,
            MARK if row.erased_on else row.email,
            row.role,
            row.language,
            row.phone,
            row.bad_since,
            row.left_on,
            row.erased_on,
        )
        for row in work.session.execute(query).scalars()
    ]


def _found(work: Work, account_id: int, email: str) -> ContactRow | None:
    query = select(ContactRow).where(
        col(ContactRow.account_id) == account_id,
        func.lower(col(ContactRow.email)) == email.lower(),
        col(ContactRow.erased_on).is_(None),
    )
    return work.session.execute(query).scalar_one_or_none()


def exists(work: Work, account_id: int, email: str) -> bool:
    """Whether the account has a contact with this address, one that left counted too."""
    return _found(work, account_id, email) is not None


def add(taker: Taker, account_id: int, email: str, values: Mapping[str, str | None], why: str) -> None:
    """Add a contact; there must be none with this address."""
    account = taker.work.lock_account(account_id)
    row = {"language": None, "phone": None, **values, "account_id": account_id, "email": email, "bad_since": None}
    taker.work.insert(ContactRow, {**row, "left_on": None})
    journal.write(taker.work, account, taker.pen, "contact_added", why=why, role=values["role"])
    _news(taker, account)


def change(taker: Taker, account_id: int, email: str, values: Mapping[str, str | None], why: str) -> list[str]:
    """Change a contact that there is; returns the names of what has changed. A new address is taken to work."""
    account = taker.work.lock_account(account_id)
    row = _found(taker.work, account_id, email)
    if row is None:
        raise LookupError("there is no such contact")
    changed = sorted(name for name, value in values.items() if value is not None and getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if "email" in changed:
        row.bad_since = None
    if changed:
        # Names and addresses are personal: the journal says which field changed, not to what.
        journal.write(taker.work, account, taker.pen, "contact_changed", why=why, fields=changed)
        _news(taker, account)
    return changed


def leave(taker: Taker, account_id: int, email: str, why: str, *, undo: bool) -> bool:
    """A contact is one no more, or again; returns whether that is new."""
    account = taker.work.lock_account(account_id)
    row = _found(taker.work, account_id, email)
    if row is None or (row.left_on is None) == undo:
        return False
    row.left_on = None if undo else taker.pen.on
    journal.write(taker.work, account, taker.pen, "contact_back" if undo else "contact_left", why=why)
    _news(taker, account, reached=undo)
    return True


def speak(taker: Taker, account_id: int, language: str, why: str) -> bool:
    """An account is written to in another language; returns whether that is new."""
    account = taker.work.lock_account(account_id)
    if account.language == language:
        return False
    account.language = language
    journal.write(taker.work, account, taker.pen, "account_changed", why=why, fields=["language"])
    _news(taker, account, reached=False)
    return True


def _news(taker: Taker, account: AccountRow, *, reached: bool = True) -> None:
    if reached:
        taker.reached.add(account.number)
    taker.touched.add(account.id or 0)
    taker.finish()
