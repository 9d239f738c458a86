"""The collections mailbox: a look whether it can be opened."""

from __future__ import annotations

import ssl

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError


class MailboxAway(Exception):
    """The mail server cannot be reached now: temporary."""


class MailboxRefuses(Exception):
    """The mail server does not let us in as we are set up."""


def probe(host: str, port: int, security: str, username: str, password: str, folder: str, timeout: int) -> int:
    """How many messages `folder` holds. TLS certificates are verified. Raises MailboxAway or MailboxRefuses."""
    where = f"{host}:{port}"
    try:
        client = IMAPClient(host, port, ssl=security == "tls", timeout=timeout)
        try:
            if security == "starttls":
                client.starttls(ssl.create_default_context())
            client.login(username, password)
            return int(client.select_folder(folder, readonly=True)[b"EXISTS"])
        finally:
            client.shutdown()
    except (LoginError, ssl.SSLCertVerificationError) as error:
        raise MailboxRefuses(f"{where}: {error}") from error
    except IMAPClientError as error:
        raise MailboxRefuses(f"{where}: {error}") from error
    except OSError as error:
        raise MailboxAway(f"{where}: {error}") from error
