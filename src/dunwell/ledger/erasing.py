"""A person erased from the books of an account: the contact's card, and what names them elsewhere.

The journal is append-only, and its texts may name somebody all the same, because people wrote them. Such a text is
replaced by a mark; the entry's hash stays, and the entry `erased` vouches for what it says now (`terms.chain`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from dunwell.ledger import erased, journal
from dunwell.ledger.agreement_tables import ClaimRow, DisputeRow, PauseRow, PromiseRow
from dunwell.ledger.books import Work
from dunwell.ledger.erased import MARK
from dunwell.ledger.journal import Pen
from dunwell.ledger.lever_tables import OverrideRow, PlanRow
from dunwell.ledger.mail_tables import AnswerRow, ReplyRow
from dunwell.ledger.referral_tables import STANDING, ReferralRow
from dunwell.ledger.tables import AccountRow, ContactRow, InvoiceRow, JournalRow, LetterRow, PaymentRow, TaskRow
from dunwell.ledger.terms_tables import NewTermsRow
from dunwell.terms import chain

_SAID = (PauseRow, OverrideRow, PromiseRow, ClaimRow, DisputeRow, PlanRow, NewTermsRow, ReferralRow)
"""Tables with the reasons that people gave."""


@dataclass(frozen=True, slots=True)
class Cards:
    """What an account has of a person: contacts by id, the day on which the newest was erased, and whether anything
    needs them. `open_case`: an invoice is open or a referral stands; `others`: another contact can be written to."""

    account: str
    ids: tuple[int, ...]
    erased: tuple[int, ...]
    erased_on: date | None
    asked_on: date | None
    names: tuple[str, ...]
    open_case: bool
    others: bool
    records: int


def address_of(work: Work, contact_id: int) -> tuple[str, date | None] | None:
    """The address of a contact and the day on which it was erased (it is a stand-in then); None for no such contact."""
    row = work.session.get(ContactRow, contact_id)
    return None if row is None else (row.email, row.erased_on)


def asked_for(work: Work) -> list[str]:
    """The addresses of contacts that are to be erased as soon as nothing needs them."""
    query = select(col(ContactRow.email)).where(
        col(ContactRow.erase_asked_on).is_not(None), col(ContactRow.erased_on).is_(None)
    )
    return sorted(set(work.session.execute(query).scalars()))


def places(work: Work, email: str) -> list[int | None]:
    """The accounts that know this address, erased contacts and letters too; None: mails of no account."""
    secret = erased.key(work)
    wanted = [email.lower(), *([erased.stand_in(secret, email)] if secret else [])]
    sources = (
        select(col(ContactRow.account_id)).where(func.lower(col(ContactRow.email)).in_(wanted)),
        select(col(LetterRow.account_id)).where(func.lower(col(LetterRow.to_email)) == email.lower()),
        select(col(ReplyRow.account_id)).where(func.lower(col(ReplyRow.sender)) == email.lower()),
    )
    found = {key for one in sources for key in work.session.execute(one.distinct()).scalars()}
    return sorted(found, key=lambda key: key or 0)


def cards(work: Work, account_id: int, email: str) -> Cards:
    """What the account has of whoever has this address. Whoever is to change it holds the account's lock."""
    secret = erased.key(work)
    stand_in = erased.stand_in(secret, email) if secret else ""
    query = select(ContactRow).where(col(ContactRow.account_id) == account_id)
    rows = list(work.session.execute(query.execution_options(populate_existing=True)).scalars())
    mine = [row for row in rows if row.email.lower() == email.lower()]
    gone = [row for row in rows if row.email == stand_in]
    others = [row for row in rows if row not in (*mine, *gone) and row.left_on is None and row.bad_since is None]
    standing = select(col(ReferralRow.id)).where(
        col(ReferralRow.account_id) == account_id, col(ReferralRow.state).in_(STANDING)
    )
    still_open = select(col(InvoiceRow.id)).where(
        col(InvoiceRow.account_id) == account_id, col(InvoiceRow.state) == "open", col(InvoiceRow.kind) == "invoice"
    )
    run, account = work.session.execute, work.session.get_one(AccountRow, account_id)
    return Cards(
        account=account.number,
        ids=tuple(row.id or 0 for row in mine),
        erased=tuple(row.id or 0 for row in gone),
        erased_on=max((row.erased_on for row in gone if row.erased_on), default=None),
        asked_on=min((row.erase_asked_on for row in mine if row.erase_asked_on), default=None),
        # A list of open items enters the account under its own name: that is no person's.
        names=tuple(row.name for row in mine if row.name != account.name),
        open_case=any(run(one.limit(1)).first() for one in (standing, still_open)),
        others=bool(others),
        records=sum(
            run(select(func.count()).select_from(table).where(col(table.account_id) == account_id)).scalar_one()
            for table in (InvoiceRow, PaymentRow)
        ),
    )


