"""The inbox: fetch what has come, file it before anything else, deal with it, and tell the server last."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from dunwell.desk import answers, reply
from dunwell.desk.day import LOST_AFTER
from dunwell.desk.office import Office
from dunwell.desk.reply import Handled
from dunwell.desk.sending import Sent
from dunwell.ledger import clues, correspondence, cycles, outbox
from dunwell.ledger import letters as letter_rows
from dunwell.ledger.correspondence import Incoming, Place
from dunwell.ledger.journal import Pen
from dunwell.mailroom.inbox import Inbox
from dunwell.mailroom.mailbox import Account, Fetched, Mark, Renumbered
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses
from dunwell.replies.matching import bracketed
from dunwell.replies.message import read_message
from dunwell.terms.moment import Moment

_RENUMBERED = 3
"""How often a folder that is given new numbers while it is read is read anew."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mailbox, its folders and what is done with a mail that is dealt with. `cap` is in octets."""

    account: Account
    folder: str = "INBOX"
    mark: Mark = None
    junk: str | None = None
    sent: str | None = None
    archive: str | None = None
    cap: int = 2 * 1024 * 1024

    @property
    def name(self) -> str:
        """What tells this mailbox from others in the books."""
        return f"{self.account.username}@{self.account.host}:{self.account.port}"


@dataclass
class Round:
    """What one look at the mailbox brought: mails filed, what became of them, the answers sent.

    `junk` counts mails in the junk folder, `settled` letters in doubt that were found to have gone; `away` says why
    answers could not be sent now.
    """

    filed: int = 0
    junk: int | None = None
    settled: int = 0
    handled: list[Handled] = field(default_factory=list)
    answers: list[Sent] = field(default_factory=list)
    away: str | None = None
    misconfigured: bool = False


def look(office: Office, box: Mailbox, moment: Moment, done: Round) -> Iterator[str]:
    """One look: fetch, file, read, act, answer, mark; tells of each step in a word, and gathers in `done`.

    Raises MailboxAway or MailboxRefuses where the mailbox cannot be used: what was filed is dealt with the next time.
    """
    pen = Pen(moment.now, moment.on)
    with office.books.write() as work:
        # What a process that died had taken is free again before anybody is answered.
        outbox.sweep(work, moment.now - LOST_AFTER, cycles.is_gone, pen)
    with Inbox(box.account) as inbox:
        for _ in _file_all(office, inbox, box, moment, done):
            yield "filed"
        done.settled += _settle(office, inbox, box, pen)
        if box.junk:
            done.junk = inbox.look(box.junk).messages
        for handled in reply.handle_all(office, moment):
            done.handled.append(handled)
            yield "read"
        for sent in _answer(office, moment, done):
            done.answers.append(sent)
            yield "answered"
        _mark(office, inbox, box)


def _answer(office: Office, moment: Moment, done: Round) -> Iterator[Sent]:
    try:
        yield from answers.send_answers(office, moment)
    except MailServerAway as error:
        done.away = str(error)
    except MailServerRefuses as error:
        done.away, done.misconfigured = str(error), True


def _file_all(office: Office, inbox: Inbox, box: Mailbox, moment: Moment, done: Round) -> Iterator[bool]:
    """File what is new in the folder, mail by mail; new numbers (UIDVALIDITY) have it read anew."""
    for turn in range(_RENUMBERED):
        state = inbox.look(box.folder)
        with office.books.read() as work:
            last = correspondence.last_uid(work, box.name, box.folder, state.uidvalidity)
        try:
            for fetched in inbox.messages(box.folder, state.uidvalidity, last, box.cap):
                done.filed += _file(office, box, fetched, moment)
                yield True
        except Renumbered:
            if turn == _RENUMBERED - 1:
                raise
        else:
            return


def _file(office: Office, box: Mailbox, fetched: Fetched, moment: Moment) -> bool:
    digest = hashlib.sha256(fetched.raw).hexdigest()
    mail = Incoming(
        message_id=_message_id(fetched.raw) or f"none:{digest}",
        sha256=digest,
        raw=fetched.raw,
        size=fetched.size,
        complete=fetched.complete,
        received=fetched.received,
    )
    place = Place(box.name, box.folder, fetched.uidvalidity, fetched.uid)
    with office.books.write() as work:
        return correspondence.file(work, place, mail, Pen(moment.now, moment.on))


def _message_id(raw: bytes) -> str:
    """The mail's Message-ID; '' where it has none that can be read."""
    return bracketed(read_message(raw[:65_536].partition(b"\r\n\r\n")[0] + b"\r\n\r\n").message_id)


def _settle(office: Office, inbox: Inbox, box: Mailbox, pen: Pen) -> int:
    """Letters in doubt whose copy lies in the archive or among the sent mail have gone."""
    folders = [folder for folder in (box.archive, box.sent) if folder]
    with office.books.read() as work:
        doubtful = clues.in_doubt(work)
    if not folders or not doubtful:
        return 0
    found: set[str] = set()
    for folder in folders:
        found |= inbox.find(folder, [one for one in doubtful if one not in found])
    with office.books.write() as work:
        return sum(letter_rows.settle_in_doubt(work, one, True, pen, "its copy lies in the mailbox") for one in found)


def _mark(office: Office, inbox: Inbox, box: Mailbox) -> None:
    """Tell the server what is dealt with; a crash before this marks it the next time."""
    if box.mark is None:
        return
    uidvalidity = inbox.look(box.folder).uidvalidity
    with office.books.read() as work:
        uids = correspondence.to_mark(work, box.name, box.folder, uidvalidity)
    if uids:
        inbox.mark(box.folder, uidvalidity, uids, box.mark)
        with office.books.write() as work:
            correspondence.marked(work, box.name, box.folder, uidvalidity, uids)


def headline(done: Round) -> str:
    """One look in one line."""
    counts = Counter(one.state for one in done.handled)
    said = [f"{done.filed} filed"] + [f"{counts[state]} {word}" for state, word in _STATES if counts[state]]
    said += [f"{len(done.answers)} answered"] if done.answers else []
    said += [f"{done.settled} letters in doubt settled"] if done.settled else []
    said += [f"{done.junk} in junk"] if done.junk else []
    said += [f"answers wait: {done.away}"] if done.away else []
    return ", ".join(said)


_STATES = (("acted", "acted on"), ("review", "for a person"), ("ignored", "ignored"))
