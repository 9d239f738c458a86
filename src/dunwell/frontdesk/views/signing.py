"""Signing in and out, the language of the pages, and whether the front desk is well."""

from __future__ import annotations

from dunwell.desk import users
from dunwell.desk.users import Refused
from dunwell.frontdesk import guard
from dunwell.frontdesk.ask import Answer, Ask, Moved, Plain, Shown
from dunwell.frontdesk.labels import LANGUAGES


def healthz(ask: Ask) -> Answer:
    """Whether the ledger answers, for whoever watches."""
    users.exists(ask.office.books)
    return Plain("ok\n")


def login(ask: Ask) -> Answer:
    """The page to sign in on; where there is nobody who could, it says how to add somebody."""
    if ask.user is not None:
        return Moved("/")
    nobody = not users.exists(ask.office.books)
    return Shown("login.html", {"nobody": nobody, "refused": "", "next": guard.local(ask.query.get("next", "/"))})


def sign_in(ask: Ask) -> Answer:
    """Let somebody in, with a new session."""
    onward = guard.local(ask.said_in("next"))
    password = (ask.form.get("password") or ("",))[0]
    try:
        token = users.sign_in(
            ask.office.books, ask.said_in("name"), password, ask.address, ask.desk.clock(), before=ask.token
        )
    except Refused as refused:
        why = "too_many" if refused.too_many else "wrong"
        facts = {"nobody": False, "refused": why, "next": onward}
        return Shown("login.html", facts, 429 if refused.too_many else 401)
    return Moved(onward, token=token)


def sign_out(ask: Ask) -> Answer:
    """End the session."""
    if ask.token:
        users.sign_out(ask.office.books, ask.token)
    return Moved("/login", token="")


def language(ask: Ask) -> Answer:
    """Show the pages in another language from now on."""
    wanted = ask.said_in("language")
    if wanted in LANGUAGES:
        users.speak(ask.office.books, ask.person, wanted)
    return Moved(guard.local(ask.said_in("next")))
