"""The front desk in a real Chromium: keys, the strict policy, a phone, and what hostile words may not do there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dunwell.frontdesk.app import application
from dunwell.ledger import tasks
from tests.support.chromium import BINARY, Browser, Page
from tests.support.customer_mail import mail
from tests.support.firm import MONDAY, Firm, owing
from tests.support.served import served
from tests.support.visitor import PASSWORD, Clock, desk_of, employ

pytestmark = pytest.mark.skipif(BINARY is None, reason="needs Chromium")
HOSTILE = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
PAGES = ("/", "/replies", "/reply/1", "/calls", "/task/1", "/accounts", "/account/A001", "/invoice/INV-A001",
         "/letter/1", "/queue", "/promises", "/figures", "/report", "/settings", "/search?q=A0")  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture
def address(small_firm: Firm) -> Iterator[str]:
    """A morning at a firm: a letter sent, a reply to review, a call to make."""
    owing(small_firm, MONDAY, 1)
    small_firm.run(MONDAY)
    text = f"We will perhaps pay INV-A001 by 20 March, if our bank agrees. {HOSTILE}"
    small_firm.receive(MONDAY, mail("a001@a001.example", text, on=MONDAY, subject=HOSTILE))
    with small_firm.books.write() as work:
        tasks.make(work, "call:x", "call", f"call Firm A001; {HOSTILE}", made_on=MONDAY, account_id=1)
    employ(small_firm, "controller", HOSTILE[:60])
    with served(application(desk_of(small_firm, MONDAY, Clock()))) as found:
        yield found


def _through_the_door(page: Page, address: str) -> None:
    page.go(f"{address}/login")
    page.fill("input[name=name]", HOSTILE[:60])
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.main", leaves=True)
    assert page.path == "/"


def test_no_page_breaks_the_policy_runs_foreign_words_or_asks_elsewhere(browser: Browser, address: str) -> None:
    with browser.page() as page:
        _through_the_door(page, address)
        for path in PAGES:
            for width in (390, 1280):
                page.looks(width, 844)
                page.go(f"{address}{path}")
                assert page.does("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.does("window.hacked") is None
            assert page.does("document.querySelector('h1').innerText").strip()
        assert page.complaints() == []
        # The browser's own pictures of date fields are data.
        assert [url for url in page.asked() if not url.startswith((address, "data:image/svg+xml;"))] == []
        assert [url for url in page.asked() if url.endswith("/x")] == []
        assert page.does("localStorage.length") == 0
        assert "A001" not in page.does("JSON.stringify(sessionStorage)"), "nothing private is kept in the browser"


def test_a_reply_is_decided_in_two_keys(browser: Browser, address: str, small_firm: Firm) -> None:
    with browser.page() as page:
        _through_the_door(page, address)
        page.press("g", "r", leaves=True)
        assert page.path == "/replies"
        page.press("j")
        page.press("Enter", leaves=True)
        assert page.path == "/reply/1"
        page.press("r")
        assert page.does("document.activeElement.value") == "reject"
        page.press("Enter", leaves=True)
        assert page.path == "/replies"
        assert "Saved." in page.text
    assert small_firm.replies("review") == []


def test_an_override_is_tried_without_leaving_the_page(browser: Browser, address: str, small_firm: Firm) -> None:
    with browser.page() as page:
        _through_the_door(page, address)
        page.go(f"{address}/account/A001")
        page.press("o")
        assert page.does("document.activeElement.name") == "action"
        page.fill("select[name=action]", "stop")
        assert page.does("getComputedStyle(document.querySelector('[data-for~=pause]')).display") == "none"
        page.click("button[name=preview]")
        page.until("document.querySelector('#effect .problem') !== null")
        assert "say why" in page.does("document.querySelector('#effect').innerText")
        assert page.does("document.querySelectorAll('header').length") == 1, "a piece of a page, not a page"
        page.fill("form[action='/override'] input[name=reason]", "agreed")
        page.click("button[name=preview]")
        page.until("document.querySelector('#effect table') !== null")
        assert "a trial" in page.text.lower()
        assert page.path == "/account/A001"
        page.click("form[action='/override'] button.main", leaves=True)
        assert "Stop for good" in page.text
        assert [one for one in page.complaints() if "422" not in one] == []
    assert not small_firm.run(MONDAY.replace(day=9)).record.sent


def test_what_is_typed_is_searched_at_once(browser: Browser, address: str) -> None:
    with browser.page() as page:
        _through_the_door(page, address)
        page.press("/")
        assert page.does("document.activeElement.type") == "search"
        page.go(f"{address}/search")
        page.fill("main input[type=search]", "inv-a0")
        page.until("document.querySelector('#found').innerText.includes('INV-A001')")
        assert page.complaints() == []


def test_another_site_gets_nothing_done_with_a_borrowed_browser(browser: Browser, address: str) -> None:
    """A form of another site that this browser sends: the cookie stays at home, and nothing changes."""
    with browser.page() as page:
        _through_the_door(page, address)
        elsewhere = address.replace("127.0.0.1", "localhost")
        page.go(f"{elsewhere}/login")
        page.does(
            "(() => { const f = document.createElement('form'); f.method = 'post'; "
            f"f.action = '{address}/override'; document.body.append(f); f.submit(); }})()"
        )
        page.go(f"{address}/account/A001")
        assert "Stop for good" not in page.does("document.querySelector('main').innerText.split('What you can do')[0]")


def test_in_persian_the_page_stands_from_right_to_left(browser: Browser, address: str) -> None:
    with browser.page(390, 844, dark=True) as page:
        _through_the_door(page, address)
        before = page.does("performance.timeOrigin")
        page.fill("select[name=language]", "fa")
        page.until(f"performance.timeOrigin !== {before} && document.dir === 'rtl'")
        assert page.does("getComputedStyle(document.body).direction") == "rtl"
        assert "امروز" in page.text
