"""The door: signing in, sessions, and what guards them."""

from __future__ import annotations

import json

import pytest

from dunwell.desk import users
from dunwell.desk.refusals import CannotDo
from dunwell.desk.users import IDLE, LONGEST, MOST_NAMED, MOST_PLACED, Refused
from dunwell.frontdesk.guard import HEADERS, csrf_of, local
from dunwell.frontdesk.routes import ROUTES
from dunwell.ledger import users as kept
from tests.support.dump import everything
from tests.support.firm import MONDAY, Firm
from tests.support.visitor import PASSWORD, Clock, Visitor, employ, visitor, words_of


def test_without_users_the_page_says_how_to_add_one(small_firm: Firm) -> None:
    nobody = Visitor(small_firm)
    assert "dunwell user add NAME --role collector" in nobody.text("/login")
    employ(small_firm, "collector")
    assert "dunwell user add" not in nobody.text("/login")


def test_whoever_is_well_says_so_without_a_session(firm: Firm) -> None:
    assert Visitor(firm).get("/healthz").text == "ok\n"


def test_a_user_signs_in_does_something_and_signs_out(firm: Firm) -> None:
    users.add(firm.books, "Zoë Ångström", "collector", PASSWORD, MONDAY)
    found = Visitor(firm)
    assert found.get("/figures?x=1").headers["location"] == "/login?next=%2Ffigures%3Fx%3D1"
    found.get("/login?next=%2Ffigures")
    answer = found.post("/login", name="  zoë   ÅNGSTRÖM ", password=PASSWORD, next="/figures")
    assert (answer.status_code, answer.headers["location"]) == (303, "/figures")
    assert "Zoë Ångström · Collector" in found.text("/")
    assert found.get("/login").headers["location"] == "/"
    token = found.client.cookies["dunwell_session"]
    assert found.post("/logout").headers["location"] == "/login"
    found.plant(token)
    assert found.get("/").status_code == 303, "the token is worth nothing after signing out"


def test_a_wrong_password_and_an_unknown_name_look_alike(small_firm: Firm) -> None:
    employ(small_firm, "collector")
    found = Visitor(small_firm)
    wrong, unknown = found.signs_in("Collector", "something else"), found.signs_in("Nobody", PASSWORD)
    assert wrong.status_code == unknown.status_code == 401
    assert words_of(wrong) == words_of(unknown)
    assert "dunwell_session" not in found.client.cookies


def test_a_session_that_somebody_planted_is_not_taken_over(small_firm: Firm) -> None:
    """Fixation: whatever the browser brings, signing in gives it another token, and the old one is worth nothing."""
    employ(small_firm, "owner")
    mine = visitor(small_firm, "collector")
    planted = mine.client.cookies["dunwell_session"]
    victim = Visitor(small_firm)
    victim.plant(planted)
    users.sign_out(small_firm.books, planted)
    victim.signs_in("Owner")
    assert victim.client.cookies["dunwell_session"] != planted
    assert mine.get("/").status_code == 303
    chosen = "attacker-chosen-token-of-enough-length"
    other = Visitor(small_firm)
    other.plant(chosen)
    other.signs_in("Owner")
    assert users.signed_in(small_firm.books, chosen, other.clock()) is None


def test_signing_in_again_ends_the_session_before(small_firm: Firm) -> None:
    employ(small_firm, "owner")
    now = Clock()()
    first = users.sign_in(small_firm.books, "Owner", PASSWORD, "x", now)
    users.sign_in(small_firm.books, "Owner", PASSWORD, "x", now, before=first)
    assert users.signed_in(small_firm.books, first, now) is None


def test_the_ledger_knows_neither_tokens_nor_passwords(small_firm: Firm) -> None:
    found = visitor(small_firm)
    users.set_password(small_firm.books, "Controller", PASSWORD)
    found.signs_in("Controller")
    kept_all = json.dumps(everything(small_firm.books))
    assert "$argon2id$" in kept_all
    assert PASSWORD not in kept_all
    assert found.client.cookies["dunwell_session"] not in kept_all
    assert found.csrf not in kept_all