def ask(work: Work, found: Cards, on: date) -> bool:
    """Keep in mind that these are to be erased later; returns whether that is new."""
    rows = work.session.execute(select(ContactRow).where(col(ContactRow.id).in_(found.ids))).scalars().all()
    fresh = [row for row in rows if row.erase_asked_on is None]
    for row in fresh:
        row.erase_asked_on = on
    return bool(fresh)


def erase(work: Work, account_id: int, found: Cards, email: str, pen: Pen) -> dict[str, int]:
    """Erase the contacts, and their names and addresses from tasks, answers and what people wrote about the account;
    returns how many of each. The account is locked. The journal is `rewrite`'s."""
    stand_in = erased.stand_in(erased.make_key(work), email)
    values = (email, *found.names)
    for row in work.session.execute(select(ContactRow).where(col(ContactRow.id).in_(found.ids))).scalars():
        row.name, row.email, row.phone, row.language, row.bad_since = MARK, stand_in, None, None, None
        row.left_on, row.erased_on = row.left_on or pen.on, pen.on
    return {
        "contacts": len(found.ids),
        "tasks": _tasks(work, account_id, values, email, stand_in),
        "answers": _answers(work, account_id, email),
        "notes": _notes(work, account_id, values),
    }


def _tasks(work: Work, account_id: int, values: Collection[str], email: str, stand_in: str) -> int:
    changed = 0
    for row in work.session.execute(select(TaskRow).where(col(TaskRow.account_id) == account_id)).scalars():
        before = (row.key, row.text, row.why)
        row.text = erased.without(row.text, values)
        row.why = row.why and erased.without(row.why, values)
        if email.lower() in row.key.lower():
            # It asked for another address of whoever is gone now.
            start = row.key.lower().index(email.lower())
            row.key = row.key[:start] + stand_in + row.key[start + len(email) :]
            row.state = "done"
        changed += (row.key, row.text, row.why) != before
    work.session.flush()
    return changed


def _answers(work: Work, account_id: int, email: str) -> int:
    query = select(AnswerRow).where(
        col(AnswerRow.account_id) == account_id,
        func.lower(col(AnswerRow.to_email)) == email.lower(),
        col(AnswerRow.state).not_in(("proposed", "reserved")),
    )
    rows = work.session.execute(query).scalars().all()
    for row in rows:
        row.to_email = None
    return len(rows)


def _notes(work: Work, account_id: int, values: Collection[str]) -> int:
    """The reasons that people gave may name somebody."""
    changed = 0
    for table in _SAID:
        for row in work.session.execute(select(table).where(col(table.account_id) == account_id)).scalars():
            said: Any = row
            text = erased.without(said.why, values)
            changed += text != said.why
            said.why = text
    return changed


def rewrite(work: Work, account_id: int, values: Collection[str]) -> dict[str, str]:
    """Replace names and addresses in the reasons of the account's entries; returns the digests of what they are now."""
    found: dict[str, str] = {}
    query = select(JournalRow).where(col(JournalRow.account_id) == account_id, col(JournalRow.why) != "")
    for row in work.session.execute(query.execution_options(yield_per=1000)).scalars():
        text = erased.without(row.why, values)
        if text != row.why:
            row.why = text
            found[str(row.seq)] = chain.digest(row.__dict__)
    work.session.flush()
    return found


def record(
    work: Work, account_id: int, why: str, counts: Mapping[str, int], pen: Pen, *,
    contacts: Sequence[int] = (), rewritten: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Put on record that something was erased: how much of what, never what."""
    account = work.lock_account(account_id)
    data: dict[str, object] = {name: count for name, count in counts.items() if count}
    vouched: dict[str, Any] = {chain.REWRITTEN: dict(rewritten)} if rewritten else {}
    journal.write(work, account, pen, chain.ERASED, why=why, contact_ids=list(contacts), erased=data, **vouched)
