"""What can be done on an account's page. Each is the desk's own job, the same as on the command line."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from dunwell.desk import disputes, undertakings
from dunwell.desk import override as overriding
from dunwell.desk.disputes import Opening
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.frontdesk.ask import Answer, Ask, Moved, NotFound, Shown
from dunwell.frontdesk.rights import needed_for_action
from dunwell.frontdesk.views import accounts
from dunwell.ledger import agreed_lists, lookup


def override(ask: Ask) -> Answer:
    """Let the user's word win over the policy, or show what it would do."""
    action = ask.said_in("action")
    if action not in overriding.ACTIONS:
        raise CannotDo("say what is to be done")
    ask.need(needed_for_action(action))
    number = ask.said_in("invoice")
    if number:
        _own_invoices(ask, (number,))
    what = f"invoice:{number}" if number else f"account:{_account(ask)}"
    preview = bool(ask.said_in("preview"))
    effect = overriding.override(
        ask.office, ask.who, what, action, ask.day("until"), ask.said_in("reason"), ask.moment,
        stage=ask.or_none("stage"), dry_run=preview,
    )  # fmt: skip
    if not preview:
        left = f" ({'; '.join(effect.left_out)})" if effect.left_out else ""
        return _back(ask, f"{ask.labels('saved')}{left}")
    if ask.fragment:
        return Shown("effect.html", {"effect": effect})
    shown = accounts.one(ask)
    return replace(shown, facts={**shown.facts, "effect": effect})


def promise(ask: Ask) -> Answer:
    """Record a promise about invoices of the account."""
    numbers = ask.all_in("invoice")
    if not numbers:
        raise CannotDo("tick the invoices that it is about")
    _own_invoices(ask, numbers)
    by = ask.day("by")
    if by is None:
        raise CannotDo("say for which day it was promised")
    done = undertakings.add_promise(
        ask.office, numbers, by, ask.amount("amount"), _wanted(ask), ask.moment, currency=ask.or_none("currency")
    )
    return _back(ask, " ".join((ask.labels("saved"), *done.warnings)))


def withdraw(ask: Ask) -> Answer:
    """End an open promise that does not hold."""
    key = _own(ask, "promise")
    undertakings.withdraw_promise(ask.office, key, _wanted(ask), ask.moment)
    return _back(ask, ask.labels("saved"))


def close_claim(ask: Ask) -> Answer:
    """Settle a claim of payment by hand."""
    key = _own(ask, "claim")
    undertakings.close_claim(ask.office, key, _wanted(ask), ask.moment)
    return _back(ask, ask.labels("saved"))


def dispute(ask: Ask) -> Answer:
    """Open a dispute about an invoice of the account."""
    number = ask.said_in("invoice")
    _own_invoices(ask, (number,))
    opening = Opening(ask.said_in("code"), ask.amount("amount"))
    disputes.open_dispute(ask.office, number, opening, _wanted(ask), ask.moment)
    return _back(ask, ask.labels("saved"))


def resolve(ask: Ask) -> Answer:
    """Settle a dispute."""
    key = _own(ask, "dispute")
    disputes.resolve(ask.office, key, ask.said_in("outcome"), ask.amount("amount"), _wanted(ask), ask.moment)
    return _back(ask, ask.labels("saved"))


def _wanted(ask: Ask) -> Wanted:
    return Wanted(ask.who, ask.said_in("reason"))


def _account(ask: Ask) -> str:
    """The account of whose page the form stands on; raises NotFound where there is no such account."""
    number = ask.said_in("account")
    with ask.office.books.read() as work:
        if lookup.account_id(work, number) is None:
            raise NotFound(number)
    return number


def _own_invoices(ask: Ask, numbers: tuple[str, ...]) -> None:
    """Refuse invoices of another account than the one whose page the form stands on."""
    with ask.office.books.read() as work:
        own = lookup.account_id(work, _account(ask))
        for number in numbers:
            key = lookup.invoice_id(work, number)
            if key is None or lookup.owner_of(work, key) != own:
                raise CannotDo(f"{number or 'nothing'} is no invoice of this account")


def _own(ask: Ask, what: str) -> str:
    """The id in the form; raises CannotDo where it is of another account, or of nothing."""
    key = ask.said_in("id")
    account = _account(ask)
    with ask.office.books.read() as work:
        own = lookup.account_id(work, account)
        known: set[str]
        match what:
            case "promise":
                known = {one.id for one in agreed_lists.promises(work, account_id=own)}
            case "claim":
                known = {one.id for one in agreed_lists.claims(work, account_id=own)}
            case _:
                known = {one.id for one in agreed_lists.disputes(work, ask.moment.on, account_id=own)}
    if key not in known:
        raise CannotDo(f"this account has no {what} {key}")
    return key


def _back(ask: Ask, said: str) -> Moved:
    return Moved(f"/account/{quote(ask.said_in('account'), safe='')}", said)
