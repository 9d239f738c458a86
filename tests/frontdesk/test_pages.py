"""What a collector does on the pages, and what stands in the books afterwards: the desk's own jobs, in his name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.desk import override
from dunwell.ledger import agreed_lists, journal, letters, tasks
from dunwell.ledger.journal import Entry, Pen
from dunwell.ledger.tables import LetterRow
from tests.support.customer_mail import mail
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.visitor import Visitor, visitor

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
DOUBTFUL = "We will perhaps pay INV-A001 by 20 March, if our bank agrees."


def entries(firm: Firm, account: str = "A001") -> list[Entry]:
    with firm.books.read() as work:
        return journal.entries(work, account)


def a_call(firm: Firm) -> str:
    """The id of a call that is due."""
    with firm.books.write() as work:
        tasks.make(work, "call:A001:x", "call", "call Firm A001; ask for the day", made_on=MONDAY, account_id=1)
        return tasks.open_tasks(work)[-1].id


def a_reply(firm: Firm, text: str = DOUBTFUL, sender: str = "a001@a001.example", subject: str = "Re: invoice") -> str:
    """The id of a reply that waits for a person."""
    firm.receive(MONDAY, mail(sender, text, on=MONDAY, subject=subject))
    (found,) = firm.replies("review")
    return found.id


def test_the_morning_shows_what_waits(firm: Firm) -> None:
    owing(firm, MONDAY, 2)
    report = firm.run(MONDAY)
    a_reply(firm)
    a_call(firm)
    found = visitor(firm, "collector")
    text = found.text("/")
    assert "1 Calls 1 Replies" in text
    assert f"sent {report.record.sent} · expected {report.record.expected}" in text
    assert "call Firm A001" in found.text("/calls")
    assert "A001" in found.text("/replies")


def test_a_promise_by_telephone_is_a_promise_in_the_callers_name(firm: Firm) -> None:
    owing(firm, MONDAY, 1)
    call = a_call(firm)
    found = visitor(firm, "collector")
    assert "Firm A001" in found.text(f"/task/{call}")
    answer = found.post(f"/task/{call}", outcome="promised", promise_date="2026-03-13", reason="spoke to the boss")
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls")
    assert "promise of all that is owed by 2026-03-13 recorded" in found.text("/calls")
    assert "Saved." not in found.text("/calls"), "it is told once"
    assert [(one.date.isoformat(), one.who) for one in firm.promises()] == [("2026-03-13", "Collector")]
    assert {one.who for one in entries(firm) if one.what in ("promised", "task")} == {"Collector"}
    assert "13 Mar 2026" in found.text("/account/A001")


def test_what_the_desk_refuses_is_said_on_the_same_page_and_what_was_written_stays(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    call = a_call(small_firm)
    found = visitor(small_firm, "collector")
    found.get(f"/task/{call}")
    answer = found.post(f"/task/{call}", outcome="promised", reason="long <b>words</b>")
    assert answer.status_code == 422
    assert "say for which day it was promised" in answer.text
    assert "--promise-date" not in answer.text
    assert "long &lt;b&gt;words&lt;/b&gt;</textarea>" in answer.text
    for field, text in (("amount", "twelve"), ("amount", "1e9999"), ("promise_date", "soon"), ("outcome", "eaten")):
        fields = {"outcome": "promised", "promise_date": "2026-03-13", field: text}
        assert found.post(f"/task/{call}", **fields).status_code == 422, field
    assert small_firm.promises() == []


def test_a_task_for_the_owner_is_not_ended_by_a_collector(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    with small_firm.books.write() as work:
        tasks.make(work, "k", "refused", "decide what follows", made_on=MONDAY, role="owner", account_id=1)
    found = visitor(small_firm, "collector")
    assert "What came of it" not in found.text("/task/1")
    assert found.post("/task/1", outcome="done").status_code == 403
    owner = visitor(small_firm, "owner")
    owner.get("/task/1")
    assert owner.post("/task/1", outcome="done").status_code == 303


def test_a_reply_is_shown_beside_what_was_read_with_its_words_marked(small_firm: Firm) -> None:
    firm = small_firm
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    key = a_reply(firm)
    found = visitor(firm, "collector")
    page = found.get(f"/reply/{key}").text
    assert "<mark>" in page
    assert "20 March" in page[page.index("<mark>") : page.index("</mark>")]
    found.post(f"/reply/{key}", how="correct", intent="promise_to_pay", by="2026-03-20", reason="their bank agreed")
    (promise,) = firm.promises()
    assert (promise.date.isoformat(), promise.invoices) == ("2026-03-20", ("INV-A001",))
    assert [one.who for one in entries(firm) if one.what == "reviewed"] == ["Collector"]
    assert firm.replies("review") == []
    again = found.post(f"/reply/{key}", how="reject")
    assert again.status_code == 422
    assert "somebody has decided" in again.text


@pytest.mark.parametrize(("how", "promises"), [("accept", 1), ("reject", 0)])
def test_a_reply_is_accepted_or_nothing_follows(small_firm: Firm, how: str, promises: int) -> None:
    owing(small_firm, MONDAY, 1)
    small_firm.run(MONDAY)
    key = a_reply(small_firm, "INV-A001 will be paid on 20 March 2026.", sender="a001@elsewhere.example")
    found = visitor(small_firm, "collector")
    found.get(f"/reply/{key}")
    answer = found.post(f"/reply/{key}", how=how)
    assert answer.headers["location"] == "/replies"
    assert len(small_firm.promises()) == promises


def test_an_override_is_shown_before_it_is_done(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    small_firm.run(MONDAY)
    found = visitor(small_firm, "controller")
    found.get("/account/A001")
    fields = {"account": "A001", "invoice": "INV-A001", "action": "set_stage", "stage": "late", "reason": "agreed"}
    tried = found.post("/override", preview="1", headers={"HX-Request": "true"}, **fields)
    assert "What would follow" in tried.text
    assert "<html" not in tried.text
    assert not [one for one in entries(small_firm) if one.what.startswith("override")]
    whole = found.post("/override", preview="1", **fields)
    assert "What would follow" in whole.text
    assert "<html" in whole.text
    assert found.post("/override", **fields).headers["location"] == "/account/A001"
    (done,) = [one for one in entries(small_firm) if one.what == "override_set_stage"]
    assert (done.who, done.why, done.invoice) == ("Controller", "agreed", "INV-A001")
    page = found.text("/account/A001")
    assert "Controller : agreed" in page
    assert "'late'" in page, "what comes next is told anew, before the next cycle has looked"


def test_a_collector_pauses_and_resumes_and_may_not_more(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    found = visitor(small_firm, "collector")
    page = found.text("/account/A001")
    assert "Pause" in page
    assert "Set the stage" not in page
    assert found.post("/override", account="A001", action="stop", reason="x").status_code == 403
    until = (MONDAY + timedelta(days=10)).isoformat()
    assert found.post("/override", account="A001", action="pause", until=until, reason="holiday").status_code == 303
    assert not small_firm.run(MONDAY).record.sent
    assert found.post("/override", account="A001", action="release").status_code == 303
    assert small_firm.run(MONDAY + timedelta(days=1)).record.sent == 1


def test_the_page_does_what_the_command_line_does(small_firm: Firm) -> None:
    """One way and the other: the same words in the journal."""
    owing(small_firm, MONDAY, 2)
    found = visitor(small_firm, "controller")
    found.get("/")
    found.post("/override", account="A001", invoice="INV-A001", action="keep", stage="past_due", reason="r")
    override.override(small_firm.office, "Controller", "INV-A002", "keep", None, "r", moment(MONDAY), stage="past_due")
    first, second = ([(e.who, e.what, e.why, e.data) for e in entries(small_firm, a)][-1] for a in ("A001", "A002"))
    assert first == second


def test_promises_disputes_and_claims_are_recorded_and_ended(firm: Firm) -> None:
    owing(firm, MONDAY, 1)
    found = visitor(firm, "controller")
    found.get("/account/A001")
    about = {"account": "A001", "invoice": "INV-A001"}
    assert found.post("/promise", by="2026-03-12", amount="40.00", **about).status_code == 303
    key = firm.promises()[0].id
    assert "Withdraw" in found.text("/account/A001")
    assert found.post("/promise/withdraw", account="A001", id=key, reason="a mistake").status_code == 303
    assert firm.promises()[0].state == "withdrawn"
    assert found.post("/dispute", code="price", amount="10.00", **about).status_code == 303
    with firm.books.read() as work:
        (dispute,) = agreed_lists.disputes(work, MONDAY)
    assert (dispute.code, dispute.who) == ("price", "Controller")
    assert found.post("/dispute/resolve", account="A001", id=dispute.id, outcome="rejected").status_code == 303
    call = a_call(firm)
    assert found.post(f"/task/{call}", outcome="paid", reference="X1").status_code == 303
    with firm.books.read() as work:
        (claim,) = agreed_lists.claims(work)
    assert found.post("/claim/close", account="A001", id=claim.id, reason="not found").status_code == 303
    with firm.books.read() as work:
        assert agreed_lists.claims(work, everything=False) == []
    assert firm.broken() == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/promise", {"invoice": "INV-A002", "by": "2026-03-12"}),
        ("/dispute", {"invoice": "INV-A002", "code": "price"}),
        ("/override", {"invoice": "INV-A002", "action": "stop", "reason": "x"}),
        ("/promise/withdraw", {"id": "1", "reason": "x"}),
        ("/dispute/resolve", {"id": "1", "outcome": "rejected"}),
        ("/claim/close", {"id": "1", "reason": "x"}),
        ("/promise", {"by": "2026-03-12"}),
        ("/override", {"action": "unheard_of"}),
    ],
)
def test_on_the_page_of_one_account_nothing_of_another_is_changed(
    small_firm: Firm, path: str, fields: dict[str, str]
) -> None:
    owing(small_firm, MONDAY, 2)
    found = visitor(small_firm, "controller")
    found.get("/account/A002")
    found.post("/promise", account="A002", invoice="INV-A002", by="2026-03-12")
    found.post("/dispute", account="A002", invoice="INV-A002", code="price", amount="1.00")
    before = entries(small_firm, "A002")
    assert found.post(path, account="A001", **fields).status_code == 422
    assert found.post(path, account="NONE", **fields).status_code in (404, 422)
    assert entries(small_firm, "A002") == before


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


def test_a_letter_in_doubt_is_settled_by_whoever_looked(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    small_firm.run(MONDAY)
    with small_firm.books.write() as work:
        row = work.session.query(LetterRow).one()
        row.state = "in_doubt"
        message_id = row.message_id
    found = visitor(small_firm, "controller")
    assert "Letters in doubt" in found.text("/")
    assert found.post("/doubt", message_id=message_id, became="sent").status_code == 422
    assert found.post("/doubt", message_id="<other>", became="sent", reason="x").status_code == 422
    assert found.post("/doubt", message_id=message_id, became="sent", reason="in the archive").status_code == 303
    with small_firm.books.read() as work:
        (letter,) = letters.letters(work)
    assert (letter.state, letter.reason) == ("sent", "settled by Controller: in the archive")
    assert "Perhaps" in found.text("/letter/1") or "INV-A001" in found.text("/letter/1")


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
