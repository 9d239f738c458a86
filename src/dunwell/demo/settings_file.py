"""The settings of the demo, as a file that the commands understand afterwards."""

from __future__ import annotations

import json

from dunwell.demo.servers import CREDITOR, HOST, MailServers

CREDITOR_NAME = "Northmoor Cloud Services Ltd"
DOMAIN = "northmoor-cloud.example"
COUNTRY = "GB"

_TEXT = """\
# The demo's settings. Its mail servers are up while the demo runs, with --keep until Ctrl-C; after that
# `explain`, `preview`, `simulate` and `letters` work on, and `run` says that the mail server is away.

[creditor]
name = "{name}"
email = "collections@{domain}"
country = "{country}"
timezone = "Europe/London"
language = "en"
person = "Accounts receivable"
phone = "+44 20 7946 0735"              # a number kept for fiction
address = "4 Sample Quay, London E1 0XX"
strict_currency = true                  # no bank account in a currency: no letter in it, and a task instead

[creditor.bank]                         # no such accounts
GBP = "{gbp}"
EUR = "{eur}"
CHF = "{chf}"
RON = "{ron}"
USD = "Routing 000000000, account 0000000001"
RUB = "БИК 000000000, счёт 00000000000000000001"
KZT = "{kzt}"
IRR = "{irr}"

[ledger]
url = "sqlite:///dunwell.db"

[smtp]
host = "{host}"
port = {smtp_port}
security = "none"

[imap]
host = "{host}"
port = {imap_port}
security = "none"
username = "{user}"
password = {password}
authserv_id = ["mx.{domain}"]           # the demo's own server: it says who is who
processed = "Done"
"""


def _iban(country: str, account: str) -> str:
    """An IBAN of an account that does not exist, with check digits that are right."""
    digits = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def settings_text(servers: MailServers) -> str:
    """The text of the demo's `dunwell.toml`."""
    return _TEXT.format(
        name=CREDITOR_NAME, domain=DOMAIN, country=COUNTRY, host=HOST,
        smtp_port=servers.smtp_port, imap_port=servers.imap_port, user=CREDITOR, password=json.dumps(servers.password),
        gbp=_iban("GB", "DEMO00000000000001"), eur=_iban("DE", "000000000000000001"),
        chf=_iban("CH", "00000000000000001"), ron=_iban("RO", "DEMO0000000000000001"),
        kzt=_iban("KZ", "000DEMO000000001"), irr=_iban("IR", "0000000000000000000001"),
    )  # fmt: skip
