"""Text messages: a letter in a few words, by a gateway, under the same rules as any letter."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dunwell.liaison.sms import Gateway
from dunwell.liaison.webhook import Target
from dunwell.rules.tomltext import TomlProblems
from tests.liaison.web import Web
from tests.support.firm import ACCOUNTS, MONDAY, Firm, csv, policy

DAY = timedelta(days=1)
BY_SMS = ('{ day = 3, letter = "past_due_first" }', '{ day = 3, letter = "past_due_first", channel = "sms" }')


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        server.answers["/sms"] = (202, {}, b"{}")
        yield server


def owes(firm: Firm, url: str, *, phone: str = "+44 (0)20 7946-0018", language: str = "en") -> None:
    """A owes INV-A since Thursday; the first letter is a text message."""
    firm.sms = Gateway(Target(url, "t0ken", allow_private=True, timeout=2), "Northwind")
    firm.rules = policy(BY_SMS)
    firm.customers(MONDAY, ["A"], language=language)
    firm.take(csv(f"{ACCOUNTS},phone", f"A,Firm A,GB,{language},{phone}"), MONDAY)
    firm.invoices(MONDAY, f"A,INV-A,2026-01-27,{MONDAY - 4 * DAY},400.00,GBP")


def asked(web: Web) -> list[dict[str, str]]:
    return [json.loads(body) for _, _, _, body in web.asked]


def test_a_letter_goes_as_a_text_message_once(firm: Firm, web: Web) -> None:
    owes(firm, f"{web.url}/sms")
    for _ in range(2):
        firm.run(MONDAY)
    (said,) = asked(web)
    assert (said["to"], said["from"]) == ("+442079460018", "Northwind")
    assert said["text"] == (
        "Northwind Ltd: £400.00 outstanding, inv. INV-A, due date 26 Feb 2026. Please pay to GB33 BUKB 2020 1555 "
        "5555 55, reference INV-A. If you have paid, thank you. Questions: collections@northwind.example"
    )
    assert web.asked[0][2]["Authorization"] == "Bearer t0ken"
    (letter,) = firm.letters()
    assert (letter.state, letter.carrier, letter.to, letter.reason) == (
        "sent", "sms", "+442079460018", "the gateway answered 202",
    )  # fmt: skip
    assert said["id"] == letter.message_id
    assert firm.mail is not None
    assert firm.mail.letters == []
    for day in range(1, 14):
        firm.run(MONDAY + day * DAY)
    assert [one.letter for one in firm.letters()][1] == "past_due_second", "the next is a mail, at its own distance"
    assert len(asked(web)) == 1
    assert firm.broken() == []


@pytest.mark.parametrize("language", ["it", "fr", "ro", "ru", "fa", "de", "es"])
def test_in_the_account_s_language(small_firm: Firm, web: Web, language: str) -> None:
    owes(small_firm, f"{web.url}/sms", language=language)
    small_firm.run(MONDAY)
    (said,) = asked(web)
    assert "INV-A" in said["text"]
    assert "{" not in said["text"]
    assert "is open on invoice" not in said["text"]


@pytest.mark.parametrize(
    ("status", "state"),
    [(503, "waiting"), (429, "waiting"), (500, "in_doubt"), (400, "failed"), (302, "failed")],
)
def test_what_the_gateway_answers(small_firm: Firm, web: Web, status: int, state: str) -> None:
    web.answers["/sms"] = (status, {"Location": "http://127.0.0.1/elsewhere"}, b"")
    owes(small_firm, f"{web.url}/sms")
    small_firm.run(MONDAY)
    assert [one.state for one in small_firm.letters()] == [state]
    assert len(web.asked) == 1
    small_firm.run(MONDAY)
    assert len(web.asked) == (2 if state == "waiting" else 1), "in doubt it is never sent again by itself"
    assert ("letter_failed" in small_firm.task_kinds()) == (state == "failed")


def test_a_gateway_that_hangs_leaves_it_in_doubt_and_one_that_is_away_lets_it_wait(small_firm: Firm) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []
    threading.Thread(target=lambda: held.append(listener.accept()[0]), daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/sms"
    owes(small_firm, url)
    small_firm.run(MONDAY)
    assert [one.state for one in small_firm.letters()] == ["in_doubt"]
    listener.close()
    small_firm.customers(MONDAY, ["B"])
    small_firm.take(csv(f"{ACCOUNTS},phone", "B,Firm B,GB,en,0044 20 7946 0019"), MONDAY)
    small_firm.invoices(MONDAY, f"B,INV-B,2026-01-27,{MONDAY - 4 * DAY},400.00,GBP")
    small_firm.run(MONDAY)
    assert [one.state for one in small_firm.letters()] == ["in_doubt", "waiting"]


def test_without_a_number_it_is_mailed_and_without_a_gateway_a_person_hears(small_firm: Firm, web: Web) -> None:
    owes(small_firm, f"{web.url}/sms", phone="020 7946 0018")
    small_firm.run(MONDAY)
    assert [(one.state, one.carrier) for one in small_firm.letters()] == [("sent", "email")]
    owes_too = csv(f"{ACCOUNTS},phone", "B,Firm B,GB,en,+442079460019")
    small_firm.sms = None
    small_firm.customers(MONDAY, ["B"])
    small_firm.take(owes_too, MONDAY)
    small_firm.invoices(MONDAY, f"B,INV-B,2026-01-27,{MONDAY - 4 * DAY},400.00,GBP")
    small_firm.run(MONDAY)
    (task,) = [one for one in small_firm.tasks() if one.kind == "letter_unsound"]
    assert "set sms.url" in task.text


def test_a_rehearsal_is_mailed(small_firm: Firm, web: Web) -> None:
    owes(small_firm, f"{web.url}/sms")
    small_firm.redirect_to = "trial@northwind.example"
    small_firm.run(MONDAY)
    assert [one.state for one in small_firm.letters()] == ["rehearsed"]
    assert web.asked == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            'touch = [{ day = 121, letter = "final_notice" }]',
            'touch = [{ day = 121, letter = "final_notice", channel = "sms" }]',
        ),
        ("[stage.on_hold]\n", '[stage.on_hold]\nchannel = "sms"\n'),
    ],
)
def test_what_a_text_message_cannot_say(old: str, new: str) -> None:
    with pytest.raises(TomlProblems, match=r"sms|text message"):
        policy((old, new))
