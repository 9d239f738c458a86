"""Reading a mailbox over IMAP: mails oldest first, by folder, UIDVALIDITY and UID; flags decide nothing."""

from __future__ import annotations

import email
import imaplib
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from dunwell.mailroom.imap_session import Session
from dunwell.mailroom.mailbox import (
    Account,
    Fetched,
    FolderState,
    Keyword,
    MailboxAway,
    Mark,
    MoveTo,
    Renumbered,
)

CAP = 2 * 1024 * 1024
"""Octets of one mail that are fetched at most."""
BATCH = 4 * 1024 * 1024
"""Octets that are fetched with one command at most, one mail excepted."""
_WINDOW = 20_000
_AT_ONCE = 200
_IDLE_SECONDS = 600.0
_POLL_SECONDS = 15.0
_LONGEST_ID = 900


class Inbox:
    """A connection to a mailbox, opened by `with`. Everything in it raises MailboxAway or MailboxRefuses, only."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._open: Session | None = None

    def __enter__(self) -> Self:
        self._open = Session(self._account)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open is not None:
            # After a failure the other side may not listen any more.
            (self._open.close if kind is None else self._open.drop)()
            self._open = None

    @property
    def _session(self) -> Session:
        """The connection; a new one where the last has broken."""
        if self._open is None:
            self._open = Session(self._account)
        return self._open

    def _broken(self) -> None:
        if self._open is not None:
            self._open.drop()
            self._open = None

    def folders(self) -> list[str]:
        """The names of all folders, decoded."""
        with self._guarded() as session:
            return [name for name, _ in session.names(anew=True)]

    def look(self, folder: str) -> FolderState:
        """The folder's state now. A folder that is not there is MailboxRefuses, with the nearest name."""
        with self._guarded() as session:
            return session.select(session.existing(folder))[0]

    def messages(
        self, folder: str, uidvalidity: int, after_uid: int = 0, cap: int = CAP, batch: int = BATCH
    ) -> Iterator[Fetched]:
        """The mails above `after_uid`, oldest first, never marked as read; Renumbered where `uidvalidity` is past.

        Of a mail above `cap` octets only the beginning comes. A connection that breaks is opened again, once without a
        new mail in between, and reading goes on after the last mail yielded.
        """
        last, tried = after_uid, False
        while True:
            try:
                # After a break one by one: a mail on which the server stumbles holds up no other before it.
                for fetched in self._read(folder, uidvalidity, last, cap, 1 if tried else batch):
                    yield fetched
                    last, tried = fetched.uid, False
            except Renumbered:
                raise
            except MailboxAway as error:
                if tried:
                    raise MailboxAway(f"{error} (in {folder}, after UID {last})") from None
                tried = True
            else:
                return

    def _read(self, folder: str, uidvalidity: int, after: int, cap: int, batch: int) -> Iterator[Fetched]:
        with self._guarded() as session:
            state, _ = session.select(session.existing(folder))
            _check(state, uidvalidity)
        for some in self._uids(state, after):
            with self._at(state) as session:
                heads = session.client.fetch(some, ["UID", "RFC822.SIZE", "INTERNALDATE"])
            sizes = {uid: _number(heads[uid].get(b"RFC822.SIZE"), cap) for uid in sorted(heads)}
            for together in _batches(sizes, cap, batch):
                bodies = self._bodies(state, together, min(len(together) * cap, 2 * batch + cap), cap)
                for uid in together:
                    raw: bytes | None = bodies.pop(uid, b"")
                    if not raw and sizes[uid]:
                        raw = self._single(state, uid, cap)
                    if raw is None:
                        continue
                    complete = len(raw) <= cap and (bool(raw) or sizes[uid] == 0)
                    received = _aware(heads[uid].get(b"INTERNALDATE"))
                    raw = raw[:cap]
                    size = len(raw) if complete else max(sizes[uid], len(raw))
                    yield Fetched(folder, uidvalidity, uid, size, received, raw, complete)

    def _uids(self, state: FolderState, after: int) -> Iterator[list[int]]:
        """The UIDs above `after`, ascending, so many at a time that no answer grows with the mailbox."""
        start, width = after + 1, _WINDOW
        while not state.uidnext or start < state.uidnext:
            end = start + width - 1 if state.uidnext else None
            with self._at(state) as session:
                # `n:*` names the last mail even where its UID is below n.
                said = {int(uid) for uid in session.client.search(["UID", f"{start}:{end or '*'}"])}
            uids = sorted(uid for uid in said if uid >= start and (end is None or uid <= end))
            yield from _some(uids, _AT_ONCE)
            if not state.uidnext:
                return
            start, width = start + width, _WINDOW if uids else width * 4

    def _bodies(self, state: FolderState, uids: Sequence[int], octets: int, cap: int) -> dict[int, bytes]:
        """The mails' first octets, one more than `cap` where there are more; what did not come is left out."""
        with self._at(state, octets) as session:
            try:
                answers = session.client.fetch(uids, ["UID", f"BODY.PEEK[]<0.{cap + 1}>"])
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                return {}
            return {uid: body for uid, said in answers.items() if (body := _body(said)) is not None}

    def _single(self, state: FolderState, uid: int, cap: int) -> bytes | None:
        """A mail that did not come with the others: None where it is gone, empty where the server cannot give it."""
        body = self._bodies(state, [uid], cap, cap).get(uid)
        if body:
            return body
        with self._at(state) as session:
            # Servers may tell of mails that others have removed only now.
            session.client.noop()
            return b"" if session.client.search(["UID", str(uid)]) else None

    def newest(self, folder: str, cap: int = 64 * 1024) -> Fetched | None:
        """The beginning of the mail that came last; None where none has come for long."""
        state = self.look(folder)
        last = 0
        for uids in self._uids(state, max(state.uidnext - _WINDOW, 0)):
            last = uids[-1]
        return next(self.messages(folder, state.uidvalidity, last - 1, cap), None) if last else None

    def mark(self, folder: str, uidvalidity: int, uids: Collection[int], how: Mark) -> int:
        """Move or label mails that are dealt with; how many there were. Those that are gone are no error.

        Renumbered where `uidvalidity` is past: nothing is touched.
        """
        done = 0
        if how is None or not uids:
            return done
        with self._guarded() as session:
            target = session.made(how.folder) if isinstance(how, MoveTo) else None
            name = session.existing(folder)
            if target == name:
                return done
            state, said = session.select(name, readonly=False)
            _check(state, uidvalidity)
            for some in _some(sorted(uids), _AT_ONCE):
                session.client.allow()
                # UNDELETED: what was copied and only marked before is not copied again.
                there = session.client.search(["UID", ",".join(map(str, some)), "UNDELETED"])
                if there and target is not None:
                    session.move(there, target)
                elif there and isinstance(how, Keyword):
                    session.label(there, how.name, said.get(b"PERMANENTFLAGS", ()))
                done += len(there)
        return done

    def find(self, folder: str, message_ids: Iterable[str]) -> set[str]:
        """Which of these Message-IDs (with their angle brackets) are in the folder."""
        found = set()
        with self._guarded() as session:
            session.select(session.existing(folder))
            for one in dict.fromkeys(message_ids):
                if not (one.isascii() and one.isprintable() and 2 < len(one) <= _LONGEST_ID):
                    continue
                session.client.allow()
                uids = session.client.search(["HEADER", "Message-ID", one])[:_AT_ONCE]
                if uids and one in _ids(session.client.fetch(uids, ["UID", "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])):
                    found.add(one)
        return found

    def wait(self, known: FolderState, seconds: float) -> bool:
        """Wait up to `seconds` until the folder has mails that it had not when it was `known`; whether it has.

        By IDLE where the server has it, begun anew every ten minutes; else it is looked at every 15 seconds.
        """
        until = time.monotonic() + seconds
        while not _is_news(known, self.look(known.name)):
            left = until - time.monotonic()
            if left <= 0:
                return False
            with self._guarded() as session:
                if session.client.has_capability("IDLE"):
                    session.client.idle_until_news(min(left, _IDLE_SECONDS))
                else:
                    time.sleep(min(left, _POLL_SECONDS))
        return True

    @contextmanager
    def _at(self, state: FolderState, octets: int = 0) -> Iterator[Session]:
        """As `_guarded`, in the folder: opened again where something else was done in between."""
        with self._guarded() as session:
            if session.current != state.name:
                _check(session.select(state.name)[0], state.uidvalidity)
            session.client.allow(octets)
            yield session

    @contextmanager
    def _guarded(self) -> Iterator[Session]:
        """The session, while its failures are told as the mailroom's; one that broke is not used again."""
        session = self._session
        try:
            with session.understood():
                yield session
        except Renumbered:
            raise
        except MailboxAway:
            self._broken()
            raise


def _is_news(known: FolderState, now: FolderState) -> bool:
    if known.uidvalidity != now.uidvalidity:
        return True
    # What was moved away is no news; a server that tells no UIDNEXT tells only of how many there are.
    return now.uidnext != known.uidnext if known.uidnext and now.uidnext else now.messages > known.messages


def _check(state: FolderState, uidvalidity: int) -> None:
    if state.uidvalidity != uidvalidity:
        raise Renumbered(f"{state.name}: mails have new numbers (UIDVALIDITY {state.uidvalidity}, not {uidvalidity})")


def _batches(sizes: Mapping[int, int], cap: int, batch: int) -> Iterator[list[int]]:
    """The UIDs, ascending, in runs of at most `batch` octets; a larger mail by itself."""
    run: list[int] = []
    octets = 0
    for uid in sorted(sizes):
        size = min(sizes[uid], cap)
        if run and octets + size > batch:
            yield run
            run, octets = [], 0
        run.append(uid)
        octets += size
    if run:
        yield run


def _some(items: Sequence[int], most: int) -> Iterator[list[int]]:
    return (list(items[at : at + most]) for at in range(0, len(items), most))


def _body(said: Mapping[bytes, Any]) -> bytes | None:
    body = next((value for key, value in said.items() if key.startswith(b"BODY[")), None)
    return body if isinstance(body, bytes) else None


def _ids(answers: Mapping[int, Mapping[bytes, Any]]) -> set[str]:
    return {str(email.message_from_bytes(_body(said) or b"")["Message-ID"]).strip() for said in answers.values()}


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and value >= 0 else otherwise


def _aware(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
