"""Access tokens: asked for over HTTP, kept while they are good, used for IMAP and SMTP, and never told."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from dunwell.mailroom import auth
from dunwell.mailroom.auth import OAuth, TokenAway, TokenRefused, access_token
from dunwell.mailroom.inbox import Inbox
from dunwell.mailroom.mailbox import Account, MailboxAway, MailboxRefuses
from dunwell.mailroom.sender import Accepted, MailServerAway, MailServerRefuses, Route, Sender
from tests.support.dovecot import BINARY, Dovecot
from tests.support.imap_responder import Responder
from tests.support.mail_server import MailServer
from tests.support.token_endpoint import TokenEndpoint

SECRETS = ("cl1ent-secret", "refr3sh-token", "token-1")


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    auth._kept.clear()
    with TokenEndpoint() as found:
        yield found


def consent(endpoint: TokenEndpoint, **changes: Any) -> OAuth:
    return OAuth(**{"provider": "other", "client_id": "dunwell", "client_secret": SECRETS[0], "timeout": 2,
                    "refresh_token": SECRETS[1], "token_url": endpoint.url, **changes})  # fmt: skip


def test_a_token_is_kept_until_shortly_before_its_end(endpoint: TokenEndpoint) -> None:
    oauth = consent(endpoint)
    assert [access_token(oauth), access_token(oauth)] == ["token-1", "token-1"]
    assert endpoint.forms == [
        {
            "grant_type": "refresh_token",
            "client_id": "dunwell",
            "client_secret": SECRETS[0],
            "refresh_token": SECRETS[1],
        }
    ]
    assert access_token(oauth, instead_of="token-1") == "token-2"
    assert access_token(oauth, instead_of="token-1") == "token-2"
    endpoint.seconds = 59
    assert access_token(oauth, instead_of="token-2") == "token-3"
    assert access_token(oauth) == "token-4"


def test_a_new_refresh_token_is_used_from_then_on(endpoint: TokenEndpoint) -> None:
    said = json.dumps({"access_token": "a", "refresh_token": "newer", "expires_in": "nonsense"}).encode()
    endpoint.answer = lambda: (200, said, {})
    access_token(consent(endpoint))
    access_token(consent(endpoint), instead_of="a")
    assert [form["refresh_token"] for form in endpoint.forms] == [SECRETS[1], "newer"]


def test_microsoft_without_a_refresh_token_acts_in_its_own_name(endpoint: TokenEndpoint) -> None:
    access_token(consent(endpoint, provider="microsoft", refresh_token=None))
    assert endpoint.forms[0]["grant_type"] == "client_credentials"
    assert endpoint.forms[0]["scope"] == "https://outlook.office365.com/.default"
    access_token(consent(endpoint, provider="microsoft"))
    assert "IMAP.AccessAsUser.All" in endpoint.forms[1]["scope"]


def test_the_providers_have_their_own_addresses() -> None:
    assert OAuth("google", "c").url() == "https://oauth2.googleapis.com/token"
    assert OAuth("microsoft", "c", tenant="contoso.example").url() == (
        "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token"
    )
    for wrong in (OAuth("other", "c"), OAuth("microsoft", "c", tenant="../x"), OAuth("other", "c", token_url="x"),
                  OAuth("other", "c", token_url="http://tokens.example/")):  # fmt: skip
        with pytest.raises(TokenRefused):
            wrong.url()


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        ((400, b'{"error": "invalid_grant", "error_description": "AADSTS70008: refr3sh-token"}', {}), TokenRefused,
         "400 invalid_grant \\(AADSTS70008\\); the consent has ended"),
        ((401, b'{"error": "cl1ent-secret!"}', {}), TokenRefused, "401$"),
        ((302, b"", {"Location": "https://evil.example/"}), TokenRefused, "302"),
        ((429, b"", {}), TokenAway, "429"),
        ((503, b"<html>", {}), TokenAway, "503"),
        ((200, b"<html>", {}), TokenAway, "no access token"),
        ((200, b"[" * 60_000, {}), TokenAway, "no access token"),
        ((200, b'{"access_token": "a\\r\\nb"}', {}), TokenAway, "no access token"),
        ((200, b'{"access_token": 7}', {}), TokenAway, "no access token"),
        ((200, b'{"access_token": "token-1", "token_type": "mac"}', {}), TokenRefused, "another type"),
        ((200, b" " * 5_000_000, {}), TokenAway, "DecodingError"),
        ((200, b"x", {"Content-Encoding": "gzip"}), TokenAway, "no access token"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_told_without_secrets(
    endpoint: TokenEndpoint, answer: tuple[int, bytes, dict[str, str]], kind: type[Exception], told: str
) -> None:
    endpoint.answer = lambda: answer
    with pytest.raises(kind, match=told) as caught:
        access_token(consent(endpoint))
    assert not any(secret in f"{caught.value}{consent(endpoint)!r}" for secret in SECRETS)


def test_an_endpoint_that_is_away_or_silent_is_temporary(endpoint: TokenEndpoint) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}/"
        with pytest.raises(TokenAway, match="ReadTimeout"):
            access_token(consent(endpoint, token_url=url, timeout=1))
    with pytest.raises(TokenAway, match="ConnectError"):
        access_token(consent(endpoint, token_url=url))


def test_imap_takes_the_token_and_a_withdrawn_one_is_renewed_once(endpoint: TokenEndpoint) -> None:
    with Responder(token="token-1") as server:
        account = Account("127.0.0.1", server.port, "none", "ann", oauth=consent(endpoint), timeout=5)
        with Inbox(account):
            pass
        server.token = "token-2"
        with Inbox(account):
            pass
        assert endpoint.given == ["token-1", "token-2"]
        server.token = "another"
        with pytest.raises(MailboxRefuses, match="AUTHENTICATIONFAILED") as caught, Inbox(account):
            pass
        assert "token-" not in str(caught.value)
        assert len(endpoint.given) == 3
        endpoint.answer = lambda: (503, b"", {})
        with pytest.raises(MailboxAway, match="token endpoint"), Inbox(account):
            pass
        endpoint.answer = lambda: (400, b'{"error": "invalid_grant"}', {})
        with pytest.raises(MailboxRefuses, match="invalid_grant"), Inbox(account):
            pass


@pytest.mark.skipif(BINARY is None, reason="Dovecot is not installed")
def test_dovecot_takes_the_token(endpoint: TokenEndpoint) -> None:
    with Dovecot(oauth_port=endpoint.port) as server:
        account = Account("127.0.0.1", server.port, "none", "ann", oauth=consent(endpoint), timeout=10)
        with Inbox(account) as inbox:
            assert inbox.look("INBOX").messages == 0
        endpoint.withdrawn.add("token-1")
        with Inbox(account) as inbox:
            assert inbox.look("INBOX").messages == 0
        assert endpoint.given == ["token-1", "token-2"]
        with pytest.raises(MailboxRefuses, match="login is refused"):
            Inbox(Account("127.0.0.1", server.port, "none", "bob", oauth=consent(endpoint), timeout=10)).__enter__()


class Tokens:
    """What an SMTP server makes of XOAUTH2."""

    def __init__(self, good: str) -> None:
        self.good = good

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        said = base64.b64decode(args[1]).decode()
        if said == f"user=us@creditor.example\x01auth=Bearer {self.good}\x01\x01":
            return AuthResult(success=True)
        assert await server.challenge_auth('{"status":"400"}') == b""
        return AuthResult(success=False, handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_smtp_takes_the_token_and_a_withdrawn_one_is_renewed_once(endpoint: TokenEndpoint, mail: MailServer) -> None:
    handler = Tokens("token-1")
    mail.auth_XOAUTH2 = handler.auth_XOAUTH2  # type: ignore[attr-defined]
    mail._users = {}  # a login is asked for
    route = Route("127.0.0.1", mail.port, "none", "us@creditor.example", oauth=consent(endpoint), timeout=5)

    def sent() -> object:
        with Sender(route) as sender:
            sender.connect()
            return sender.send("us@creditor.example", "a@b.example", b"Subject: x\r\n\r\nx\r\n")

    assert isinstance(sent(), Accepted)
    handler.good = "token-2"
    assert isinstance(sent(), Accepted)
    handler.good = "another"
    with pytest.raises(MailServerRefuses, match="535") as caught:
        sent()
    assert "token-" not in str(caught.value)
    endpoint.answer = lambda: (500, b"", {})
    with pytest.raises(MailServerAway, match="token endpoint"):
        sent()
