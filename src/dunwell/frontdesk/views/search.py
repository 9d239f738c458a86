"""The search: accounts and invoices by number or name."""

from __future__ import annotations

from urllib.parse import quote

from dunwell.frontdesk.ask import Answer, Ask, Moved, Shown
from dunwell.ledger import directory

_MOST = 20
_LEAST_LETTERS = 2


def page(ask: Ask) -> Answer:
    """What fits the words; the one thing that is called exactly so is shown at once."""
    words = ask.query.get("q", "").strip()[:100]
    if len(words) < _LEAST_LETTERS:
        return _shown(ask, words, [], [])
    with ask.office.books.read() as work:
        accounts = directory.accounts_like(work, words, ask.moment.on, _MOST)
        invoices = directory.invoices_like(work, words, _MOST)
    if not ask.fragment:
        exact = [f"/account/{quote(one.number, safe='')}" for one in accounts if one.number == words]
        exact += [f"/invoice/{quote(one.number, safe='')}" for one in invoices if one.number == words]
        if len(exact) == 1:
            return Moved(exact[0])
    return _shown(ask, words, accounts, invoices)


def _shown(ask: Ask, words: str, accounts: list[directory.Listed], invoices: list[directory.FoundInvoice]) -> Shown:
    facts = {"words": words, "accounts": accounts, "invoices": invoices, "most": _MOST}
    return Shown("found.html" if ask.fragment else "search.html", facts)
