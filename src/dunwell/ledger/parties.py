"""Accounts and contacts taken into the books, by their external numbers and addresses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.intake import rows as incoming
from dunwell.ledger import erased, journal, tasks
from dunwell.ledger.imports import Taker, text_of
from dunwell.ledger.tables import AccountRow, ContactRow
from dunwell.terms.account import Role

_ACCOUNT_COLUMNS = (
    "timezone",
    "phone",
    "address",
    "vat_id",
    "register_no",
    "credit_limit",
    "terms",
    "late_fee_percent",
)


def take_accounts(taker: Taker, rows: Sequence[incoming.AccountRow]) -> None:
    """Accounts by number. An empty cell leaves what the books know."""
    known = taker.accounts_by_number(row.account for row in rows)
    new: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = {
            "name": row.name,
            "country": row.country,
            "language": row.language,
            "timezone": row.timezone,
            "kind": taker.given("kind", row.kind.value),
            "payment_method": taker.given("payment_method", row.payment_method.value),
            "phone": row.phone,
            "address": row.address,
            "vat_id": row.vat_id,
            "register_no": row.register,
            "terms": row.terms,
            "credit_limit": text_of(row.credit_limit),
            "late_fee_percent": text_of(row.late_fee_percent),
        }
        if row.account in known:
            change_account(taker, known[row.account], values)
        else:
            new[row.account] = values
    add_accounts(taker, new)


def add_accounts(taker: Taker, new: dict[str, dict[str, Any]]) -> dict[str, AccountRow]:
    """Make accounts by number; returns their rows."""
    blank = dict.fromkeys(_ACCOUNT_COLUMNS)
    for number, values in new.items():
        given = {name: value for name, value in values.items() if value is not None}
        taker.work.insert(
            AccountRow,
            {
                **blank,
                "kind": "business",
                "payment_method": "transfer",
                **given,
                "number": number,
                "source": taker.source,
                "imported_on": taker.pen.on,
                "seq": 0,
                "head": "",
            },
        )
    taker.work.flush()
    made = taker.accounts_by_number(new)
    for number, values in new.items():
        journal.write(taker.work, made[number], taker.pen, "account_imported")
        _note_limit(taker, made[number], values)
        taker.tally.add("new")
    return made


def change_account(taker: Taker, account: AccountRow, values: dict[str, Any]) -> None:
    """Take what has changed about an account. None leaves what the books know."""
    changed = [name for name, value in values.items() if value is not None and getattr(account, name) != value]
    for name in changed:
        setattr(account, name, values[name])
    if changed:
        # Names and addresses are personal: the journal says which field changed, not to what.
        journal.write(taker.work, account, taker.pen, "account_changed", fields=sorted(changed))
        if "credit_limit" in changed:
            _note_limit(taker, account, values)
        taker.touched.add(account.id or 0)
        taker.tally.changes.append(f"account {account.number}: {', '.join(sorted(changed))} changed")
    taker.tally.add("changed" if changed else "same")


def _note_limit(taker: Taker, account: AccountRow, values: dict[str, Any]) -> None:
    """The limit that holds from today on is on record: a list made as of an earlier day must not know it."""
    if values.get("credit_limit") is not None:
        journal.write(taker.work, account, taker.pen, "credit_limit", limit=values["credit_limit"])


def take_contacts(taker: Taker, rows: Sequence[incoming.ContactRow]) -> None:
    """Contacts by account and address."""
    accounts = taker.accounts_by_number(row.account for row in rows)
    known = contacts_by_address(taker, [row.id or 0 for row in accounts.values()])
    for row in rows:
        account = accounts.get(row.account)
        if account is None:
            taker.tally.refuse(row.line, f"unknown account {row.account}: import its accounts row first")
            continue
        values = {"name": row.name, "role": row.role.value, "language": row.language, "phone": row.phone}
        taker.tally.add(upsert_contact(taker, account, known, row.email, values))


Known = dict[tuple[int, str], ContactRow | None]
"""Contacts by account and address in lower case; None for one that this import has just added."""


def contacts_by_address(taker: Taker, account_ids: list[int]) -> Known:
    """The contacts of these accounts."""
    query = select(ContactRow).where(col(ContactRow.account_id).in_(account_ids))
    return {(row.account_id, row.email.lower()): row for row in taker.work.session.execute(query).scalars()}


def upsert_contact(taker: Taker, account: AccountRow, known: Known, email: str, values: dict[str, Any]) -> str:
    """Make the contact, or take what has changed about it: 'new', 'changed' or 'same'.

    A new one is news: the account can be reached. One that was erased stays so.
    """
    key = (account.id or 0, email.lower())
    if key not in known and taker.erased_key and (key[0], erased.stand_in(taker.erased_key, email)) in known:
        return "same"
    if key not in known:
        known[key] = None
        row = {"language": None, "phone": None, **values, "account_id": key[0], "email": email, "bad_since": None}
        taker.work.insert(ContactRow, row)
        journal.write(taker.work, account, taker.pen, "contact_added", role=values["role"])
        taker.reached.add(account.number)
        taker.touched.add(key[0])
        return "new"
    contact = known[key]
    changed = [n for n, value in values.items() if contact and value is not None and getattr(contact, n) != value]
    for name in changed:
        setattr(contact, name, values[name])
    if changed:
        journal.write(taker.work, account, taker.pen, "contact_changed", fields=sorted(changed))
    return "changed" if changed else "same"


def take_listed_contact(
    taker: Taker, account: AccountRow, known: Known, email: str, name: str, listed: Collection[str]
) -> None:
    """The contact that an open-items list gives an account, under the account's own name.

    Another address than the last list's takes its place, unless this list has both (`listed`, in lower case).
    """
    mine = (account.id or 0, email.lower())
    if mine not in known:
        for key, contact in known.items():
            if key[0] == mine[0] and contact and contact.name == account.name and key[1] not in listed:
                contact.email, contact.bad_since = email, None
                known[mine] = known.pop(key)
                journal.write(taker.work, account, taker.pen, "contact_changed", fields=["email"])
                taker.reached.add(account.number)
                taker.touched.add(mine[0])
                return
    values = {"name": name, "role": Role.ACCOUNTS_PAYABLE.value}
    upsert_contact(taker, account, known, email, values)


def address_works(taker: Taker, email: str, why: str) -> list[str]:
    """A person says that an address found bad works again; returns the numbers of the accounts that have it."""
    query = select(ContactRow).where(
        func.lower(col(ContactRow.email)) == email.lower(), col(ContactRow.bad_since).is_not(None)
    )
    numbers = []
    for contact in taker.work.session.execute(query).scalars().all():
        account = taker.work.lock_account(contact.account_id)
        contact.bad_since = None
        journal.write(taker.work, account, taker.pen, "address_works", why=why)
        tasks.settle_kinds(taker.work, ("bad_address",), account_id=account.id)
        taker.reached.add(account.number)
        taker.touched.add(account.id or 0)
        numbers.append(account.number)
    taker.finish()
    return numbers
