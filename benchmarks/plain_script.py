"""The plain script: what somebody would write in an afternoon. Select, render, send, commit; no Prefect, no safety.

It renders the same letter with the same engine and sends it over one connection, and commits once a letter.
"""

from __future__ import annotations

import smtplib
import sqlite3
from datetime import date
from pathlib import Path

from dunwell.desk.enclosures import payment_codes
from dunwell.desk.office import Office
from dunwell.letters.compose import compose
from dunwell.letters.facts import AccountFacts, Facts, InvoiceFacts, Total
from dunwell.letters.payment_code import content
from dunwell.mailroom.envelope import Addressed, message
from dunwell.terms.money import Money
from dunwell.wiring import moment

_QUERY = """
SELECT i.id, i.number, i.issued, i.due, i.amount, i.principal_open, i.currency, a.number, a.name, a.language, c.email
FROM invoice i JOIN account a ON a.id = i.account_id JOIN contact c ON c.account_id = a.id
WHERE i.state = 'open' AND i.due <= date(?, '-3 days') AND i.stage IS NULL
"""


def run(database: Path, office: Office, port: int, on: date) -> int:
    """Write to everybody who is late; returns how many letters went."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    server = smtplib.SMTP("127.0.0.1", port)
    rows = connection.execute(_QUERY, (on.isoformat(),)).fetchall()
    for row in rows:
        invoice_id, email = row[0], row[10]
        server.sendmail("collections@creditor.example.com", email, _letter(row, office, on))
        connection.execute(
            "UPDATE invoice SET stage = 'past_due', decided_on = ? WHERE id = ?", (on.isoformat(), invoice_id)
        )
        connection.commit()
    server.quit()
    connection.close()
    return len(rows)


def _letter(row: tuple, office: Office, on: date) -> bytes:  # type: ignore[type-arg]
    _, number, issued, due, amount, still_open, currency, account, name, language, email = row
    outstanding, nothing = Money(still_open, currency), Money(0, currency)
    invoice = InvoiceFacts(
        number,
        date.fromisoformat(issued),
        date.fromisoformat(due),
        Money(amount, currency),
        nothing,
        outstanding,
        nothing,
        (on - date.fromisoformat(due)).days,
    )
    bank = office.creditor.bank_account(currency) or ""
    facts = Facts(
        "past_due_first",
        "past_due",
        on,
        office.writes_as,
        AccountFacts(account, name),
        (invoice,),
        (Total(outstanding, nothing, bank, True, None, content("Benchmark Ltd", bank, outstanding, number)),),
        number,
    )
    letter = compose(facts, language, office.library)
    sender = "collections@creditor.example.com"
    addressed = Addressed("Benchmark Ltd", sender, name, email, sender, f"<{number}@x>", (), moment(on).now, language)
    return message(letter.subject, letter.text, letter.html, addressed, payment_codes(facts))
