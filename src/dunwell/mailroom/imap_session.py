"""One login to an IMAP server: opening it, its folders' names, and what each of its failures means."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from dunwell.mailroom import auth
from dunwell.mailroom.imap4 import Client
from dunwell.mailroom.mailbox import Account, FolderState, MailboxAway, MailboxRefuses
from dunwell.rules.tomltext import nearest

_TEMPORARY = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA)\]|temporar|try again|too many", re.I)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")


class Session:
    """A connection that is logged in. Raises MailboxAway and MailboxRefuses, only."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._names: list[tuple[str, str]] | None = None
        self.current: str | None = None
        """The folder that is open."""
        token = None
        try:
            if account.oauth is not None:
                token = auth.access_token(account.oauth)
            try:
                self.client = self._opened(token)
            except MailboxRefuses:
                if account.oauth is None or token is None:
                    raise
                # The token may have been withdrawn before its time.
                self.client = self._opened(auth.access_token(account.oauth, instead_of=token))
        except auth.TokenAway as error:
            raise MailboxAway(f"{self.where}: {error}") from None
        except auth.TokenRefused as error:
            raise MailboxRefuses(f"{self.where}: {error}") from None

    @property
    def where(self) -> str:
        """The server, for messages."""
        return f"mailbox {self.account.host}:{self.account.port}"

    def close(self) -> None:
        """Say goodbye, as far as the other side listens."""
        self.client.allow(seconds=5)
        with contextlib.suppress(Exception):
            self.client.logout()
        with contextlib.suppress(Exception):
            self.client.shutdown()

    def drop(self) -> None:
        """Close the socket and say nothing: the other side is gone, or cannot be understood."""
        with contextlib.suppress(Exception):
            self.client.shutdown()

    def _opened(self, token: str | None) -> Client:
        account = self.account
        with self.understood(token):
            tls = None if account.security == "none" else ssl.create_default_context(cafile=account.ca_file)
            client = Client(account.host, account.port, account.timeout, tls if account.security == "tls" else None)
            try:
                if account.security == "starttls":
                    if not client.has_capability("STARTTLS"):
                        raise MailboxRefuses(f"{self.where}: the server has no STARTTLS; nothing was sent in the clear")
                    client.starttls(tls)
                self._log_in(client, token)
            except BaseException:
                with contextlib.suppress(Exception):
                    client.shutdown()
                raise
            return client

    def _log_in(self, client: Client, token: str | None) -> None:
        account = self.account
        client.allow()
        try:
            if token is not None:
                client.authenticate("XOAUTH2", auth.xoauth2(account.username, token))
            elif client.has_capability("AUTH=PLAIN") or not (account.username + account.password).isascii():
                client.authenticate("PLAIN", f"\0{account.username}\0{account.password}")
            else:
                client.login(_quoted(account.username), account.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            said = self._said(error, token)
            if _TEMPORARY.search(said):
                raise MailboxAway(f"{self.where}: {said}") from None
            raise MailboxRefuses(f"{self.where}: the login is refused: {said}") from None
        client.ask_what_it_can()

    @contextlib.contextmanager
    def understood(self, token: str | None = None) -> Iterator[None]:
        """Everything that can go wrong inside becomes MailboxAway or MailboxRefuses."""
        try:
            yield
        except (MailboxAway, MailboxRefuses):
            raise
        except ssl.SSLCertVerificationError as error:
            raise MailboxRefuses(f"{self.where}: its certificate: {error.verify_message}") from None
        except FileNotFoundError:
            raise MailboxRefuses(f"{self.where}: there is no file {self.account.ca_file}") from None
        except imaplib.IMAP4.readonly:
            raise MailboxRefuses(f"{self.where}: the folder is read-only for {self.account.username}") from None
        except (imaplib.IMAP4.abort, OSError, EOFError) as error:
            raise MailboxAway(f"{self.where}: {self._said(error, token)}") from None
        except imaplib.IMAP4.error as error:
            said = self._said(error, token)
            kind = MailboxAway if _TEMPORARY.search(said) else MailboxRefuses
            raise kind(f"{self.where}: {said}") from None
        except (ValueError, TypeError, LookupError, AssertionError, AttributeError, RecursionError) as error:
            # What the server said is no IMAP.
            raise MailboxAway(f"{self.where}: its answer cannot be understood: {self._said(error, token)}") from None

    def _said(self, error: Exception, token: str | None) -> str:
        """The error in one printable line, without the secrets that a server may have quoted."""
        text = str(error) or type(error).__name__
        for secret in (self.account.password, token):
            if secret:
                text = text.replace(secret, "***")
        return " ".join(_UNPRINTABLE.sub(" ", text).split())[:300]

    def names(self, *, anew: bool = False) -> list[tuple[str, str]]:
        """Every folder that can be opened, decoded, and the character between its levels."""
        if self._names is None or anew:
            self.client.allow()
            listed = self.client.list_folders()
            self._names = [
                (str(name), (between or b"").decode("ascii", "replace"))
                for flags, between, name in listed
                if not {bytes(flag).lower() for flag in flags} & {rb"\noselect", rb"\nonexistent"}
            ]
        return self._names

    def found(self, folder: str) -> str | None:
        """A folder's name at the server: levels may be written with `/`, the server's prefix may be left out."""
        if folder.upper() == "INBOX":
            return "INBOX"
        known = {_same(name): name for name, _ in self.names()}
        return next((known[_same(one)] for one in self._spellings(folder) if _same(one) in known), None)

    def existing(self, folder: str) -> str:
        """As `found`; MailboxRefuses with the nearest name where it is not there."""
        self._names = None
        name = self.found(folder)
        if name is None:
            hint = nearest(folder, [name for name, _ in self.names()])
            raise MailboxRefuses(f"{self.where}: there is no folder {folder!r}{hint}")
        return name

    def made(self, folder: str) -> str:
        """As `found`; made where it is not there."""
        name = self.found(folder)
        if name is None:
            name = self._spellings(folder)[-1]
            self.client.allow()
            self._names = None
            try:
                self.client.create_folder(name)
                self.client.subscribe_folder(name)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                # Somebody else may have made it meanwhile, and not every server has subscriptions.
                if self.found(folder) is None:
                    raise
        return name

    def _spellings(self, folder: str) -> list[str]:
        between = next((between for _, between in self.names() if between), "/")
        native = folder.replace("/", between)
        below = [name for name, _ in self.names() if name.upper() != "INBOX"]
        spellings = [folder, native]
        # Some servers keep every folder below INBOX, where no other can be made.
        prefix = f"INBOX{between}"
        if below and all(name.upper().startswith(prefix.upper()) for name in below):
            spellings.append(native if native.upper().startswith(prefix.upper()) else f"{prefix}{native}")
        return spellings

    def select(self, folder: str, *, readonly: bool = True) -> tuple[FolderState, dict[bytes, Any]]:
        """Open a folder by its name at the server; its state and all that the server says of it."""
        self.client.allow()
        self.current = None
        said = self.client.select_folder(folder, readonly=readonly)
        if b"UIDVALIDITY" not in said:
            raise MailboxRefuses(
                f"{self.where}: the folder {folder!r} has no UIDVALIDITY: its mails cannot be told apart"
            )
        state = FolderState(folder, int(said[b"UIDVALIDITY"]), int(said.get(b"UIDNEXT", 0)), int(said[b"EXISTS"]))
        self.current = folder
        return state, said

    def move(self, uids: Sequence[int], target: str) -> None:
        """Move mails of the open folder (RFC 6851), or copy and remove them."""
        if self.client.has_capability("MOVE"):
            self.client.move(uids, target)
            return
        self.client.copy(uids, target)
        self.client.add_flags(uids, [rb"\Deleted"], silent=True)
        # A plain EXPUNGE would remove what others have marked: without UIDPLUS ours stay marked.
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge(uids)

    def label(self, uids: Sequence[int], name: str, allowed: Sequence[bytes]) -> None:
        """Give mails of the open folder a keyword, or Gmail's label."""
        if self.client.has_capability("X-GM-EXT-1"):
            self.client.add_gmail_labels(uids, [name], silent=True)
            return
        if rb"\*" not in allowed and name.lower().encode() not in {flag.lower() for flag in allowed}:
            raise MailboxRefuses(f"{self.where}: it keeps no keyword {name!r}: set imap.processed to a folder instead")
        self.client.add_flags(uids, [name.encode()], silent=True)


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _quoted(text: str) -> str:
    """A user name for LOGIN, which imaplib does not quote. Raises ValueError for control characters."""
    if not text.isprintable():
        raise ValueError("the user name holds control characters")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
