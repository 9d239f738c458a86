"""Webhooks: signed as Standard Webhooks says, and never held up, led astray or filled up by a host."""

from __future__ import annotations

import base64
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dunwell.liaison import webhook
from dunwell.liaison.webhook import BadSecret, Forbidden, PutOff, Refused, Taken, Target, post, signature, verified
from tests.liaison.web import Web
from tests.support import certificates

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STAMP = int(NOW.timestamp())


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


def to(url: str, **more: object) -> Target:
    return Target(url, "s3cret", allow_private=True, **more)  # type: ignore[arg-type]


@contextmanager
def raw_host(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A host that does with each connection what `serve` says."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_served, args=(serve, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/notices"
    finally:
        listener.close()


def _served(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    try:
        serve(connection)
    except OSError:
        pass
    finally:
        connection.close()


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the Standard Webhooks specification and its libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_plain_secret_signs_as_it_stands_and_a_bad_one_is_refused() -> None:
    plain = base64.b64encode(b"s3cret").decode()
    assert signature("s3cret", "a", 1, b"b") == signature(f"whsec_{plain}", "a", 1, b"b")
    for bad in ("", "whsec_", "whsec_not base64!"):
        with pytest.raises(BadSecret):
            webhook.key_of(bad)


def test_what_is_posted_is_verified_by_its_receiver(web: Web) -> None:
    web.answers["/notices?x=1"] = (204, {}, b"")
    assert post(to(f"{web.url}/notices?x=1"), "suspend:A:1", b'{"event": "suspend"}', NOW) == Taken("answered 204")
    ((method, _, headers, body),) = web.asked
    assert (method, body, headers["webhook-id"]) == ("POST", b'{"event": "suspend"}', "suspend:A:1")
    assert verified("s3cret", headers, body, STAMP) is None
    assert "secret" in str(verified("other", headers, body, STAMP))
    assert "secret" in str(verified("s3cret", headers, body + b" ", STAMP))
    assert "301 s" in str(verified("s3cret", headers, body, STAMP + 301))
    assert "missing" in str(verified("s3cret", {}, body, STAMP))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, Taken), (299, Taken), (301, Refused), (307, Refused), (400, Refused), (404, Refused), (410, Refused),
     (408, PutOff), (429, PutOff), (500, PutOff), (503, PutOff)],
)  # fmt: skip
def test_the_answer_says_what_follows(web: Web, status: int, kind: type) -> None:
    web.answers["/n"] = (status, {"Location": f"{web.url}/elsewhere"}, b"")
    assert isinstance(post(to(f"{web.url}/n"), "k", b"{}", NOW), kind)
    assert [path for _, path, _, _ in web.asked] == ["/n"], "no redirect is followed"


def _hang(connection: socket.socket) -> None:
    time.sleep(30)


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.05)


def _continue(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


def _headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"A: " + b"b" * 1000 + b"\r\n")


def _nonsense(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff nonsense\r\n\r\n")


@pytest.mark.parametrize("serve", [_hang, _drip, _continue, _headers, _nonsense])
def test_a_host_that_hangs_drips_or_babbles_is_put_off_in_time(serve: Callable[[socket.socket], None]) -> None:
    with raw_host(serve) as url:
        began = time.monotonic()
        answer = post(to(url, timeout=1), "k", b"{}", NOW)
    assert isinstance(answer, PutOff)
    assert answer.away
    assert time.monotonic() - began < 4


def test_a_host_that_sends_a_gigabyte_is_not_listened_to() -> None:
    sent = [0]

    def flood(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 1_000_000)
            sent[0] += 1_000_000

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with raw_host(flood) as url:
        began = time.monotonic()
        assert post(to(url, timeout=5), "k", b"{}", NOW) == Taken("answered 200")
    assert time.monotonic() - began < 4
    assert sent[0] < 50_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_host_that_drips_its_body_has_answered_all_the_same() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    with raw_host(drip) as url:
        began = time.monotonic()
        assert post(to(url, timeout=1), "k", b"{}", NOW) == Taken("answered 202")
        assert time.monotonic() - began < 4


def test_nobody_listening_and_no_such_host_are_put_off() -> None:
    for url in ("http://127.0.0.1:1/n", "https://nothing.invalid/n"):
        answer = post(to(url, timeout=3), "k", b"{}", NOW)
        assert isinstance(answer, PutOff)
        assert answer.away


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1",  # noqa: S104
     "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "255.255.255.255"],
)  # fmt: skip
def test_a_private_address_is_never_connected_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is only one of a host's addresses."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    private = (family, socket.SOCK_STREAM, 6, "", (address, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [public, private])
    answer = post(Target("https://service.example/n", "s3cret", timeout=1), "k", b"{}", NOW)
    assert isinstance(answer, Forbidden)
    assert "allow_private" in answer.said


def test_a_public_address_is_connected_to_as_it_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    connected: list[object] = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: asked.append(host) or found)

    def connect(_self: socket.socket, where: object) -> None:
        connected.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert isinstance(post(Target("https://service.example/n", "s3cret", timeout=1), "k", b"{}", NOW), PutOff)
    assert (asked, connected) == (["service.example"], [("93.184.216.34", 443)]), "resolved once, not again to connect"


@pytest.mark.parametrize("url", ["http://service.example/n", "ftp://127.0.0.1/n", "https://u:p@service.example/n"])
def test_only_https_and_http_on_loopback(url: str) -> None:
    assert isinstance(post(to(url), "k", b"{}", NOW), Forbidden)


def test_a_certificate_is_checked(tmp_path: Path) -> None:
    file, context = certificates.self_signed(tmp_path)
    with Web() as web:
        web.answers["/n"] = (200, {}, b"")
        web._server.socket = context.wrap_socket(web._server.socket, server_side=True)
        url = f"https://127.0.0.1:{web.port}/n"
        assert post(to(url, timeout=5, ca_file=str(file)), "k", b"{}", NOW) == Taken("answered 200")
        answer = post(to(url, timeout=5), "k", b"{}", NOW)
    assert isinstance(answer, PutOff)
    assert "certificate" in answer.said.lower()
