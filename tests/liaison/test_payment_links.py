"""Payment links: filled in from a template, or asked of a connector; what is not sound is left out."""

from __future__ import annotations

import json

import pytest

from dunwell.liaison.payment_links import Links, Wanted, find
from dunwell.terms.money import Money
from tests.liaison.web import Web

ONE = Wanted("C 1/2", "INV-1&x=y", Money(123450, "EUR"))


def test_a_template_is_filled_in_and_quoted() -> None:
    links = Links(template="https://pay.example/{account}?r={reference}&a={amount}&c={currency}")
    assert find(links, [ONE]) == {ONE: "https://pay.example/C%201%2F2?r=INV-1%26x%3Dy&a=1234.50&c=EUR"}


def test_a_connector_is_asked_for_each() -> None:
    with Web() as web:
        web.answers["/links"] = (200, {}, json.dumps({"url": f"{web.url}/p/1"}).encode())
        links = Links(connector=f"{web.url}/links", token="t-1", hosts=("127.0.0.1",))
        assert find(links, [ONE]) == {ONE: f"{web.url}/p/1"}
        ((method, _, headers, body),) = web.asked
        assert (method, headers["Authorization"]) == ("POST", "Bearer t-1")
        assert json.loads(body) == {
            "account": "C 1/2",
            "reference": "INV-1&x=y",
            "amount": "1234.50",
            "currency": "EUR",
        }


@pytest.mark.parametrize(
    "answer",
    [
        (200, b'{"url": "https://evil.example/x"}'),
        (200, b'{"url": "javascript:alert(1)"}'),
        (200, b'{"url": 7}'),
        (200, b'{"link": "https://127.0.0.1/x"}'),
        (200, b"[]"),
        (200, b"no json"),
        (500, b""),
        (302, b""),
    ],
)
def test_what_is_no_sound_link_is_left_out(answer: tuple[int, bytes]) -> None:
    with Web() as web:
        web.answers["/links"] = (answer[0], {}, answer[1])
        assert find(Links(connector=f"{web.url}/links", hosts=("127.0.0.1",)), [ONE]) == {}


def test_where_the_connector_is_away_letters_go_without() -> None:
    links = Links(connector="http://127.0.0.1:1/links", hosts=("127.0.0.1",), timeout=1)
    assert find(links, [ONE, Wanted("C", "2", Money(1, "EUR"))]) == {}
    assert find(Links(), [ONE]) == {}
