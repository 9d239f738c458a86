"""New terms: how an account pays for what it orders from now on, agreed by people, on record."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dunwell.desk import named
from dunwell.desk.office import Office
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import lookup, new_terms
from dunwell.ledger.books import Work
from dunwell.ledger.journal import Pen
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money, MoneyError
from dunwell.terms.track import NewTerms

LONGEST = 365
"""Days to pay beyond which new terms would be none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants on record: `advance` in percent, `days` to pay the rest, a limit in major units."""

    advance: Decimal | None = None
    days: int | None = None
    limit: Decimal | None = None
    currency: str | None = None


def agree(office: Office, number: str, wish: Wish, who: str, reason: str, moment: Moment) -> NewTerms:
    """Write down the terms that were agreed with an account; earlier ones end. No letter follows from it.

    Raises CannotDo, having changed nothing.
    """
    named.said(who, reason, needs_reason=True)
    with office.books.write() as work:
        key = _key(work, number)
        account = work.lock_account(key)
        terms = _terms(work, key, wish, moment)
        new_terms.agree(work, account, terms, Pen(moment.now, moment.on, who), reason)
    return terms


def end(office: Office, number: str, who: str, reason: str, moment: Moment) -> None:
    """The account is served on its ordinary terms again. Raises CannotDo."""
    named.said(who, reason, needs_reason=True)
    with office.books.write() as work:
        account = work.lock_account(_key(work, number))
        if not new_terms.end(work, account, Pen(moment.now, moment.on, who), reason):
            raise CannotDo(f"account {number} has no new terms in force: `dunwell terms list` has them")


def _key(work: Work, number: str) -> int:
    key = lookup.account_id(work, number)
    if key is None:
        raise CannotDo(named.no_account(work, number))
    return key


def _terms(work: Work, account_id: int, wish: Wish, moment: Moment) -> NewTerms:
    if wish.advance is None and wish.days is None and wish.limit is None:
        raise CannotDo("say what was agreed: --advance PERCENT, --days N, --limit AMOUNT, or several of them")
    if wish.advance is not None and not 0 < wish.advance <= 100:
        raise CannotDo(f"--advance: {wish.advance} is no part of a price; say a percentage up to 100")
    if wish.days is not None and not 0 <= wish.days <= LONGEST:
        raise CannotDo(f"--days: {wish.days} is not between 0 and {LONGEST}")
    return NewTerms(moment.on, wish.advance, wish.days, _limit(work, account_id, wish))


def _limit(work: Work, account_id: int, wish: Wish) -> Money | None:
    if wish.limit is None:
        return None
    known = lookup.currencies(work, account_id)
    if wish.currency is None and len(known) != 1:
        among = f": {', '.join(known)}" if known else ""
        raise CannotDo(f"--currency: say in which currency the limit is; the account has invoices in several{among}")
    try:
        return Money.of(wish.limit, wish.currency or known[0])
    except MoneyError as error:
        raise CannotDo(f"--limit: {error}") from None
