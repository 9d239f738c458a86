"""Somebody asks to be erased: what goes at once, what the law keeps and until when, and the journal still holds."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from dunwell.desk import contacts, erasure, refer, retention
from dunwell.desk.contacts import Card
from dunwell.desk.erasure import Erasure
from dunwell.desk.refusals import CannotDo
from dunwell.desk.undertakings import Wanted
from dunwell.ledger import journal, letters, replies, timeline
from dunwell.ledger.tables import ContactRow, JournalRow, LetterBodyRow
from tests.support.customer_mail import mail as written
from tests.support.databases import Postgres
from tests.support.dump import everything
from tests.support.firm import CONTACTS, MONDAY, Firm, csv, moment, owing
from tests.support.mail_server import MailServer
from tests.support.queue import referred
from tests.support.visitor import visitor

TUESDAY = MONDAY + timedelta(days=1)
NEW_YEAR = date(2033, 1, 1)
PAT = Wanted("pat", "asked by letter, says Person A001")
HERS, NEW = "a001@a001.example", "accounts@a001.example"
NAMES = ("a001@a001.example", "person a001")


@pytest.fixture
def settled(firm: Firm) -> Firm:
    """A customer who was written to, answered twice, and has paid; another contact took over."""

    def make() -> None:
        owing(firm, MONDAY, 1)
        firm.run(MONDAY)
        letter = firm.letters()[-1].message_id
        away = written(HERS, "I am out of the office until 9 March.", on=MONDAY, answers=letter,
                       subject="Automatic reply: your invoice")  # fmt: skip
        firm.receive(MONDAY, written(HERS, "We will pay all of it on 9 March.", on=MONDAY, answers=letter), away)
        contacts.add(firm.office, "A001", Card(NEW, "Accounts"), Wanted("pat", "took over"), moment(TUESDAY))
        firm.payments(TUESDAY, f"A001,INV-A001,{TUESDAY},100.00,GBP,x")

    firm.prepare("settled for erasure", make)
    return firm


def erase(firm: Firm, on: date = TUESDAY, contact: str = HERS, *, dry_run: bool = False) -> list[Erasure]:
    return erasure.erase(firm.office, contact, PAT, moment(on), dry_run=dry_run)


def named(firm: Firm) -> set[str]:
    """The tables in which her name or address stands."""
    found = set()
    for table, rows in everything(firm.books).items():
        if any(name in str(list(row.values())).lower() for row in rows for name in NAMES):
            found.add(table)
    return found


def bodies(firm: Firm) -> str:
    with firm.books.read() as work:
        raws = [*work.session.execute(select(LetterBodyRow.raw)).scalars()]
        raws += work.session.execute(text("SELECT raw FROM mail_body")).scalars()
        return "\n".join(zlib.decompress(raw).decode("utf-8", "replace") for raw in raws).lower()


def test_a_contact_goes_at_once_and_what_is_proof_stays_its_years(settled: Firm) -> None:
    (found,) = erase(settled)
    assert (found.account, found.erased["contacts"], found.erased["replies"]) == ("A001", 1, 1)
    kept = {one.what: (one.count, one.until) for one in found.kept}
    last = date(2032, 12, 31)
    assert kept.pop("invoices and payments")[1] is None
    assert kept["letters"][1] == kept["replies"][1] == last
    assert kept["replies"][0] == 1, "the promise is proof, the note of absence is none"
    assert all("Finance Act 1998" in one.why for one in found.kept)
    # What is left is the proof itself.
    assert named(settled) <= {"letter", "reply"}
    assert HERS in bodies(settled)
    assert "out of the office" not in bodies(settled)
    assert settled.broken() == []


def test_no_import_brings_an_erased_contact_back_and_a_person_can(settled: Firm) -> None:
    erase(settled)
    line = "A001,Person A001,A001@a001.example,accounts_payable"
    taken = settled.take(csv(CONTACTS, line), TUESDAY)
    assert (taken.new, taken.same) == (0, 1)
    settled.open_items(TUESDAY, f"A001,Person A001,{HERS},GB,en,INV-9,2026-02-01,2026-03-01,50.00,50.00,GBP")
    assert [one.email for one in contacts.listed(settled.office, "A001")] == ["[erased]", NEW]
    contacts.add(settled.office, "A001", Card(HERS, "Person A001"), PAT, moment(TUESDAY))
    assert HERS in [one.email for one in contacts.listed(settled.office, "A001")]
    assert settled.broken() == []


def test_an_erased_contact_cannot_be_called_back_or_changed(settled: Firm) -> None:
    erase(settled)
    with settled.books.read() as work:
        stand_in = work.session.execute(
            select(ContactRow.email).where(ContactRow.erased_on.is_not(None))  # type: ignore[union-attr]
        ).scalar_one()
    assert HERS not in stand_in
    with pytest.raises(CannotDo, match="no contact with the address"):
        contacts.leave(settled.office, "A001", stand_in, PAT, moment(TUESDAY), undo=True)


def test_again_changes_nothing_and_still_says_what_is_kept(settled: Firm) -> None:
    (first,) = erase(settled)
    before = everything(settled.books)
    (again,) = erase(settled, TUESDAY + timedelta(days=30))
    assert everything(settled.books) == before
    assert (any(again.erased.values()), again.before) == (False, TUESDAY)
    assert [one.what for one in again.kept] == [one.what for one in first.kept]
    with pytest.raises(CannotDo, match="was erased on 2026-03-03"):
        erase(settled, contact=str(first.contacts[0]))


def test_a_dry_run_says_the_same_and_changes_nothing(settled: Firm) -> None:
    before = everything(settled.books)
    (said,) = erase(settled, contact="1", dry_run=True)
    assert everything(settled.books) == before
    (done,) = erase(settled)
    assert said.kept == done.kept
    assert said.erased == {name: done.erased[name] for name in said.erased}


def test_what_people_wrote_about_her_goes_from_the_journal_and_the_chain_holds(settled: Firm) -> None:
    said = "Person A001 <A001@a001.example> was rude"
    contacts.speak(settled.office, "A001", "de", Wanted("pat", said), moment(TUESDAY))
    with settled.books.read() as work:
        heads = [row.hash for row in work.session.execute(select(JournalRow).order_by(JournalRow.seq)).scalars()]
    (found,) = erase(settled)
    assert found.erased["journal_texts"] >= 1
    with settled.books.read() as work:
        entries = journal.entries(work, "A001")
        after = [row.hash for row in work.session.execute(select(JournalRow).order_by(JournalRow.seq)).scalars()]
    assert "[erased] <[erased]> was rude" in [one.why for one in entries]
    assert (entries[-1].what, entries[-1].why) == ("erased", "asked by letter, says [erased]")
    assert after[: len(heads)] == heads, "a seal of an earlier night is over these"
    assert settled.broken() == []
    with settled.books.write() as work:
        work.session.execute(text("UPDATE journal SET why = 'was kind' WHERE why LIKE '%was rude'"))
    assert [one for one in settled.broken() if "no later one says why" in one]


def test_the_only_contact_of_an_open_case_is_kept_for_it_and_goes_when_it_is_paid(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    firm.run(MONDAY)
    (found,) = erase(firm, MONDAY)
    assert "contacts" not in found.erased
    assert ("contacts", 1, None) in [(one.what, one.count, one.until) for one in found.kept]
    assert "only contact" in found.kept[0].why
    before = everything(firm.books)
    erase(firm, MONDAY)
    assert everything(firm.books) == before, "asked for once"
    assert retention.prune(firm.office, moment(TUESDAY)).contacts == ()
    firm.payments(TUESDAY, f"A001,INV-A001,{TUESDAY},100.00,GBP,x")
    (would,) = retention.prune(firm.office, moment(TUESDAY), dry_run=True).contacts
    (later,) = retention.prune(firm.office, moment(TUESDAY)).contacts
    assert would.erased["contacts"] == later.erased["contacts"] == 1
    assert [one.email for one in contacts.listed(firm.office, "A001")] == ["[erased]"]
    assert retention.prune(firm.office, moment(TUESDAY)).contacts == ()
    assert firm.broken() == []


def test_with_somebody_else_to_write_to_the_case_goes_on_without_her(firm: Firm, mail: MailServer) -> None:
    owing(firm, MONDAY, 1)
    contacts.add(firm.office, "A001", Card(NEW, "Accounts"), PAT, moment(MONDAY))
    (found,) = erase(firm, MONDAY)
    assert found.erased["contacts"] == 1
    firm.run(MONDAY)
    assert [one.recipients for one in mail.letters] == [(NEW,)]


def test_after_its_years_a_letter_is_its_digest_and_everything_can_still_be_looked_at(settled: Firm) -> None:
    last = date(2032, 12, 31)
    assert retention.prune(settled.office, moment(last)).letters == 0
    count = len(settled.letters())
    would = retention.prune(settled.office, moment(NEW_YEAR), dry_run=True)
    done = retention.prune(settled.office, moment(NEW_YEAR))
    assert (done.letters, done.replies) == (would.letters, would.replies) == (count, 2)
    assert HERS not in bodies(settled)
    assert "sha-256 of what stood here" in bodies(settled)
    assert named(settled) == {"contact"}
    assert retention.prune(settled.office, moment(NEW_YEAR)).letters == 0
    assert settled.broken() == []
    with settled.books.read() as work:
        assert {one.to for one in letters.letters(work)} == {"[erased]"}
        assert {one.sender for one in replies.records(work)} == {"[erased]"}
        assert timeline.events(work, 1, 50)
        shown = timeline.letter(work, letters.letters(work)[0].id)
    assert shown is not None
    assert b"kept 6 years" in shown.raw
    desk = visitor(settled, "collector")
    assert all("[erased]" in desk.text(page) for page in ("/reply/1", f"/letter/{settled.letters()[0].id}"))


def test_what_a_referral_rests_on_stays_and_its_dossier_is_whole(firm: Firm, tmp_path: Path) -> None:
    referred(firm, MONDAY)
    contacts.add(firm.office, "A", Card("new@a.example", "New"), PAT, moment(MONDAY))
    firm.receive(MONDAY, written("a@a.example", "We do not accept invoice A-1: it was never delivered.", on=MONDAY))
    left = Wanted("pat", "Person A <a@a.example> has left")
    contacts.leave(firm.office, "A", "a@a.example", left, moment(MONDAY))
    (found,) = erase(firm, date(2050, 1, 1), "a@a.example")
    assert [(one.count, one.until) for one in found.kept if one.what == "replies"] == [(1, None)], "however old"
    assert found.erased["journal_texts"] == 1
    refer.make_dossier(firm.office, "1", tmp_path / "dossier", moment(MONDAY))
    assert refer.verify(tmp_path / "dossier") == []
    lines = (tmp_path / "dossier" / "journal.jsonl").read_text("utf-8")
    assert "a@a.example" not in lines
    (tmp_path / "dossier" / "journal.jsonl").write_text(lines.replace("has left", "is rude"), "utf-8")
    assert len(refer.verify(tmp_path / "dossier")) == 2, "the manifest and the chain both say so"


def test_two_people_erase_her_at_once(postgres: Postgres, mail: MailServer) -> None:
    firm = Firm(postgres.fresh(), mail)
    owing(firm, MONDAY, 1)
    contacts.add(firm.office, "A001", Card(NEW, "Accounts"), PAT, moment(MONDAY))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: erase(firm, MONDAY), range(4)))
    assert sum(one.erased.get("contacts", 0) for (one,) in found) == 1
    with firm.books.read() as work:
        assert [one.what for one in journal.entries(work, "A001")].count("erased") == 1
    assert firm.broken() == []
    firm.close()


def test_a_stranger_who_wrote_to_us_is_erased_too(small_firm: Firm) -> None:
    owing(small_firm, MONDAY, 1)
    small_firm.receive(MONDAY, written("who@elsewhere.example", "Buy our umbrellas.", on=MONDAY))
    (found,) = erase(small_firm, MONDAY, "who@elsewhere.example")
    assert (found.account, found.contacts) == (None, ())
    assert [one.until for one in found.kept] in ([], [None])


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("nobody@nowhere.example", "nobody with the address"),
        ("999", "no contact with the id 999"),
        ("Ann", "neither an address nor the id"),
    ],
)
def test_what_is_refused(small_firm: Firm, contact: str, said: str) -> None:
    owing(small_firm, MONDAY, 1)
    before = everything(small_firm.books)
    with pytest.raises(CannotDo, match=said):
        erase(small_firm, MONDAY, contact)
    with pytest.raises(CannotDo, match="--reason"):
        erasure.erase(small_firm.office, HERS, Wanted("pat"), moment(MONDAY))
    assert everything(small_firm.books) == before
