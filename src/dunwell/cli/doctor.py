"""The doctor's checks: each says what it found, and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dunwell import wiring
from dunwell.cli.check import Check
from dunwell.cli.doctor_letters import letter_checks, templates_check
from dunwell.cli.doctor_mailbox import mailbox_checks
from dunwell.desk import day
from dunwell.ledger import lookup
from dunwell.ledger.engine import LedgerAway, LedgerError
from dunwell.liaison import webhook
from dunwell.liaison.webhook import Target
from dunwell.mailroom import domain, signing
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses, Sender
from dunwell.rules.tomltext import TomlProblems
from dunwell.settings import Located, targets


def checks(*, quick: bool = False) -> Iterator[Check]:
    """Every check, in the order in which trouble is best mended.

    `quick`: only those that are done at once, which ask no server and try no letter.
    """
    try:
        found = wiring.located()
    except TomlProblems as error:
        yield Check("settings", "wrong", str(error))
        return
    yield Check("settings", "well", str(found.file or "no dunwell.toml here: environment and defaults"))
    yield from _creditor(found)
    yield from _ledger()
    yield from _policy()
    yield from letter_checks(found)
    yield from _documents(found)
    yield from _signing(found)
    if quick:
        return
    yield notices_check(found)
    yield from (hand_over_check(found, name) for name in ("counsel", "agency"))
    yield gateway_check()
    yield from templates_check()
    yield _smtp(found)
    yield from _domain(found)
    yield from mailbox_checks(found)
    yield _prefect()


def _creditor(found: Located) -> Iterator[Check]:
    own = found.settings.creditor
    for name in ("name", "email"):
        if getattr(own, name) is None:
            yield Check(
                f"creditor.{name}", "wrong", f"is not set: every letter needs it (DUNWELL_CREDITOR__{name.upper()})"
            )
    if not own.bank and not own.iban:
        yield Check(
            "creditor.iban", "wrong", "no bank account: set creditor.iban or [creditor.bank], else no letter goes"
        )
    for currency in own.wrong_ibans():
        which = currency or "every other currency"
        yield Check("creditor.bank", "wrong", f"{which}: the IBAN's check digits are wrong")
    if found.settings.smtp.redirect_to:
        yield Check("smtp.redirect_to", "note", "every letter is a rehearsal: no customer gets one until it is unset")


def _ledger() -> Iterator[Check]:
    try:
        books = wiring.open_books()
    except LedgerAway as error:
        yield Check("ledger", "away", str(error))
        return
    except LedgerError as error:
        yield Check("ledger", "wrong", str(error))
        return
    with books.read() as work:
        counts = lookup.counts(work)
    yield Check(
        "ledger",
        "well",
        f"{counts.accounts} accounts, {counts.contacts} contacts, {counts.open_invoices} open invoices",
    )
    try:
        if why := day.stale_payments(wiring.office(), wiring.moment().on):
            yield Check("payments", "note", why)
    except TomlProblems:
        return  # the policy's own check tells of it


def _policy() -> Iterator[Check]:
    try:
        policy = wiring.read_policy(wiring.policy_file())
    except TomlProblems as error:
        yield Check("policy", "wrong", str(error))
    else:
        yield Check("policy", "well", f"{policy.name}, {len(policy.exception)} exceptions")


def _documents(found: Located) -> Iterator[Check]:
    own = found.settings.documents
    folder = found.path(own.folder) if own.folder else found.folder
    if not folder.is_dir():
        yield Check("documents.folder", "wrong", f"{folder} is no folder: invoices' own PDFs are read below it")
    else:
        yield Check("documents", "well", f"files below {folder}; hosts: {', '.join(own.hosts) or 'none'}")


def _signing(found: Located) -> Iterator[Check]:
    key = wiring.signing_key()
    if key is None:
        return
    try:
        signing.signed(day.TRIAL, key)
    except signing.BadKey as error:
        yield Check("dkim", "wrong", str(error))
        return
    sender = (found.settings.creditor.email or "").rpartition("@")[2].lower()
    aligned = sender == key.domain.lower() or sender.endswith(f".{key.domain.lower()}")
    said = f"signs as {key.domain}" + ("" if aligned else f", but letters are from {sender}: DMARC will not count it")
    yield Check("dkim", "well" if aligned else "wrong", said)


def notices_check(found: Located) -> Check:
    """Where notices to service delivery go; the host is looked up, and not asked."""
    own = found.settings
    try:
        target = targets.target(found, "service")
    except TomlProblems as error:
        return Check("liaison", "wrong", f"{error}: set liaison.service_secret (DUNWELL_LIAISON__SERVICE_SECRET)")
    if target is None:
        where = f"mailed to {own.people.service}" if own.people.service else "given to people as tasks"
        return Check("liaison", "note", f"liaison.service_url is not set: notices to service delivery are {where}")
    return _host("liaison", target)


def hand_over_check(found: Located, name: str) -> Check:
    """How dossiers reach `name`, counsel or agency; a host is looked up, and not asked."""
    own = found.settings
    try:
        target, email = targets.target(found, name), getattr(own.people, name)
    except TomlProblems as error:
        return Check(name, "wrong", f"{error}: set liaison.{name}_secret (DUNWELL_LIAISON__{name.upper()}_SECRET)")
    if target is None and email is None:
        ways = f"neither people.{name} nor liaison.{name}_url is set"
        return Check(name, "note", f"{ways}: a referral decided for them is a task for the owner")
    return _host(name, target) if target else Check(name, "well", f"{email}, by mail and encrypted")


def gateway_check() -> Check:
    """Where text messages go; the host is looked up, and not asked."""
    gateway = wiring.gateway()
    if gateway is None:
        return Check("sms", "note", "sms.url is not set: no text messages go")
    return _host("sms", gateway.target)


def _host(name: str, target: Target) -> Check:
    try:
        why = webhook.forbidden(target)
    except OSError as error:
        return Check(name, "away", f"{target.url}: its name cannot be resolved: {error}")
    return Check(name, "wrong", f"{target.url}: {why}") if why else Check(name, "well", target.url)


def _domain(found: Located) -> Iterator[Check]:
    """What DNS says of the sending domain; where it cannot be asked, that."""
    email = found.settings.creditor.email
    if email is None:
        return
    for finding in domain.findings(email, found.settings.dkim.selector):
        # The records are the domain's, not this set-up's: what is wrong there stops no letter here.
        yield Check(finding.record, "well" if finding.state == "well" else "note", finding.what)


def _smtp(found: Located) -> Check:
    where = f"{found.settings.smtp.host}:{found.settings.smtp.port}"
    try:
        with Sender(wiring.route()) as sender:
            sender.connect()
    except MailServerAway as error:
        return Check("smtp", "away", f"{error}: is smtp.host right, is the server up?")
    except MailServerRefuses as error:
        return Check("smtp", "wrong", f"{error}: check smtp.security, username and password")
    return Check("smtp", "well", f"{where} answers")


def _prefect() -> Check:
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        return Check("prefect", "note", "PREFECT_API_URL is not set: `run` starts a private server for each run")
    from dunwell.cli.prefect_server import healthy

    return Check("prefect", "well", url) if healthy(url) else Check("prefect", "away", f"{url} does not answer")
