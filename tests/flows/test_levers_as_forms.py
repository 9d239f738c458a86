"""People's levers by their forms in the Prefect UI: each does what its command does, and says what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.callables import parameter_schema

from dunwell import wiring
from dunwell.cli.prefect_server import load_flow
from dunwell.desk import contacts, outcomes
from dunwell.desk.disputes import CODES, OUTCOMES
from dunwell.ledger import agreed_lists, money, tasks
from dunwell.ledger.tables import ChargeRow, InvoiceRow
from dunwell.terms.account import Role
from tests.support.databases import Sqlite
from tests.support.firm import MONDAY, Firm, owing
from tests.support.mail_server import MailServer
from tests.support.project import Project

TUESDAY = MONDAY + timedelta(days=1)
WHO = {"who": "the collector", "reason": "by telephone"}


@pytest.fixture
def chased(tmp_path: Path, mail: MailServer, sqlite: Sqlite) -> Iterator[Firm]:
    """Two accounts that owe an invoice each and had a letter on Monday; the first has a charge. It is Tuesday."""
    url = sqlite.fresh()
    Project(tmp_path).settings(mail.port, url=url)
    firm = Firm(url, mail)
    owing(firm, MONDAY, 2)
    firm.run(MONDAY)
    with firm.books.write() as work:
        work.session.add(ChargeRow(key="c1", invoice_id=1, kind="late_fee", on=MONDAY, amount=400))
        money.refresh(work, work.session.get_one(InvoiceRow, 1))
    wiring.set_overrides(tmp_path / "dunwell.toml", TUESDAY)
    yield firm
    wiring.office().books.engine.dispose()
    wiring.set_overrides()
    firm.close()


def lever(api: str, name: str, /, **form: Any) -> Any:
    with temporary_settings({PREFECT_API_URL: api}):
        return asyncio.run(getattr(load_flow("levers"), name)(**form, **WHO, return_state=True))


def test_the_forms_know_every_word() -> None:
    flows = load_flow("levers")

    def words(flow: str, field: str) -> list[str]:
        found = parameter_schema(getattr(flows, flow).fn).model_dump()["properties"][field]
        return list(found.get("enum") or found["anyOf"][0]["enum"])

    assert words("record_outcome", "outcome") == list(outcomes.OUTCOMES)
    assert words("open_dispute", "code") == words("record_outcome", "code") == list(CODES)
    assert words("resolve_dispute", "outcome") == list(OUTCOMES)
    assert words("contact", "role") == list(Role)


def test_each_does_what_its_command_does(chased: Firm, prefect_api: str, mail: MailServer) -> None:
    letters = len(mail.letters)
    done = lever(prefect_api, "record_promise", invoices=["INV-A001"], by=MONDAY + timedelta(days=9), tell=True)
    assert done.message.startswith("promise 1 recorded: by 2026-03-11; letter 'promise_thanked' to a001@")
    assert len(mail.letters) == letters + 1
    assert lever(prefect_api, "withdraw", what="promise", number="1").message == "promise 1 ended"
    done = lever(prefect_api, "open_dispute", invoice="INV-A002", code="price", amount="20.00")
    assert done.message == "dispute 1 opened about INV-A002"
    assert lever(prefect_api, "resolve_dispute", dispute="1", outcome="rejected").message == "dispute 1: rejected"
    assert lever(prefect_api, "waive_charge", charge=1).message == "waived: late fee of 4.00 GBP on INV-A001"
    assert lever(prefect_api, "write_off", invoice="INV-A002").message == "INV-A002: 101.00 GBP written off"
    assert lever(prefect_api, "write_off", invoice="INV-A002", undo=True).is_completed()
    added = lever(prefect_api, "contact", account="A001", email="boss@a001.example", action="add", name="Desk")
    assert added.is_completed()
    changed = lever(prefect_api, "contact", account="A001", email="boss@a001.example", action="change", phone="1")
    assert "phone" in changed.message
    assert lever(prefect_api, "contact", account="A001", email="boss@a001.example", action="left").is_completed()
    left = {one.email: one.left_on for one in contacts.listed(chased.office, "A001")}
    assert left == {"a001@a001.example": None, "boss@a001.example": TUESDAY}
    assert "written in de" in lever(prefect_api, "account_language", account="A001", language="de").message
    with chased.books.read() as work:
        assert [one.state for one in agreed_lists.promises(work)] == ["withdrawn"]


def test_a_call_that_ends_in_a_promise(chased: Firm, prefect_api: str) -> None:
    with chased.books.write() as work:
        tasks.make(work, "call:A001", "call", "A001: call", made_on=TUESDAY, account_id=1)
    (task,) = [one for one in chased.tasks() if one.kind == "call"]
    form = {"task": int(task.id), "outcome": "promised", "promise_date": TUESDAY + timedelta(days=7)}
    assert lever(prefect_api, "record_outcome", **form).message.startswith(f"task {task.id}: promised; ")
    again = lever(prefect_api, "record_outcome", **form)
    assert again.is_failed()
    assert again.message == f"task {task.id} is done already. Nothing has changed: mend the form, then run again."


def test_what_is_refused_fails_with_what_to_mend(chased: Firm, prefect_api: str) -> None:
    state = lever(prefect_api, "write_off", invoice="INV-A01", amount="ten")
    assert state.is_failed()
    assert "amount: 'ten' is no number above zero" in state.message
    unknown = lever(prefect_api, "record_promise", invoices=["INV-A01"], by=TUESDAY)
    assert "did you mean INV-A001, INV-A002?" in unknown.message
