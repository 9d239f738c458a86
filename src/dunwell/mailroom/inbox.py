"""Reading a mailbox over IMAP: mails oldest first, by folder, UIDVALIDITY and UID; flags decide nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from types import TracebackType
from typing import Self

from dunwell.mailroom.mailbox import Account, Fetched, FolderState, Mark

CAP = 2 * 1024 * 1024
"""Octets of one mail that are fetched at most."""
BATCH = 4 * 1024 * 1024
"""Octets that are fetched with one command at most, one mail excepted."""


class Inbox:
    """A connection to a mailbox, opened by `with`. Everything in it raises MailboxAway or MailboxRefuses, only."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def folders(self) -> list[str]:
        """The names of all folders, decoded."""
        raise NotImplementedError

    def look(self, folder: str) -> FolderState:
        """The folder's state now. A folder that is not there is MailboxRefuses, with the nearest name."""
        raise NotImplementedError

    def messages(
        self, folder: str, uidvalidity: int, after_uid: int = 0, cap: int = CAP, batch: int = BATCH
    ) -> Iterator[Fetched]:
        """The mails above `after_uid`, oldest first, never marked as read; Renumbered where `uidvalidity` is past.

        Of a mail above `cap` octets only the beginning comes. A connection that breaks is opened again, once without a
        new mail, and reading goes on after the last mail yielded.
        """
        raise NotImplementedError

    def mark(self, folder: str, uidvalidity: int, uids: Collection[int], how: Mark) -> int:
        """Move or label mails that are dealt with; how many there were. Those that are gone are no error.

        Renumbered where `uidvalidity` is past: nothing is touched.
        """
        raise NotImplementedError

    def find(self, folder: str, message_ids: Iterable[str]) -> set[str]:
        """Which of these Message-IDs (with their angle brackets) are in the folder."""
        raise NotImplementedError

    def wait(self, known: FolderState, seconds: float) -> bool:
        """Wait up to `seconds` until the folder is not as `known` any more; whether it is."""
        raise NotImplementedError
