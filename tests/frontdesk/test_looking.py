"""What stands on the pages: as the books have it, and nothing of it is more than text."""

from __future__ import annotations

from datetime import timedelta

from dunwell.ledger import journal
from dunwell.ledger.journal import Pen
from tests.frontdesk.mornings import HOSTILE, a_call, a_reply
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.visitor import Visitor, visitor


def test_what_there_is_not_is_not_found(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    found = visitor(small_firm, "owner")
    for path in ("/account/A0", "/account/..%2f..", "/invoice/X", "/reply/9", "/reply/x", "/task/0", "/letter/99",
                 "/referral/1", "/task/99999999999999999999", "/reply/\u0663", "/account/a001"):  # fmt: skip
        answer = found.get(path)
        assert answer.status_code == 404, path
        assert "Not found" in answer.text
    assert found.post("/task/9", outcome="done").status_code == 404
    assert found.post("/referral/9", disposition="wait", reason="x").status_code == 404


def test_words_from_outside_stay_words(small_firm: Firm) -> None:
    """Names of accounts and contacts, a mail's subject and text, a person's reason: all of them are only text."""
    name = HOSTILE.replace('"', '""')
    small_firm.take(f'account,name,country,language\nA001,"{name}",GB,en\n'.encode(), MONDAY)
    small_firm.invoices(MONDAY, "A001,INV-<i>1</i>,2026-01-01,2026-02-20,10.00,GBP")
    small_firm.take(
        f"account,name,email,role\nA001,{HOSTILE[:25]},a001@a001.example,accounts_payable\n".encode(), MONDAY
    )
    key = a_reply(small_firm, f"{HOSTILE} INV-<i>1</i> is wrong", subject=HOSTILE)
    a_call(small_firm)
    found = visitor(small_firm, "controller")
    found.get("/")
    found.post("/override", account="A001", action="pause", until="2026-03-20", reason=HOSTILE)
    paths = ["/", "/accounts", "/account/A001", "/invoice/INV-%3Ci%3E1%3C%2Fi%3E", f"/reply/{key}", "/replies",
             "/task/1", "/calls", f"/search?q={HOSTILE}", "/search?q=script", f"/accounts?q={HOSTILE}",
             "/settings"]  # fmt: skip
    for path in paths:
        answer = found.get(path)
        assert answer.status_code == 200, path
        for tag in ("<script>alert", "<img", "<i>1", "onerror=alert(2)>"):
            assert tag not in answer.text.replace('<img src="/assets/icon.svg" alt="">', ""), (path, tag)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in found.get("/account/A001").text


def test_numbers_that_need_quoting_lead_to_their_pages(small_firm: Firm) -> None:
    small_firm.take(b"account,name,country,language\nA/1 #2?x&y,Odd,GB,en\n", MONDAY)
    small_firm.invoices(MONDAY, "A/1 #2?x&y,I/1?2#3%,2026-01-01,2026-02-20,10.00,GBP")
    found = visitor(small_firm)
    page = found.get("/accounts?sort=number").text
    (link,) = {part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/account/")}
    assert "Odd" in found.text(link)
    assert "Odd" in found.text("/invoice/I%2F1%3F2%233%25")
    assert found.post("/override", account="A/1 #2?x&y", action="pause", until="2026-03-20", reason="x").headers[
        "location"
    ] == link  # fmt: skip


def test_the_timeline_tells_everything_newest_first_and_goes_on(firm: Firm) -> None:
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    firm.payments(MONDAY, "A001,INV-A001,2026-03-02,10.00,GBP,half of it")
    a_reply(firm)
    with firm.books.write() as work:
        account = work.lock_account(1)
        for number in range(60):
            journal.write(work, account, Pen(moment(MONDAY).now, MONDAY), "noted", why=f"entry {number}")
    found = visitor(firm, "auditor")
    page = found.text("/account/A001")
    assert page.index("entry 59") < page.index("entry 58")
    following = found.get("/account/A001?page=2", headers={"HX-Request": "true"}).text
    everything = page + following + found.text("/account/A001?page=2")
    for words in ("10.00 GBP", "half of it", "entry 0", "account imported"):
        assert words in everything.replace("_", " "), words
    assert "<html" not in following


def test_the_figures_are_those_of_the_books(firm: Firm) -> None:
    """Ageing to the penny, DSO by its formula, and never two currencies in one sum."""
    firm.customers(MONDAY, ["A001"])
    firm.invoices(
        MONDAY,
        "A001,I1,2026-01-01,2026-03-20,100.00,GBP",
        "A001,I2,2026-01-01,2026-02-20,50.50,GBP",
        "A001,I3,2025-10-01,2025-11-01,25.25,GBP",
        "A001,I4,2026-01-01,2026-02-20,70.00,EUR",
    )
    text = visitor(firm, "auditor").text("/figures")
    for words in ("Not yet due £100.00", "1–30 days £50.50", "Over 90 days £25.25", "1–30 days €70.00"):
        assert words in text
    # 175.75 open, 150.50 invoiced in the last 90 days: 175.75 / 150.50 * 90 = 105.1
    assert "105 DSO GBP" in text
    assert "90 DSO EUR" in text


def test_the_weekly_report_is_a_page_week_by_week(firm: Firm) -> None:
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    found = visitor(firm, "auditor", MONDAY + timedelta(days=7))
    text = found.text("/report")
    for words in ("2026-W10", "2 Mar 2026 – 8 Mar 2026", "1–30 days £100.00", "past due first 1"):
        assert words in text
    assert "past due first" not in found.text("/report?week=2026-02-25")
    for odd in ("?week=x", "?week=9999-12-31", "?week=0001-01-01"):
        assert "2026-W10" in found.text(f"/report{odd}")


def test_promises_stand_on_their_day_in_the_calendar(firm: Firm) -> None:
    owing(firm, MONDAY, 2)
    found = visitor(firm, "collector")
    found.get("/")
    found.post("/promise", account="A001", invoice="INV-A001", by="2026-03-13")
    found.post("/promise", account="A002", invoice="INV-A002", by="2026-04-01")
    march, april = found.text("/promises"), found.text("/promises?month=2026-04")
    assert "13 A001" in march
    assert "A002" not in march
    assert "1 A002" in april
    for odd in ("?month=2026-13", "?month=x", "?month=9999-12", "?month=0001-01"):
        assert "13 A001" in found.text(f"/promises{odd}")


def test_the_search_finds_accounts_and_invoices_and_goes_to_what_is_meant(firm: Firm) -> None:
    owing(firm, MONDAY, 3)
    found = visitor(firm, "auditor")
    assert found.get("/search?q=A002").headers["location"] == "/account/A002"
    assert found.get("/search?q=INV-A002").headers["location"] == "/invoice/INV-A002"
    text = found.text("/search?q=firm a00")
    assert all(number in text for number in ("A001", "A002", "A003"))
    assert "INV-A001" in found.text("/search?q=v-a00")
    assert "Nothing found" in found.text("/search?q=%25")
    assert "Nothing found" in found.text("/search?q=")
    assert "<html" not in found.get("/search?q=A0", headers={"HX-Request": "true"}).text


def test_accounts_are_listed_longest_overdue_first(firm: Firm) -> None:
    firm.customers(MONDAY, ["A001", "A002", "A003"])
    firm.invoices(
        MONDAY,
        "A001,I1,2026-01-01,2026-02-20,10.00,GBP",
        "A002,I2,2025-12-01,2026-01-20,20.00,GBP",
        "A003,I3,2026-01-01,2026-03-20,30.00,GBP",
    )
    found = visitor(firm, "auditor")
    overdue, everybody = found.text("/accounts"), found.text("/accounts?sort=number")
    assert overdue.index("Firm A002") < overdue.index("Firm A001")
    assert "Firm A003" not in overdue
    assert everybody.index("Firm A001") < everybody.index("Firm A002") < everybody.index("Firm A003")
    assert "A003" in found.text("/accounts?q=a003")


def test_the_settings_check_is_shown(small_firm: Firm) -> None:
    assert "smtp.<b> note not asked" in visitor(small_firm, "auditor").text("/settings")


def test_each_reads_in_his_own_language(small_firm: Firm) -> None:
    found = visitor(small_firm, "collector")
    assert 'lang="fa" dir="rtl"' in found.get("/", headers={"Accept-Language": "fa-IR,en;q=0.5"}).text
    assert 'lang="en" dir="ltr"' in found.get("/", headers={"Accept-Language": "xx"}).text
    found.post("/language", language="de", next="/calls")
    assert "Anrufe" in found.text("/calls")
    assert found.post("/language", language="tlh").status_code == 303
    assert "Anrufe" in found.text("/calls")
    assert "Sign in" in Visitor(small_firm).text("/login")
