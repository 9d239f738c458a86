"""Into the litigation queue: the final notice, its deadline, the dossier, and a person's decision."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from dunwell.desk import refer
from dunwell.desk.refer import NoReferral
from dunwell.ledger.tables import TouchRow
from dunwell.litigation.disposition import Disposition
from tests.support.customer_mail import mail as written
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, moment, owing
from tests.support.mail_server import MailServer


def chase_to_the_queue(firm: Firm) -> date:
    """Two invoices of A001 are chased until their final notice's deadline has passed."""

    def chase() -> None:
        owing(firm, MONDAY, 1)
        firm.invoices(MONDAY, "A001,INV-2,2026-01-20,2026-02-26,250.00,GBP")
        day = MONDAY
        while not refer.queue(firm.office, moment(day)):
            firm.run(day)
            day += timedelta(days=1)
            assert day < MONDAY + timedelta(days=160), "nothing was ever referred"

    firm.prepare("two invoices in the queue", chase)
    (queued,) = refer.queue(firm.office, moment(MONDAY))
    return queued.record.since


def test_an_account_is_referred_once_with_all_its_cases_and_a_person_decides(
    sqlite: Sqlite, mail: MailServer, tmp_path: Path
) -> None:
    firm = Firm(sqlite.fresh(), mail)
    day = chase_to_the_queue(firm)
    firm.run(day + timedelta(days=1))
    (queued,) = refer.queue(firm.office, moment(day))
    assert queued.record.invoices == ("INV-2", "INV-A001")
    assert [str(total) for total in queued.record.totals] == ["350.00 GBP"]
    assert queued.figures.limitation is not None
    assert queued.figures.limitation.until == date(2032, 2, 26)
    assert any("document" in str(lack) for lack in queued.lacks)
    sent = len(firm.letters())

    answer = written("a001@a001.example", "We are looking into it, hm.", on=day, answers=firm.letters()[-1].message_id)
    firm.receive(day, answer)
    folder = tmp_path / "dossier"
    _, seal = refer.make_dossier(firm.office, queued.record.id, folder, moment(day))
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert {"dossier.pdf", "dossier.json", "statement.pdf", "journal.jsonl", "manifest.json"} <= names
    assert sum(name.startswith("letters/") for name in names) == sent
    assert sum(name.startswith("replies/") for name in names) == 1
    assert (folder / "dossier.pdf").read_bytes().startswith(b"%PDF")
    whole = json.loads((folder / "dossier.json").read_text("utf-8"))
    assert whole["totals"] == ["350.00 GBP"]
    assert any(one["letter"] == "final_notice" and one["deadline"] for one in whole["letters"])
    assert len(seal) == 64
    assert refer.verify(folder) == []
    with pytest.raises(FileExistsError):
        refer.make_dossier(firm.office, queued.record.id, folder, moment(day))

    said = refer.decide(firm.office, queued.record.id, Disposition.SUE, "the owner", "it is worth it", moment(day))
    assert "counsel" in said
    with pytest.raises(NoReferral, match="the owner decided 'sue'"):
        refer.decide(firm.office, queued.record.id, Disposition.WAIT, "somebody", "late", moment(day))
    for more in range(2, 30):
        firm.run(day + timedelta(days=more))
    assert len(firm.letters()) == sent, "what is decided about is not chased"

    paid = day + timedelta(days=30)
    firm.payments(paid, f"A001,INV-2,{paid},250.00,GBP,x", f"A001,INV-A001,{paid},100.00,GBP,y")
    firm.run(paid)
    (recalled,) = refer.queue(firm.office, moment(paid), everything=True)
    assert recalled.record.state == "recalled"
    assert "recall" in firm.task_kinds()
    assert firm.broken() == []


def test_a_letter_about_another_invoice_repeats_the_last_deadline(sqlite: Sqlite, mail: MailServer) -> None:
    firm = Firm(sqlite.fresh(), mail)
    owing(firm, MONDAY, 1)
    day = MONDAY
    while "final_notice" not in {one.letter for one in firm.letters()}:
        firm.run(day)
        day += timedelta(days=1)
    firm.invoices(day, f"A001,INV-9,{day - timedelta(days=80)},{day - timedelta(days=50)},70.00,GBP")
    before = len(mail.letters)
    while len(mail.letters) == before:
        firm.run(day)
        day += timedelta(days=1)
    assert firm.letters()[-1].letter == "past_due_first"
    with firm.books.read() as work:
        (deadline,) = work.session.execute(
            select(TouchRow.deadline).where(TouchRow.stage == "litigation", TouchRow.state == "sent")
        ).scalars()
    assert f"last date for payment: {deadline.day} {deadline:%b %Y}" in " ".join(mail.letters[-1].text.split())
    firm.close()


@pytest.mark.parametrize("name", ["dossier.json", "journal.jsonl", "manifest.json", "manifest.sha256", "statement.pdf"])
def test_a_dossier_with_one_byte_changed_is_refused(dossier: Path, name: str) -> None:
    file = dossier / name
    before = file.read_bytes()
    middle = len(before) // 2
    try:
        file.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
        assert refer.verify(dossier) != []
    finally:
        file.write_bytes(before)
    assert refer.verify(dossier) == []


def test_a_file_added_or_taken_away_is_noticed(dossier: Path) -> None:
    extra = dossier / "letters" / "one_more.eml"
    extra.write_bytes(b"x")
    assert refer.verify(dossier) == ["letters/one_more.eml: is not in the manifest"]
    extra.unlink()
    one = next((dossier / "letters").iterdir())
    content = one.read_bytes()
    one.unlink()
    assert refer.verify(dossier) == [f"letters/{one.name}: is missing"]
    one.write_bytes(content)


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier of a real referral."""
    place = tmp_path_factory.mktemp("queue")
    with MailServer() as mail:
        firm = Firm(Sqlite(place).fresh(), mail)
        day = chase_to_the_queue(firm)
        (queued,) = refer.queue(firm.office, moment(day))
        refer.make_dossier(firm.office, queued.record.id, place / "dossier", moment(day))
        firm.close()
    return place / "dossier"
