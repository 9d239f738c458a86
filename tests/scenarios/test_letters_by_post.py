"""Letters on paper: whoever no mail reaches gets the letters that count by post, and a person says that they went."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from dunwell.desk import outcomes, print_room
from dunwell.desk.explain import explain
from dunwell.desk.office import PrintRoom
from dunwell.desk.outcomes import Said
from dunwell.desk.refusals import CannotDo
from dunwell.terms.outcome import Outcome
from tests.support.firm import ACCOUNTS, MONDAY, Firm, moment, policy
from tests.support.firm import csv as lines

DAY = timedelta(days=1)
ADDRESS = "12 Mill Lane, Leeds, LS1 4AB"


def owes(firm: Firm, folder: Path, *, days: int = 4, address: str = ADDRESS, refused: int = 1) -> None:
    """A owes INV-A, so many days overdue on Monday; its mail server refuses its one address."""
    firm.print_room = PrintRoom(folder)
    firm.customers(MONDAY, ["A"])
    firm.take(lines(f"{ACCOUNTS},address", f'A,Firm A,GB,en,"{address}"'), MONDAY)
    due = MONDAY - days * DAY
    firm.invoices(MONDAY, f"A,INV-A,{due - 30 * DAY},{due},400.00,GBP")
    assert firm.mail is not None
    firm.mail.rcpt["a@a.example"].extend(["550 5.1.1 no such user"] * refused)


def manifest(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "manifest.csv").read_text("utf-8-sig"))))


def words(file: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())


def test_whom_no_mail_reaches_gets_a_letter_that_a_person_posts(firm: Firm, tmp_path: Path) -> None:
    owes(firm, tmp_path)
    firm.run(MONDAY)
    assert [(one.letter, one.state) for one in firm.letters()] == [("past_due_first", "failed")]
    tuesday = MONDAY + DAY
    for _ in range(2):
        firm.run(tuesday)
    letter = firm.letters()[-1]
    assert (letter.letter, letter.state, letter.carrier, letter.to) == (
        "past_due_first",
        "printed",
        "letter",
        "by post",
    )
    (row,) = manifest(tmp_path)
    assert (row["account"], row["letter"], row["invoices"], row["address"]) == ("A", "past_due_first", "INV-A", ADDRESS)
    text = words(tmp_path / row["file"])
    assert "Firm A Person A 12 Mill Lane Leeds LS1 4AB" in text
    assert "£400.00" in text
    assert "write to collections@northwind.example" in text
    assert "reply to this email" not in text
    (task,) = [one for one in firm.tasks() if one.kind == "post_letter"]
    assert task.account == "A"
    assert "bad_address" in firm.task_kinds(), "the address is still to be found"
    friday = MONDAY + 4 * DAY
    print_room.posted(firm.office, [letter.id], friday, "anne", moment(friday))
    assert [one.state for one in firm.letters()] == ["failed", "sent"]
    assert manifest(tmp_path) == []
    assert [one.name for one in tmp_path.iterdir()] == ["manifest.csv"]
    assert "post_letter" not in firm.task_kinds()
    assert "bad_address" in firm.task_kinds()
    (touch,) = firm.touches()
    assert (touch.state, touch.on) == ("sent", friday), "it counts from the day of posting"
    assert firm.mail is not None
    assert firm.mail.letters == []
    assert firm.broken() == []


def test_only_the_first_letter_of_a_stage_goes_by_post(small_firm: Firm, tmp_path: Path) -> None:
    owes(small_firm, tmp_path)
    on = MONDAY
    for _ in range(40):
        small_firm.run(on)
        for one in small_firm.letters():
            if one.state == "printed":
                print_room.posted(small_firm.office, [one.id], None, "anne", moment(on))
        on += DAY
    went = [(one.stage, one.letter) for one in small_firm.letters() if one.state == "sent"]
    assert went == [("past_due", "past_due_first"), ("late", "late"), ("delinquent", "delinquent")]
    assert "no_reachable_contact" in small_firm.task_kinds(), "a person still looks for an address"
    found = explain(small_firm.office, "INV-A", moment(on))
    assert found.decision.reason == "no_reachable_contact"


def final_notice(firm: Firm, folder: Path) -> date:
    """The final notice has been printed, since mail comes back from on hold on; returns its day."""
    owes(firm, folder, days=125, refused=0)
    assert firm.mail is not None
    firm.rules = policy(
        ("past_due = 7\nlate = 7\ndelinquent = 14\non_hold = 21", "past_due = 1\nlate = 1\ndelinquent = 1\non_hold = 1")
    )
    on = MONDAY
    while True:
        firm.run(on)
        last = firm.letters()[-1]
        if last.stage == "delinquent":
            firm.mail.refuse = lambda _address: "550 5.1.1 no such user"
        if last.state == "printed" and last.letter == "final_notice":
            return on
        if last.state == "printed":
            print_room.posted(firm.office, [last.id], None, "anne", moment(on))
        on += DAY
        assert on < MONDAY + 60 * DAY


def test_a_final_notice_on_paper_refers_nobody_before_it_was_posted(firm: Firm, tmp_path: Path) -> None:
    printed_on = final_notice(firm, tmp_path)
    letter = firm.letters()[-1]
    stated = [one for one in print_room.fill(firm.office, moment(printed_on)) if one.letter.id == letter.id]
    deadline = stated[0].letter.deadline
    assert deadline is not None
    assert deadline >= printed_on + 13 * DAY, "ten days, and the days that the post takes"
    later = deadline + 3 * DAY
    firm.run(later)
    assert explain(firm.office, "INV-A", moment(later)).decision.reason == "notice_not_proven"
    print_room.posted(firm.office, [letter.id], later, "anne", moment(later))
    firm.run(later)
    (touch,) = [one for one in firm.touches() if one.letter == "final_notice"]
    assert (touch.on, touch.state) == (later, "sent")
    told = [one for one in explain(firm.office, "INV-A", moment(later)).history if one.letter == "final_notice"]
    assert [(one.channel, one.state) for one in told] == [("letter", "sent")]
    assert touch.deadline is not None
    assert touch.deadline >= deadline + (later - printed_on), "it has as many days as it would have had"
    assert explain(firm.office, "INV-A", moment(later)).decision.reason == "deadline_runs"
    over = touch.deadline + DAY
    firm.run(over)
    assert explain(firm.office, "INV-A", moment(over)).decision.reason == "referred"
    assert firm.broken() == []


def test_what_is_paid_or_promised_before_it_was_posted_is_withdrawn(firm: Firm, tmp_path: Path) -> None:
    owes(firm, tmp_path)
    firm.run(MONDAY)
    firm.run(MONDAY + DAY)
    wednesday = MONDAY + 2 * DAY
    firm.payments(wednesday, f"A,INV-A,{wednesday},400.00,GBP,R")
    assert print_room.fill(firm.office, moment(wednesday)) == []
    assert manifest(tmp_path) == []
    assert "post_letter" not in firm.task_kinds()
    assert [one.state for one in firm.letters()] == ["failed"], "a letter that is withdrawn never went"
    assert firm.broken() == []


def test_a_spoilt_letter_is_due_again_and_printed_anew(small_firm: Firm, tmp_path: Path) -> None:
    owes(small_firm, tmp_path)
    small_firm.run(MONDAY)
    small_firm.run(MONDAY + DAY)
    first = small_firm.letters()[-1].id
    print_room.spoilt(small_firm.office, first, "anne", "the printer ate it", moment(MONDAY + DAY))
    assert manifest(tmp_path) == []
    small_firm.run(MONDAY + 2 * DAY)
    (row,) = manifest(tmp_path)
    assert int(row["id"]) > first
    with pytest.raises(CannotDo, match=f"letter {first} is withdrawn already"):
        print_room.posted(small_firm.office, [first], None, "anne", moment(MONDAY + 2 * DAY))
    with pytest.raises(CannotDo, match="no printed letter 99"):
        print_room.spoilt(small_firm.office, 99, "anne", "x", moment(MONDAY))
    with pytest.raises(CannotDo, match="cannot have been posted on 2026-03-02"):
        print_room.posted(small_firm.office, [int(row["id"])], MONDAY, "anne", moment(MONDAY + 2 * DAY))


def test_the_task_says_so_too(small_firm: Firm, tmp_path: Path) -> None:
    owes(small_firm, tmp_path)
    small_firm.run(MONDAY)
    small_firm.run(MONDAY + DAY)
    (task,) = [one for one in small_firm.tasks() if one.kind == "post_letter"]
    done = outcomes.record(small_firm.office, int(task.id), Said(Outcome.DONE, "anne"), moment(MONDAY + DAY))
    assert done.effect == "the letter is marked as posted"
    assert small_firm.letters()[-1].state == "sent"


def test_a_stage_may_be_on_paper_by_policy(small_firm: Firm, tmp_path: Path) -> None:
    owes(small_firm, tmp_path, refused=0)
    small_firm.rules = policy(("[stage.past_due]\n", '[stage.past_due]\nchannel = "letter"\n'))
    small_firm.run(MONDAY)
    assert [(one.letter, one.state) for one in small_firm.letters()] == [("past_due_first", "printed")]
    assert small_firm.mail is not None
    assert small_firm.mail.letters == []


def test_without_a_postal_address_a_person_is_asked_as_before(small_firm: Firm, tmp_path: Path) -> None:
    owes(small_firm, tmp_path, address="")
    small_firm.run(MONDAY)
    small_firm.run(MONDAY + DAY)
    assert "no_reachable_contact" in small_firm.task_kinds()
    assert not (tmp_path / "manifest.csv").exists()


def test_a_rehearsal_is_mailed_and_prints_nothing(small_firm: Firm, tmp_path: Path) -> None:
    owes(small_firm, tmp_path)
    small_firm.run(MONDAY)
    small_firm.redirect_to = "trial@northwind.example"
    small_firm.run(MONDAY + DAY)
    assert [one.state for one in small_firm.letters()] == ["failed", "rehearsed"]
    assert not (tmp_path / "manifest.csv").exists()


def test_the_folder_can_be_filled_anew_and_keeps_what_is_not_ours(small_firm: Firm, tmp_path: Path) -> None:
    owes(small_firm, tmp_path)
    small_firm.run(MONDAY)
    small_firm.run(MONDAY + DAY)
    (row,) = manifest(tmp_path)
    before = (tmp_path / row["file"]).read_bytes()
    (tmp_path / row["file"]).unlink()
    (tmp_path / "notes.pdf").write_text("mine")
    (tmp_path / "000999_01_A_old.pdf").write_text("a letter that is gone")
    print_room.fill(small_firm.office, moment(MONDAY + DAY))
    assert (tmp_path / row["file"]).read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([row["file"], "manifest.csv", "notes.pdf"])
