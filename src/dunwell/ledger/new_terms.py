"""New terms in the books: agreed, replaced, ended. At most one of an account is in force."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from dunwell.ledger import journal, tasks
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import AccountRow
from dunwell.ledger.terms_tables import NewTermsRow
from dunwell.terms.money import Money
from dunwell.terms.track import NewTerms

TASK = "new_terms"
"""The kind of the task that asks for new terms when a hold has ended."""


@dataclass(frozen=True, slots=True)
class TermsRecord:
    """New terms as people see them."""

    account: str
    terms: NewTerms
    who: str
    words: str


def agree(work: Work, account: AccountRow, terms: NewTerms, pen: Pen, why: str) -> None:
    """Write new terms down: what was in force ends, and the task that asked for them is done. The account is locked.

    The same terms agreed again on the same day change nothing.
    """
    standing = _standing(work, account.id or 0)
    if standing is not None:
        if _terms(standing) == terms:
            return
        standing.ended_on = pen.on
    work.session.add(
        NewTermsRow(
            account_id=account.id or 0,
            agreed_on=terms.agreed_on,
            advance=None if terms.advance is None else f"{terms.advance:f}",
            days=terms.days,
            credit_limit=terms.limit.minor if terms.limit else None,
            currency=terms.limit.currency if terms.limit else None,
            who=pen.who,
            why=why,
        )
    )
    tasks.settle_kinds(work, (TASK,), account_id=account.id)
    limit = str(terms.limit) if terms.limit else None
    journal.write(work, account, pen, "terms_agreed", why=why, advance=terms.advance, days=terms.days, limit=limit)


def end(work: Work, account: AccountRow, pen: Pen, why: str) -> bool:
    """End the terms that are in force; False where there are none. The account is locked."""
    standing = _standing(work, account.id or 0)
    if standing is None:
        return False
    standing.ended_on = pen.on
    journal.write(work, account, pen, "terms_ended", why=why)
    return True


def ask(work: Work, account: AccountRow, pen: Pen) -> None:
    """The account's hold has ended: before it is served as before, a person agrees on what terms. The account is
    locked."""
    text = (
        f"{account.name} is off hold: agree how it pays from now on (an advance, fewer days, a limit) and record it "
        f"with `dunwell terms agree {account.number}`; where all stays as it was, close this task"
    )
    key = f"{TASK}:{account.number}"
    if tasks.make(work, key, TASK, text, made_on=pen.on, account_id=account.id):
        journal.write(work, account, pen, "terms_asked", why="the account's hold has ended")


def _standing(work: Work, account_id: int) -> NewTermsRow | None:
    query = select(NewTermsRow).where(col(NewTermsRow.account_id) == account_id, col(NewTermsRow.ended_on).is_(None))
    return work.session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()


def _terms(row: NewTermsRow) -> NewTerms:
    limit = Money(row.credit_limit, row.currency) if row.credit_limit is not None and row.currency else None
    advance = None if row.advance is None else Decimal(row.advance)
    return NewTerms(row.agreed_on, advance, row.days, limit, row.ended_on)


def histories(work: Work) -> dict[int, list[NewTerms]]:
    """The new terms of every account, oldest first, by account."""
    found: dict[int, list[NewTerms]] = defaultdict(list)
    for row in work.session.execute(select(NewTermsRow).order_by(col(NewTermsRow.id))).scalars():
        found[row.account_id].append(_terms(row))
    return found


def listed(work: Work, *, everything: bool = False) -> list[TermsRecord]:
    """The terms in force, by account; with `everything` the ended ones too, oldest first."""
    query = (
        select(NewTermsRow, col(AccountRow.number))
        .join(AccountRow, col(AccountRow.id) == col(NewTermsRow.account_id))
        .order_by(col(AccountRow.number), col(NewTermsRow.id))
    )
    if not everything:
        query = query.where(col(NewTermsRow.ended_on).is_(None))
    return [TermsRecord(number, _terms(row), row.who, row.why) for row, number in work.session.execute(query)]
