"""Handing over: once, encrypted or signed, acknowledged; recalled when it is paid; in doubt where nobody knows."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import pyzipper

from dunwell.desk import handover, refer
from dunwell.desk.handover import HandedOver
from dunwell.desk.refer import NoReferral
from dunwell.desk.refusals import CannotDo
from dunwell.ledger import approvals, handovers, journal, notices
from dunwell.ledger.handovers import Handover
from dunwell.ledger.journal import Pen
from dunwell.liaison.webhook import Target, verified
from dunwell.litigation.disposition import Disposition
from dunwell.litigation.dossier import faults
from dunwell.settings.targets import Outsider
from dunwell.terms.moment import Moment
from tests.liaison.web import Web
from tests.support.firm import MONDAY, Firm, moment, policy
from tests.support.mail_server import Delivered, MailServer
from tests.support.queue import pay_all, referred

PASSPHRASE = "correct horse battery"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BY_MAIL = {"counsel": Outsider("clerk@chambers.example", None, PASSPHRASE)}


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        server.answers["/cases"] = (202, {}, b"")
        yield server


def by_post(web: Web) -> dict[str, Outsider]:
    return {"agency": Outsider(None, Target(f"{web.url}/cases", SECRET, allow_private=True, timeout=2), PASSPHRASE)}


def at(hours: float) -> Moment:
    now = moment(MONDAY).now + timedelta(hours=hours)
    return Moment(now, now.date(), keeps_hours=False)


def decide(firm: Firm, disposition: Disposition, by: str = "the owner", on: date = MONDAY) -> str:
    return refer.decide(firm.office, "1", disposition, by, "it is worth it", moment(on))


def words(firm: Firm) -> list[Handover]:
    with firm.books.read() as work:
        return handovers.of(work, "1")


def states(firm: Firm) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.state, one.way) for one in words(firm)]


def opened(archive: bytes, passphrase: str) -> dict[str, bytes]:
    """The files of a dossier, out of its two archives."""
    with pyzipper.AESZipFile(io.BytesIO(archive)) as outer:
        outer.setpassword(passphrase.encode())
        (name,) = outer.namelist()
        assert name == "dossier-1.zip", "the names of its files would show"
        inner = outer.read(name)
    with zipfile.ZipFile(io.BytesIO(inner)) as files:
        return {name: files.read(name) for name in files.namelist()}


def attached(letter: Delivered) -> bytes:
    (part,) = letter.message.iter_attachments()
    assert part.get_content_type() == "application/zip"
    content: bytes = part.get_content()
    return content


def test_counsel_gets_the_dossier_once_encrypted_and_service_delivery_is_told(firm: Firm, mail: MailServer) -> None:
    firm.outsiders = BY_MAIL
    referred(firm, MONDAY)
    assert "counsel" in decide(firm, Disposition.SUE)
    with firm.books.read() as work:
        assert [(one.event, one.invoices) for one in notices.listed(work)] == [("cancel", ("A-1", "A-2"))]
    assert handover.send_due(firm.office, at(0)) == [
        HandedOver("1", "hand_over", "counsel", "sent", "250 2.0.0 Ok: queued as 1")
    ]
    for hours in (0, 1, 30):
        assert handover.send_due(firm.office, at(hours)) == []
    (letter,) = mail.letters
    assert letter.recipients == ("clerk@chambers.example",)
    assert PASSPHRASE not in letter.raw.decode("ascii")
    for secret in ("Firm A", "A-1", "500"):
        assert secret not in letter.text, "who is meant stands in the encrypted part alone"
    files = opened(attached(letter), PASSPHRASE)
    assert faults(files) == []
    assert json.loads(files["dossier.json"])["totals"] == ["1000.00 GBP"]
    (one,) = words(firm)
    assert one.seal is not None
    assert one.seal in letter.text
    with pytest.raises(RuntimeError, match="password"):
        opened(attached(letter), "another passphrase")

    assert "acknowledge" in firm.task_kinds()
    said = handover.say(firm.office, "1", "acknowledged", "the clerk", "they answered", moment(MONDAY))
    assert said.state == "confirmed"
    assert "acknowledge" not in firm.task_kinds()
    with pytest.raises(CannotDo, match="is confirmed: it cannot be sent"):
        handover.say(firm.office, "1", "sent", "the clerk", "again", moment(MONDAY))
    assert firm.broken() == []


def test_an_agency_hears_it_by_a_signed_post_and_is_recalled_when_it_is_paid(firm: Firm, web: Web) -> None:
    firm.outsiders = by_post(web)
    referred(firm, MONDAY)
    decide(firm, Disposition.AGENCY)
    handover.send_due(firm.office, at(0))
    handover.send_due(firm.office, at(1))
    assert states(firm) == [("hand_over", "confirmed", "webhook")]
    tuesday = MONDAY + timedelta(days=1)
    pay_all(firm, tuesday)
    handover.send_due(firm.office, moment(tuesday))
    handover.send_due(firm.office, moment(tuesday))
    assert states(firm)[1] == ("recall", "confirmed", "webhook")
    (_, _, headers, first), (_, _, more, second) = web.asked
    for sent, body in ((headers, first), (more, second)):
        assert verified(SECRET, sent, body, int(sent["webhook-timestamp"])) is None
    assert headers["webhook-id"] != more["webhook-id"]
    handed = json.loads(first)
    assert (handed["event"], handed["account"], handed["disposition"]) == ("hand_over", "A", "agency")
    assert faults(opened(base64.b64decode(handed["dossier"]["content"]), PASSPHRASE)) == []
    assert json.loads(second) == {"event": "recall", "referral": "1"}
    with firm.books.read() as work:
        whats = [one.what for one in journal.entries(work, "A")]
    assert [what for what in whats if what.startswith(("hand", "recall"))] == [
        "hand_over_confirmed", "recalled", "recall_confirmed",
    ]  # fmt: skip


def test_a_host_that_is_away_gets_the_same_word_again_and_one_that_refuses_is_a_task(firm: Firm, web: Web) -> None:
    firm.outsiders = by_post(web)
    referred(firm, MONDAY)
    decide(firm, Disposition.AGENCY)
    web.answers["/cases"] = (503, {}, b"")
    handover.send_due(firm.office, at(0))
    handover.send_due(firm.office, at(0.01))
    assert (states(firm), len(web.asked)) == ([("hand_over", "proposed", "webhook")], 1)
    web.answers["/cases"] = (410, {}, b"")
    handover.send_due(firm.office, at(1))
    assert states(firm) == [("hand_over", "failed", "webhook")]
    assert len({headers["webhook-id"] for _, _, headers, _ in web.asked}) == 1
    assert "hand_over" in firm.task_kinds()
    handover.send_due(firm.office, at(48))
    assert len(web.asked) == 2


def test_a_mail_that_may_have_gone_is_in_doubt_and_a_person_says_what_became_of_it(
    firm: Firm, mail: MailServer
) -> None:
    firm.outsiders = BY_MAIL
    referred(firm, MONDAY)
    decide(firm, Disposition.SUE)
    mail.drop.append("taken")
    handover.send_due(firm.office, at(0))
    assert states(firm) == [("hand_over", "in_doubt", "mail")]
    for hours in (1, 24, 48):
        handover.send_due(firm.office, at(hours))
    assert len(mail.letters) == 1, "what may have gone is never sent again by itself"
    assert "hand_over_in_doubt" in firm.task_kinds()
    handover.say(firm.office, "1", "not_sent", "the operator", "the provider has no trace", at(49))
    assert "hand_over_in_doubt" not in firm.task_kinds()
    handover.send_due(firm.office, at(49))
    assert (states(firm), len(mail.letters)) == ([("hand_over", "sent", "mail")], 2)


def test_a_process_that_died_with_the_mail_on_its_way_leaves_it_in_doubt(firm: Firm, mail: MailServer) -> None:
    firm.outsiders = BY_MAIL
    referred(firm, MONDAY)
    decide(firm, Disposition.SUE)

    with firm.books.write() as work:
        one = handovers.of(work, "1")[0]
        handovers.attempt(work, one, "mail", None, Pen(at(0).now, MONDAY))
        assert handovers.hand(work, one, "<m@northwind.example>", "elsewhere:1:0", Pen(at(0).now, MONDAY))
    assert states(firm) == [("hand_over", "handed", "mail")]
    handover.send_due(firm.office, at(0.1))
    assert states(firm) == [("hand_over", "handed", "mail")], "its process may be at it still"
    handover.send_due(firm.office, at(1))
    assert states(firm) == [("hand_over", "in_doubt", "mail")]
    assert mail.letters == []


def test_paid_before_it_went_nothing_is_handed_over(firm: Firm, mail: MailServer) -> None:
    firm.outsiders = BY_MAIL
    referred(firm, MONDAY)
    decide(firm, Disposition.SUE)
    mail.stop()
    handover.send_due(firm.office, at(0))
    assert states(firm) == [("hand_over", "proposed", None)]
    mail.start()
    pay_all(firm, MONDAY)
    handover.send_due(firm.office, at(1))
    assert states(firm) == [("hand_over", "withdrawn", None)]
    assert mail.letters == []


def test_approval_together_with_a_payment_hands_nothing_over(firm: Firm, mail: MailServer) -> None:
    firm.outsiders = BY_MAIL
    referred(firm, MONDAY)
    pay_all(firm, MONDAY)
    with pytest.raises(NoReferral, match="is paid"):
        decide(firm, Disposition.SUE)
    handover.send_due(firm.office, at(0))
    assert (words(firm), mail.letters) == ([], [])


def test_without_an_address_people_hand_it_over_and_recall_it(firm: Firm) -> None:
    referred(firm, MONDAY)
    decide(firm, Disposition.SELL)
    handover.send_due(firm.office, at(0))
    (task,) = [one for one in firm.tasks() if one.kind == "hand_over"]
    assert task.text == (
        "Firm A: hand referral 1 to the buyer, with `dunwell dossier make 1 --to FOLDER`; "
        "then `dunwell queue settle 1 --as acknowledged`"
    )
    pay_all(firm, MONDAY)
    handover.send_due(firm.office, at(1))
    assert "hand_over" not in firm.task_kinds()
    assert "recall" in firm.task_kinds()
    handover.say(firm.office, "1", "acknowledged", "the owner", "told by telephone", at(2))
    assert "recall" not in firm.task_kinds()


def test_while_letters_are_redirected_nothing_is_handed_over(firm: Firm, mail: MailServer) -> None:
    firm.outsiders, firm.redirect_to = BY_MAIL, "me@northwind.example"
    referred(firm, MONDAY)
    decide(firm, Disposition.SUE)
    handover.send_due(firm.office, at(0))
    assert mail.letters == []
    firm.redirect_to = None
    handover.send_due(firm.office, at(13))
    assert len(mail.letters) == 1


def test_above_the_limit_two_people_agree(firm: Firm) -> None:
    firm.rules = policy(("# four_eyes = 20000", "four_eyes = 1000"))
    referred(firm, MONDAY)
    assert "another person" in decide(firm, Disposition.SUE, "the owner")
    assert "another person" in decide(firm, Disposition.SUE, "The  Owner "), "an approval that arrives twice is one"
    assert "another person" in decide(firm, Disposition.AGENCY, "the controller"), (
        "two people with two minds agree on nothing"
    )
    (queued,) = refer.queue(firm.office, moment(MONDAY))
    assert [(one.who, one.disposition) for one in queued.approvals] == [
        ("the owner", "sue"),
        ("the controller", "agency"),
    ]
    assert "counsel" in decide(firm, Disposition.SUE, "the controller")
    with pytest.raises(NoReferral, match="the owner and the controller decided 'sue'"):
        decide(firm, Disposition.SUE, "the owner")
    (queued,) = refer.queue(firm.office, moment(MONDAY))
    assert (queued.record.decided_by, queued.approvals) == ("the owner and the controller", ())
    assert firm.broken() == []


def test_wait_takes_one_person_and_ends_what_was_approved(firm: Firm) -> None:
    firm.rules = policy(("# four_eyes = 20000", "four_eyes = 1000"))
    referred(firm, MONDAY)
    decide(firm, Disposition.SUE, "the owner")
    assert "2026-04-01" in decide(firm, Disposition.WAIT, "the controller")
    (queued,) = refer.queue(firm.office, moment(MONDAY))
    assert (queued.record.state, queued.approvals) == ("queued", ())
    with firm.books.read() as work:
        assert approvals.questions(work, date(2026, 3, 31)) == []
        assert [one.id for one in approvals.questions(work, date(2026, 4, 1))] == ["1"]
    with pytest.raises(CannotDo, match="has passed"):
        refer.decide(firm.office, "1", Disposition.WAIT, "the controller", "x", moment(MONDAY), until=MONDAY)
    with pytest.raises(CannotDo, match="it is for `wait`"):
        refer.decide(firm.office, "1", Disposition.SUE, "the controller", "x", moment(MONDAY), until=date(2026, 5, 1))
    with pytest.raises(CannotDo, match="--by"):
        decide(firm, Disposition.SUE, " ")
