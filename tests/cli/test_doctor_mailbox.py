"""The doctor and the collections mailbox; the settings of both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dunwell import wiring
from dunwell.cli.doctor_mailbox import authserv_id, mailbox_checks
from dunwell.mailroom.auth import OAuth
from dunwell.rules.tomltext import TomlProblems
from dunwell.settings import load
from tests.mailroom.boxes import Box, mail, pymap_box


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with pymap_box(tmp_path / "mail") as found:
        yield found


def environment(box: Box, **more: str) -> dict[str, str]:
    own = box.account
    said = {"HOST": own.host, "PORT": str(own.port), "SECURITY": "none", "USERNAME": own.username}
    return {f"DUNWELL_IMAP__{key}": value for key, value in ({**said, "PASSWORD": own.password} | more).items()}


@pytest.fixture(autouse=True)
def _settings_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    wiring.set_overrides()
    yield
    monkeypatch.undo()
    wiring.set_overrides()


def found(monkeypatch: pytest.MonkeyPatch, **environ: str) -> dict[str, tuple[str, str]]:
    with monkeypatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        wiring.set_overrides()
        return {check.name: (check.state, check.what) for check in mailbox_checks(wiring.located())}


def test_the_doctor_opens_each_folder_and_suggests_whose_word_to_believe(
    monkeypatch: pytest.MonkeyPatch, box: Box
) -> None:
    box.put(mail(1), b"Authentication-Results: mx.northwind.example 1; dkim=pass\r\n" + mail(2))
    box.make("Junk")
    told = found(monkeypatch, **environment(box, JUNK="Junk", SENT="Snet", PROCESSED="Done"))
    assert told["imap"] == ("well", f"127.0.0.1:{box.account.port} INBOX has 2 messages")
    assert told["imap.junk"][0] == "well"
    assert told["imap.sent"][0] == "wrong"
    assert "no folder 'Snet'" in told["imap.sent"][1]
    assert told["imap.processed"][0] == "note"
    state, what = told["imap.authserv_id"]
    assert state == "note"
    assert "no reply is acted upon by itself" in what
    assert "'mx.northwind.example'" in what
    told = found(monkeypatch, **environment(box, AUTHSERV_ID="mx.northwind.example, mx2.northwind.example"))
    assert told["imap.authserv_id"] == ("well", "believed: mx.northwind.example, mx2.northwind.example")


def test_the_doctor_tells_a_wrong_password_from_a_server_that_is_away(
    monkeypatch: pytest.MonkeyPatch, box: Box
) -> None:
    state, what = found(monkeypatch, **environment(box, PASSWORD="wr0ng"))["imap"]
    assert state == "wrong"
    assert "wr0ng" not in what
    assert found(monkeypatch, **environment(box, PORT="9"))["imap"][0] == "away"
    assert found(monkeypatch) == {"imap": ("note", "imap.username is not set: replies are not read")}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b"mx.google.com;\r\n dkim=pass header.i=@x.example", "mx.google.com"),
        (b"mail.example 1; none", "mail.example"),
        (b"mail.example", "mail.example"),
        (b"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dkim=none", None),
        (b"\xff\xfe;", None),
        (b"", None),
    ],
)
def test_who_wrote_the_authentication_results(header: bytes, name: str | None) -> None:
    assert (
        authserv_id(b"Authentication-Results: " + header + b"\r\nAuthentication-Results: evil.example; x\r\n") == name
    )
    assert authserv_id(b"Subject: x\r\n\r\n") is None


def test_tokens_are_set_from_the_environment_and_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("refr3sh\n")
    for section in ("IMAP", "SMTP"):
        monkeypatch.setenv(f"DUNWELL_{section}__USERNAME", "us@x.example")
        monkeypatch.setenv(f"DUNWELL_{section}__OAUTH__PROVIDER", "google")
        monkeypatch.setenv(f"DUNWELL_{section}__OAUTH__CLIENT_ID", "dunwell")
        monkeypatch.setenv(f"DUNWELL_{section}__OAUTH__REFRESH_TOKEN_FILE", "secret")
    monkeypatch.setenv("DUNWELL_IMAP__CA_FILE", "ca.pem")
    wiring.set_overrides()
    account = wiring.mailbox()
    assert account is not None
    assert account.oauth == wiring.route().oauth == OAuth("google", "dunwell", refresh_token="refr3sh", timeout=30)
    assert account.ca_file == str(tmp_path / "ca.pem")
    assert "refr3sh" not in repr(account) + repr(wiring.route()) + repr(wiring.located())


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"OAUTH__PROVIDER": "google"}, "oauth.client_id: is needed"),
        ({"OAUTH__PROVIDER": "google", "OAUTH__CLIENT_ID": "a"}, "oauth.refresh_token: is needed"),
        ({"OAUTH__PROVIDER": "other", "OAUTH__CLIENT_ID": "a"}, "oauth.token_url: is needed"),
        ({"OAUTH__PROVIDER": "other", "OAUTH__CLIENT_ID": "a", "OAUTH__TOKEN_URL": "http://x.example/"}, "https"),
        ({"OAUTH__PROVIDER": "yahoo"}, "google"),
        ({"OAUTH__CLIENT_IDS": "a"}, "DUNWELL_IMAP__OAUTH__CLIENT_ID"),
        ({"PROCESSED": "keyword:two words"}, "a keyword has letters"),
        ({"MAX_KILOBYTES": "1"}, "16"),
        ({"TOKEN": "1"}, "unknown setting"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(environ: dict[str, str], told: str) -> None:
    with pytest.raises(TomlProblems) as caught:
        load(None, {f"DUNWELL_IMAP__{key}": value for key, value in environ.items()})
    assert told in str(caught.value)
