"""What a collector does on the pages, and what stands in the books afterwards: the desk's own jobs, in his name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.desk import forewarning, override
from dunwell.ledger import agreed_lists, letters, referrals, tasks
from dunwell.ledger.journal import Pen
from dunwell.ledger.tables import LetterRow
from tests.frontdesk.mornings import a_call, a_reply, entries
from tests.support.firm import MONDAY, Firm, moment, owing, policy
from tests.support.visitor import visitor


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


def test_a_referral_is_decided_once_by_whoever_may(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    with small_firm.books.write() as work:
        pen = Pen(moment(MONDAY).now, MONDAY)
        assert referrals.refer(work, work.lock_account(1), 1, "INV-A001", "the deadline has passed", pen)
    collector, owner = visitor(small_firm, "collector"), visitor(small_firm, "owner")
    assert "Firm A001" in collector.text("/queue")
    assert collector.post("/referral/1", disposition="agency", reason="x").status_code == 403
    page = owner.text("/referral/1")
    assert "contract of INV-A001" in page
    assert "£100.00" in page
    assert owner.post("/referral/1", disposition="agency").status_code == 422
    assert owner.post("/referral/1", disposition="duel", reason="x").status_code == 422
    assert owner.post("/referral/1", disposition="agency", reason="too small to sue").status_code == 303
    assert owner.post("/referral/1", disposition="sue", reason="no").status_code == 422
    (done,) = [one for one in entries(small_firm) if one.what == "disposition"]
    assert (done.who, done.why, done.data["disposition"]) == ("Owner", "too small to sue", "agency")
    assert "Collection agency" in owner.text("/queue")


def test_above_the_limit_two_people_decide_alike(small_firm: Firm) -> None:
    small_firm.rules = policy(("# four_eyes = 20000", "four_eyes = 50"))
    owing(small_firm, MONDAY, 1)
    with small_firm.books.write() as work:
        pen = Pen(moment(MONDAY).now, MONDAY)
        assert referrals.refer(work, work.lock_account(1), 1, "INV-A001", "the deadline has passed", pen)
    owner, controller = visitor(small_firm, "owner"), visitor(small_firm, "controller")
    assert owner.post("/referral/1", disposition="sue", reason="worth it").status_code == 303
    assert "Approved by Owner" in controller.text("/referral/1")
    assert owner.post("/referral/1", disposition="sue", reason="again").status_code == 303
    with small_firm.books.read() as work:
        assert [one.state for one in referrals.queue(work)] == ["queued"], "the same person twice is one"
    assert controller.post("/referral/1", disposition="sue", reason="I agree").status_code == 303
    with small_firm.books.read() as work:
        assert [(one.state, one.decided_by) for one in referrals.queue(work)] == [("decided", "Owner and Controller")]


def test_the_link_of_a_forewarning_asks_first_and_works_once(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    tuesday = moment(MONDAY + timedelta(days=1))
    told = forewarning.forewarn(small_firm.office, moment(MONDAY), tuesday)
    path = f"/hold/{forewarning.link(small_firm.office, told.letters[0], tuesday)}"
    found = visitor(small_firm, "collector")
    assert "INV-A001" in found.text(path)
    assert "INV-A001" in found.text(path), "to follow the link changes nothing"
    assert visitor(small_firm, "auditor").get(path).status_code == 403
    assert found.post(path).status_code == 422, "without a reason"
    assert found.post(path, reason="they have telephoned").status_code == 303
    assert found.post(path, reason="again").status_code == 422
    assert found.get(f"{path}x").status_code == 404
    assert small_firm.run(MONDAY + timedelta(days=1)).record.sent == 0
