"""Servers that are away, wrongly set up, odd or hostile: a clear error within the timeout, and no memory eaten."""

from __future__ import annotations

import contextlib
import socket
import time
import tracemalloc
from pathlib import Path

import pytest

from dunwell.mailroom.inbox import Inbox
from dunwell.mailroom.mailbox import Account, Keyword, MailboxAway, MailboxRefuses, MoveTo
from tests.mailroom.boxes import Box, dovecot_box, mail
from tests.support.certificates import self_signed
from tests.support.dovecot import BINARY, Dovecot
from tests.support.imap_responder import RawServer, Responder, Talk

SELECT = (
    "EXAMINE|SELECT",
    [b"* 2 EXISTS", b"* OK [UIDVALIDITY 7] ok", b"* OK [UIDNEXT 6] ok", rb"* OK [PERMANENTFLAGS (\Seen)] ok"],
)
needs_dovecot = pytest.mark.skipif(BINARY is None, reason="Dovecot is not installed")


def to(port: int, **changes: object) -> Account:
    return Account(**{"host": "127.0.0.1", "port": port, "security": "none", "username": "a", "password": "pa55",
                      "timeout": 2, **changes})  # type: ignore[arg-type]  # fmt: skip


def opened(account: Account) -> None:
    with Inbox(account) as inbox:
        inbox.look("INBOX")


def test_a_server_that_is_away_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    with pytest.raises(MailboxAway, match=f"127.0.0.1:{port}"):
        opened(to(port))


