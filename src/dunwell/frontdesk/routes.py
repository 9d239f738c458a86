"""Every route there is, with the right that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dunwell.frontdesk.ask import Ask, Shown, View
from dunwell.frontdesk.rights import Right
from dunwell.frontdesk.views import (
    accounts,
    acting,
    calls,
    figures,
    holding,
    promises,
    queue,
    replies,
    report,
    search,
    settings,
    signing,
    today,
)


@dataclass(frozen=True)
class Route:
    """A way in: what is asked for, by whom, and which page is shown `again` where the desk refuses."""

    method: str
    path: str
    right: Right
    view: View
    again: Callable[[Ask], Shown] | None = None

    @property
    def name(self) -> str:
        """The route's name in the application."""
        return f"{self.method} {self.path}"


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", Right.OPEN, signing.healthz),
    Route("GET", "/login", Right.OPEN, signing.login),
    Route("POST", "/login", Right.OPEN, signing.sign_in),
    Route("POST", "/logout", Right.SEE, signing.sign_out),
    Route("POST", "/language", Right.SEE, signing.language),
    Route("GET", "/", Right.SEE, today.page),
    Route("POST", "/doubt", Right.OVERRIDE, today.settle, today.page),
    Route("GET", "/calls", Right.SEE, calls.page),
    Route("GET", "/task/{id}", Right.SEE, calls.task),
    Route("POST", "/task/{id}", Right.WORK, calls.outcome, calls.task),
    Route("GET", "/replies", Right.SEE, replies.page),
    Route("GET", "/reply/{id}", Right.SEE, replies.one),
    Route("POST", "/reply/{id}", Right.WORK, replies.decide, replies.one),
    Route("GET", "/accounts", Right.SEE, accounts.page),
    Route("GET", "/account/{number:path}", Right.SEE, accounts.one),
    Route("GET", "/invoice/{number:path}", Right.SEE, accounts.invoice),
    Route("GET", "/letter/{id}", Right.SEE, accounts.letter),
    Route("POST", "/override", Right.WORK, acting.override, accounts.one),
    Route("POST", "/promise", Right.WORK, acting.promise, accounts.one),
    Route("POST", "/promise/withdraw", Right.WORK, acting.withdraw, accounts.one),
    Route("POST", "/dispute", Right.WORK, acting.dispute, accounts.one),
    Route("POST", "/dispute/resolve", Right.OVERRIDE, acting.resolve, accounts.one),
    Route("POST", "/claim/close", Right.WORK, acting.close_claim, accounts.one),
    Route("GET", "/queue", Right.SEE, queue.page),
    Route("GET", "/referral/{id}", Right.SEE, queue.one),
    Route("POST", "/referral/{id}", Right.WORK, queue.decide, queue.one),
    Route("GET", "/hold/{token}", Right.WORK, holding.page),
    Route("POST", "/hold/{token}", Right.WORK, holding.hold_back, holding.page),
    Route("GET", "/promises", Right.SEE, promises.page),
    Route("GET", "/figures", Right.SEE, figures.page),
    Route("GET", "/report", Right.SEE, report.page),
    Route("GET", "/settings", Right.SEE, settings.page),
    Route("GET", "/search", Right.SEE, search.page),
)
"""All of them; a form is always a POST and nothing else changes anything."""
