"""A mailbox at real servers: read oldest first and once, whatever others do with it meanwhile."""

from __future__ import annotations

import threading
import time
import tracemalloc
from datetime import UTC, datetime

import pytest

from dunwell.mailroom.inbox import Inbox
from dunwell.mailroom.mailbox import (
    FolderState,
    Keyword,
    MailboxAway,
    MailboxRefuses,
    MoveTo,
    Renumbered,
)
from tests.mailroom.boxes import Box, mail
from tests.support.cutting_proxy import CuttingProxy

PERSIAN, RUSSIAN = "صندوق/پاسخ‌ها", "Ответы & прочее"


def lines(raw: bytes) -> bytes:
    """The demo's server serves files as they lie on disk, without the CR of each line."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def read(inbox: Inbox, folder: str = "INBOX", **how: int) -> list[tuple[int, bytes]]:
    return [(one.uid, lines(one.raw)) for one in inbox.messages(folder, inbox.look(folder).uidvalidity, **how)]


def test_mails_come_oldest_first_whole_and_unread(box: Box) -> None:
    mails = [mail(n, n * 400) for n in range(7)]
    box.put(*mails)
    with Inbox(box.account) as inbox:
        state = inbox.look("INBOX")
        assert (state.messages, state.uidnext) == (7, inbox.look("inbox").uidnext)
        found = list(inbox.messages("INBOX", state.uidvalidity, batch=3000))
        assert [lines(one.raw) for one in found] == mails
        assert [one.size for one in found] == [len(one.raw) for one in found]
        assert {one.received for one in found} == {datetime(2026, 5, 4, 9, 30, tzinfo=UTC)}
        assert all(one.complete and one.uidvalidity == state.uidvalidity for one in found)
        uids = [one.uid for one in found]
        assert [uid for uid, _ in read(inbox, after_uid=uids[3])] == uids[4:]
        assert read(inbox, after_uid=uids[-1]) == []  # where `n:*` would name the last again
        assert read(inbox, after_uid=uids[-1] + 100) == []
        newest = inbox.newest("INBOX")
        assert newest is not None
        assert newest.uid == uids[-1]
    with box.client() as other:
        other.select_folder("INBOX", readonly=True)
        assert all(b"\\Seen" not in flags for flags in other.get_flags(uids).values())


def test_an_empty_folder_has_nothing(box: Box) -> None:
    with Inbox(box.account) as inbox:
        assert read(inbox) == []
        assert inbox.newest("INBOX") is None
        assert inbox.look("INBOX").messages == 0


def test_a_mail_of_50_megabytes_costs_no_50_megabytes(box: Box) -> None:
    large, cap = mail(1, 50_000_000), 256 * 1024
    box.put(large, mail(2))
    with Inbox(box.account) as inbox:
        uidvalidity = inbox.look("INBOX").uidvalidity
        if box.kind == "dovecot":  # the other one runs in this process
            tracemalloc.start()
        first, second = inbox.messages("INBOX", uidvalidity, cap=cap)
        if box.kind == "dovecot":
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert most < 3_000_000
    assert (first.complete, len(first.raw)) == (False, cap)
    assert first.size > 49_000_000
    assert lines(first.raw).startswith(large[: cap - 10])
    assert (second.complete, lines(second.raw)) == (True, mail(2))


def test_a_mail_of_just_the_cap_is_whole(box: Box) -> None:
    box.put(mail(1, 1000))
    with Inbox(box.account) as inbox:
        uidvalidity, octets = (
            inbox.look("INBOX").uidvalidity,
            len(next(inbox.messages("INBOX", inbox.look("INBOX").uidvalidity)).raw),
        )
        (whole,) = inbox.messages("INBOX", uidvalidity, cap=octets)
        (cut,) = inbox.messages("INBOX", uidvalidity, cap=octets - 1)
    assert (whole.complete, len(whole.raw)) == (True, octets)
    assert (cut.complete, len(cut.raw), cut.size) == (False, octets - 1, octets)


def test_a_folder_that_was_made_anew_is_noticed(box: Box) -> None:
    box.make("Work")
    box.put(mail(1), folder="Work")
    with Inbox(box.account) as inbox:
        before = inbox.look("Work")
    box.remove("Work")
    time.sleep(1.1)  # some servers number folders by the second
    box.make("Work")
    box.put(mail(2), folder="Work")
    with Inbox(box.account) as inbox:
        after = inbox.look("Work")
        assert after.uidvalidity != before.uidvalidity
        with pytest.raises(Renumbered):
            list(inbox.messages("Work", before.uidvalidity))
        with pytest.raises(Renumbered):
            inbox.mark("Work", before.uidvalidity, [1], MoveTo("Done"))
        assert [raw for _, raw in read(inbox, "Work")] == [mail(2)]


def test_a_folder_that_is_not_there_is_named_with_the_nearest(box: Box) -> None:
    box.make("Replies")
    with Inbox(box.account) as inbox:
        with pytest.raises(MailboxRefuses, match=r"no folder 'Replys' \(did you mean 'Replies'\?\)"):
            inbox.look("Replys")
        assert inbox.look("INBOX").messages == 0  # the connection is still good


@pytest.mark.parametrize("folder", [PERSIAN, RUSSIAN])
def test_folders_have_names_in_any_script(box: Box, folder: str) -> None:
    box.put(mail(1), mail(2))
    with Inbox(box.account) as inbox:
        uidvalidity = inbox.look("INBOX").uidvalidity
        uids = [uid for uid, _ in read(inbox)]
        assert inbox.mark("INBOX", uidvalidity, uids[:1], MoveTo(folder)) == 1
        assert inbox.mark("INBOX", uidvalidity, uids[:1], MoveTo(folder)) == 0
        assert inbox.mark("INBOX", uidvalidity, uids, MoveTo(folder)) == 1
        assert folder in inbox.folders()
        assert [raw for _, raw in read(inbox, folder)] == [mail(1), mail(2)]
        assert read(inbox) == []


def test_a_keyword_is_set_and_may_be_set_again(box: Box) -> None:
    box.put(mail(1))
    with Inbox(box.account) as inbox:
        ((uid, _),) = read(inbox)
        for _ in range(2):
            try:
                assert inbox.mark("INBOX", inbox.look("INBOX").uidvalidity, [uid, uid + 7], Keyword("Dunwell")) == 1
            except MailboxRefuses as error:
                assert box.kind == "pymap"
                assert "keeps no keyword 'Dunwell'" in str(error)  # noqa: PT017
        assert inbox.mark("INBOX", inbox.look("INBOX").uidvalidity, [uid], None) == 0
    if box.kind == "dovecot":
        with box.client() as other:
            other.select_folder("INBOX", readonly=True)
            assert b"Dunwell" in other.get_flags([uid])[uid]


def test_mails_that_are_marked_or_moved_between_two_of_them_disturb_no_reading(box: Box) -> None:
    mails = [mail(n) for n in range(6)]
    box.put(*mails)
    with Inbox(box.account) as inbox:
        uidvalidity = inbox.look("INBOX").uidvalidity
        seen = []
        for one in inbox.messages("INBOX", uidvalidity, batch=1):
            seen.append(lines(one.raw))
            assert inbox.mark("INBOX", uidvalidity, [one.uid], MoveTo("Done")) == 1
            assert inbox.look("Done").messages == len(seen)
        assert seen == mails


def test_a_mail_that_another_program_removes_meanwhile_is_left_out(box: Box) -> None:
    box.put(*(mail(n) for n in range(4)))
    with Inbox(box.account) as inbox:
        found = inbox.messages("INBOX", inbox.look("INBOX").uidvalidity, batch=1)
        first = next(found)
        with box.client() as other:
            other.select_folder("INBOX")
            other.delete_messages([first.uid + 1])
            other.expunge()
        rest = [lines(one.raw) for one in found]
    assert rest in ([mail(2), mail(3)], [mail(1), mail(2), mail(3)])  # a server may keep it for who has the folder open


def test_message_ids_are_found_exactly(box: Box) -> None:
    box.put(mail(1), mail(11), mail(12))
    asked = ["<1@b.example>", "<12@b.example>", "<2@b.example>", "11@b.exampl", '<"\r\nx@y>', "", "<ü@b.example>"]
    with Inbox(box.account) as inbox:
        assert inbox.find("INBOX", asked) == {"<1@b.example>", "<12@b.example>"}


def test_a_mail_that_arrives_ends_the_waiting_within_seconds(box: Box) -> None:
    with Inbox(box.account) as inbox:
        known = inbox.look("INBOX")
        assert inbox.wait(known, 0.3) is False
        later = threading.Timer(0.5, box.put, [mail(1)])
        later.start()
        began = time.monotonic()
        assert inbox.wait(known, 60) is True
        assert time.monotonic() - began < 10
        later.join()
        assert inbox.mark("INBOX", known.uidvalidity, [uid for uid, _ in read(inbox)], MoveTo("Done")) == 1
        assert inbox.wait(inbox.look("INBOX"), 0.3) is False
        box.put(mail(2))
        assert inbox.wait(known, 60) is True  # what came before the waiting began is no less news
        assert [raw for _, raw in read(inbox)] == [mail(2)]


@pytest.mark.parametrize("cut", [5000, 30_000, 60_000])
def test_a_connection_that_is_cut_is_opened_again_and_no_mail_comes_twice(box: Box, cut: int) -> None:
    mails = [mail(n, 9000) for n in range(8)]
    box.put(*mails)
    with CuttingProxy(box.account.port, cut) as proxy, Inbox(box.to(port=proxy.port)) as inbox:
        assert [raw for _, raw in read(inbox, batch=20_000)] == mails
        assert proxy.connections == 2


def test_a_connection_that_is_cut_again_and_again_is_away_and_what_came_is_kept(box: Box) -> None:
    box.put(*(mail(n, 9000) for n in range(3)))
    came: list[bytes] = []
    with CuttingProxy(box.account.port, 14_000, 4000, 4000) as proxy, Inbox(box.to(port=proxy.port)) as inbox:
        found = inbox.messages("INBOX", inbox.look("INBOX").uidvalidity, batch=1)
        with pytest.raises(MailboxAway, match="after UID"):
            came.extend(lines(one.raw) for one in found)
        assert came == [mail(n, 9000) for n in range(len(came))]
        assert len(read(inbox)) == 3


def test_a_wrong_password_is_a_matter_of_settings_and_is_not_told(box: Box) -> None:
    with pytest.raises(MailboxRefuses, match="login is refused") as caught, Inbox(box.to(password="wr0ng-secret")):
        pass
    assert "wr0ng-secret" not in str(caught.value)


def test_a_state_is_compared_as_a_value() -> None:
    assert FolderState("a", 1, 2, 3) == FolderState("a", 1, 2, 3)