@needs_dovecot
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_is_verified(dovecot: Dovecot, tmp_path: Path, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    with Inbox(dovecot_box(dovecot).to(port=port, security=security, ca_file=str(dovecot.certificate))) as inbox:
        assert inbox.look("INBOX").messages == 0
    other, _ = self_signed(tmp_path)
    for ca_file in (None, str(other)):
        with pytest.raises(MailboxRefuses, match="certificate"):
            opened(dovecot_box(dovecot).to(port=port, security=security, ca_file=ca_file))
    with pytest.raises(MailboxRefuses, match="no file"):
        opened(dovecot_box(dovecot).to(port=port, security=security, ca_file=str(tmp_path / "none.pem")))


def test_without_starttls_nothing_is_said_in_the_clear() -> None:
    with Responder() as server, pytest.raises(MailboxRefuses, match="no STARTTLS"):
        opened(to(server.port, security="starttls"))
    assert {word.split()[0] for word in server.said} <= {"CAPABILITY", "LOGOUT"}


@needs_dovecot
def test_levels_of_folders_may_be_written_with_a_slash() -> None:
    with Dovecot(separator=".") as server:
        box = dovecot_box(server)
        box.put(mail(1))
        with Inbox(box.account) as inbox:
            assert inbox.mark("INBOX", inbox.look("INBOX").uidvalidity, [1], MoveTo("Done/2026")) == 1
            assert "Done.2026" in inbox.folders()
            assert inbox.look("Done/2026").messages == 1


@needs_dovecot
def test_without_move_and_idle_it_works_as_well_and_spares_what_others_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunwell.mailroom.inbox._POLL_SECONDS", 0.2)
    with Dovecot(without=("MOVE", "IDLE")) as server:
        box = dovecot_box(server)
        box.put(mail(1), mail(2), mail(3))
        with box.client() as other:
            other.select_folder("INBOX")
            other.delete_messages([2])
        with Inbox(box.account) as inbox:
            known = inbox.look("INBOX")
            assert inbox.wait(known, 0.3) is False
            assert inbox.mark("INBOX", known.uidvalidity, [1, 3], MoveTo("Done")) == 2
            assert inbox.mark("INBOX", known.uidvalidity, [1, 3], MoveTo("Done")) == 0
            assert inbox.wait(known, 0.3) is False
            box.put(mail(4))
            assert inbox.wait(known, 5) is True
            assert [one.uid for one in inbox.messages("INBOX", known.uidvalidity)] == [2, 4]
            assert inbox.look("Done").messages == 2


def says(*parts: bytes, pause: float = 0.0, endless: bool = False) -> Talk:
    def talk(sock: socket.socket) -> None:
        sock.settimeout(10)
        while True:
            for part in parts:
                sock.sendall(part)
                time.sleep(pause)
            if not endless:
                break
        with contextlib.suppress(OSError):
            while sock.recv(4096):
                pass

    return talk


@pytest.mark.parametrize(
    "talk",
    [
        says(b""),
        says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        says(bytes(range(256)) * 40 + b"\r\n"),
        says(b"* OK hello\r\n" + b"\xff\x00)))(((\r\n"),
        says(b"x" * 65_536, endless=True),
        says(b"* OK ready\r\n", endless=True),
        says(b"* OK ready\r\n", b"* LIST " * 9000, endless=True),
        says(b"* OK ready\r\n* 1 FETCH (BODY[] {4000000000}\r\n", b"y" * 65_536, endless=True),
        says(b"* OK ready\r\n* 1 FETCH (BODY[] {" + b"9" * 5000 + b"}\r\n"),
        says(b"* OK", b" ", pause=0.2, endless=True),
        says(b"* BYE too many connections\r\n"),
    ],
    ids=["silent", "http", "octets", "brackets", "line", "lines", "list", "literal", "number", "drip", "bye"],
)
def test_hostile_answers_end_with_an_error_in_time_and_eat_no_memory(talk: Talk) -> None:
    with RawServer(talk) as server:
        tracemalloc.start()
        began = time.monotonic()
        with pytest.raises(MailboxAway, match=r"mailbox 127\.0\.0\.1"):
            opened(to(server.port))
        took, most = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert took < 8
    assert most < 40_000_000


def test_a_server_that_sends_more_than_was_asked_for_is_not_read_to_the_end() -> None:
    head = [b"* 1 FETCH (UID 3 RFC822.SIZE 10)"]
    huge = [b"* 1 FETCH (UID 3 BODY[]<0> {900000000}\r\n" + b"z" * 100_000]
    answers = [SELECT, ("UID SEARCH", [b"* SEARCH 3"]), (r"UID FETCH .*RFC822", head), (r"UID FETCH .*BODY", huge)]
    told = pytest.raises(MailboxAway, match="more than was asked for")
    with Responder(answers) as server, Inbox(to(server.port)) as inbox, told:
        list(inbox.messages("INBOX", 7, cap=1000))


def test_odd_answers_are_understood() -> None:
    """News of other mails in between, sizes and dates that are missing, mails that the server cannot give."""
    flags = [rb"* 3 FETCH (FLAGS (\Seen))", b"* 9 FETCH (FLAGS ())", b"* 1 EXPUNGE", b"* OK still here"]
    answers = [
        SELECT,
        ("UID SEARCH UID 1:", [b"* SEARCH 5 3 4 2"]),
        ("UID SEARCH UID 4", [b"* SEARCH 4"]),
        ("UID SEARCH", [b"* SEARCH"]),
        (r"UID FETCH .*RFC822", [*flags, b"* 1 FETCH (UID 2)", b"* 2 FETCH (UID 3 RFC822.SIZE 4 INTERNALDATE \"what\")",
                                 b"* 3 FETCH (UID 4 RFC822.SIZE 9)", b"* 4 FETCH (UID 5 RFC822.SIZE 9)"]),
        (r"UID FETCH 2 ", [*flags, b"* 1 FETCH (BODY[]<0> {3}\r\nabc UID 2)"]),
        (r"UID FETCH 3 ", [b"* 2 FETCH (UID 3 BODY[]<0> \"abcd\")", *flags]),
        (r"UID FETCH 4 ", [b"NO this mail is damaged"]),
        (r"UID FETCH 5 ", [b"* 4 FETCH (UID 5 BODY[]<0> NIL)"]),
        (r"UID FETCH", [b"NO some are damaged"]),
    ]  # fmt: skip
    with Responder(answers) as server, Inbox(to(server.port)) as inbox:
        found = list(inbox.messages("INBOX", 7))
    assert [(one.uid, one.raw, one.complete, one.received) for one in found] == [
        (2, b"abc", True, None), (3, b"abcd", True, None), (4, b"", False, None),
    ]  # fmt: skip
    assert not any("BODY[" in said for said in server.said)


def test_numbers_that_lie_far_apart_are_found_with_few_questions() -> None:
    far = 4_000_000_000
    select = [b"* 1 EXISTS", b"* OK [UIDVALIDITY 7] ok", b"* OK [UIDNEXT %d] ok" % (far + 1)]
    answers = [
        ("EXAMINE", select),
        ("UID SEARCH UID (1|.{5,6}|[0-9]{1,9}):[0-9]{1,9}$", [b"* SEARCH"]),
        ("UID SEARCH", [b"* SEARCH %d" % far]),
        ("UID FETCH .*RFC822", [b"* 1 FETCH (UID %d RFC822.SIZE 3)" % far]),
        ("UID FETCH", [b"* 1 FETCH (UID %d BODY[]<0> {3}\r\nabc)" % far]),
    ]
    with Responder(answers) as server, Inbox(to(server.port)) as inbox:
        assert [one.uid for one in inbox.messages("INBOX", 7)] == [far]
    assert len([said for said in server.said if "SEARCH" in said]) < 20


def test_a_server_that_tells_no_next_number_is_read_all_the_same() -> None:
    answers = [
        ("EXAMINE", [b"* 1 EXISTS", b"* OK [UIDVALIDITY 7] ok"]),
        ("UID SEARCH", [b"* SEARCH 9"]),
        ("UID FETCH .*RFC822", [b"* 1 FETCH (UID 9 RFC822.SIZE 3)"]),
        ("UID FETCH", [b"* 1 FETCH (UID 9 BODY[]<0> {3}\r\nabc)"]),
    ]
    with Responder(answers) as server, Inbox(to(server.port)) as inbox:
        assert [one.uid for one in inbox.messages("INBOX", 7, after_uid=8)] == [9]
        assert list(inbox.messages("INBOX", 7, after_uid=9)) == []
        assert inbox.wait(inbox.look("INBOX"), 0.1) is False


def test_a_size_that_is_not_true_lets_nothing_past_the_cap() -> None:
    answers = [
        SELECT,
        ("UID SEARCH", [b"* SEARCH 2 3"]),
        ("UID FETCH .*RFC822", [b"* 1 FETCH (UID 2 RFC822.SIZE 1)", b"* 2 FETCH (UID 3 RFC822.SIZE 900)"]),
        ("UID FETCH", [b"* 1 FETCH (UID 2 BODY[]<0> {101}\r\n" + b"x" * 101 + b")",
                       b"* 2 FETCH (UID 3 BODY[]<0> {2}\r\nyy)"]),
    ]  # fmt: skip
    with Responder(answers) as server, Inbox(to(server.port)) as inbox:
        first, second = inbox.messages("INBOX", 7, cap=100)
    assert (first.raw, first.size, first.complete) == (b"x" * 100, 100, False)
    assert (second.raw, second.size, second.complete) == (b"yy", 2, True)


def test_a_mail_on_which_the_server_falls_holds_up_none_before_it() -> None:
    def talk(sock: socket.socket) -> None:
        reader = sock.makefile("rb")
        sock.sendall(b"* OK ready\r\n")
        for line in reader:
            tag, _, command = line.decode().strip().partition(" ")
            said = {
                "CAP": "* CAPABILITY IMAP4rev1\r\n",
                "EXA": "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4] ok\r\n",
                "UID": "* SEARCH 1 2 3\r\n",
            }.get(command[:3], "")
            if "RFC822" in command:
                said = "".join(f"* {n} FETCH (UID {n} RFC822.SIZE 3)\r\n" for n in (1, 2, 3))
            elif "BODY" in command:
                uids = command.split()[2]
                if "3" in uids.split(","):
                    return
                said = "".join(f'* {n} FETCH (UID {n} BODY[]<0> "abc")\r\n' for n in uids.split(","))
            sock.sendall(f"{said}{tag} OK done\r\n".encode())

    came = []
    with RawServer(talk) as server, Inbox(to(server.port)) as inbox:
        found = inbox.messages("INBOX", 7)
        with pytest.raises(MailboxAway, match="after UID 2"):
            came.extend(one.uid for one in found)
        assert [next(found, None)] == [None]


def test_gmail_gets_a_label_and_a_folder_without_keywords_says_so() -> None:
    answers = [SELECT, ("UID SEARCH", [b"* SEARCH 3"])]
    with Responder(answers, "X-GM-EXT-1") as server, Inbox(to(server.port)) as inbox:
        assert inbox.mark("INBOX", 7, [3], Keyword("Dunwell")) == 1
    assert any(said.startswith("UID STORE 3 +X-GM-LABELS") and "Dunwell" in said for said in server.said)
    told = pytest.raises(MailboxRefuses, match=r"no keyword 'Dunwell': set imap\.processed to a folder")
    with Responder(answers) as server, Inbox(to(server.port)) as inbox, told:
        inbox.mark("INBOX", 7, [3], Keyword("Dunwell"))


def test_a_folder_that_may_only_be_read_is_not_moved_from() -> None:
    lines = [*SELECT[1], b"OK [READ-ONLY] done"]
    told = pytest.raises(MailboxRefuses, match="read-only")
    with Responder([("SELECT", lines)]) as server, Inbox(to(server.port)) as inbox, told:
        inbox.mark("INBOX", 7, [3], MoveTo("Done"))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"NO [AUTHENTICATIONFAILED] no pa55 here", MailboxRefuses),
        (b"NO [UNAVAILABLE] later", MailboxAway),
        (b"NO [ALERT] Too many simultaneous connections. (Failure)", MailboxAway),
    ],
)
def test_a_login_that_is_refused_for_now_is_temporary(answer: bytes, kind: type[Exception]) -> None:
    with Responder([("LOGIN", [answer])]) as server, pytest.raises(kind) as caught:
        opened(to(server.port))
    assert "pa55" not in str(caught.value)


def test_no_name_can_add_a_command(box: Box) -> None:
    with Inbox(box.account) as inbox, pytest.raises((MailboxRefuses, MailboxAway)):
        inbox.look('x"\r\nA1 DELETE INBOX')
    with Responder() as server, pytest.raises((MailboxRefuses, MailboxAway)):
        opened(to(server.port, username="a\r\nX DELETE INBOX"))
    assert not any("DELETE" in said for said in server.said)
