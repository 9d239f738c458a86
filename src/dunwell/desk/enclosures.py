"""Enclosures: which documents go with a letter, and what is said where one cannot be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dunwell.desk import statement_facts
from dunwell.desk.facts import Matter
from dunwell.desk.office import Office
from dunwell.letters import payment_code
from dunwell.letters.facts import Facts, LetterError
from dunwell.letters.statement import file_name
from dunwell.letters.view import LOGO, code_name
from dunwell.liaison.documents import Missing
from dunwell.mailroom.envelope import Enclosure, Picture
from dunwell.rules.policy import Policy
from dunwell.terms.letter import blocks_of

_ONLY_ITS_OWN = ("issued", "upcoming", "past_due")
"""Stages whose letters attach the invoices that they ask for; later ones attach all that is open."""


_TOO_LARGE = "the letter would grow beyond attachments.letter_mb"


@dataclass(frozen=True, slots=True)
class Lack:
    """A document that the letter should have brought, and why it does not."""

    invoice: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes with a letter, and what should have."""

    facts: Facts
    enclosures: tuple[Enclosure, ...] = ()
    lacks: tuple[Lack, ...] = ()


def is_place(value: str | None) -> bool:
    """Whether a ledger's entry says where a document is, rather than how it is called."""
    return bool(value) and ("://" in (value or "") or (value or "").lower().endswith(".pdf"))


def places(entries: Sequence[tuple[str | None, str | None]]) -> list[str]:
    """Where documents are, of the ledger's pairs of document and contract."""
    found = [document for document, _ in entries if document]
    return found + [contract for _, contract in entries if contract and is_place(contract)]


def enclose(office: Office, matter: Matter, rules: Policy, facts: Facts, language: str) -> Enclosed:
    """The documents that the stage attaches, as far as they can be had and fit; the facts say what is there.

    Raises LetterError where one is missing and the policy lets the letter wait for it.
    """
    if matter.lead is None:
        return Enclosed(facts)
    stage = rules.stage[matter.lead.stage]
    most = int(rules.attachments.letter_mb * 1_000_000)
    found = _Basket(matter, most)
    statement = None
    if "statement" in stage.attach:
        words = office.library.language(language)
        account = statement_facts.of_statement(office, matter, facts, stage.banner)
        statement = Enclosure(file_name(account, words), office.library.printer().pdf(account, words))
        if not found.put(statement):
            found.lacks.append(Lack(matter.account.number, "statement", _TOO_LARGE))
            statement = None
    contracts = _contracts(matter, found) if "contract" in stage.attach else []
    invoices = _invoices(matter, found) if "invoices" in stage.attach else []
    absent = [lack for lack in found.lacks if lack.why != _TOO_LARGE]
    if absent and rules.attachments.missing == "wait":
        lack = absent[0]  # what is too large waits for nothing: it would never fit
        raise LetterError(f"the letter waits for the {lack.what} of {lack.invoice}: {lack.why}")
    told = replace(
        facts,
        attached=tuple(one.name for one in found.enclosures),
        attached_invoices=tuple(invoices),
        statement_attached=statement is not None,
        contract_attached=bool(contracts),
    )
    return Enclosed(told, tuple(found.enclosures), tuple(found.lacks))


def enclose_again(matter: Matter, rules: Policy, facts: Facts) -> Enclosed:
    """The documents of the invoices that a customer asked for, as far as they can be had and fit."""
    basket = _Basket(matter, int(rules.attachments.letter_mb * 1_000_000))
    put = []
    for case in matter.others:
        document, number = case.invoice.document, case.invoice.number
        if not document:
            basket.lacks.append(Lack(number, "document", "the ledger has none"))
        elif basket.fetch(document, f"{number}.pdf", number, "document"):
            put.append(number)
    names = tuple(one.name for one in basket.enclosures)
    told = replace(facts, attached=names, attached_invoices=tuple(put))
    return Enclosed(told, tuple(basket.enclosures), tuple(basket.lacks))


class _Basket:
    """Documents as far as the letter may carry them."""

    def __init__(self, matter: Matter, most: int) -> None:
        self._matter, self._left = matter, most
        self.enclosures: list[Enclosure] = []
        self.lacks: list[Lack] = []

    def put(self, enclosure: Enclosure) -> bool:
        if len(enclosure.content) > self._left:
            return False
        self._left -= len(enclosure.content)
        self.enclosures.append(enclosure)
        return True

    def fetch(self, place: str, name: str, invoice: str, what: str) -> bool:
        """Put the document at `place` in, or note why it cannot be."""
        document = self._matter.documents.get(place, Missing("it was not fetched"))
        if isinstance(document, Missing):
            self.lacks.append(Lack(invoice, what, f"{place}: {document.why}"))
            return False
        if not self.put(Enclosure(name, document.content)):
            self.lacks.append(Lack(invoice, what, _TOO_LARGE))
            return False
        return True


def _invoices(matter: Matter, basket: _Basket) -> list[str]:
    lead = matter.lead
    own = lead is not None and lead.stage in _ONLY_ITS_OWN
    others = () if own else tuple(case for case in matter.others if not case.referred)
    put = []
    for case in (*matter.cases, *others):
        document, number = case.invoice.document, case.invoice.number
        if document and basket.fetch(document, f"{number}.pdf", number, "document"):
            put.append(number)
    return put


def _contracts(matter: Matter, basket: _Basket) -> list[str]:
    named = {case.invoice.contract: case.invoice.number for case in matter.cases if is_place(case.invoice.contract)}
    put = []
    for place, number in named.items():
        name = (place or "").rpartition("/")[2] or "contract.pdf"
        if place and basket.fetch(place, name, number, "contract"):
            put.append(place)
    return put


def pictures(office: Office, facts: Facts) -> tuple[Picture, ...]:
    """The pictures that the letter shows: the logo, and a payment code for each sum that has one."""
    logo = (Picture(LOGO, *office.logo),) if office.logo else ()
    return (*logo, *payment_codes(facts))


def payment_codes(facts: Facts) -> tuple[Picture, ...]:
    """A picture for each sum that has a payment code, where the letter says how to pay."""
    if "payment" not in blocks_of(facts.letter):
        return ()
    return tuple(
        Picture(code_name(total.principal.currency), "png", payment_code.picture(total.code))
        for total in facts.totals
        if total.code
    )
