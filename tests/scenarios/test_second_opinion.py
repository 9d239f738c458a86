"""A language model is asked about replies that the machine is unsure of, and only shown to whoever decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dunwell import wiring
from dunwell.desk import review
from dunwell.desk.review import Decision
from dunwell.liaison.language_model import Model
from dunwell.rules.tomltext import TomlProblems
from tests.liaison.web import Web
from tests.support.customer_mail import mail
from tests.support.firm import MONDAY, Firm, moment, owing

TUESDAY = MONDAY + timedelta(days=1)
ANNE = "a001@a001.example"
UNCLEAR = "About INV-A001: once Bob is back it should work out, 20 March 2026 is what he told us, 40.00 GBP of it."
WORDS = "20 March 2026 is what he told us"


@pytest.fixture
def model() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def asking(small_firm: Firm, model: Web) -> Firm:
    """A001 owes INV-A001; a model is asked about what is unclear."""
    owing(small_firm, MONDAY, 1)
    small_firm.run(MONDAY)
    return replace(small_firm, model=Model(f"{model.url}/v1/", "reader-1", "a-key", timeout=5))


def says(web: Web, answer: object, status: int = 200) -> None:
    content = answer if isinstance(answer, str) else json.dumps(answer)
    body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
    web.answers["/v1/chat/completions"] = (status, {}, body)


def promise(**other: Any) -> dict[str, Any]:
    one = {"date": "2026-03-20", "amount": "40.00", "words": WORDS, **other}
    return {"intent": "promise_to_pay", "promises": [one]}


def receive(firm: Firm, text: str = UNCLEAR, sender: str = ANNE) -> None:
    firm.receive(TUESDAY, mail(sender, text, on=TUESDAY, answers=firm.letters()[0].message_id))


def test_what_it_says_is_the_suggestion_and_nothing_follows_until_a_person_accepts(asking: Firm, model: Web) -> None:
    says(model, promise())
    receive(asking)
    (reply,) = asking.replies("review")
    assert reply.intent == "promise_to_pay"
    assert "language model" in reply.reasons[-1]
    assert asking.promises() == []
    review.review(asking.office, reply.id, Decision(), "the collector", "", moment(TUESDAY))
    (made,) = asking.promises()
    assert (made.date, str(made.amount)) == (date(2026, 3, 20), "40.00 GBP")


def test_it_is_shown_the_new_words_and_no_more(asking: Firm, model: Web) -> None:
    says(model, promise())
    receive(asking, f"{UNCLEAR}\n\n> our letter said something secret\n")
    ((method, path, headers, body),) = model.asked
    assert (method, path, headers["Authorization"]) == ("POST", "/v1/chat/completions", "Bearer a-key")
    question = json.loads(body)
    assert question["model"] == "reader-1"
    assert "Bob is back" in question["messages"][1]["content"]
    for kept_in in ("secret", ANNE, "Re: your invoice"):
        assert kept_in not in body.decode()


@pytest.mark.parametrize(
    "answer",
    [
        promise(date="2026-03-27"), promise(date="2026-02-20"), promise(date="soon"), promise(amount="400.00"),
        promise(amount="x"), promise(words="we promise to pay"), promise(words=""), promise(words=None),
        {"intent": "question", "promises": promise()["promises"]}, {"intent": "pay_now", "promises": []},
        {"intent": "question", "promises": None}, {"intent": "question", "promises": [{}] * 13}, [],
        "no json", "[" * 50_000,
    ],
    ids=lambda answer: str(answer)[:60],
)  # fmt: skip
def test_what_the_words_do_not_bear_out_is_left_out(asking: Firm, model: Web, answer: object) -> None:
    says(model, answer)
    receive(asking)
    (reply,) = asking.replies("review")
    assert "language model" not in " ".join(reply.reasons)
    assert len(model.asked) == 1


def test_it_is_not_asked_about_what_is_clear_or_from_strangers(asking: Firm, model: Web) -> None:
    says(model, promise())
    receive(asking, "We will pay invoice INV-A001 on Friday 20 March 2026.")
    asking.receive(TUESDAY, mail("who@elsewhere.example", "Why do you write to me?", on=TUESDAY))
    assert model.asked == []


def test_one_that_fails_is_asked_no_more_in_that_round(asking: Firm, model: Web) -> None:
    thread = asking.letters()[0].message_id
    says(model, promise(), 503)
    asking.receive(TUESDAY, *(mail(ANNE, f"{UNCLEAR} {n}", on=TUESDAY, answers=thread) for n in range(3)))
    assert len(model.asked) == 1
    assert len(asking.replies("review")) == 3
    for status, body in ((200, b"{}"), (200, b"x" * 70_000), (301, b"")):
        model.answers["/v1/chat/completions"] = (status, {"Location": "/elsewhere"}, body)
        receive(asking, f"{UNCLEAR} {status} {len(body)}")
    assert [path for _, path, _, _ in model.asked] == ["/v1/chat/completions"] * 4
    away = replace(asking, model=Model("http://127.0.0.1:9/v1", "reader-1", timeout=5))
    receive(away, f"{UNCLEAR} again")
    assert len(asking.replies("review")) == 7


def test_the_settings_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        wiring.set_overrides()
        assert wiring.language_model() is None
        monkeypatch.setenv("DUNWELL_OPINION__URL", "https://models.example/v1")
        wiring.set_overrides()
        with pytest.raises(TomlProblems, match=r"opinion\.model"):
            wiring.language_model()
        monkeypatch.setenv("DUNWELL_OPINION__MODEL", "reader-1")
        wiring.set_overrides()
        assert wiring.language_model() == Model("https://models.example/v1", "reader-1")
        monkeypatch.setenv("DUNWELL_OPINION__URL", "http://models.example/v1")
        wiring.set_overrides()
        with pytest.raises(TomlProblems, match="https address"):
            wiring.language_model()
    finally:
        monkeypatch.undo()
        wiring.set_overrides()
