"""The settings' file that `dunwell init` writes."""

SETTINGS = """\
# Dunwell's settings. Every key can be set from the environment too: DUNWELL_<SECTION>__<KEY>, for example
# DUNWELL_SMTP__PASSWORD, or DUNWELL_SMTP__PASSWORD_FILE for a file that holds it. `dunwell doctor` checks them.

[creditor]
# name = "Your firm"                    # on every letter
# email = "collections@example.com"     # the collections mailbox: letters come from it, replies go to it
country = "GB"                          # ISO 3166, with a region where holidays differ: GB-SCT, DE-BY
timezone = "Europe/London"              # whose day it is
language = "en"                         # for accounts whose own language has no letters
# person = ""                           # whom to ask, and where
# phone = ""
# address = ""
# vat_id = ""
# registration = ""
# iban = ""                             # for every currency that has no bank account of its own
# other_ways = "Card by telephone"      # further ways to pay, as they stand
# logo = "logo.png"                     # PNG or JPEG for letters and statements, SVG for statements
# color = "#24455c"                     # the house colour
strict_currency = false                 # true: nothing is sent in a currency without its own bank account

# [creditor.bank]                       # an IBAN or any text, by currency
# GBP = "Sort code 00-00-00, account 00000000"

[creditor.terms]
# late_fee_percent = 2                  # a month, on open principal; only where your contracts have it

[ledger]
url = "sqlite:///dunwell.db"            # or postgresql://user@host/dunwell

[smtp]
host = "localhost"
port = 587
security = "starttls"                   # starttls, tls, or none (loopback only)
# username = ""
# password = ""                         # better in DUNWELL_SMTP__PASSWORD_FILE
# redirect_to = "you@example.com"       # a safe first week: every letter goes there, as a rehearsal
# archive = "archive@example.com"       # gets a copy of every letter in the same transaction

[imap]
host = "localhost"
port = 993
security = "tls"
# username = ""
# password = ""                         # better in DUNWELL_IMAP__PASSWORD_FILE
folder = "INBOX"                        # where replies arrive
# authserv_id = ["mx.example.com"]      # whose Authentication-Results are believed; unset, every reply waits for you
# processed = "Dunwell/Done"            # mails that are dealt with move there; or keyword:Dunwell; or stay
# junk = "Junk"                         # watched and reported
# sent = "Sent"                         # where the provider files what is sent
# archive = "Archive"                   # where smtp.archive delivers

# [imap.oauth]                          # instead of a password; the same as [smtp.oauth]
# provider = "google"                   # or microsoft, other
# client_id = ""                        # the secrets: DUNWELL_IMAP__OAUTH__CLIENT_SECRET_FILE, …__REFRESH_TOKEN_FILE

[replies]
trust = "server"                        # or "token": a contact with the signed reply address is enough; see the docs
# dkim_keys = "dkim-keys"               # key records of customers' domains, to check their signatures here

[people]                                # staff who are written to; not set, not written to
# collector = ""
# service = ""
# owner = ""
# counsel = ""                          # gets dossiers, encrypted with liaison.counsel_passphrase; agency = "" as well

[policy]
file = "policy.toml"

[templates]
# folder = "templates"                  # your own letters; what it lacks comes from the built-in ones

[pay]                                   # paying online: an address with blanks, or a connector that is asked for one
# link = "https://pay.example.com/?ref={reference}&amount={amount}&currency={currency}"

[documents]                             # invoices' own PDFs: files below folder, https addresses on hosts
# folder = "documents"
# hosts = ["documents.example.com"]

# [dkim]                                # only where your mail server does not sign
# domain = "example.com"
# selector = "dunwell"                  # the key: DUNWELL_DKIM__KEY_FILE

[cycle]
hour = "09:00"                          # the daily cycle's hour, in the creditor's time zone
flow_run_budget = 1000                  # up to so many cases get a Prefect flow run each; above, they share shards
"""