def test_a_session_ends_when_it_is_not_used_and_after_a_day_of_work(small_firm: Firm) -> None:
    found = visitor(small_firm)
    found.clock.passes(minutes=50)
    assert found.get("/").status_code == 200
    found.clock.passes(minutes=50)
    assert found.get("/").status_code == 200, "use keeps it"
    found.clock.passes(seconds=IDLE.total_seconds() + 1)
    assert found.get("/").status_code == 303
    found.signs_in("Controller")
    for _ in range(int(LONGEST.total_seconds() // 1800)):
        found.clock.passes(minutes=30)
        assert found.get("/").status_code == 200
    found.clock.passes(minutes=1)
    assert found.get("/").status_code == 303, "no use keeps it longer than that"


def test_guessing_is_stopped_by_name_and_by_address(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in the ledger. Which password was tried is not looked at any more."""
    employ(firm, "collector")
    clock = Clock()
    looked: list[str] = []
    monkeypatch.setattr("dunwell.desk.passwords.fits", lambda kept, password: looked.append(password) or False)
    for number in range(MOST_NAMED):
        with pytest.raises(Refused) as refused:
            users.sign_in(firm.books, "Collector", str(number), f"10.0.0.{number}", clock())
        assert not refused.value.too_many
    with pytest.raises(Refused) as refused:
        users.sign_in(firm.books, "collector", "the right one", "10.0.1.1", clock())
    assert refused.value.too_many
    assert "the right one" not in looked
    for number in range(MOST_PLACED):
        with pytest.raises(Refused):
            users.sign_in(firm.books, f"name {number}", "x", "10.9.9.9", clock())
    with pytest.raises(Refused) as refused:
        users.sign_in(firm.books, "another", "x", "10.9.9.9", clock())
    assert refused.value.too_many
    monkeypatch.undo()
    clock.passes(minutes=16)
    assert users.sign_in(firm.books, "Collector", PASSWORD, "10.9.9.9", clock())


def test_the_page_says_that_it_was_too_often(small_firm: Firm) -> None:
    employ(small_firm, "collector")
    found = Visitor(small_firm)
    with small_firm.books.write() as work:
        for _ in range(MOST_NAMED):
            kept.tried(work, "collector", "1.2.3.4", "2026-03-02T09:00:00+00:00")
    answer = found.signs_in("Collector")
    assert answer.status_code == 429
    assert "quarter of an hour" in words_of(answer)


@pytest.mark.parametrize("password", ["short", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(small_firm: Firm, password: str) -> None:
    with pytest.raises(CannotDo, match="characters"):
        users.add(small_firm.books, "A", "owner", password, MONDAY)
    assert users.listed(small_firm.books) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\nb\x00", "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(small_firm: Firm, name: str) -> None:
    with pytest.raises(CannotDo, match="NAME"):
        users.add(small_firm.books, name, "owner", PASSWORD, MONDAY)


def test_another_password_ends_the_sessions(small_firm: Firm) -> None:
    found = visitor(small_firm)
    users.set_password(small_firm.books, "Controller", "quite another one")
    assert found.get("/").status_code == 303
    assert found.signs_in("Controller").status_code == 401
    assert found.signs_in("Controller", "quite another one").status_code == 303


# Cookies, forged forms, addresses, headers


def test_cookies_are_for_this_browser_alone_and_go_with_tls(small_firm: Firm) -> None:
    employ(small_firm, "owner")
    for host, name, secure in (
        ("127.0.0.1", "dunwell_session", False),
        ("desk.example", "__Host-dunwell_session", True),
    ):
        found = Visitor(small_firm, host=host)
        said = found.signs_in("Owner").headers.get_list("set-cookie")
        (cookie,) = [one for one in said if one.startswith(f"{name}=")]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/" in cookie
        assert ("Secure" in cookie) is secure


def test_a_token_of_another_session_is_forged(small_firm: Firm) -> None:
    mine, other = visitor(small_firm, "collector"), visitor(small_firm, "owner")
    mine.csrf = other.csrf
    assert mine.post("/language", language="de").status_code == 403
    assert csrf_of(other.client.cookies["dunwell_session"]) == other.csrf


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_form_from_another_site_is_forged_even_with_the_token(small_firm: Firm, headers: dict[str, str]) -> None:
    found = visitor(small_firm)
    assert found.post("/language", headers=headers, language="de").status_code == 403
    assert found.post("/language", headers={"Origin": "http://127.0.0.1"}, language="de").status_code == 303


def test_signing_in_needs_the_token_of_the_page_too(small_firm: Firm) -> None:
    employ(small_firm, "owner")
    found = Visitor(small_firm)
    assert found.post("/login", name="Owner", password=PASSWORD).status_code == 403
    assert "dunwell_session" not in found.client.cookies


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/account/A%20B?page=2", "/account/A%20B?page=2"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_sent_elsewhere(small_firm: Firm, wanted: str, given: str) -> None:
    assert local(wanted) == given
    employ(small_firm, "owner")
    found = Visitor(small_firm)
    found.get("/login")
    assert found.post("/login", name="Owner", password=PASSWORD, next=wanted).headers["location"] == given


def test_every_answer_carries_the_headers_and_private_ones_are_kept_nowhere(small_firm: Firm) -> None:
    found = visitor(small_firm)
    for path in ("/", "/login", "/nothing", "/healthz", "/account/none"):
        answer = found.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "no-store"
    assert found.get("/assets/desk.css").headers["cache-control"].startswith("public")
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_no_page_has_a_script_or_a_style_of_its_own(small_firm: Firm) -> None:
    found = visitor(small_firm)
    for route in ROUTES:
        if route.method == "GET" and "{" not in route.path:
            text = found.get(route.path).text.lower()
            assert "<style" not in text
            assert " style=" not in text
            assert " onclick=" not in text
            assert "<script>" not in text


def test_what_is_no_form_or_too_large_is_refused(small_firm: Firm) -> None:
    found = visitor(small_firm)
    assert found.asks("POST", "/language", json={"language": "de"}).status_code == 415
    assert found.post("/language", language="x" * 70_000).status_code == 413
    assert found.post("/language", language="\x00").status_code == 400
    assert found.asks("PUT", "/").status_code == 405
    assert found.asks("POST", "/figures").status_code == 405


def test_an_error_says_nothing_of_the_inside(small_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    found = visitor(small_firm)

    def broken(_self: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("dunwell.frontdesk.views.promises._month", broken)
    answer = found.get("/promises")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_two_who_sign_in_at_once_each_get_a_session(small_firm: Firm) -> None:
    employ(small_firm, "owner")
    now = Clock()()
    tokens = {users.sign_in(small_firm.books, "Owner", PASSWORD, "x", now) for _ in range(2)}
    assert len(tokens) == 2
    assert all(users.signed_in(small_firm.books, token, now) for token in tokens)
